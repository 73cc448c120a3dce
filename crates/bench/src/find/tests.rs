use serde_json::{Value, json};
use timeline::{Draft, Emit, ManualClock, Party, Timestamp};

use super::*;
use crate::api::{
    DeviceSettings, DeviceSummary, EnrolmentSummary, KindGroup, NetworkState, NewsStream,
    PasskeySummary, PinCacheState, PinState, VerificationMethod, WordsFor,
};

fn recorder(in_memory: usize) -> Recorder {
    Recorder::new(Arc::new(ManualClock::new(Timestamp(0))), in_memory)
}

fn phone_of(user_name: &str, credential_id: &str, user_handle: &str) -> DeviceSummary {
    let passkey = PasskeySummary {
        credential_id: credential_id.into(),
        rp_id: "localhost".into(),
        rp_name: None,
        user_name: Some(user_name.into()),
        user_display_name: Some("Alice Ash".into()),
        user_handle: user_handle.into(),
        label: None,
        created: Timestamp(0),
        last_used: None,
        sign_count: 0,
        algorithm: "ES256".into(),
        discoverable: true,
    };
    DeviceSummary {
        id: "a".into(),
        name: "Phone A".into(),
        profile: "phone".into(),
        aaguid: String::new(),
        created: Timestamp(0),
        pin: PinState {
            set: true,
            tries_left: 5,
            blocked: false,
        },
        passkeys: vec![passkey],
        settings: DeviceSettings {
            verification: VerificationMethod::DevicePin,
            fingerprint: false,
            any_enrolment: false,
            app_lock: false,
        },
        enrolments: vec![enrolment_of(user_name)],
        pairing: None,
        shown_code: None,
        app_locked: false,
        fingerprint_locked: false,
        network: NetworkState::Online,
        plugged: None,
    }
}

fn enrolment_of(username: &str) -> EnrolmentSummary {
    EnrolmentSummary {
        enrolment_id: format!("enrolment of {username}"),
        rp_id: "localhost".into(),
        rp_name: "Acme".into(),
        origin: "http://localhost:1".into(),
        account_id: "QQ".into(),
        username: username.into(),
        state: PinCacheState::Valid,
        reason: String::new(),
        reason_code: String::new(),
        synced_at: None,
        acknowledged_at: None,
        valid_until: None,
        validity_seconds: None,
        failures: 0,
        max_offline_attempts: None,
        tries_left: None,
        pin_version: None,
        iterations: None,
        policy_version: None,
        pin_expires_at: None,
        extra_uses_left: None,
        min_length: 4,
        max_length: 8,
        sync_counter: 0,
        kept_in: String::new(),
        stream: NewsStream::Off,
        busy: None,
        problem: None,
    }
}

/// Everything that fits, asked for until there is no more.
fn all(recorder: &Recorder, query: &TimelineQuery, devices: &[DeviceSummary]) -> Vec<u64> {
    let sieve = Sieve::new(query.clone(), devices).expect("a good query");
    let mut found = Vec::new();
    let mut after = Seq(0);
    loop {
        let matches = look(recorder, &sieve, after).expect("readable");
        found.extend(matches.seqs);
        if !matches.more {
            return found;
        }
        assert!(matches.last > after.0, "each call goes on");
        after = Seq(matches.last);
    }
}

fn text(text: &str) -> TimelineQuery {
    TimelineQuery {
        text: text.into(),
        ..Default::default()
    }
}

