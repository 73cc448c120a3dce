//! What came of a run.

use serde::Serialize;
use timeline::{Event, Seq, Timestamp};
use ts_rs::TS;

/// A run, finished or not.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// The walk's title.
    pub title: String,
    /// Why the walk is worth walking.
    pub why: String,
    /// The file it was read from.
    pub file: String,
    /// The seed it ran with.
    pub seed: u64,
    /// Version of the program.
    pub version: String,
    /// When it began, by the machine's clock.
    pub began: Timestamp,
    /// How long it took, in milliseconds.
    pub took_millis: u64,
    /// How it ended.
    pub verdict: Verdict,
    /// Every step of the walk.
    pub steps: Vec<StepRun>,
    /// The run's timeline.
    pub events: Vec<Event>,
}

/// How a run ended, or stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// It goes on.
    Running,
    /// Every step passed.
    Passed,
    /// A step failed; the ones after it were not done.
    Failed,
}

/// A step of a run.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepRun {
    /// From 1.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// Its act's name.
    pub act: String,
    /// What is done, as a sentence.
    pub instruction: String,
    /// Line of the walk's file.
    pub line: u32,
    /// How it stands.
    pub outcome: StepOutcome,
    /// Why its act could not be done, when it could not.
    pub failure: Option<String>,
    /// Its expectations; those of a step not done yet have no `actual`.
    pub checks: Vec<CheckRun>,
    /// Events that it led to: above the first number, up to the second.
    pub events: Option<(Seq, Seq)>,
    /// How long it took, in milliseconds.
    pub took_millis: u64,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum StepOutcome {
    /// Not done yet.
    Ahead,
    /// Being done, or waiting for the tester to do it.
    Current,
    /// Done, and all was as expected.
    Passed,
    /// It could not be done, or something was not as expected.
    Failed,
    /// Not done because an earlier one failed.
    Skipped,
}

/// An expectation of a run.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CheckRun {
    /// What it is about and what was expected: `rp.session.bound account is alice`.
    pub expected: String,
    /// What was found; none before the step is done.
    pub actual: Option<String>,
    /// Whether it held; none before the step is done.
    pub held: Option<bool>,
    /// What differs, as a sentence, when it did not hold.
    pub difference: Option<String>,
    /// The event that shows it.
    pub event: Option<Seq>,
    /// Line of the walk's file.
    pub line: u32,
}

/// Something that made a step fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault<'a> {
    /// What happened, as a sentence.
    pub sentence: &'a str,
    /// Line of the walk's file that says what should have been.
    pub line: u32,
    /// The event that shows it.
    pub event: Option<Seq>,
}

impl StepRun {
    /// What made it fail: its act, then every expectation that did not hold.
    pub fn faults(&self) -> impl Iterator<Item = Fault<'_>> {
        let act = self.failure.as_deref().map(|sentence| Fault {
            sentence,
            line: self.line,
            event: None,
        });
        let broken = self.checks.iter().filter(|check| check.held == Some(false));
        act.into_iter().chain(broken.map(|check| Fault {
            sentence: check.difference.as_deref().unwrap_or(&check.expected),
            line: check.line,
            event: check.event,
        }))
    }
}

impl Run {
    /// The step that ended it.
    #[must_use]
    pub fn failed_step(&self) -> Option<&StepRun> {
        self.steps
            .iter()
            .find(|step| step.outcome == StepOutcome::Failed)
    }
}
