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

#[test]
fn a_response_is_named_after_its_request_and_a_refusal_after_its_code() {
    let request = json!({ "method": "POST", "path": "/api/authentication/finish" });
    let request = event(3, Party::RelyingParty, "rp.request", request);
    let mut response = event(
        4,
        Party::RelyingParty,
        "rp.response",
        json!({ "status": 200, "body": {}, "durationMicros": 1_290 }),
    );
    response.cause = Some(Seq(3));
    let events = [request, response.clone()];
    let good = present(&response, &events);
    assert_eq!((good.title.as_str(), good.tone), ("signed in", Tone::Plain));
    assert_eq!(good.note.as_deref(), Some("200 · 1.2 ms"));
    response.body = json!({ "status": 403, "body": { "error": { "code": "notVerified" } } });
    let refused = present(&response, &events);
    assert_eq!(
        (refused.title.as_str(), refused.tone),
        ("notVerified", Tone::Bad)
    );
}

#[test]
fn a_first_visit_without_a_session_is_no_failure() {
    let request = json!({ "method": "GET", "path": "/api/session" });
    let request = event(1, Party::RelyingParty, "rp.request", request);
    let mut response = event(
        2,
        Party::RelyingParty,
        "rp.response",
        json!({ "status": 401 }),
    );
    response.cause = Some(Seq(1));
    let drawn = present(&response, &[request, response.clone()]);
    assert_eq!(
        (drawn.title.as_str(), drawn.tone),
        ("no session", Tone::Plain)
    );
}

#[test]
fn a_failed_verification_names_its_step() {
    let body = json!({ "verified": false, "steps": [
        { "section": "7.2", "step": 20, "name": "Client data is hashed", "outcome": "passed" },
        { "section": "7.2", "step": 21, "name": "The signature is valid", "outcome": "failed" },
    ] });
    let drawn = drawn(Party::RelyingParty, "rp.verification", body);
    assert_eq!(drawn.title, "7.2 step 21 failed");
    assert_eq!(drawn.note.as_deref(), Some("The signature is valid"));
}

#[test]
fn what_the_tester_bent_is_said_in_words() {
    let title = |kind, body| drawn(Party::Bench, kind, body).title;
    let skip =
        json!({ "motion": { "kind": "skip", "millis": 360_000 }, "parties": ["relyingParty"] });
    assert_eq!(
        title("bench.clock.moved", skip.clone()),
        "Clocks moved on by 6 min 0 s"
    );
    let note = drawn(Party::Bench, "bench.clock.moved", skip).note;
    assert_eq!(note.as_deref(), Some("relying party"));
    let lost = json!({ "state": { "kind": "answerLost", "requests": 1 } });
    assert_eq!(title("bench.network.set", lost), "Network: answer lost");
    let armed = json!({ "fault": { "message": "POST /x", "direction": "request", "effect": { "kind": "tamper", "field": "a.b" } } });
    let armed = drawn(Party::Bench, "bench.fault.armed", armed);
    assert_eq!(armed.title, "Fault armed: tamper");
    assert_eq!(armed.note.as_deref(), Some("POST /x (request)"));
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
