//! For build servers.

use std::{fmt::Write as _, time::Duration};

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::{LeftOut, Summary, again, plain};
use crate::engine::{Failure, Run, StepOutcome, StepRun};

pub(super) fn write(runs: &[Run], left_out: &[LeftOut]) -> Result<String, Failure> {
    let summary = Summary::of(runs);
    let mut report = Report::new("touchstone walks");
    report.set_time(Duration::from_millis(summary.took_millis));
    if let Some(began) = summary.began.and_then(|at| moment(at.0)) {
        report.set_timestamp(began);
    }
    report.add_test_suites(runs.iter().map(suite));
    report.add_test_suites(left_out.iter().map(not_played));
    report
        .to_string()
        .map_err(|error| Failure::Machine(format!("The report could not be written: {error}.")))
}

fn moment(millis: i64) -> Option<chrono::DateTime<chrono::Utc>> {
    chrono::DateTime::from_timestamp_millis(millis)
}

fn suite(run: &Run) -> TestSuite {
    let mut suite = TestSuite::new(plain(&run.title));
    suite.set_time(Duration::from_millis(run.took_millis));
    if let Some(began) = moment(run.began.0) {
        suite.set_timestamp(began);
    }
    suite.add_properties(
        [
            ("file", plain(&run.file).into_owned()),
            ("seed", run.seed.to_string()),
            ("touchstone", run.version.clone()),
            ("why", plain(&run.why).into_owned()),
            ("again", plain(&again(run)).into_owned()),
        ]
        .map(|(name, value)| Property::new(name, value)),
    );
    suite.add_test_cases(run.steps.iter().map(|step| case(run, step)));
    suite
}

/// A suite with one case that stands for the whole walk.
fn not_played(left_out: &LeftOut) -> TestSuite {
    let mut suite = TestSuite::new(plain(&left_out.title));
    let mut case = TestCase::new("The walk was left out", skipped(&left_out.why));
    case.set_classname(plain(&left_out.file));
    suite.add_property(Property::new("file", plain(&left_out.file)));
    suite.add_test_case(case);
    suite
}

fn case(run: &Run, step: &StepRun) -> TestCase {
    let name = format!("{} {}", step.number, step.title);
    let mut case = TestCase::new(plain(&name), status(run, step));
    case.set_classname(plain(&run.file));
    case.set_time(Duration::from_millis(step.took_millis));
    case.set_assertions(step.checks.len());
    for (name, value) in [("file", run.file.clone()), ("line", step.line.to_string())] {
        case.extra.insert(name.into(), plain(&value).into());
    }
    case
}

fn status(run: &Run, step: &StepRun) -> TestCaseStatus {
    match step.outcome {
        StepOutcome::Passed => TestCaseStatus::success(),
        StepOutcome::Failed => failed(run, step),
        StepOutcome::Skipped => skipped("An earlier step failed."),
        StepOutcome::Ahead | StepOutcome::Current => skipped("The walk has not come to its end."),
    }
}

fn skipped(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(plain(why));
    status
}

fn failed(run: &Run, step: &StepRun) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let first = step.faults().next();
    let kind = match step.failure {
        Some(_) => "act",
        None => "expectation",
    };
    status
        .set_type(kind)
        .set_message(plain(
            first.map_or("The step failed.", |fault| fault.sentence),
        ))
        .set_description(plain(&description(run, step)));
    status
}

/// Every fault, with where to look in the file and in the timeline, and how to see it again.
fn description(run: &Run, step: &StepRun) -> String {
    let mut text = String::new();
    for fault in step.faults() {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}:{}: {}", run.file, fault.line, fault.sentence);
    }
    for check in step.checks.iter().filter(|check| check.held == Some(false)) {
        let actual = check.actual.as_deref().unwrap_or("nothing");
        let _ = writeln!(text, "expected: {}\nactual: {actual}", check.expected);
    }
    let _ = writeln!(text, "again: {}", again(run));
    text
}
