//! Runs, counted.

use serde::Serialize;
use timeline::Timestamp;

use crate::engine::{Run, StepOutcome, Verdict};

/// Runs, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// All of them.
    pub walks: usize,
    /// Those whose every step passed.
    pub passed: usize,
    /// Those of which a step failed.
    pub failed: usize,
    /// Those that have not ended.
    pub running: usize,
    /// Steps of all walks.
    pub steps: usize,
    /// Steps that passed.
    pub steps_passed: usize,
    /// Expectations that were looked at.
    pub checks: usize,
    /// Expectations that held.
    pub checks_held: usize,
    /// When the first began, by the machine's clock.
    pub began: Option<Timestamp>,
    /// From the beginning of the first to the end of the last, in milliseconds.
    pub took_millis: u64,
}

impl Summary {
    /// Counts `runs`.
    #[must_use]
    pub fn of<'r>(runs: impl IntoIterator<Item = &'r Run>) -> Self {
        let runs: Vec<&Run> = runs.into_iter().collect();
        let ended = |verdict| runs.iter().filter(|run| run.verdict == verdict).count();
        let steps = || runs.iter().flat_map(|run| &run.steps);
        let checks = || {
            steps()
                .flat_map(|step| &step.checks)
                .filter_map(|check| check.held)
        };
        let began = runs.iter().map(|run| run.began).min();
        let end = |run: &&Run| run.began.0.saturating_add_unsigned(run.took_millis);
        let took = runs.iter().map(end).max().zip(began);
        Self {
            walks: runs.len(),
            passed: ended(Verdict::Passed),
            failed: ended(Verdict::Failed),
            running: ended(Verdict::Running),
            steps: steps().count(),
            steps_passed: steps()
                .filter(|step| step.outcome == StepOutcome::Passed)
                .count(),
            checks: checks().count(),
            checks_held: checks().filter(|held| *held).count(),
            began,
            took_millis: took.map_or(0, |(end, began)| {
                u64::try_from(end.saturating_sub(began.0)).unwrap_or(0)
            }),
        }
    }

    /// How it went, as a sentence: `12 of 14 walks passed.`
    #[must_use]
    pub fn sentence(&self) -> String {
        let noun = if self.walks == 1 { "walk" } else { "walks" };
        match (self.walks, self.passed) {
            (0, _) => "No walk was played.".to_owned(),
            (1, 1) => "The walk passed.".to_owned(),
            (1, 0) if self.failed == 1 => "The walk failed.".to_owned(),
            (1, 0) => "The walk has not ended.".to_owned(),
            (all, passed) if all == passed => format!("All {all} {noun} passed."),
            (all, passed) => format!("{passed} of {all} {noun} passed."),
        }
    }
}

/// `1 step`, `2 steps`.
#[must_use]
pub fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
