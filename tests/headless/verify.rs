//! `touchstone verify`, fed with the specification's vectors.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Output, Stdio};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::{Value, json};
use webauthn::attestation::AttestationObject;
use webauthn::authenticator_data::AuthenticatorData;

const VECTORS: &str = include_str!("../../fixtures/vectors/w3c-l3.json");

fn vector(id: &str) -> Value {
    let all: Value = serde_json::from_str(VECTORS).expect("the vectors are JSON");
    let cases = all["cases"].as_array().expect("the vectors have cases");
    cases
        .iter()
        .find(|case| case["id"] == id)
        .expect("a vector with this name")
        .clone()
}

fn bytes(hexadecimal: &Value) -> Vec<u8> {
    HEXLOWER
        .decode(hexadecimal.as_str().expect("text").as_bytes())
        .expect("hexadecimal")
}

fn base64url(hexadecimal: &Value) -> String {
    BASE64URL_NOPAD.encode(&bytes(hexadecimal))
}

fn registration(id: &str) -> Value {
    let case = vector(id)["registration"].clone();
    let credential_id = base64url(&case["credential_id"]);
    json!({
        "id": id,
        "ceremony": "registration",
        "response": {
            "id": credential_id, "rawId": credential_id, "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url(&case["clientDataJSON"]),
                "attestationObject": base64url(&case["attestationObject"]),
                "transports": ["usb"],
            },
        },
        "expected": {
            "challenge": base64url(&case["challenge"]),
            "origins": ["https://example.org"],
            "rpId": "example.org",
        },
    })
}

fn authentication(id: &str) -> Value {
    let case = vector(id);
    let object = bytes(&case["registration"]["attestationObject"]);
    let object = AttestationObject::parse(&object).expect("an attestation object");
    let data = AuthenticatorData::parse(object.auth_data).expect("authenticator data");
    let attested = data.attested.expect("a credential");
    let credential_id = BASE64URL_NOPAD.encode(attested.credential_id);
    let assertion = &case["authentication"];
    json!({
        "id": id,
        "ceremony": "authentication",
        "mediation": "optional",
        "response": {
            "id": credential_id, "rawId": credential_id, "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url(&assertion["clientDataJSON"]),
                "authenticatorData": base64url(&assertion["authenticatorData"]),
                "signature": base64url(&assertion["signature"]),
            },
        },
        "expected": {
            "challenge": base64url(&assertion["challenge"]),
            "origins": ["https://example.org"],
            "rpId": "example.org",
            "allowCredentials": [credential_id],
            "identifiedUser": "dXNlcg",
        },
        "credential": {
            "id": credential_id,
            "publicKey": BASE64URL_NOPAD.encode(attested.public_key),
            "signCount": data.sign_count,
            "backupEligible": data.flags.0 & 8 != 0,
            "userHandle": "dXNlcg",
        },
        "now": "2026-11-23T04:00:00Z",
    })
}

fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_touchstone"))
        .arg("verify")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("the binary ends");
    writer.join().expect("no panic").expect("all input is read");
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

fn judge(request: &Value) -> (Option<i32>, Value) {
    let output = run(
        &[],
        serde_json::to_string_pretty(request)
            .expect("JSON")
            .as_bytes(),
    );
    (
        output.status.code(),
        serde_json::from_slice(&output.stdout).expect("one JSON object"),
    )
}

fn failed(answer: &Value) -> Vec<u64> {
    let steps = answer["steps"].as_array().expect("a list of steps").iter();
    steps
        .filter(|step| step["outcome"] == "failed")
        .filter_map(|step| step["step"].as_u64())
        .collect()
}

#[test]
fn verifies_a_registration_and_prints_all_29_steps() {
    let (code, answer) = judge(&registration("none-es256"));
    assert_eq!(
        (code, &answer["verified"], &answer["id"]),
        (Some(0), &json!(true), &json!("none-es256"))
    );
    let steps = answer["steps"].as_array().expect("a list of steps");
    let numbers: Vec<u64> = steps
        .iter()
        .filter_map(|step| step["step"].as_u64())
        .collect();
    assert_eq!(numbers, (1..=29).collect::<Vec<u64>>());
    assert!(
        steps
            .iter()
            .all(|step| step["section"] == "7.1" && step["name"].is_string())
    );
    assert_eq!(
        answer["attestation"],
        json!({ "format": "none", "type": "none" })
    );
    assert_eq!(
        answer["credential"]["aaguid"],
        "8446ccb9-ab1d-b374-750b-2367ff6f3a1f"
    );
    assert_eq!(answer["credential"]["transports"], json!(["usb"]));
}

