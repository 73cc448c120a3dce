//! What follows an exchange, or comes instead: second round, acknowledgement, refusal, stream.

use timeline::Timestamp;

use super::{code, tampered};
use crate::beat::{self, Beat, Beats};
use crate::exchange::{Purpose, device, server};
use crate::online::{Outcome as Said, Typed, Verdict};
use crate::refusal::Reason;
use crate::steps::{Step, Steps};
use crate::wire::{Body, OnlineRequest, Refused};
use crate::world::{NOW, World, pin};

fn verify_round(world: &mut World) -> (device::Session, server::Session, OnlineRequest) {
    let (_, ours, theirs) = world.exchange(Purpose::Verify);
    let typed = Typed::Pin(pin("2580"));
    let request = ours.online(&typed, &mut world.rng).expect("sealed");
    (ours, theirs, request)
}

#[test]
fn a_pin_crosses_sealed_and_the_verdict_comes_back() {
    let mut world = World::new();
    let (ours, theirs, request) = verify_round(&mut world);
    let mut steps = Steps::online();
    let request: OnlineRequest = steps.read(&request.to_json()).expect("its form");
    let typed = theirs.online(&request, &mut steps).expect("opens");
    assert!(matches!(typed, Typed::Pin(it) if it.as_str() == "2580"));
    steps.pass(Step::Pin, "the PIN", "the PIN");
    assert!(steps.verified());
    let said = Said {
        attempts_left: Some(4),
        pin_version: Some(3),
        unlock_epoch: Some(2),
        detail: Some("Four tries left.".to_owned()),
        ..Said::of(Verdict::WrongPin)
    };
    let answer = theirs
        .online_answer(&world.ks, &said, &mut world.rng)
        .expect("sealed");
    assert_eq!(ours.online_answer(&answer), Ok(said));
}

#[test]
fn each_tampered_field_of_the_second_round_has_its_own_error() {
    let cases = [
        ("enrolmentId", "exchangeUnknown", Step::Exchange),
        ("deviceId", "exchangeUnknown", Step::Exchange),
        ("syncCounter", "exchangeUnknown", Step::Exchange),
        ("gcmNonce", "onlineSealed", Step::Decrypt),
        ("ciphertext", "onlineSealed", Step::Decrypt),
    ];
    for (field, expected, step) in cases {
        let mut world = World::new();
        let (_, theirs, request) = verify_round(&mut world);
        let mut steps = Steps::online();
        let request: OnlineRequest = steps.read(&tampered(&request, &[field])).expect("its form");
        assert_eq!(
            code(theirs.online(&request, &mut steps)),
            expected,
            "{field}"
        );
        assert_eq!(steps.failed_at(), Some(step), "{field}");
    }
    for field in ["gcmNonce", "ciphertext", "signature"] {
        let mut world = World::new();
        let (ours, theirs, _) = verify_round(&mut world);
        let answer = theirs
            .online_answer(&world.ks, &Said::of(Verdict::Ok), &mut world.rng)
            .expect("sealed");
        let answer = Body::read(&tampered(&answer, &[field])).expect("its form");
        assert_eq!(
            code(ours.online_answer(&answer)),
            "onlineAnswerSignature",
            "{field}"
        );
    }
}

#[test]
fn a_second_round_opens_in_its_own_exchange_and_direction_only() {
    let mut world = World::new();
    let (_, first, request) = verify_round(&mut world);
    let (ours, second, _) = verify_round(&mut world);
    let mut steps = Steps::online();
    let mut moved = request.clone();
    moved.sync_counter = second.sync_counter();
    assert_eq!(code(second.online(&moved, &mut steps)), "onlineSealed");
    // The server's own words, sent back as if a person had typed them.
    let answer = second
        .online_answer(&world.ks, &Said::of(Verdict::Ok), &mut world.rng)
        .expect("sealed");
    let mut reflected = request.clone();
    reflected.sync_counter = second.sync_counter();
    reflected.gcm_nonce = answer.gcm_nonce;
    reflected.ciphertext = answer.ciphertext;
    assert_eq!(code(second.online(&reflected, &mut steps)), "onlineSealed");
    assert!(first.online(&request, &mut steps).is_ok());
    assert_eq!(
        code(ours.online(
            &Typed::Change {
                old: pin("2580"),
                new: pin("1379")
            },
            &mut world.rng
        )),
        "onlineMalformed"
    );
    let (_, _, sync) = world.exchange(Purpose::Sync);
    let mut moved = request;
    moved.sync_counter = sync.sync_counter();
    assert_eq!(code(sync.online(&moved, &mut steps)), "exchangeUnknown");
}

