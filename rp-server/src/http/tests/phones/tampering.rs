//! Every member of every message, changed on its way: each is found at its own step.

use pin_sync::{
    exchange::Purpose,
    online::Typed,
    wire::{Body as _, ExchangeRequest},
};
use serde_json::{Value, json};

use super::device::{PIN, World, failed_at, new_pin, second_round, seen, send};
use crate::http::tests::authenticator::bend;

fn as_json(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("JSON")
}

/// One change, the error's code, and the step that finds it.
type Case = (&'static str, fn(&mut Value), &'static str, &'static str);

const EXCHANGE: [Case; 12] = [
    (
        "enrolmentId",
        |body| body["enrolmentId"] = json!("AAAAAAAAAAAAAAAAAAAAAA"),
        "notAccepted",
        "signature",
    ),
    (
        "deviceId",
        |body| body["deviceId"] = json!("tablet"),
        "notAccepted",
        "signature",
    ),
    (
        "syncCounter",
        |body| body["syncCounter"] = json!(99),
        "notAccepted",
        "signature",
    ),
    (
        "nonceD",
        |body| bend(&mut body["nonceD"], |nonce| nonce[0] ^= 1),
        "notAccepted",
        "signature",
    ),
    (
        "purpose",
        |body| body["purpose"] = json!("verify"),
        "notAccepted",
        "signature",
    ),
    (
        "signature",
        |body| bend(&mut body["signature"], |bytes| bytes[63] ^= 1),
        "notAccepted",
        "signature",
    ),
    (
        "signature of zeros",
        |body| bend(&mut body["signature"], |bytes| bytes.fill(0)),
        "notAccepted",
        "signature",
    ),
    (
        "ed off the curve",
        |body| bend(&mut body["ed"], |point| point[64] ^= 1),
        "pointEd",
        "point",
    ),
    (
        "ed of zeros",
        |body| bend(&mut body["ed"], |point| point[1..].fill(0)),
        "pointEd",
        "point",
    ),
    (
        "ed cut short",
        |body| bend(&mut body["ed"], |point| point.truncate(33)),
        "unreadable",
        "parse",
    ),
    (
        "a purpose unheard of",
        |body| body["purpose"] = json!("wipe"),
        "unreadable",
        "parse",
    ),
    (
        "a member unheard of",
        |body| body["pin"] = json!("1"),
        "unreadable",
        "parse",
    ),
];

#[tokio::test]
async fn each_member_of_an_exchange_is_found_at_its_own_step_and_spends_no_counter() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let (_, request) = phone.ask(Purpose::Sync);
    let good = as_json(&request.to_json());
    for (name, change, code, step) in EXCHANGE {
        let mut body = good.clone();
        change(&mut body);
        let answer = send(&phone.router, "/pin/exchange", body.to_string().as_bytes()).await;
        assert_eq!(answer.code(), code, "{name}: {}", answer.text);
        assert_eq!(failed_at(&world.events("rp.pin.judged")), step, "{name}");
    }
    // A point that is on the curve, but not the one that was signed.
    let (_, other) = phone.clone().ask(Purpose::Sync);
    let swapped = ExchangeRequest {
        ed: other.ed,
        ..request.clone()
    };
    let answer = send(&phone.router, "/pin/exchange", &swapped.to_json()).await;
    assert_eq!(answer.code(), "notAccepted");
    let large = format!("{}{}", " ".repeat(9_000), good);
    let answer = send(&phone.router, "/pin/exchange", large.as_bytes()).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (413, "tooLarge"));
    assert_eq!(failed_at(&world.events("rp.pin.judged")), "size");

    let answer = send(&phone.router, "/pin/exchange", &request.to_json()).await;
    assert_eq!(
        answer.status, 200,
        "the true one still passes: {}",
        answer.text
    );
    let judged = world.events("rp.pin.judged").pop().expect("judged");
    assert_eq!(judged["verified"], true);
    assert_eq!(judged["steps"].as_array().map(Vec::len), Some(6));
    assert!(judged.get("failedAt").is_none(), "{judged}");
    assert_eq!(
        (&judged["account"], &judged["purpose"]),
        (&json!("ada"), &json!("sync"))
    );
}

#[tokio::test]
async fn an_unknown_enrolment_looks_like_a_wrong_signature() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let (_, request) = phone.ask(Purpose::Sync);
    let unknown = ExchangeRequest {
        enrolment_id: "BBBBBBBBBBBBBBBBBBBBBB".into(),
        ..request.clone()
    };
    let of_another = ExchangeRequest {
        device_id: "tablet".into(),
        ..request.clone()
    };
    let mut forged = request.clone();
    forged.signature.0[9] ^= 4;
    let mut answers = Vec::new();
    for request in [unknown, of_another, forged] {
        let answer = send(&phone.router, "/pin/exchange", &request.to_json()).await;
        assert_eq!(answer.status, 403);
        answers.push((answer.text, answer.headers));
    }
    for (text, headers) in &answers[1..] {
        assert_eq!((text, headers), (&answers[0].0, &answers[0].1));
    }
    let judged = world.events("rp.pin.judged");
    let told: Vec<_> = judged
        .iter()
        .rev()
        .take(3)
        .map(|judged| &judged["steps"][3])
        .collect();
    assert!(
        told.iter().all(|step| step["outcome"] == "failed"),
        "{told:?}"
    );
    assert_ne!(
        told[0]["actual"], told[2]["actual"],
        "the tester is told which it was"
    );
}

