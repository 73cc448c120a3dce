//! The steps of a command, each announced before it starts and timed.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::project;

/// The phases that have ended, in order.
#[derive(Default)]
pub struct Phases {
    ended: Vec<(&'static str, Duration)>,
}

impl Phases {
    /// Announces `name`, does `work` and notes how long it took, also when it failed.
    pub fn run<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        eprintln!("\n── {name}");
        let begin = Instant::now();
        let outcome = work();
        self.ended.push((name, begin.elapsed()));
        outcome
    }

    /// The table of phases and seconds.
    pub fn table(&self) -> String {
        let total: Duration = self.ended.iter().map(|(_, time)| *time).sum();
        let mut table = String::new();
        for (name, time) in self.ended.iter().chain([&("in all", total)]) {
            let _ = writeln!(table, "{:>8.1} s  {name}", time.as_secs_f64());
        }
        table
    }

    /// Keeps the table in `timings.txt` of the target folder.
    pub fn keep(&self) -> Result<(), Failure> {
        let path = project::target().join("timings.txt");
        std::fs::write(&path, self.table()).map_err(Failure::file(&path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_a_phase_that_failed_and_hands_its_failure_on() {
        let mut phases = Phases::default();
        let failed = phases.run("lints", || {
            Err::<(), _>(Failure::Absent {
                program: "clippy".into(),
                advice: String::new(),
            })
        });
        assert!(failed.is_err());
        assert!(
            phases.table().contains("lints"),
            "the table names the phase that failed"
        );
    }

    #[test]
    fn adds_the_phases_up() {
        let phases = Phases {
            ended: vec![
                ("a", Duration::from_millis(1500)),
                ("b", Duration::from_millis(2500)),
            ],
        };
        assert_eq!(
            phases.table(),
            "     1.5 s  a\n     2.5 s  b\n     4.0 s  in all\n"
        );
    }
}
