//! The shapes that cross to the window beside those of `bench::api`.
//! TypeScript types are generated from them.

use bench::api::{Problem, declaration};
use serde::{Deserialize, Serialize};
use timeline::{Event, Seq};
use ts_rs::TS;

use crate::engine::{CheckRun, PageAct, PageView, StepOutcome, Verdict};

/// Which bench the window shows, and what is played or recorded on it.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeskState {
    /// Rises when another bench is shown: what the window knows of the one before is then void.
    pub generation: u32,
    /// Whose bench is shown.
    pub showing: Showing,
    /// The walk that is open.
    pub walk: Option<WalkState>,
    /// The recording under way.
    pub recording: Option<RecordingState>,
}

/// Whose bench the window shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Showing {
    /// The tester's own.
    Own,
    /// A walk's.
    Walk,
    /// A recording's.
    Recording,
}

/// A walk that is open.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WalkState {
    /// What [`WalkSummary::path`] calls it.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Why it is worth walking.
    pub why: String,
    /// What all randomness of the run starts from, in decimal.
    pub seed: String,
    /// Who does the steps.
    pub mode: WalkMode,
    /// True while one step follows the other by itself.
    pub playing: bool,
    /// True while its bench is set up.
    pub preparing: bool,
    /// True while a step is being done; false while it waits for the tester to do it.
    pub busy: bool,
    /// The next step, from 0; the number of steps at the end.
    pub position: u32,
    /// How the run stands.
    pub verdict: Verdict,
    /// How long the walk's own work took so far, in milliseconds; a person's thinking does not count.
    #[ts(type = "number")]
    pub took_millis: u64,
    /// Every step.
    pub steps: Vec<StepState>,
    /// What stood in the way of starting it anew.
    pub problem: Option<Problem>,
}

/// Who does a walk's steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum WalkMode {
    /// The walk does them.
    #[default]
    Play,
    /// The tester does them; the walk watches and ticks.
    YouDoIt,
}

/// A step of the open walk.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StepState {
    /// From 1.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// What the author says beside it.
    pub note: Option<String>,
    /// Its act's name.
    pub act: String,
    /// The device that it is about, by its name, where its act says so in `device`.
    pub device: Option<String>,
    /// What is done, as a sentence.
    pub instruction: String,
    /// Line of the walk's file.
    pub line: u32,
    /// How it stands.
    pub outcome: StepOutcome,
    /// Why its act could not be done, when it could not.
    pub failure: Option<String>,
    /// What differs, in one sentence, when it failed.
    pub sentence: Option<String>,
    /// What was expected, beside what was found.
    pub checks: Vec<CheckRun>,
    /// The first event that it led to.
    pub first: Option<Seq>,
    /// The last event that it led to.
    pub last: Option<Seq>,
}

/// A walk that can be opened.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WalkSummary {
    /// Names it for `walk_open`.
    pub path: String,
    /// Its file's name.
    pub file: String,
    /// Its title; the file's name when it cannot be read.
    pub title: String,
    /// Why it is worth walking.
    pub why: String,
    /// The titles of its steps.
    pub steps: Vec<String>,
    /// What takes part in it: `person`, `device`, `page`, `clock`, `network`, `fault`, …
    pub tags: Vec<String>,
    /// True for one in the tester's own folder, false for one that came with the program.
    pub own: bool,
    /// Why it cannot be opened.
    pub problem: Option<WalkProblem>,
    /// How its last run in this window ended.
    pub last: Option<Verdict>,
}

/// Why a walk's file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WalkProblem {
    /// Line of the file, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// What is wrong and what to do.
    pub message: String,
}

/// A recording under way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RecordingState {
    /// What the tester did, as far as it was recognised.
    pub steps: Vec<RecordedStep>,
    /// Things the tester did that no act stands for.
    pub ignored: u32,
}

/// Something the tester did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RecordedStep {
    /// What was done, as a sentence.
    pub sentence: String,
    /// The step as the file will have it.
    pub toml: String,
}

/// A walk that a recording was saved as.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedWalk {
    /// Where it is.
    pub path: String,
    /// How many steps it has.
    pub steps: u32,
    /// Things the tester did that are not in it.
    pub ignored: u32,
}

/// Form of a run's report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ReportFormat {
    /// One page for people, without network.
    Html,
    /// All of it, for programs.
    Json,
    /// For continuous integration.
    Junit,
}

/// Events of the shown bench, oldest first.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TimelineBatch {
    /// Whose they are; see [`DeskState::generation`].
    pub generation: u32,
    /// The events.
    pub events: Vec<Event>,
}

/// Something to be done on the framed page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PageOrder {
    /// Names the order in [`PageReport`]s.
    pub id: u32,
    /// The bench whose page it is for.
    pub generation: u32,
    /// What to do.
    pub act: PageAct,
}

/// What the framed page says of itself. It may lie: nothing but walks believe it.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PageReport {
    /// The bench whose page it is.
    pub generation: u32,
    /// Rises with every report of a window; one that comes late is known by it.
    #[ts(type = "number")]
    pub number: u64,
    /// True while a request or a ceremony of the page is under way.
    pub busy: bool,
    /// What it shows.
    pub view: PageView,
    /// The order that has begun, or cannot begin.
    pub order: Option<u32>,
    /// Why that order cannot begin.
    pub refused: Option<String>,
}

/// Every shape above as TypeScript, for the window's generated bindings.
#[must_use]
pub fn typescript() -> String {
    [
        declaration::<DeskState>(),
        declaration::<Showing>(),
        declaration::<WalkState>(),
        declaration::<WalkMode>(),
        declaration::<StepState>(),
        declaration::<StepOutcome>(),
        declaration::<Verdict>(),
        declaration::<CheckRun>(),
        declaration::<WalkSummary>(),
        declaration::<WalkProblem>(),
        declaration::<RecordingState>(),
        declaration::<RecordedStep>(),
        declaration::<SavedWalk>(),
        declaration::<ReportFormat>(),
        declaration::<TimelineBatch>(),
        declaration::<PageOrder>(),
        declaration::<PageAct>(),
        declaration::<PageView>(),
        declaration::<PageReport>(),
    ]
    .concat()
}