#[test]
fn verifies_an_authentication_with_the_credential_that_a_registration_gave() {
    let (_, registered) = judge(&registration("packed-self-es256"));
    let mut request = authentication("packed-self-es256");
    assert_eq!(
        registered["credential"]["publicKey"],
        request["credential"]["publicKey"]
    );
    for member in ["id", "publicKey", "signCount", "backupEligible"] {
        request["credential"][member] = registered["credential"][member].clone();
    }
    let (code, answer) = judge(&request);
    assert_eq!(
        (code, answer["steps"].as_array().map(Vec::len)),
        (Some(0), Some(25)),
        "{answer:#}"
    );
}

#[test]
fn refuses_with_exit_code_1_and_names_the_step() {
    let mut request = authentication("none-es256");
    request["expected"]["origins"] = json!(["https://example.com"]);
    request["expected"]["userVerification"] = json!("required");
    let (code, answer) = judge(&request);
    assert_eq!((code, &answer["verified"]), (Some(1), &json!(false)));
    assert!(failed(&answer).contains(&12), "{answer:#}");
    assert_eq!(answer.get("credential"), None);
    let step = &answer["steps"][11];
    assert_eq!(
        (&step["expected"], &step["actual"]),
        (&json!("https://example.com"), &json!("https://example.org"))
    );
}

#[test]
fn refuses_a_framed_page_unless_its_top_origin_is_listed() {
    let mut request = registration("none-es256-topOrigin");
    assert_eq!(failed(&judge(&request).1), [10, 11]);
    request["expected"]["crossOrigin"] = json!(true);
    assert_eq!(failed(&judge(&request).1), [11]);
    request["expected"]["topOrigins"] = json!(["https://example.com"]);
    assert_eq!(judge(&request).0, Some(0));
}

#[test]
fn refuses_a_response_without_its_form_at_step_3() {
    let mut request = registration("none-es256");
    request["response"] = authentication("none-es256")["response"].clone();
    let (code, answer) = judge(&request);
    assert_eq!((code, failed(&answer)), (Some(1), vec![3]));
}

#[test]
fn refuses_an_unknown_credential_and_a_registered_one() {
    let mut request = authentication("none-es256");
    request["credential"] = Value::Null;
    assert_eq!(failed(&judge(&request).1), [6]);
    let mut request = registration("none-es256");
    request["expected"]["knownCredentialIds"] = json!([request["response"]["id"]]);
    assert_eq!(failed(&judge(&request).1), [26]);
}

#[test]
fn takes_only_the_algorithms_that_are_listed() {
    let mut request = registration("none-es256");
    request["expected"]["algorithms"] = json!([-257, -53]);
    assert_eq!(failed(&judge(&request).1), [20]);
    request["expected"]["algorithms"] = json!([-257, -7]);
    assert_eq!(judge(&request).0, Some(0));
}

#[test]
fn follows_a_certificate_chain_to_the_roots_it_is_given() {
    let all: Value = serde_json::from_str(VECTORS).expect("the vectors are JSON");
    let der = data_encoding::BASE64_MIME.encode(&bytes(&all["attestation_ca_cert"]));
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----\n",
        der.replace('\r', "")
    );
    let mut request = registration("packed-es256");
    let (code, answer) = judge(&request);
    assert_eq!(
        (code, &answer["attestation"]["type"]),
        (Some(0), &json!("basic")),
        "{answer:#}"
    );
    assert_eq!(answer["steps"][23]["outcome"], "notApplicable");
    request["trust"] = json!({ "roots": [pem], "attestationPolicy": "trusted" });
    let (code, answer) = judge(&request);
    assert_eq!(
        (code, &answer["steps"][23]["outcome"]),
        (Some(0), &json!("passed")),
        "{answer:#}"
    );
    request["now"] = json!("2023-06-01T00:00:00Z");
    let (_, early) = judge(&request);
    assert_eq!(failed(&early), [24]);
    assert_eq!(
        early["steps"][23]["actual"],
        "a certificate of the chain is not valid yet"
    );
    request["trust"]["roots"] = json!(["-----BEGIN NONSENSE-----"]);
    assert_eq!(judge(&request).0, Some(2));
}

