//! A run of which nothing has come yet.

use timeline::Timestamp;

use crate::engine::{Cast, Run, Step, StepOutcome, StepRun, Verdict, Walk};

/// The run without steps and events.
pub(super) fn blank(walk: &Walk, seed: u64, began: Timestamp) -> Run {
    Run {
        title: walk.title.clone(),
        why: walk.why.clone(),
        file: walk.file.display().to_string(),
        seed,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        began,
        took_millis: 0,
        verdict: Verdict::Running,
        steps: Vec::new(),
        events: Vec::new(),
    }
}

/// A step that is still to be done.
pub(super) fn ahead(step: &Step, number: u32, cast: &Cast) -> StepRun {
    StepRun {
        number,
        title: step.title.clone(),
        act: step.act_name.to_owned(),
        instruction: step.act.instruction(cast),
        line: step.line,
        outcome: StepOutcome::Ahead,
        failure: None,
        checks: step
            .expect
            .iter()
            .map(|expectation| expectation.ahead())
            .collect(),
        events: None,
        took_millis: 0,
    }
}

/// The run that failed before its first step, or nobody knows where.
pub(super) fn failed(walk: &Walk, seed: u64, began: Timestamp, why: String) -> Run {
    let mut steps: Vec<StepRun> = (walk.steps.iter().zip(1..))
        .map(|(step, number)| StepRun {
            outcome: StepOutcome::Skipped,
            ..ahead(step, number, &walk.cast)
        })
        .collect();
    if let Some(first) = steps.first_mut() {
        first.outcome = StepOutcome::Failed;
        first.failure = Some(why);
    }
    Run {
        verdict: Verdict::Failed,
        steps,
        ..blank(walk, seed, began)
    }
}
