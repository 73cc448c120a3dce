use quick_junit::{Report, TestCaseStatus};
use serde_json::{Value, json};
use timeline::{Event, Party, Seq, Timestamp};

use super::*;
use crate::engine::{CheckRun, StepOutcome, StepRun, Verdict};

const HOSTILE: &str =
    "</script><img src=\"http://evil.example/x\" onerror='alert(1)'>&\u{1b}[31m\u{202e}\0";
const CANARY: &str = "CANARY-31415";

fn event(seq: u64, party: Party, kind: &'static str, body: Value) -> Event {
    Event {
        seq: Seq(seq),
        cause: (seq > 1).then_some(Seq(seq - 1)),
        party,
        wall: Timestamp(1_772_442_000_000),
        party_time: None,
        kind: kind.into(),
        deliberate: seq == 4,
        raw: Some(b"bytes".to_vec()),
        body,
    }
}

fn step(number: u32, outcome: StepOutcome, checks: Vec<CheckRun>) -> StepRun {
    StepRun {
        number,
        title: format!("Step {HOSTILE}"),
        act: "page.sign-in".to_owned(),
        instruction: format!("Press {HOSTILE}."),
        line: 10 * number,
        outcome,
        failure: None,
        checks,
        events: Some((Seq(u64::from(number) * 2 - 2), Seq(u64::from(number) * 2))),
        took_millis: 12,
    }
}

fn check(held: bool) -> CheckRun {
    CheckRun {
        expected: format!("account is {HOSTILE}"),
        actual: Some("bob".to_owned()),
        held: Some(held),
        difference: (!held)
            .then(|| format!("The account should be {HOSTILE} and is bob (event #3).")),
        event: Some(Seq(3)),
        line: 23,
    }
}

fn run(verdict: Verdict) -> Run {
    let failed = verdict == Verdict::Failed;
    let ladder = json!({ "verified": false, "steps": [
        { "section": "7.2", "step": 21, "name": HOSTILE, "outcome": "failed", "expected": HOSTILE, "actual": HOSTILE },
    ] });
    let mut skipped = step(
        3,
        if failed {
            StepOutcome::Skipped
        } else {
            StepOutcome::Passed
        },
        vec![],
    );
    skipped.events = None;
    let second = if failed {
        StepOutcome::Failed
    } else {
        StepOutcome::Passed
    };
    Run {
        title: format!("{verdict:?} {HOSTILE}"),
        why: HOSTILE.to_owned(),
        file: format!("walks/{HOSTILE}.toml"),
        seed: 7,
        version: "0.0.0".to_owned(),
        began: Timestamp(1_772_442_000_000),
        took_millis: 290,
        verdict,
        steps: vec![
            step(1, StepOutcome::Passed, vec![check(true)]),
            step(2, second, vec![check(true), check(!failed)]),
            skipped,
        ],
        events: vec![
            event(
                1,
                Party::Bench,
                "bench.device.added",
                json!({ "device": "d", "name": HOSTILE, "profile": "phone" }),
            ),
            event(
                2,
                Party::Client,
                "client.command.sent",
                json!({ "command": HOSTILE, "code": 2 }),
            ),
            event(
                3,
                Party::Device,
                "device.prompt.answered",
                json!({ "deep": [{ "pin": CANARY, "token": CANARY }] }),
            ),
            event(4, Party::RelyingParty, "rp.verification", ladder),
            event(
                5,
                Party::RelyingParty,
                "rp.session.bound",
                json!({ "account": HOSTILE }),
            ),
        ],
    }
}

fn runs() -> Vec<Run> {
    vec![run(Verdict::Passed), run(Verdict::Failed)]
}

#[test]
fn no_report_holds_a_planted_secret_or_its_bytes() {
    for report in [
        json(&runs()),
        junit(&runs(), &[]),
        html(&runs()),
        timeline(&runs()[0]),
    ] {
        let report = report.expect("a report");
        assert!(!report.contains(CANARY), "{report}");
    }
    let report: Value = serde_json::from_str(&json(&runs()).expect("a report")).expect("JSON");
    assert_eq!(report["runs"][0]["events"][2]["raw"], Value::Null);
    assert_eq!(report["runs"][0]["events"][1]["raw"], "Ynl0ZXM");
}

