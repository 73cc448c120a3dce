//! The same seed is the same run.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use bench::api::PlugWay;
use serde_json::Value;
use timeline::{Event, Timestamp};
use walks::{
    acts,
    engine::{Run, Verdict, Walk, normal},
};

use super::{Folder, Said, WALKS, json, runs, walk};

/// What came of all walks of the project, played once for the tests of this file.
static ONCE: LazyLock<Played> = LazyLock::new(|| Played::with(&["--jobs", "2"]));

/// What the program said, and the normalised stream of every walk by its file's name.
struct Played {
    said: Said,
    streams: BTreeMap<String, Vec<Value>>,
}

/// The walks of the project: those that can be played here, and those with a USB key where none can
/// be made of a device.
fn walks() -> (Vec<PathBuf>, Vec<PathBuf>) {
    let registry = acts::registry();
    let within = |folder: &str| std::fs::read_dir(Path::new(WALKS).join(folder)).expect("a folder");
    let entries = ["", "pin-sync", "keys"].into_iter().flat_map(within);
    let files = entries.map(|entry| entry.expect("readable").path());
    files
        .filter(|file| file.extension().is_some_and(|ending| ending == "toml"))
        .partition(|file| {
            let walk = Walk::read(file, &registry).expect("a walk");
            !walk.plugs(PlugWay::Hid) || bench::can_plug(PlugWay::Hid).is_ok()
        })
}

impl Played {
    fn with(options: &[&str]) -> Self {
        let folder = Folder::with(&[]);
        let (files, _) = walks();
        let files: Vec<&str> = files.iter().filter_map(|file| file.to_str()).collect();
        let arguments = [&files[..], &["--report", "json=report.json"], options].concat();
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
fn a_walk_with_a_usb_key_is_refused_plainly_where_there_can_be_none() {
    let (_, refused) = walks();
    for file in refused {
        let folder = Folder::with(&[]);
        let Said { code, err, .. } = walk(folder.0.path(), &[file.to_str().expect("text")]);
        assert_eq!(code, Some(1), "{err}");
        assert!(err.contains("which cannot be done here"), "{err}");
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