#[test]
fn each_tampered_field_of_an_acknowledgement_has_its_own_error() {
    let cases = [
        ("enrolmentId", "exchangeUnknown", Step::Exchange),
        ("deviceId", "exchangeUnknown", Step::Exchange),
        ("syncCounter", "exchangeUnknown", Step::Exchange),
        ("pinVersion", "ackPinVersion", Step::Mac),
        ("policyVersion", "ackPolicyVersion", Step::Mac),
        ("failures", "ackMac", Step::Mac),
        ("mac", "ackMac", Step::Mac),
    ];
    let mut world = World::new();
    let (_, ours, theirs) = world.exchange(Purpose::Sync);
    let ack = ours.ack(3, 5, 1);
    for (field, expected, step) in cases {
        let mut steps = Steps::acknowledgement();
        let ack = steps.read(&tampered(&ack, &[field])).expect("its form");
        assert_eq!(
            code(theirs.acknowledged(&ack, &mut steps)),
            expected,
            "{field}"
        );
        assert_eq!(steps.failed_at(), Some(step), "{field}");
    }
    let (_, _, other) = world.exchange(Purpose::Verify);
    let mut moved = ack;
    moved.sync_counter = other.sync_counter();
    let judged = other.acknowledged(&moved, &mut Steps::acknowledgement());
    assert_eq!(
        code(judged),
        "exchangeUnknown",
        "only a sync is acknowledged"
    );
}

fn refused(world: &mut World, reason: Reason) -> (device::Asking, Refused) {
    let (asking, request) = world.ask(Purpose::Sync);
    let mut steps = Steps::exchange();
    let signed = server::Request::read(&request.to_json(), &mut steps)
        .and_then(|request| request.verify(Some(&world.binding), &mut steps))
        .expect("signed");
    let refused = signed.refuse(&world.ks, reason, 9, Timestamp(NOW.0 + 1));
    (asking, refused)
}

#[test]
fn a_signed_refusal_says_why_and_a_changed_one_says_nothing() {
    let mut world = World::new();
    for reason in Reason::ALL {
        let (asking, refused) = refused(&mut world, reason);
        let taken = asking.refused(&refused).expect("signed");
        assert_eq!((taken.reason, taken.policy_version), (reason, 9));
        assert_eq!(refused.error.code, reason.as_str());
    }
    let cases = [
        (["refusal", "reason"], "refusalSignature"),
        (["refusal", "enrolmentId"], "refusalEnrolment"),
        (["refusal", "nonceD"], "refusalNonce"),
        (["refusal", "policyVersion"], "refusalSignature"),
        (["refusal", "issuedAt"], "refusalSignature"),
    ];
    for (path, expected) in cases {
        let (asking, refused) = refused(&mut world, Reason::PinLocked);
        let changed = Refused::read(&tampered(&refused, &path)).expect("its form");
        assert_eq!(code(asking.refused(&changed)), expected, "{path:?}");
        let changed = Refused::read(&tampered(&refused, &["signature"])).expect("its form");
        assert_eq!(code(asking.refused(&changed)), "refusalSignature");
    }
}

#[test]
fn a_refusal_of_an_earlier_request_does_not_answer_a_later_one() {
    let mut world = World::new();
    let (_, earlier) = refused(&mut world, Reason::OfflineOff);
    let (asking, _) = world.ask(Purpose::Sync);
    assert_eq!(code(asking.refused(&earlier)), "refusalNonce");
}

#[test]
fn beats_are_signed_and_go_forward() {
    let world = World::new();
    let beat = |pin_version, millis| {
        let beat = Beat {
            pin_version,
            policy_version: 5,
            issued_at: Timestamp(NOW.0 + millis),
        };
        beat.sign(&world.ks, "enrolment-1")
    };
    let mut beats = Beats::default();
    assert_eq!(
        beats
            .take(&beat(3, 10), &world.binding)
            .map(|it| it.pin_version),
        Ok(3)
    );
    assert!(
        beats.take(&beat(4, 10), &world.binding).is_ok(),
        "a push at once"
    );
    assert_eq!(code(beats.take(&beat(3, 9), &world.binding)), "beatOld");
    for field in ["pinVersion", "policyVersion", "issuedAt", "signature"] {
        let forged = Body::read(&tampered(&beat(9, 20), &[field])).expect("its form");
        assert_eq!(code(beats.take(&forged, &world.binding)), "beatSignature");
    }
    let elsewhere = Beat {
        pin_version: 9,
        policy_version: 9,
        issued_at: Timestamp(NOW.0 + 30),
    };
    let elsewhere = elsewhere.sign(&world.ks, "enrolment-2");
    assert_eq!(
        code(beats.take(&elsewhere, &world.binding)),
        "beatSignature"
    );
}

#[test]
fn a_stream_opens_for_the_enrolled_key_and_the_challenge_given_out() {
    let world = World::new();
    let kd = &world.holding.record.kd;
    let request = beat::open(&world.binding, kd, [7; 32]);
    let known = Some(&world.binding);
    assert_eq!(beat::check_open(&request, known, &[7; 32]), Ok(()));
    assert_eq!(
        code(beat::check_open(&request, known, &[8; 32])),
        "streamSignature"
    );
    assert_eq!(
        code(beat::check_open(&request, None, &[7; 32])),
        "enrolmentUnknown"
    );
    let cases = [
        ("enrolmentId", "enrolmentUnknown"),
        ("deviceId", "enrolmentUnknown"),
        ("challenge", "streamSignature"),
        ("signature", "streamSignature"),
    ];
    for (field, expected) in cases {
        let changed = Body::read(&tampered(&request, &[field])).expect("its form");
        let judged = beat::check_open(&changed, known, &[7; 32]);
        assert_eq!(code(judged), expected, "{field}");
    }
}
