use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn claim() -> Value {
    json!({
        "enrolmentId": "enrolment-1", "rpId": "acme.example", "rpName": "Acme",
        "accountId": "account-1", "username": "alice", "ks": data_encoding::BASE64URL_NOPAD.encode(&[4; 65]),
        "testIterations": false,
    })
}

fn read<B: Body>(json: &Value) -> Result<B, Error> {
    B::read(&serde_json::to_vec(json).expect("JSON"))
}

#[test]
fn a_claim_says_previous_only_where_there_is_one() {
    let mut json = claim();
    let answer: ClaimAnswer = read(&json).expect("its form");
    assert_eq!(answer.previous, None);
    let written: Value = serde_json::from_slice(&answer.to_json()).expect("JSON");
    assert_eq!(written, json, "no member for what is not there");
    json["previous"] = json!({ "enrolmentId": "enrolment-0", "more": 1 });
    assert_eq!(
        read::<ClaimAnswer>(&json).expect_err("more").code(),
        "unreadable"
    );
}

#[test]
fn binary_is_unpadded_base64url_of_its_length() {
    let answer = |challenge: &str| read::<ChallengeAnswer>(&json!({ "challenge": challenge }));
    let good = "_".repeat(42) + "8";
    assert!(answer(&good).is_ok());
    let padded = good.clone() + "=";
    let standard = "/".repeat(42) + "8";
    let short = "_".repeat(40);
    let loose_bits = "_".repeat(43);
    for bad in [&padded, &standard, &short, &loose_bits, ""] {
        assert_eq!(answer(bad).expect_err("bad").code(), "unreadable", "{bad}");
    }
}

#[test]
fn a_ciphertext_has_at_most_a_thousand_and_twenty_four_bytes() {
    let body = |length| {
        json!({
            "enrolmentId": "e", "deviceId": "d", "syncCounter": u64::MAX, "gcmNonce": "A".repeat(16),
            "ciphertext": data_encoding::BASE64URL_NOPAD.encode(&vec![0; length]),
        })
    };
    assert!(read::<OnlineRequest>(&body(1_024)).is_ok());
    assert!(read::<OnlineRequest>(&body(1_025)).is_err());
}

#[test]
fn numbers_are_whole_and_not_negative() {
    let body = |counter: Value| {
        json!({
            "enrolmentId": "e", "deviceId": "d", "syncCounter": counter, "pinVersion": 1,
            "policyVersion": 1, "failures": 0, "mac": "A".repeat(43),
        })
    };
    assert!(read::<Ack>(&body(1.into())).is_ok());
    for bad in [json!(-1), json!(1.5), json!("1"), json!(null), json!(1e30)] {
        assert!(read::<Ack>(&body(bad.clone())).is_err(), "{bad}");
    }
}

#[test]
fn a_member_twice_is_refused() {
    let body = br#"{"enrolmentId":"a","enrolmentId":"b"}"#;
    assert!(ChallengeRequest::read(body).is_err());
    assert!(ChallengeRequest::read(br#"{"enrolmentId":"a"}"#).is_ok());
    assert!(ChallengeRequest::read(br#"{"enrolmentId":"a"} x"#).is_err());
}

proptest! {
    #[test]
    fn no_body_is_a_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..80), text in "[\\[\\]{}\":,a-z0-9\\\\]{0,80}"
    ) {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            prop_assert!(ClaimRequest::read(bytes).is_err());
            prop_assert!(ExchangeRequest::read(bytes).is_err());
            prop_assert!(ExchangeAnswer::read(bytes).is_err());
            prop_assert!(OnlineAnswer::read(bytes).is_err());
            prop_assert!(Refused::read(bytes).is_err());
            prop_assert!(StreamRequest::read(bytes).is_err());
        }
    }
}