#[test]
fn json_says_its_format_and_its_counts_and_keeps_every_event() {
    let report: Value = serde_json::from_str(&json(&runs()).expect("a report")).expect("JSON");
    assert_eq!(report["format"], "touchstone-walks-1");
    let summary = &report["summary"];
    let counts = [
        "walks",
        "passed",
        "failed",
        "steps",
        "stepsPassed",
        "checks",
        "checksHeld",
    ];
    assert_eq!(
        counts.map(|name| summary[name].as_u64()),
        [2, 1, 1, 6, 4, 6, 5].map(Some)
    );
    assert_eq!(report["runs"][1]["steps"][1]["checks"][1]["held"], false);
    assert_eq!(
        report["runs"][1]["events"].as_array().map(Vec::len),
        Some(5)
    );
}

#[test]
fn junit_has_a_suite_a_walk_and_a_case_a_step_and_the_failure_says_where() {
    let text = junit(&runs(), &[]).expect("a report");
    let report = Report::deserialize_from_str(&text).expect("JUnit's form");
    assert_eq!((report.tests, report.failures), (6, 1));
    let suite = &report.test_suites[1];
    assert_eq!((suite.tests, suite.failures), (3, 1));
    let TestCaseStatus::NonSuccess {
        message,
        description,
        ..
    } = &suite.test_cases[1].status
    else {
        panic!("the second step failed");
    };
    let message = message.as_ref().expect("a message").as_str();
    assert!(
        message.starts_with("The account should be </script>"),
        "{message}"
    );
    let description = description.as_ref().expect("a description").as_str();
    for part in [
        ".toml:23: The account should be",
        "(event #3)",
        "actual: bob",
        "--seed 7",
    ] {
        assert!(description.contains(part), "{part} in {description}");
    }
    assert!(matches!(
        suite.test_cases[2].status,
        TestCaseStatus::Skipped { .. }
    ));
}

#[test]
fn a_walk_that_was_left_out_is_skipped_in_junit_and_says_why() {
    let left_out = LeftOut {
        title: format!("Plugged in {HOSTILE}"),
        file: "walks/plugged.toml".to_owned(),
        why: format!("There is no uhid {HOSTILE}."),
    };
    let text = junit(&runs()[..1], &[left_out]).expect("a report");
    let report = Report::deserialize_from_str(&text).expect("JUnit's form");
    assert_eq!((report.tests, report.failures), (4, 0));
    let suite = &report.test_suites[1];
    assert!(suite.name.as_str().starts_with("Plugged in "), "{text}");
    let TestCaseStatus::Skipped { message, .. } = &suite.test_cases[0].status else {
        panic!("it was not played: {text}");
    };
    let message = message.as_ref().expect("a message").as_str();
    assert!(message.starts_with("There is no uhid "), "{message}");
}

#[test]
fn no_run_at_all_is_no_success() {
    assert_eq!(Summary::of(&[]).sentence(), "No walk was played.");
}

#[test]
fn html_escapes_whatever_comes_from_outside_and_loads_nothing() {
    let page = html(&runs()).expect("a report");
    for hostile in ["</script>", "<img", "\u{1b}", "\u{202e}", "\0"] {
        assert!(!page.contains(hostile), "{hostile:?}");
    }
    assert!(page.contains("&lt;/script&gt;&lt;img src=&quot;http://evil.example/x&quot;"));
    for loading in [
        " src=\"",
        "<script",
        "<link",
        "@import",
        "url(",
        "<iframe",
        "<object",
        "javascript:",
    ] {
        assert!(!page.contains(loading), "{loading}");
    }
    assert!(page.contains("default-src 'none'"));
    let links: Vec<_> = page.split("href=\"").skip(1).collect();
    assert!(
        links.iter().all(|link| link.starts_with('#')),
        "links stay within the page"
    );
}

