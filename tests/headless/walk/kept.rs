//! What `--keep` keeps.

use std::fs;

use super::{Folder, GREEN, RED, json, walk};

#[test]
fn every_run_keeps_its_data_and_its_timeline_in_a_folder_of_its_own() {
    let folder = Folder::with(&[("green.toml", GREEN), ("red.toml", RED)]);
    fs::create_dir(folder.path("more")).expect("a folder");
    fs::write(folder.path("more/green.toml"), GREEN).expect("it can be written");
    let said = walk(
        folder.0.path(),
        &["green.toml", "red.toml", "more", "--keep", "kept/runs"],
    );
    assert_eq!(said.code, Some(1), "{}", said.err);
    for name in ["green", "red", "green-2"] {
        let home = folder.path("kept/runs").join(name);
        let timeline = json(&home.join("timeline.json"));
        assert_eq!(timeline["format"], "touchstone-timeline-1");
        let events = timeline["events"].as_array().expect("events");
        assert!(events.len() > 5, "{name}: {events:?}");
        let data = fs::read_dir(home.join("data")).expect("the bench's data");
        assert!(data.count() > 0, "{name}");
    }
}

#[test]
fn no_name_of_a_walk_leads_out_of_the_folder() {
    let folder = Folder::with(&[("...toml", GREEN)]);
    let said = walk(folder.0.path(), &["...toml", "--keep", "kept/runs"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(folder.path("kept/runs/walk/timeline.json").is_file());
    let beside = fs::read_dir(folder.path("kept")).expect("a folder");
    assert_eq!(beside.count(), 1, "only the runs");
}

#[test]
fn a_folder_that_holds_something_is_refused_before_anything_is_played() {
    let folder = Folder::with(&[("green.toml", GREEN)]);
    let kept = ["green.toml", "--keep", "kept"];
    assert_eq!(walk(folder.0.path(), &kept).code, Some(0));
    let before = fs::read(folder.path("kept/green/timeline.json")).expect("a timeline");
    let said = walk(folder.0.path(), &kept);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(
        said.err.contains("kept already holds something."),
        "{}",
        said.err
    );
    assert!(!said.err.contains("ok "), "{}", said.err);
    let after = fs::read(folder.path("kept/green/timeline.json")).expect("a timeline");
    assert_eq!(before, after, "nothing was touched");
    let said = walk(folder.0.path(), &["green.toml", "--keep", "green.toml"]);
    assert_eq!(said.code, Some(2), "a file is no folder: {}", said.err);
}
