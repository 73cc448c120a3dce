//! The same seed is the same run.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::Value;
use timeline::{Event, Timestamp};
use walks::engine::{Run, Verdict, normal};

use super::{Folder, Said, WALKS, json, runs, walk};

/// What came of all walks of the project, played once for the tests of this file.
static ONCE: LazyLock<Played> = LazyLock::new(|| Played::with(&["--jobs", "2"]));

/// What the program said, and the normalised stream of every walk by its file's name.
struct Played {
    said: Said,
    streams: BTreeMap<String, Vec<Value>>,
}

impl Played {
    fn with(options: &[&str]) -> Self {
        let folder = Folder::with(&[]);
        let arguments = [&[WALKS, "--report", "json=report.json"], options].concat();
        let said = walk(folder.0.path(), &arguments);
        let report = json(&folder.path("report.json"));
        let streams = runs(&report).iter().map(|run| {
            let file = run["file"].as_str().expect("a file");
            let name = file.rsplit('/').next().expect("a name");
            let events: Vec<Event> = serde_json::from_value(run["events"].clone())
                .expect("events as the bench has them");
            (name.to_owned(), normal::stream(&with(events)))
        });
        Self {
            streams: streams.collect(),
            said,
        }
    }
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
fn every_walk_of_the_project_is_green() {
    let Said { code, out, err } = &ONCE.said;
    assert_eq!(*code, Some(0), "{err}");
    let passed = err.lines().filter(|line| line.starts_with("ok ")).count();
    assert!(passed >= 14, "only {passed} walks: {err}");
    assert!(
        out.starts_with(&format!("All {passed} walks passed.")),
        "{out}"
    );
    for (name, stream) in &ONCE.streams {
        assert!(stream.len() > 10, "{name} has a timeline");
    }
}

#[test]
fn the_same_seed_gives_the_same_stream_for_every_walk_whatever_runs_beside_it() {
    let (one, other) = (&ONCE.streams, Played::with(&["--jobs", "8"]).streams);
    let names = |streams: &BTreeMap<_, _>| streams.keys().cloned().collect::<Vec<String>>();
    assert_eq!(names(one), names(&other));
    for (name, stream) in one {
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
fn another_seed_is_green_too_and_gives_another_stream_for_every_walk() {
    let other = Played::with(&["--seed", "271828"]);
    assert_eq!(other.said.code, Some(0), "{}", other.said.err);
    for (name, stream) in &ONCE.streams {
        assert_ne!(stream, &other.streams[name], "{name}");
    }
}
