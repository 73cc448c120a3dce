mod rounds;

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

use super::*;
use crate::key::SigningKey;
use crate::online::Typed;
use crate::payload::Delivery;
use crate::refusal::Reason;
use crate::steps::{Outcome, Step, Steps};
use crate::wire::{Body, ExchangeAnswer, ExchangeRequest};
use crate::world::{World, pin};

/// The same body with one member changed: a bit of its bytes, one more, or another word.
fn tampered<B: Body>(body: &B, path: &[&str]) -> Vec<u8> {
    let mut json = serde_json::to_value(body).expect("JSON");
    let member = path.iter().fold(&mut json, |json, name| &mut json[*name]);
    *member = match member.take() {
        Value::Number(number) => (number.as_u64().expect("unsigned") + 1).into(),
        Value::String(text) => changed(path.last().expect("a name"), &text).into(),
        other => panic!("{other} at {path:?}"),
    };
    serde_json::to_vec(&json).expect("JSON")
}

fn changed(name: &str, text: &str) -> String {
    match name {
        "purpose" if text == "sync" => "verify".to_owned(),
        "purpose" => "sync".to_owned(),
        "reason" => "busy".to_owned(),
        "enrolmentId" | "deviceId" => format!("{text}x"),
        _ => {
            let mut bytes = BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url");
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            BASE64URL_NOPAD.encode(&bytes)
        }
    }
}

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    result.expect_err("must be refused").code()
}

#[test]
fn a_sync_leaves_both_sides_with_the_same_keys_and_the_payload_whole() {
    let mut world = World::new();
    let (delivery, ours, theirs) = world.exchange(Purpose::Sync);
    let kept = theirs.response_key().expect("a sync leaves it");
    assert!(ours.response_key().same_as(kept));
    let Delivery::Sync(payload) = delivery else {
        panic!("a sync brings a payload");
    };
    assert!(payload.pin_hash.same_as(&world.payload.pin_hash));
    assert_eq!(payload.salt, world.payload.salt);
    assert_eq!(payload.versions(), world.payload.versions());
    assert_eq!(payload.pad, world.payload.pad);
    let ack = ours.ack(3, 5, 2);
    let mut steps = Steps::acknowledgement();
    let ack = steps.read(&ack.to_json()).expect("an acknowledgement");
    let acknowledged = theirs.acknowledged(&ack, &mut steps).expect("in order");
    assert_eq!(acknowledged.failures, 2);
    assert!(steps.verified());
}

