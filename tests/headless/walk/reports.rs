//! The three reports, as the program writes them.

use std::fs;

use quick_junit::{Report, TestCaseStatus};

use super::{Folder, GREEN, RED, json, runs, walk};

#[test]
fn all_three_reports_name_the_failed_step_and_say_what_differs() {
    let folder = Folder::with(&[("green.toml", GREEN), ("red.toml", RED)]);
    let reports = [
        "--report",
        "junit=a.xml",
        "--report",
        "json=a.json",
        "--report",
        "html=a.html",
    ];
    let said = walk(
        folder.0.path(),
        &[&["red.toml", "green.toml"], &reports[..]].concat(),
    );
    assert_eq!(said.code, Some(1), "{}", said.err);

    let report = json(&folder.path("a.json"));
    assert_eq!(report["format"], "touchstone-walks-1");
    assert_eq!(
        (&report["summary"]["failed"], &report["summary"]["passed"]),
        (&1.into(), &1.into())
    );
    let [red, green] = runs(&report) else {
        panic!("two runs, in the order of their files");
    };
    assert_eq!(
        (&red["verdict"], &green["verdict"]),
        (&"failed".into(), &"passed".into())
    );
    let outcomes = red["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .map(|step| &step["outcome"]);
    assert_eq!(
        outcomes.collect::<Vec<_>>(),
        ["passed", "failed", "skipped"]
    );
    let check = &red["steps"][1]["checks"][0];
    assert_eq!(
        (&check["held"], &check["line"]),
        (&false.into(), &24.into())
    );
    let sentence = check["difference"].as_str().expect("a sentence");

    let text = fs::read_to_string(folder.path("a.xml")).expect("it was written");
    let junit = Report::deserialize_from_str(&text).expect("JUnit's form");
    assert_eq!((junit.tests, junit.failures), (4, 1));
    let TestCaseStatus::NonSuccess {
        message,
        description,
        ..
    } = &junit.test_suites[0].test_cases[1].status
    else {
        panic!("the second step failed: {text}");
    };
    assert_eq!(message.as_ref().map(|it| it.as_str()), Some(sentence));
    let description = description.as_ref().expect("a description").as_str();
    assert!(description.contains("red.toml:24: "), "{description}");

    let page = fs::read_to_string(folder.path("a.html")).expect("it was written");
    let shown = sentence
        .replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    assert!(page.contains(&shown), "{shown}");
    assert!(page.contains("1 of 2 walks passed."));
    assert!(page.contains("Alice &lt;b&gt;Example&lt;/b&gt;") && !page.contains("Alice <b>"));
    assert!(page.contains("red.toml:24"));
}

#[test]
fn a_report_without_a_place_is_said_before_anything_is_played() {
    let folder = Folder::with(&[("green.toml", GREEN)]);
    let arguments = [
        "green.toml",
        "--report",
        "html=gone/a.html",
        "--report",
        "json=.",
        "--report",
        "html=green.toml/a.html",
        "--report",
        "junit=a.xml",
    ];
    let said = walk(folder.0.path(), &arguments);
    assert_eq!(said.code, Some(2), "{}", said.err);
    for path in ["gone/a.html", ".", "green.toml/a.html"] {
        let sentence = format!("The report {path} cannot be written: ");
        assert!(said.err.contains(&sentence), "{}", said.err);
    }
    assert!(!said.err.contains("ok "), "{}", said.err);
    assert!(!folder.path("a.xml").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_is_said_and_the_others_are_written() {
    let folder = Folder::with(&[("green.toml", GREEN)]);
    let arguments = [
        "green.toml",
        "--report",
        // A disk without room.
        "html=/dev/full",
        "--report",
        "junit=a.xml",
    ];
    let said = walk(folder.0.path(), &arguments);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(
        said.err
            .contains("The report /dev/full cannot be written: "),
        "{}",
        said.err
    );
    assert!(said.err.contains("ok      The page opens"), "{}", said.err);
    assert!(folder.path("a.xml").exists());
}