#[tokio::test]
async fn each_member_of_the_second_round_is_found_and_the_true_one_still_passes() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let (_, session) = phone.exchange(Purpose::Verify).await;
    let request = second_round(&session, &Typed::Pin(new_pin(PIN)));
    let good = as_json(&request.to_json());
    let cases: [Case; 6] = [
        (
            "enrolmentId",
            |body| body["enrolmentId"] = json!("AAAAAAAAAAAAAAAAAAAAAA"),
            "exchangeUnknown",
            "exchange",
        ),
        (
            "deviceId",
            |body| body["deviceId"] = json!("tablet"),
            "exchangeUnknown",
            "exchange",
        ),
        (
            "syncCounter",
            |body| body["syncCounter"] = json!(1),
            "exchangeUnknown",
            "exchange",
        ),
        (
            "gcmNonce",
            |body| bend(&mut body["gcmNonce"], |nonce| nonce[0] ^= 1),
            "onlineSealed",
            "decrypt",
        ),
        (
            "ciphertext",
            |body| bend(&mut body["ciphertext"], |text| text[0] ^= 1),
            "onlineSealed",
            "decrypt",
        ),
        (
            "no ciphertext",
            |body| body["ciphertext"] = json!(""),
            "onlineSealed",
            "decrypt",
        ),
    ];
    for (name, change, code, step) in cases {
        let mut body = good.clone();
        change(&mut body);
        let answer = send(&phone.router, "/pin/online", body.to_string().as_bytes()).await;
        assert_eq!(answer.code(), code, "{name}: {}", answer.text);
        assert_eq!(failed_at(&world.events("rp.pin.judged")), step, "{name}");
    }
    assert_eq!(
        world.status().await.attempts_left,
        5,
        "none of them was an attempt"
    );
    let first = phone.online(&request).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let again = phone.online(&request).await;
    assert_eq!(
        (again.status.as_u16(), again.code()),
        (409, "exchangeUnknown")
    );
    assert_eq!(world.status().await.unlock_epoch, 1, "looked at once");
}

#[tokio::test]
async fn each_member_of_an_acknowledgement_is_found_and_nothing_is_recorded() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let (payload, session) = phone.fetch().await;
    let ack = session.ack(payload.pin_version, payload.pad.policy_version, 0);
    let good = as_json(&ack.to_json());
    let cases: [Case; 7] = [
        (
            "enrolmentId",
            |body| body["enrolmentId"] = json!("AAAAAAAAAAAAAAAAAAAAAA"),
            "exchangeUnknown",
            "exchange",
        ),
        (
            "deviceId",
            |body| body["deviceId"] = json!("tablet"),
            "exchangeUnknown",
            "exchange",
        ),
        (
            "syncCounter",
            |body| body["syncCounter"] = json!(1),
            "exchangeUnknown",
            "exchange",
        ),
        (
            "pinVersion",
            |body| body["pinVersion"] = json!(9),
            "ackPinVersion",
            "mac",
        ),
        (
            "policyVersion",
            |body| body["policyVersion"] = json!(9),
            "ackPolicyVersion",
            "mac",
        ),
        (
            "failures",
            |body| body["failures"] = json!(1),
            "notAccepted",
            "mac",
        ),
        (
            "mac",
            |body| bend(&mut body["mac"], |mac| mac[31] ^= 1),
            "notAccepted",
            "mac",
        ),
    ];
    for (name, change, code, step) in cases {
        let mut body = good.clone();
        change(&mut body);
        let answer = send(&phone.router, "/pin/sync/ack", body.to_string().as_bytes()).await;
        assert_eq!(answer.code(), code, "{name}: {}", answer.text);
        assert_eq!(failed_at(&world.events("rp.pin.judged")), step, "{name}");
        assert_eq!(world.status().await.phones[0].last_sync_at, None, "{name}");
    }
    let answer = send(&phone.router, "/pin/sync/ack", &ack.to_json()).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
}

#[tokio::test]
async fn what_is_no_json_is_refused_before_it_is_judged() {
    let world = World::new().await;
    for path in [
        "/pin/enrol/claim",
        "/pin/enrol/finish",
        "/pin/exchange",
        "/pin/online",
        "/pin/sync/ack",
        "/pin/stream/challenge",
        "/pin/stream",
    ] {
        for body in ["", "null", "[]", "{", "{\"pin\":\"730962\"}"] {
            let answer = send(&world.bench.router, path, body.as_bytes()).await;
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (400, "unreadable"),
                "{path} {body}"
            );
            assert!(
                !answer.text.contains("730962"),
                "no value of a body comes back: {}",
                answer.text
            );
        }
        let answer = world.bench.visitor().get(path).await;
        assert_eq!(answer.status, 405, "{path}");
        let unknown = send(&world.bench.router, "/pin/unknown", b"{}").await;
        assert_eq!(seen(&unknown).0.as_u16(), 404);
    }
}
