//! Walks with keys: what differs between ladders is told, a USB key is refused where there can be
//! none, and a key's PIN is nowhere.

use std::path::Path;

use bench::api::PlugWay;

use super::fixture::{played, read, runs, told, walk, within};
use crate::{
    acts::registry,
    engine::{Cast, Options, StepOutcome, Verdict, normal},
};

fn keys() -> Vec<std::path::PathBuf> {
    within(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/walks/keys"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_with_a_usb_key_passes_or_is_refused_plainly_before_its_first_step() {
    let of_usb: Vec<_> = keys()
        .into_iter()
        .filter(|file| read(file).plugs(PlugWay::Hid))
        .collect();
    assert!(!of_usb.is_empty());
    for file in of_usb {
        let run = played(read(&file)).await;
        let Err(missing) = bench::can_plug(PlugWay::Hid) else {
            assert_eq!(run.verdict, Verdict::Passed, "{}", told(&run));
            continue;
        };
        assert_eq!(run.verdict, Verdict::Failed);
        let why = run.steps[0].failure.as_deref().expect("it says why");
        assert!(
            why.contains("USB key") && why.contains(&missing.message),
            "{why}"
        );
        assert!(run.events.is_empty(), "nothing was begun");
        let later = &run.steps[1..];
        assert!(
            later
                .iter()
                .all(|step| step.outcome == StepOutcome::Skipped)
        );
    }
}

/// Two enrolments, the second one on a key.
const TWICE: &str = r#"
title = "Twice"
devices = [
  { name = "inside", profile = "fingerprint-key" },
  { name = "outside", profile = "fingerprint-key", way = "udp" },
]
accounts = [{ name = "alice" }, { name = "bob" }]
[[steps]]
act = "page.create-account"
account = "alice"
[[steps]]
act = "person.touch"
[[steps]]
act = "page.sign-out"
[[steps]]
act = "device.pick"
device = "outside"
[[steps]]
act = "page.create-account"
account = "bob"
[[steps]]
act = "person.touch"
expect = [{ ladder-changes = "7.1", is = [] }]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn ladders_that_differ_are_told_apart_step_by_step() {
    let sound = played(walk(TWICE)).await;
    assert_eq!(sound.verdict, Verdict::Passed, "{}", told(&sound));
    let fault = "act = \"fault.tamper\"\nmessage = \"POST /api/registration/begin\"\ndirection = \"response\"\nfield = \"publicKey.challenge\"\n";
    let mut parts: Vec<&str> = TWICE.split("[[steps]]\n").collect();
    parts.insert(5, fault);
    let bent = played(walk(&parts.join("[[steps]]\n"))).await;
    let last = bent.steps.last().expect("steps");
    let check = &last.checks[0];
    assert_eq!(check.held, Some(false), "{}", told(&bent));
    let difference = check.difference.as_deref().expect("it says how");
    assert!(difference.contains("failed"), "{difference}");

    let alone = TWICE.replace(
        "[[steps]]\nact = \"page.create-account\"\naccount = \"alice\"\n[[steps]]\nact = \"person.touch\"\n[[steps]]\nact = \"page.sign-out\"\n",
        "",
    );
    let alone = played(walk(&alone)).await;
    assert_eq!(
        alone.verdict,
        Verdict::Failed,
        "there is nothing to compare with"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_of_a_walk_with_keys_have_one_stream() {
    for file in keys() {
        if read(&file).plugs(PlugWay::Hid) {
            continue;
        }
        let (one, other) = (played(read(&file)).await, played(read(&file)).await);
        assert_eq!(one.verdict, Verdict::Passed, "{}", told(&one));
        assert_eq!(other.verdict, Verdict::Passed, "{}", told(&other));
        let (one, other) = (normal::stream(&one), normal::stream(&other));
        for (one, other) in one.iter().zip(&other) {
            assert_eq!(one, other, "{}", file.display());
        }
        assert_eq!(one.len(), other.len());
        let reports = one
            .iter()
            .filter(|event| event["kind"] == "client.hid.sent");
        assert_eq!(reports.count(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pin_of_a_key_is_named_in_a_walk_and_shown_nowhere() {
    let file = keys()
        .into_iter()
        .find(|file| file.to_string_lossy().contains("pin-of-a-key"))
        .expect("there is one");
    let walk = std::sync::Arc::new(read(&file));
    let secrets = crate::engine::Secrets::made(walk.seed, &walk.secrets);
    let keep = tempfile::tempdir().expect("a folder");
    let options = Options {
        keep: Some(keep.path().to_owned()),
        ..Options::default()
    };
    let run = crate::engine::run(walk.clone(), options).await;
    assert_eq!(run.verdict, Verdict::Passed, "{}", told(&run));
    let mut all = format!("{walk:?}{run:?}");
    all += &crate::report::timeline(&run).expect("a timeline");
    all += &crate::report::html(&[run]).expect("a report");
    assert!(all.contains("client.key-pin.answered"), "it was typed");
    for name in ["key", "wrong"] {
        let digits = secrets.digits(name).expect("named");
        assert!(!all.contains(digits), "secret:{name}");
    }
}

#[test]
fn what_somebody_did_in_the_dialogs_of_a_key_is_recorded_with_the_names_of_its_pins() {
    let (walk, run) = (runs().iter())
        .find(|(walk, _)| walk.title == "The PIN of a key")
        .expect("it was played");
    let added = |name: &str| {
        let mut events = run.events.iter();
        let added =
            events.find(|event| event.kind == "bench.device.added" && event.body["name"] == *name);
        added.expect("added").body["device"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let mut cast = Cast::clone(&walk.cast);
    for player in &mut cast.devices {
        player.id = added(&player.name);
    }
    let registry = registry();
    let mut pins = Vec::new();
    for (at, event) in run.events.iter().enumerate() {
        let mut kinds = registry.acts.iter();
        let found = kinds
            .find_map(|kind| Some((kind.name, (kind.recorded)(event, &run.events[..at], &cast)?)));
        if let Some((name, members)) = found.filter(|(name, _)| name.contains("key-pin")) {
            pins.push(format!("{name} {}", members["pin"]));
        }
    }
    let wanted = [
        "client.set-key-pin \"secret:key\"",
        "client.enter-key-pin \"secret:wrong\"",
        "client.enter-key-pin \"secret:wrong\"",
        "client.enter-key-pin \"secret:key\"",
    ];
    assert_eq!(pins, wanted);
}
