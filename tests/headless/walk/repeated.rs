//! The same seed is the same run.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;
use timeline::{Event, Timestamp};
use walks::engine::{Run, Verdict, normal};

use super::{Folder, WALKS, json, runs, walk};

/// The normalised stream of every walk of the project, by its file's name.
fn streams(folder: &Path, options: &[&str]) -> BTreeMap<String, Vec<Value>> {
    let arguments = [&[WALKS, "--report", "json=report.json"], options].concat();
    let said = walk(folder, &arguments);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let report = json(&folder.join("report.json"));
    let streams = runs(&report).iter().map(|run| {
        let file = run["file"].as_str().expect("a file");
        let name = file.rsplit('/').next().expect("a name");
        let events: Vec<Event> =
            serde_json::from_value(run["events"].clone()).expect("events as the bench has them");
        assert!(events.len() > 10, "{name} has a timeline");
        (name.to_owned(), normal::stream(&with(events)))
    });
    streams.collect()
}

fn with(events: Vec<Event>) -> Run {
    Run {
        title: String::new(),
        why: String::new(),
        file: String::new(),
        seed: 0,
        version: String::new(),
        began: Timestamp(0),
        took_millis: 0,
        verdict: Verdict::Passed,
        steps: Vec::new(),
        events,
    }
}

#[test]
fn the_same_seed_gives_the_same_stream_for_every_walk_whatever_runs_beside_it() {
    let folder = Folder::with(&[]);
    let one = streams(folder.0.path(), &["--jobs", "1"]);
    let other = streams(folder.0.path(), &["--jobs", "8"]);
    assert!(one.len() >= 14, "only {} walks", one.len());
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        other.keys().collect::<Vec<_>>()
    );
    for (name, stream) in &one {
        same(name, stream, &other[name]);
    }
}

/// Fails at the first event that differs, and shows only that.
fn same(name: &str, one: &[Value], other: &[Value]) {
    for (left, right) in one.iter().zip(other) {
        assert_eq!(left, right, "{name}");
    }
    assert_eq!(one.len(), other.len(), "{name}: one goes on");
}

#[test]
fn another_seed_gives_another_stream_for_every_walk() {
    let folder = Folder::with(&[]);
    let one = streams(folder.0.path(), &["--seed", "1"]);
    let other = streams(folder.0.path(), &["--seed", "2"]);
    for (name, stream) in &one {
        assert_ne!(stream, &other[name], "{name}");
    }
}
