use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_795_000_000;

fn request() -> Value {
    json!({
        "id": 7,
        "ceremony": "authentication",
        "response": { "id": "AQ", "type": "public-key", "response": { "clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA" } },
        "expected": { "challenge": "AAAA", "origins": ["https://example.org"], "rpId": "example.org" },
    })
}

fn judged(request: &Value) -> (Value, bool) {
    let answer = answer(&request.to_string(), NOW);
    let json: Value = serde_json::from_str(&answer.json).expect("an answer is JSON");
    let usable = answer.verdict.is_ok();
    assert_eq!(
        json["verified"],
        answer.verdict.is_ok_and(|verified| verified)
    );
    (json, usable)
}

#[test]
fn takes_null_for_everything_that_has_a_default() {
    let mut request = request();
    for member in ["mediation", "credential", "trust", "now"] {
        request[member] = Value::Null;
    }
    for member in [
        "userVerification",
        "algorithms",
        "crossOrigin",
        "topOrigins",
        "knownCredentialIds",
        "allowCredentials",
        "identifiedUser",
        "appid",
    ] {
        request["expected"][member] = Value::Null;
    }
    let (answer, usable) = judged(&request);
    assert!(usable, "{answer:#}");
    assert_eq!(answer["steps"].as_array().map(Vec::len), Some(25));
}

#[test]
fn echoes_the_id_whatever_it_is_and_null_without_one() {
    for id in [
        json!("text"),
        json!([1, { "a": null }]),
        json!(1.5),
        Value::Null,
    ] {
        let mut request = request();
        request["id"] = id.clone();
        assert_eq!(judged(&request).0["id"], id);
        request["expected"] = Value::Null;
        let (answer, usable) = judged(&request);
        assert_eq!((&answer["id"], usable), (&id, false));
    }
    let mut request = request();
    request.as_object_mut().expect("an object").remove("id");
    assert_eq!(judged(&request).0["id"], Value::Null);
}

#[test]
fn tells_which_member_is_wrong() {
    for (member, value, told) in [
        ("userVerification", json!("always"), "userVerification"),
        (
            "challenge",
            json!("AAA="),
            "expected.challenge: the text is not base64url without padding",
        ),
        (
            "challenge",
            json!(""),
            "expected.challenge: the challenge is empty",
        ),
        (
            "allowCredentials",
            json!(["AA", "A+/A"]),
            "expected.allowCredentials[1]: ",
        ),
        ("origins", json!("https://example.org"), "sequence"),
        ("rpId", json!("https://example.org"), "RP ID"),
        ("topOrigins", json!(["example.com"]), "origin"),
    ] {
        let mut request = request();
        request["expected"][member] = value;
        let (answer, usable) = judged(&request);
        let error = answer["error"].as_str().unwrap_or_default();
        assert!(!usable && error.contains(told), "{member}: {answer:#}");
    }
    let mut request = request();
    request["response"] = json!("text");
    assert!(!judged(&request).1);
    request["ceremony"] = json!([]);
    let error = judged(&request).0["error"].to_string();
    assert!(error.contains("not usable: ceremony: "), "{error}");
}

#[test]
fn names_the_member_of_a_response_that_is_wrong_at_step_3() {
    let mut request = request();
    request["response"]["response"]["signature"] = json!("AA==");
    let (answer, usable) = judged(&request);
    assert!(usable);
    let actual = answer["steps"][2]["actual"].as_str().unwrap_or_default();
    let told = "response.signature: the text is not base64url without padding";
    assert!(actual.starts_with(told), "{actual}");
}

#[test]
fn takes_a_byte_order_mark_but_no_list_for_a_request() {
    let mut request = request();
    let marked = format!("\u{feff}{request}");
    assert!(answer(&marked, NOW).verdict.is_ok());
    let list = json!([
        7,
        "authentication",
        null,
        request["response"].take(),
        request["expected"].take(),
        null,
        null,
        null
    ]);
    assert!(!judged(&list).1);
}

#[test]
fn leaves_no_side_of_a_step_as_empty_text() {
    let mut request = request();
    request["expected"]["origins"] = json!([]);
    let steps = judged(&request).0["steps"].take();
    for step in steps.as_array().expect("a list of steps") {
        assert!(step["expected"] != "" && step["actual"] != "", "{step:#}");
    }
}

proptest! {
    #[test]
    fn answers_anything_with_json(text in any::<String>()) {
        let answer = answer(&text, NOW);
        prop_assert!(answer.verdict.is_err());
        prop_assert!(serde_json::from_str::<Value>(&answer.json).is_ok());
    }
}
