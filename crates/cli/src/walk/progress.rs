//! What is told on standard error while walks are played.

use std::io::{self, Write as _};

use walks::{
    engine::{Run, Verdict},
    report::{again, counted, plain},
};

/// Says a line, or several, in one piece.
pub fn tell(line: &str) {
    // Whoever started it may have closed the other end; the exit code says it, too.
    let _ = writeln!(io::stderr().lock(), "{}", plain(line));
}

/// How a run went: a line when it passed, else also what differs, where that is written, and how to
/// see it again.
pub fn ended(run: &Run) -> String {
    let title = &run.title;
    let steps = run.steps.len();
    if run.verdict == Verdict::Passed {
        return format!("ok      {title}  ({})", counted(steps, "step"));
    }
    let mut lines = vec![format!("failed  {title}")];
    if let Some(step) = run.failed_step() {
        lines.push(format!(
            "        step {} of {steps}: {}",
            step.number, step.title
        ));
        lines.extend(
            step.faults()
                .map(|fault| format!("        {}:{}: {}", run.file, fault.line, fault.sentence)),
        );
    }
    lines.push(format!("        again: {}", again(run)));
    lines.join("\n")
}
