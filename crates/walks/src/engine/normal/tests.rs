use timeline::{Party, Seq, Timestamp};

use super::*;
use crate::engine::Verdict;

fn event(seq: u64, kind: &'static str, body: Value) -> Event {
    Event {
        seq: Seq(seq),
        cause: None,
        party: Party::Client,
        wall: Timestamp(1_700_000_000_000 + seq as i64),
        party_time: Some(Timestamp(1_000)),
        kind: kind.into(),
        deliberate: false,
        raw: Some(vec![seq as u8]),
        body,
    }
}

fn run(events: Vec<Event>) -> Run {
    Run {
        title: "A walk".to_owned(),
        why: String::new(),
        file: "walk.toml".to_owned(),
        seed: 1,
        version: "0.0.0".to_owned(),
        began: Timestamp(0),
        took_millis: 0,
        verdict: Verdict::Passed,
        steps: Vec::new(),
        events,
    }
}

/// A sign-in as a run at this port records it.
fn sign_in(port: u16, device: &str, signature: &str, challenge: &str) -> Run {
    let client_data = json!({ "type": "webauthn.get", "challenge": challenge, "origin": format!("http://acme.localhost:{port}") });
    let client_data = BASE64URL_NOPAD.encode(client_data.to_string().as_bytes());
    let response = json!({ "clientDataJSON": client_data, "signature": signature, "authenticatorData": "AAAA" });
    run(vec![
        event(
            1,
            "bench.device.added",
            json!({ "device": device, "name": "phone" }),
        ),
        event(
            2,
            "client.command.sent",
            json!({ "request": { "clientDataHash": format!("hash-at-{port}") } }),
        ),
        event(
            3,
            "bench.fault.applied",
            json!({ "field": "credential.response.signature", "before": signature, "after": format!("{signature}x") }),
        ),
        event(
            4,
            "rp.request",
            json!({ "method": "POST", "path": "/api/authentication/finish", "body": { "credential": { "response": response } } }),
        ),
        event(
            5,
            "rp.response",
            json!({ "status": 200, "durationMicros": port, "body": { "devices": [device] } }),
        ),
    ])
}

#[test]
fn runs_that_differ_in_port_device_and_time_have_the_same_stream() {
    let (one, other) = (
        sign_in(40_001, "d-1", "c2lnbmF0dXJlLTE", "Y2hhbGxlbmdl"),
        sign_in(50_002, "d-2", "c2lnbmF0dXJlLTI", "Y2hhbGxlbmdl"),
    );
    assert_eq!(stream(&one), stream(&other));
    let text = Value::from(stream(&one)).to_string();
    assert!(text.contains("http://acme.localhost:PORT"), "{text}");
    assert!(!text.contains("40001") && !text.contains("wall"), "{text}");
}

#[test]
fn another_challenge_another_cause_or_another_deliberate_mark_is_another_stream() {
    let one = sign_in(40_001, "d-1", "c2lnbmF0dXJlLTE", "Y2hhbGxlbmdl");
    let other = sign_in(40_001, "d-1", "c2lnbmF0dXJlLTE", "YW5vdGhlciBvbmU");
    assert_ne!(
        stream(&one),
        stream(&other),
        "challenges come from the seed"
    );
    for change in [
        |event: &mut Event| event.cause = Some(Seq(1)),
        |event: &mut Event| event.deliberate = true,
        |event: &mut Event| event.party_time = None,
    ] {
        let mut other = one.clone();
        change(&mut other.events[4]);
        assert_ne!(stream(&one), stream(&other));
    }
}

#[test]
fn times_are_compared_until_the_clocks_run() {
    let at = |rate: f64, time: i64| {
        let body = json!({ "at": "2026-03-02T09:00:00Z" });
        let mut later = event(2, "rp.response", body);
        later.party_time = Some(Timestamp(time));
        let motion = json!({ "motion": { "kind": "run", "rate": rate } });
        stream(&run(vec![event(1, "bench.clock.moved", motion), later]))
    };
    assert_eq!(
        at(60.0, 5),
        at(60.0, 6),
        "a running clock is not repeatable"
    );
    assert_ne!(at(0.0, 5), at(0.0, 6), "a clock that stands still is");
    assert_eq!(at(60.0, 5)[1]["body"]["at"], "[time]");
    assert_eq!(at(0.0, 5)[1]["body"]["at"], "2026-03-02T09:00:00Z");
}

#[test]
fn requests_of_two_pages_are_equal_when_only_what_was_drawn_differs() {
    let asked = |id: &str, other: &str| {
        let delete =
            json!({ "method": "DELETE", "path": format!("/api/passkeys/{id}"), "body": null });
        let rename = json!({ "method": "PATCH", "path": format!("/api/passkeys/{other}"), "body": { "label": "My phone", "id": other } });
        requests(&run(vec![
            event(1, "rp.request", delete),
            event(2, "rp.response", json!({})),
            event(3, "rp.request", rename),
        ]))
    };
    let (a, b) = ("AAAAAAAAAAAAAAAAAAAA1", "BBBBBBBBBBBBBBBBBBBB2");
    assert_eq!(
        asked(a, b),
        [
            "DELETE /api/passkeys/<1> null",
            "PATCH /api/passkeys/<2> {\"id\":\"<2>\",\"label\":\"My phone\"}"
        ]
    );
    assert_eq!(asked(a, b), asked(b, a));
    assert_ne!(asked(a, b), asked(a, a), "which one is asked for matters");
}

#[test]
fn what_comes_after_the_end_of_the_walk_is_left_out() {
    let mut one = sign_in(40_001, "d-1", "c2lnbmF0dXJlLTE", "Y2hhbGxlbmdl");
    one.events.push(event(6, kinds::WALK_ENDED, json!({})));
    let ended = stream(&one);
    assert_eq!(ended.len(), 6);
    one.events
        .push(event(7, "device.prompt.answered", json!({})));
    assert_eq!(stream(&one), ended);
}