#[test]
fn the_other_purposes_bring_the_pads_part_and_never_a_hash() {
    for purpose in [Purpose::Verify, Purpose::Set, Purpose::Change] {
        let mut world = World::new();
        let (delivery, ..) = world.exchange(purpose);
        assert!(
            matches!(&delivery, Delivery::Pad(pad) if *pad == world.payload.pad),
            "{purpose} brought {delivery:?}"
        );
        let (asking, request) = world.ask(purpose);
        let mut steps = Steps::exchange();
        let fresh = server::Request::read(&request.to_json(), &mut steps)
            .and_then(|request| request.verify(Some(&world.binding), &mut steps))
            .expect("signed")
            .counter(0, &mut steps)
            .expect("fresh");
        let payload = world.delivery(Purpose::Sync);
        assert_eq!(
            code(fresh.answer(&world.ks, &payload, &mut world.rng)),
            "payloadPurpose"
        );
        assert_eq!(asking.purpose(), purpose);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let run = || {
        let mut world = World::new();
        let (asking, request) = world.ask(Purpose::Sync);
        let (answer, _) = world.serve(&request.to_json()).expect("an answer");
        drop(asking);
        (request, answer)
    };
    assert_eq!(run(), run());
}

#[test]
fn each_tampered_field_of_a_request_fails_at_its_own_step() {
    let cases = [
        ("enrolmentId", "enrolmentUnknown", Step::Signature),
        ("deviceId", "enrolmentUnknown", Step::Signature),
        ("syncCounter", "requestSignature", Step::Signature),
        ("nonceD", "requestSignature", Step::Signature),
        ("ed", "pointEd", Step::Point),
        ("purpose", "requestSignature", Step::Signature),
        ("signature", "requestSignature", Step::Signature),
    ];
    for (field, expected, step) in cases {
        let mut world = World::new();
        let (_, request) = world.ask(Purpose::Sync);
        let mut steps = Steps::exchange();
        let refused = world.serve_by(&tampered(&request, &[field]), &mut steps);
        assert_eq!(code(refused), expected, "{field}");
        assert_eq!(steps.failed_at(), Some(step), "{field}");
        assert!(!steps.verified());
    }
}

#[test]
fn another_point_on_the_curve_is_caught_by_the_signature() {
    let mut world = World::new();
    let (_, mut request) = world.ask(Purpose::Sync);
    request.ed = world.ask(Purpose::Sync).1.ed;
    assert_eq!(code(world.serve(&request.to_json())), "requestSignature");
}

#[test]
fn a_request_without_its_form_fails_at_size_and_parse() {
    let mut world = World::new();
    let (_, request) = world.ask(Purpose::Sync);
    let mut judged = |body: &[u8]| {
        let mut steps = Steps::exchange();
        let error = code(world.serve_by(body, &mut steps));
        (error, steps.failed_at())
    };
    let big = vec![b' '; 8 * 1024 + 1];
    assert_eq!(judged(&big), ("tooLarge", Some(Step::Size)));
    let mut unknown = serde_json::to_value(&request).expect("JSON");
    unknown["more"] = 1.into();
    let mut without = serde_json::to_value(&request).expect("JSON");
    without.as_object_mut().expect("a map").remove("nonceD");
    let mut short = serde_json::to_value(&request).expect("JSON");
    short["ed"] = "BA".into();
    for body in [unknown, without, short, Value::Null] {
        let body = serde_json::to_vec(&body).expect("JSON");
        assert_eq!(judged(&body), ("unreadable", Some(Step::Parse)));
    }
}

#[test]
fn what_cannot_be_read_is_never_quoted() {
    let body = br#"{"enrolmentId": "e", "canary": "s3cret"}"#;
    let error = ExchangeRequest::read(body).expect_err("an unknown member");
    assert!(!error.to_string().contains("s3cret"), "{error}");
    assert!(!error.to_string().contains("canary"), "{error}");
}

#[test]
fn an_unknown_enrolment_looks_like_a_bad_signature_even_to_whoever_knows_nobodys_key() {
    let mut world = World::new();
    let (_, request) = world.ask(Purpose::Sync);
    let mut steps = Steps::exchange();
    let read = server::Request::read(&request.to_json(), &mut steps).expect("readable");
    assert_eq!(code(read.verify(None, &mut steps)), "enrolmentUnknown");
    assert_eq!(steps.failed_at(), Some(Step::Signature));
    // RFC 6979 A.2.5 publishes the private key of the point that stands in.
    let private = data_encoding::HEXUPPER
        .decode(b"C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
        .expect("hexadecimal");
    let key = SigningKey::from_bytes(&private).expect("a key");
    let nobody = crate::enrolment::Binding::nobody().expect("fixed");
    assert_eq!(nobody.device_key(), key.verifying_key());
    let (_, request) = device::ask(&nobody, &key, 9, Purpose::Sync, &mut world.rng).expect("asks");
    let read = server::Request::read(&request.to_json(), &mut steps).expect("readable");
    assert_eq!(code(read.verify(None, &mut steps)), "enrolmentUnknown");
}

#[test]
fn a_request_played_again_and_a_restored_device_fail_at_the_counter() {
    let mut world = World::new();
    let before = world.holding.clone();
    let (_, request) = world.ask(Purpose::Sync);
    world.serve(&request.to_json()).expect("the first time");
    let mut steps = Steps::exchange();
    let again = world.serve_by(&request.to_json(), &mut steps);
    assert_eq!(code(again), "requestCounter");
    assert_eq!(steps.failed_at(), Some(Step::Counter));
    world.holding = before;
    let (_, request) = world.ask(Purpose::Sync);
    assert_eq!(code(world.serve(&request.to_json())), "requestCounter");
}

#[test]
fn each_tampered_field_of_an_answer_has_its_own_error() {
    let cases = [
        ("nonceS", "answerSignature"),
        ("es", "pointEs"),
        ("gcmNonce", "answerSignature"),
        ("ciphertext", "answerSignature"),
        ("signature", "answerSignature"),
    ];
    for (field, expected) in cases {
        let mut world = World::new();
        let (asking, request) = world.ask(Purpose::Sync);
        let (answer, _) = world.serve(&request.to_json()).expect("an answer");
        let answer = ExchangeAnswer::read(&tampered(&answer, &[field])).expect("its form");
        assert_eq!(code(asking.receive(&answer)), expected, "{field}");
    }
}

#[test]
fn an_answer_to_another_request_is_refused_before_anything_opens() {
    let mut world = World::new();
    let (_, first) = world.ask(Purpose::Sync);
    let (asking, _) = world.ask(Purpose::Sync);
    let (answer, _) = world.serve(&first.to_json()).expect("an answer");
    assert_eq!(code(asking.receive(&answer)), "answerSignature");
}

#[test]
fn a_payload_sealed_with_other_keys_does_not_open_even_under_the_right_signature() {
    let mut world = World::new();
    let (asking, request) = world.ask(Purpose::Sync);
    let (mut answer, session) = world.serve(&request.to_json()).expect("an answer");
    answer.ciphertext.0[0] ^= 1;
    let signed = session
        .transcript()
        .sealed("server", &answer.gcm_nonce.0, &answer.ciphertext.0);
    answer.signature = world.ks.sign(&signed).into();
    assert_eq!(code(asking.receive(&answer)), "payloadSealed");
}

#[test]
fn fewer_iterations_than_the_default_need_the_signed_test_flag() {
    let mut world = World::new();
    let names = world.binding.names().clone();
    let (kd, ks) = (
        world.binding.device_key().clone(),
        world.binding.server_key().clone(),
    );
    let strict = crate::enrolment::Binding::new(names, kd, ks, false);
    assert_ne!(strict.t(), world.binding.t(), "the flag is part of T");
    world.holding.record.binding = strict;
    let (asking, request) = world.ask(Purpose::Sync);
    let (answer, _) = world.serve(&request.to_json()).expect("an answer");
    assert_eq!(code(asking.receive(&answer)), "tooFewIterations");
}

#[test]
fn nothing_shows_a_secret_in_debug() {
    let mut world = World::synced();
    let (delivery, ours, theirs) = world.exchange(Purpose::Sync);
    let synced = world.holding.synced().expect("a cache").clone();
    let (asking, _) = world.ask(Purpose::Sync);
    let shown = format!(
        "{delivery:?} {ours:?} {theirs:?} {:?} {:?} {:?} {:?}",
        world.holding,
        world.ks,
        Typed::Pin(pin("98765432")),
        asking,
    );
    let record = &world.holding.record;
    let secrets = [
        world.payload.pin_hash.as_bytes().to_vec(),
        ours.response_key().as_bytes().to_vec(),
        record.kv.as_bytes().to_vec(),
        record.kd.to_bytes().as_bytes().to_vec(),
        synced.verifier.as_bytes().to_vec(),
        b"98765432".to_vec(),
    ];
    for secret in &secrets {
        for form in [
            data_encoding::HEXLOWER.encode(secret),
            BASE64URL_NOPAD.encode(secret),
            format!("{secret:?}"),
            String::from_utf8_lossy(secret).into_owned(),
        ] {
            assert!(!shown.contains(&form), "{form} in {shown}");
        }
    }
    assert!(shown.contains("PinHash") && shown.contains("SigningKey"));
}

#[test]
fn a_ladder_is_the_json_that_the_window_draws() {
    let mut world = World::new();
    let (_, request) = world.ask(Purpose::Sync);
    world.counter = 7;
    let mut steps = Steps::exchange();
    let _ = world.serve_by(&request.to_json(), &mut steps);
    let json = serde_json::to_value(&steps).expect("JSON");
    assert_eq!(json["verified"], false);
    assert_eq!(json["steps"].as_array().map(Vec::len), Some(6));
    assert_eq!(
        json["steps"][4],
        serde_json::json!({
            "section": "pin-sync", "step": 5, "name": "The counter is above the last one",
            "outcome": "failed", "expected": "more than 7", "actual": "1",
        })
    );
    assert_eq!(json["steps"][5]["outcome"], "notApplicable");
    assert_eq!(steps.all()[5].outcome, Outcome::NotApplicable);
    let mut steps = Steps::exchange();
    steps.refuse(Reason::OfflineOff);
    assert_eq!(steps.failed_at().map(Step::code), Some("state"));
}
