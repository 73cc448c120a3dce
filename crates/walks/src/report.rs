//! What came of runs, as files: JUnit for build servers, JSON for programs, and
//! one page of HTML for people.
//!
//! Every report is made of redacted copies: what [`timeline::redact`] finds is
//! replaced once more, and its bytes are left out.

mod html;
mod json;
mod junit;
mod moment;
mod plain;
mod present;
mod summary;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use timeline::Event;

use crate::engine::{Failure, Run, Walk};

use moment::span;
pub use moment::{date_time, duration};
pub use plain::plain;
pub use summary::{Summary, counted};

/// `{format: "touchstone-walks-1", touchstone, summary, runs}`; a run has all its events.
///
/// # Errors
/// When the runs do not fit into memory as text.
pub fn json(runs: &[Run]) -> Result<String, Failure> {
    json::write(&redacted(runs))
}

/// A walk that was not played, because this machine cannot.
#[derive(Debug, Clone)]
pub struct LeftOut {
    /// Its title.
    pub title: String,
    /// The file it was read from.
    pub file: String,
    /// Why it was left out, as a sentence.
    pub why: String,
}

impl LeftOut {
    /// This walk, left out because of `why`.
    #[must_use]
    pub fn new(walk: &Walk, why: String) -> Self {
        Self {
            title: walk.title.clone(),
            file: walk.file.display().to_string(),
            why,
        }
    }
}

/// A test suite for every walk, a test case for every step; one that was skipped for every walk that
/// was left out.
///
/// # Errors
/// When the runs do not fit into memory as text.
pub fn junit(runs: &[Run], left_out: &[LeftOut]) -> Result<String, Failure> {
    junit::write(&redacted(runs), left_out)
}

/// One page that needs no network and no script. Walks that failed come first.
///
/// # Errors
/// Never so far; reports are alike to whoever saves them.
pub fn html(runs: &[Run]) -> Result<String, Failure> {
    Ok(html::write(&redacted(runs)))
}

/// The run's timeline in the form in which the window saves one.
///
/// # Errors
/// When it does not fit into memory as text.
pub fn timeline(run: &Run) -> Result<String, Failure> {
    json::timeline(&redacted(std::slice::from_ref(run))[0])
}

/// How a walk is run again as it ran.
#[must_use]
pub fn again(run: &Run) -> String {
    let file: Cow<'_, str> = if run.file.contains([' ', '\'', '"', '$', '`', '\\']) {
        format!("'{}'", run.file.replace('\'', "'\\''")).into()
    } else {
        run.file.as_str().into()
    };
    format!("touchstone walk {file} --seed {}", run.seed)
}

fn redacted(runs: &[Run]) -> Vec<Run> {
    let mut runs = runs.to_vec();
    runs.iter_mut()
        .flat_map(|run| &mut run.events)
        .for_each(redact);
    runs
}

fn redact(event: &mut Event) {
    if timeline::redact(&mut event.body) {
        // The bytes would hold what the body no longer does.
        event.raw = None;
    }
}