/// A recorder that has seen these, numbered from 1.
fn seen(events: &[(Party, &'static str, Value)]) -> Recorder {
    let recorder = recorder(100);
    for (party, kind, body) in events {
        recorder.emit(Draft::new(*party, kind).body(body.clone()));
    }
    recorder
}

#[test]
fn in_a_hundred_thousand_events_of_which_most_are_on_disk_each_is_found_once() {
    const EVENTS: u64 = 100_000;
    let recorder = recorder(10_000);
    for n in 1..=EVENTS {
        let body = if n % 1_000 == 7 {
            json!({ "status": 500, "body": { "error": { "code": "needle", "n": n } } })
        } else {
            json!({ "status": 200, "body": { "n": n } })
        };
        recorder.emit(Draft::new(Party::RelyingParty, "rp.response").body(body));
    }
    let expected: Vec<u64> = (0..100).map(|n| n * 1_000 + 7).collect();
    assert_eq!(all(&recorder, &text("NEEDLE"), &[]), expected);
    let failed = TimelineQuery {
        failed: true,
        ..Default::default()
    };
    assert_eq!(all(&recorder, &failed, &[]), expected);
    let nothing = TimelineQuery::default();
    assert_eq!(all(&recorder, &nothing, &[]).len() as u64, EVENTS);

    let sieve = Sieve::new(nothing, &[]).expect("a good query");
    let first = look(&recorder, &sieve, Seq(0)).expect("readable");
    assert_eq!(
        (first.last, first.seqs.len(), first.more),
        (5_000, 5_000, true),
        "one call looks at a stretch"
    );
    recorder.emit(Draft::new(Party::Bench, "bench.started"));
    let news = look(&recorder, &sieve, Seq(EVENTS)).expect("readable");
    assert_eq!(
        news,
        TimelineMatches {
            seqs: vec![EVENTS + 1],
            last: EVENTS + 1,
            more: false
        }
    );
    recorder.clear();
    let none = look(&recorder, &sieve, Seq(3)).expect("readable");
    assert_eq!((none.seqs.len(), none.more), (0, false));
}

#[test]
fn text_is_found_in_kinds_names_and_values_at_any_depth_in_any_case() {
    let recorder = seen(&[
        (
            Party::Client,
            "client.get.called",
            json!({ "options": { "allow": [{ "id": "QUJD" }] } }),
        ),
        (
            Party::Device,
            "device.pin.checked",
            json!({ "triesLeft": 4 }),
        ),
        (
            Party::RelyingParty,
            "rp.account.created",
            json!({ "account": "Ärger" }),
        ),
        (Party::Bench, "bench.started", Value::Null),
    ]);
    for (looked_for, expected) in [
        ("get.CALLED", vec![1]),
        ("qujd", vec![1]),
        ("triesleft", vec![2]),
        ("4", vec![2]),
        ("ÄRGER", vec![3]),
        ("rger", vec![3]),
        ("  started ", vec![4]),
        ("nowhere", vec![]),
        ("   ", vec![1, 2, 3, 4]),
    ] {
        assert_eq!(
            all(&recorder, &text(looked_for), &[]),
            expected,
            "{looked_for:?}"
        );
    }
}

#[test]
fn an_account_stands_for_its_passkeys_and_hexadecimal_for_base64url() {
    let recorder = seen(&[
        (
            Party::Device,
            "device.passkey.used",
            json!({ "credentialId": "vu_vBA" }),
        ),
        (
            Party::Client,
            "client.get.returned",
            json!({ "credential": { "userHandle": "SEFORExF" } }),
        ),
        (
            Party::RelyingParty,
            "rp.session.bound",
            json!({ "account": "alice" }),
        ),
        (
            Party::Device,
            "device.passkey.used",
            json!({ "credentialId": "b3RoZXI" }),
        ),
        (
            Party::Device,
            "device.pin.synced",
            json!({ "enrolmentId": "Enrolment of alice" }),
        ),
    ]);
    let devices = [phone_of("alice", "vu_vBA", "SEFORExF")];
    assert_eq!(all(&recorder, &text("Alice"), &devices), [1, 2, 3, 5]);
    assert_eq!(all(&recorder, &text("alice ash"), &devices), [1, 2]);
    assert_eq!(
        all(&recorder, &text("ali"), &devices),
        [3, 5],
        "half a name is only text"
    );
    assert_eq!(all(&recorder, &text("BEEFEF04"), &[]), [1]);
    assert_eq!(all(&recorder, &text("vu_vBA"), &[]), [1]);
    let nameless = [phone_of("", "", "")];
    assert!(all(&recorder, &text("alice ash"), &nameless).is_empty());
}

#[test]
fn a_message_concerns_both_ends_and_every_kind_has_its_group() {
    let recorder = seen(&[
        (Party::Client, "client.command.sent", Value::Null),
        (Party::RelyingParty, "rp.request", Value::Null),
        (Party::RelyingParty, "rp.verification", Value::Null),
        (Party::Device, "device.prompt.shown", Value::Null),
        (Party::Device, "device.passkey.used", Value::Null),
        (Party::Bench, "bench.clock.moved", Value::Null),
        (Party::Bench, "bench.call.refused", Value::Null),
        (Party::Device, "device.of.tomorrow", Value::Null),
    ]);
    let by_party = |party| {
        let query = TimelineQuery {
            parties: vec![party],
            ..Default::default()
        };
        all(&recorder, &query, &[])
    };
    assert_eq!(by_party(Party::Device), [1, 4, 5, 8]);
    assert_eq!(by_party(Party::Client), [1, 2, 7]);
    assert_eq!(by_party(Party::RelyingParty), [2, 3]);
    assert_eq!(by_party(Party::Bench), [6, 7]);
    let by_group = |group| {
        let query = TimelineQuery {
            groups: vec![group],
            ..Default::default()
        };
        all(&recorder, &query, &[])
    };
    assert_eq!(by_group(KindGroup::Messages), [1, 2, 7]);
    assert_eq!(by_group(KindGroup::Verification), [3]);
    assert_eq!(by_group(KindGroup::Prompts), [4]);
    assert_eq!(by_group(KindGroup::Records), [5, 8]);
    assert_eq!(by_group(KindGroup::Bench), [6]);
    let both = TimelineQuery {
        parties: vec![Party::Device, Party::Bench],
        groups: vec![KindGroup::Messages, KindGroup::Prompts],
        ..Default::default()
    };
    assert_eq!(
        all(&recorder, &both, &[]),
        [1, 4, 7],
        "any party, and any group"
    );
}

#[test]
fn what_a_device_asks_a_relying_party_concerns_these_two_and_no_client() {
    let recorder = seen(&[
        (
            Party::Device,
            "device.pin.exchange",
            json!({ "device": "a" }),
        ),
        (
            Party::RelyingParty,
            "rp.request",
            json!({ "path": "/pin/exchange" }),
        ),
        (
            Party::RelyingParty,
            "rp.pin.judged",
            json!({ "verified": true }),
        ),
        (Party::RelyingParty, "rp.pin.pushed", json!({})),
        (Party::Device, "device.pin.push", json!({})),
        (Party::Device, "device.pin.synced", json!({})),
        (
            Party::Device,
            "device.pin.offline",
            json!({ "matched": ["a"] }),
        ),
        (
            Party::Device,
            "device.verification.done",
            json!({ "method": "syncedPin" }),
        ),
    ]);
    let answer = Draft::new(Party::RelyingParty, "rp.response").cause(Seq(2));
    recorder.emit(answer.body(json!({ "status": 200 })));
    let by_party = |party| {
        let query = TimelineQuery {
            parties: vec![party],
            ..Default::default()
        };
        all(&recorder, &query, &[])
    };
    assert!(by_party(Party::Client).is_empty());
    assert_eq!(by_party(Party::Device), [1, 2, 4, 5, 6, 7, 8, 9]);
    assert_eq!(by_party(Party::RelyingParty), [1, 2, 3, 4, 5, 9]);
    let by_group = |group| {
        let query = TimelineQuery {
            groups: vec![group],
            ..Default::default()
        };
        all(&recorder, &query, &[])
    };
    assert_eq!(by_group(KindGroup::Messages), [1, 2, 4, 5, 9]);
    assert_eq!(by_group(KindGroup::Verification), [3]);
    assert_eq!(by_group(KindGroup::Records), [6]);
    assert_eq!(by_group(KindGroup::Prompts), [7, 8]);
}

#[test]
fn only_what_failed_is_a_failure() {
    let recorder = recorder(100);
    let emit = |kind, cause: Option<Seq>, body| {
        recorder.emit(
            Draft::new(Party::RelyingParty, kind)
                .cause(cause)
                .body(body),
        )
    };
    let visit = emit(
        "rp.request",
        None,
        json!({ "method": "GET", "path": "/api/session" }),
    );
    emit("rp.response", Some(visit), json!({ "status": 401 }));
    let other = emit(
        "rp.request",
        None,
        json!({ "method": "GET", "path": "/api/passkeys" }),
    );
    emit("rp.response", Some(other), json!({ "status": 401 }));
    emit("rp.response", None, json!({ "status": 400 }));
    emit("rp.response", None, json!({ "status": 204 }));
    emit("client.command.answered", None, json!({ "code": 0 }));
    emit("client.command.answered", None, json!({ "code": 0x2e }));
    emit("rp.verification", None, json!({ "verified": true }));
    emit("rp.verification", None, json!({ "verified": false }));
    emit("device.pin.checked", None, json!({ "matched": false }));
    emit(
        "device.prompt.answered",
        None,
        json!({ "answer": "touched" }),
    );
    emit(
        "device.prompt.answered",
        None,
        json!({ "answer": "timedOut" }),
    );
    emit("client.failed", None, json!({}));
    for (kind, good, bad) in [
        (
            "rp.pin.judged",
            json!({ "verified": true }),
            json!({ "verified": false }),
        ),
        (
            "rp.pin.checked",
            json!({ "matched": true }),
            json!({ "matched": false }),
        ),
        (
            "device.pin.offline",
            json!({ "matched": ["localhost"] }),
            json!({ "matched": [] }),
        ),
        (
            "device.pin.answered",
            json!({ "result": "ok" }),
            json!({ "result": "wrongPin" }),
        ),
        (
            "device.pin.stream",
            json!({ "state": "closed" }),
            json!({ "state": "refused" }),
        ),
    ] {
        emit(kind, None, good);
        emit(kind, None, bad);
    }
    emit("device.pin.unreachable", None, json!({}));
    let failed = TimelineQuery {
        failed: true,
        ..Default::default()
    };
    assert_eq!(
        all(&recorder, &failed, &[]),
        [4, 5, 8, 10, 11, 13, 14, 16, 18, 20, 22, 24, 25]
    );
}

#[test]
fn what_was_broken_on_purpose_and_what_one_device_told_can_be_shown_alone() {
    let recorder = recorder(100);
    recorder.emit(Draft::new(Party::Device, "device.passkey.used").body(json!({ "device": "a" })));
    recorder.emit(
        Draft::new(Party::Device, "device.passkey.used")
            .body(json!({ "device": "b" }))
            .deliberate(),
    );
    recorder.emit(Draft::new(Party::Bench, "bench.started"));
    let deliberate = TimelineQuery {
        deliberate: true,
        ..Default::default()
    };
    assert_eq!(all(&recorder, &deliberate, &[]), [2]);
    let device = |id: &str| TimelineQuery {
        device: Some(id.into()),
        ..Default::default()
    };
    assert_eq!(all(&recorder, &device("a"), &[]), [1]);
    assert!(all(&recorder, &device("c"), &[]).is_empty());
}

#[test]
fn the_windows_words_count_like_the_text() {
    let recorder = seen(&[
        (
            Party::Device,
            "device.pin.checked",
            json!({ "matched": false }),
        ),
        (
            Party::Device,
            "device.pin.checked",
            json!({ "matched": true }),
        ),
        (Party::Device, "device.reset", json!({})),
    ]);
    let words = |kind: &str, at: Option<&str>, value| TimelineQuery {
        words: vec![WordsFor {
            kind: kind.into(),
            at: at.map(Into::into),
            value,
        }],
        ..text("wrong pin")
    };
    let wrong = words("device.pin.checked", Some("/matched"), json!(false));
    assert_eq!(all(&recorder, &wrong, &[]), [1]);
    assert_eq!(
        all(&recorder, &words("device.reset", None, Value::Null), &[]),
        [3]
    );
}

#[test]
fn a_query_has_bounds() {
    let refused = |query| Sieve::new(query, &[]).err().map(|error| error.code());
    assert_eq!(refused(text(&"ä".repeat(200))), None);
    assert_eq!(refused(text(&"a".repeat(201))), Some("queryRefused"));
    let words = WordsFor {
        kind: "device.reset".into(),
        at: None,
        value: Value::Null,
    };
    let many = TimelineQuery {
        words: vec![words; 101],
        ..Default::default()
    };
    assert_eq!(refused(many), Some("queryRefused"));
}

#[test]
fn relatives_are_found_on_disk_too() {
    let recorder = recorder(2);
    let emit = |kind, cause: Option<Seq>| {
        recorder.emit(Draft::new(Party::RelyingParty, kind).cause(cause))
    };
    let returned = emit("client.get.returned", None);
    let request = emit("rp.request", Some(returned));
    let verification = emit("rp.verification", Some(request));
    let bound = emit("rp.session.bound", Some(request));
    let response = emit("rp.response", Some(request));
    for _ in 0..20 {
        emit("rp.request", None);
    }
    let seqs = |events: &[Event]| events.iter().map(|event| event.seq).collect::<Vec<_>>();
    let around = related(&recorder, verification).expect("readable");
    assert_eq!(around.event.map(|event| event.seq), Some(verification));
    assert_eq!(seqs(&around.causes), [request, returned]);
    assert_eq!(seqs(&around.siblings), [bound, response]);
    assert_eq!(seqs(&around.effects), []);
    let around = related(&recorder, request).expect("readable");
    assert_eq!(seqs(&around.effects), [verification, bound, response]);
    recorder.clear();
    assert!(
        related(&recorder, request)
            .expect("readable")
            .event
            .is_none()
    );
}

#[test]
fn frames_are_a_group_of_their_own_and_never_push_the_answer_out_of_sight() {
    let recorder = recorder(1000);
    let emit =
        |kind, cause: Option<Seq>| recorder.emit(Draft::new(Party::Client, kind).cause(cause));
    let called = emit("client.create.called", None);
    let sent = emit("client.command.sent", Some(called));
    let frames: Vec<_> = (0..200)
        .map(|at| {
            emit(
                if at < 120 {
                    "client.hid.sent"
                } else {
                    "client.hid.received"
                },
                Some(sent),
            )
        })
        .collect();
    let answered = emit("client.command.answered", Some(sent));
    let seqs = |events: &[Event]| events.iter().map(|event| event.seq).collect::<Vec<_>>();
    let around = related(&recorder, sent).expect("readable");
    assert_eq!(seqs(&around.effects), [answered]);
    assert_eq!(seqs(&around.frames), frames);
    let around = related(&recorder, answered).expect("readable");
    assert_eq!(
        seqs(&around.frames),
        frames,
        "an answer's frames are its command's"
    );
    assert!(around.siblings.is_empty());
    let around = related(&recorder, frames[7]).expect("readable");
    assert_eq!(
        (seqs(&around.siblings), around.frames.len()),
        (vec![answered], 200)
    );
    assert!(
        related(&recorder, called)
            .expect("readable")
            .frames
            .is_empty()
    );

    let of = |groups| {
        let query = TimelineQuery {
            groups,
            ..Default::default()
        };
        all(&recorder, &query, &[]).len()
    };
    assert_eq!(of(vec![KindGroup::Frames]), 200);
    assert_eq!(of(vec![KindGroup::Messages]), 3);
}