#[test]
fn every_link_of_the_page_has_its_target_and_no_target_is_there_twice() {
    let page = html(&runs()).expect("a report");
    let values = |name: &str| -> Vec<String> {
        let parts = page.split(name).skip(1);
        parts
            .map(|part| part.split('"').next().unwrap_or_default().to_owned())
            .collect()
    };
    let mut targets = values(" id=\"");
    let all = targets.len();
    targets.sort();
    targets.dedup();
    assert_eq!(targets.len(), all);
    let links = values("href=\"#");
    assert!(links.len() > 20, "{links:?}");
    for link in links {
        assert!(targets.contains(&link), "{link}");
    }
}

#[test]
fn html_shows_what_failed_first_and_open() {
    let page = html(&runs()).expect("a report");
    let at = |text: &str| {
        page.find(text)
            .unwrap_or_else(|| panic!("{text} is in the page"))
    };
    assert!(page.contains("1 of 2 walks passed."));
    assert!(at("<h2>Failed") < at("<h2>Passed"));
    let opened: Vec<_> = page
        .split("<details class=\"walk\"")
        .skip(1)
        .map(|part| part.starts_with(" open"))
        .collect();
    assert_eq!(opened, [true, false]);
    assert!(
        at("class=\"fault\"") < at("class=\"steps\""),
        "the sentence comes before the steps"
    );
}

/// The page without its styles and its text: what there is, in order.
#[test]
fn the_page_has_this_structure() {
    let mut one = run(Verdict::Failed);
    one.events.truncate(4);
    let page = html(&[one]).expect("a report");
    let body = page.split_once("<body>").expect("a body").1;
    let headings: Vec<_> = body
        .split("<h")
        .skip(1)
        .filter(|part| part.starts_with(|level: char| level.is_ascii_digit()))
        .map(|part| {
            let (level, rest) = part.split_at(1);
            let text = rest.split_once('>').map_or("", |(_, text)| text);
            let end = text.find(&format!("</h{level}>")).unwrap_or(0);
            let text: String = text[..end]
                .chars()
                .filter(|it| *it != '\n')
                .take(200)
                .collect();
            let text = text.replace("&lt;", "<");
            let text = text.rsplit("</span> ").next().unwrap_or_default();
            format!(
                "{level} {}",
                text.split('<').next().unwrap_or_default().trim()
            )
        })
        .collect();
    assert_eq!(
        headings,
        [
            "1 The walk failed.",
            "2 Failed",
            "3 Steps",
            "4 Step",
            "4 Step",
            "4 Step",
            "3 Sequence",
            "3 Verification",
            "3 Messages",
        ]
    );
    let count = |text: &str| body.matches(text).count();
    assert_eq!(count("<a class=\"row\""), 4, "a row for every event");
    assert_eq!(
        count("class=\"band "),
        2,
        "a band for every step that was done"
    );
    assert_eq!(count("class=\"wire\""), 1, "one message crosses");
    assert_eq!(count("class=\"messages\""), 1);
    assert_eq!(
        count("<pre class=\"hex\">"),
        3,
        "bytes, but not those beside a secret"
    );
    assert!(
        count("on purpose") >= 3,
        "drawing, ladder and message say that it was deliberate"
    );
}

#[test]
fn a_run_of_nothing_and_no_run_at_all_are_reports_too() {
    let mut empty = run(Verdict::Running);
    empty.steps.clear();
    empty.events.clear();
    for runs in [vec![], vec![empty]] {
        let page = html(&runs).expect("a report");
        assert!(page.contains("</html>"));
        junit(&runs, &[]).expect("a report");
        json(&runs).expect("a report");
    }
}

#[test]
fn the_command_that_repeats_a_run_survives_a_shell() {
    let mut odd = run(Verdict::Passed);
    odd.file = "my walks/it's.toml".to_owned();
    assert_eq!(
        again(&odd),
        r"touchstone walk 'my walks/it'\''s.toml' --seed 7"
    );
    odd.file = "walks/enrol.toml".to_owned();
    assert_eq!(again(&odd), "touchstone walk walks/enrol.toml --seed 7");
}