#[test]
fn names_the_format_that_it_cannot_verify_yet() {
    let (code, answer) = judge(&registration("tpm-es256"));
    assert_eq!((code, failed(&answer)), (Some(1), vec![21]));
    assert_eq!(
        answer["steps"][20]["actual"],
        "tpm: this attestation format cannot be verified here yet"
    );
    assert_eq!(answer.get("attestation"), None);
}

#[test]
fn skips_a_byte_order_mark() {
    let marked = format!("\u{feff}{}\r\n", registration("none-es256"));
    assert_eq!(run(&[], marked.as_bytes()).status.code(), Some(0));
    assert_eq!(run(&["--lines"], marked.as_bytes()).status.code(), Some(0));
}

#[test]
fn tells_unusable_input_with_exit_code_2() {
    let mut no_challenge = registration("none-es256");
    no_challenge["expected"]
        .as_object_mut()
        .expect("an object")
        .remove("challenge");
    let mut odd = registration("none-es256");
    odd["ceremony"] = json!("payment");
    let mut late = registration("none-es256");
    late["now"] = json!("yesterday");
    let mut open = registration("none-es256");
    open["expected"]["challenge"] = json!("");
    let mut slash = registration("none-es256");
    slash["expected"]["origins"] = json!(["https://example.org/"]);
    for request in [
        no_challenge,
        odd,
        late,
        open,
        slash,
        json!({ "id": "none-es256" }),
    ] {
        let (code, answer) = judge(&request);
        assert_eq!(code, Some(2), "{answer:#}");
        assert_eq!(
            (&answer["id"], &answer["verified"]),
            (&json!("none-es256"), &json!(false))
        );
        assert!(
            answer["error"]
                .as_str()
                .is_some_and(|error| !error.is_empty())
        );
    }
    for text in [&b""[..], b"{", b"[]", b"\xff", b"{} {}"] {
        let output = run(&[], text);
        assert_eq!(output.status.code(), Some(2), "{text:?}");
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON even then");
        assert_eq!(
            (&answer["id"], &answer["verified"]),
            (&Value::Null, &json!(false))
        );
    }
}

#[test]
fn answers_each_line_in_order_whatever_stands_between() {
    let mut refused = registration("none-es256");
    refused["id"] = json!({ "nested": [1, null] });
    refused["expected"]["challenge"] = json!("AAAA");
    let mut input = Vec::new();
    writeln!(input, "{}", registration("none-es256")).expect("memory");
    writeln!(input, "not JSON").expect("memory");
    writeln!(input).expect("memory");
    writeln!(input, "{refused}\r").expect("memory");
    writeln!(
        input,
        "{{\"id\": 12345678901234567890123, \"ceremony\": 1}}"
    )
    .expect("memory");
    input.extend_from_slice(b"\xff\xfe\n");
    write!(input, "{}", authentication("none-es256")).expect("memory");
    let output = run(&["--lines"], &input);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(
        text.contains("{\"id\":12345678901234567890123,"),
        "numbers are echoed as they came"
    );
    let answers: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let verdicts: Vec<&Value> = answers.iter().map(|answer| &answer["verified"]).collect();
    assert_eq!(verdicts, [true, false, false, false, false, false, true]);
    assert_eq!(answers[3]["id"], json!({ "nested": [1, null] }));
    assert_eq!(failed(&answers[3]), [8]);
    assert_eq!(
        answers
            .iter()
            .filter(|answer| answer["error"].is_string())
            .count(),
        4
    );
}

#[test]
fn answers_a_line_before_the_next_one_comes() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_touchstone"))
        .args(["verify", "--lines"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    for id in ["none-es256", "packed-self-es256"] {
        writeln!(stdin, "{}", registration(id)).expect("the binary reads");
        let mut line = String::new();
        stdout.read_line(&mut line).expect("the binary answers");
        assert_eq!(
            serde_json::from_str::<Value>(&line).expect("JSON")["id"],
            id
        );
    }
    drop(stdin);
    assert!(child.wait().expect("the binary ends").success());
}

#[test]
fn answers_an_endless_line_with_an_error_and_goes_on() {
    let mut input = vec![b' '; 17 * 1024 * 1024];
    input.push(b'\n');
    input.extend_from_slice(registration("none-es256").to_string().as_bytes());
    let output = run(&["--lines"], &input);
    let text = String::from_utf8(output.stdout).expect("text");
    let answers: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert!(
        answers[0]["error"]
            .as_str()
            .is_some_and(|error| error.contains("16 MiB"))
    );
    assert_eq!(answers[1]["verified"], true);
}
