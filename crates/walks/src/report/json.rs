//! For programs.

use serde::Serialize;
use serde_json::json;

use super::Summary;
use crate::engine::{Failure, Run};

pub(super) fn write(runs: &[Run]) -> Result<String, Failure> {
    #[derive(Serialize)]
    struct Document<'a> {
        format: &'static str,
        touchstone: &'a str,
        summary: Summary,
        runs: &'a [Run],
    }
    text(&Document {
        format: "touchstone-walks-1",
        touchstone: runs.first().map_or("", |run| run.version.as_str()),
        summary: Summary::of(runs),
        runs,
    })
}

pub(super) fn timeline(run: &Run) -> Result<String, Failure> {
    text(&json!({
        "format": "touchstone-timeline-1",
        "touchstone": run.version,
        "savedAt": run.began.0.saturating_add_unsigned(run.took_millis),
        "lost": 0,
        "events": run.events,
    }))
}

fn text(document: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(document)
        .map(|text| text + "\n")
        .map_err(|error| Failure::Machine(format!("The report could not be written: {error}.")))
}
