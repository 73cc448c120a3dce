use serde_json::json;
use timeline::Timestamp;

use super::*;

fn event(seq: u64, party: Party, kind: &'static str, body: Value) -> Event {
    Event {
        seq: Seq(seq),
        cause: None,
        party,
        wall: Timestamp(0),
        party_time: None,
        kind: kind.into(),
        deliberate: false,
        raw: None,
        body,
    }
}

fn drawn(party: Party, kind: &'static str, body: Value) -> Drawn {
    present(&event(1, party, kind, body), &[])
}

#[derive(serde::Deserialize)]
struct Case {
    party: Party,
    kind: String,
    #[serde(default)]
    asked: Value,
    body: Value,
    title: String,
    note: Option<String>,
    tone: String,
}

/// What the window draws, too: its own tests read the same file.
fn cases() -> Vec<Case> {
    let text = include_str!("../../../../../fixtures/wire.json");
    serde_json::from_str(text).expect("a list of events and how they are drawn")
}

#[test]
fn every_event_is_drawn_as_the_window_draws_it() {
    for case in cases() {
        let request = event(1, Party::RelyingParty, "rp.request", case.asked);
        let mut about = event(2, case.party, "", case.body);
        about.cause = Some(Seq(1));
        about.kind = case.kind.clone().into();
        let drawn = present(&about, &[request]);
        assert_eq!(
            (drawn.title.as_str(), drawn.note, drawn.tone.class()),
            (case.title.as_str(), case.note, case.tone.as_str()),
            "{}",
            case.kind
        );
    }
}

#[test]
fn there_are_words_for_every_kind_of_event() {
    let cases = cases();
    for kind in [::bench::kinds::EVERY, crate::kinds::EVERY].concat() {
        assert!(
            cases.iter().any(|case| case.kind == kind),
            "fixtures/wire.json does not say how {kind} is drawn"
        );
    }
}

#[test]
fn an_event_that_is_not_known_or_not_shaped_as_said_is_still_drawn() {
    let kinds = [
        "client.command.answered",
        "client.failed",
        "device.prompt.shown",
        "device.pin.checked",
        "rp.response",
        "rp.verification",
        "bench.clock.moved",
        "bench.fault.applied",
        "of.tomorrow",
    ];
    let bodies = [
        json!(null),
        json!([]),
        json!({ "steps": [1, {}], "code": -1, "motion": 3, "user": "x" }),
    ];
    for party in [
        Party::Device,
        Party::Client,
        Party::RelyingParty,
        Party::Bench,
    ] {
        for kind in kinds {
            for body in &bodies {
                assert!(
                    !drawn(party, kind, body.clone()).title.is_empty(),
                    "{kind} {body}"
                );
            }
        }
    }
}
