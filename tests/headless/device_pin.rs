//! `touchstone device --udp` with keys that verify their user, and python-fido2 as the client that
//! nobody here wrote.

use std::process::Command;

use serde_json::{Value, json};

use crate::device_udp::{Key, python, root};

/// What python-fido2 saw at a key of this profile.
fn seen(profile: &str, kind: &str) -> Value {
    let key = Key::start(&[
        "--udp",
        "127.0.0.1:0",
        "--profile",
        profile,
        "--allow-power-cycle",
    ]);
    let power_cycle = device::udp::POWER_CYCLE.map(|byte| format!("{byte:02x}"));
    let output = Command::new(python())
        .arg(root().join("tests/headless/device_pin.py"))
        .args([kind, &key.address.ip().to_string()])
        .args([key.address.port().to_string(), power_cycle.concat()])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python starts");
    let (text, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "python-fido2 says: {text}{errors}");
    serde_json::from_str(&text).expect("one line of JSON")
}

#[test]
fn python_fido2_sets_a_pin_signs_in_with_it_and_spends_its_tries() {
    let seen = seen("pin-key", "pin");
    assert_eq!(seen["asked"], 2, "once to register, once to sign in");
    for protocol in ["1", "2"] {
        assert_eq!(
            seen["protocols"][protocol],
            json!([
                "PIN_AUTH_INVALID",
                "PUAT_REQUIRED",
                "UNAUTHORIZED_PERMISSION",
                "PIN_AUTH_INVALID",
                "PIN_POLICY_VIOLATION"
            ]),
            "a used token, none, a permission that is not there, a second first PIN, a short one"
        );
    }
    let wrong = ["PIN_INVALID", "PIN_INVALID", "PIN_AUTH_BLOCKED"];
    let blocked = ["PIN_INVALID", "PIN_BLOCKED", "PIN_BLOCKED"];
    let mut expected = Vec::new();
    for (statuses, then, retries) in [
        (wrong, "PIN_AUTH_BLOCKED", json!([5, true])),
        (wrong, "PIN_AUTH_BLOCKED", json!([2, true])),
        (blocked, "PIN_BLOCKED", json!([0, false])),
    ] {
        expected.extend(statuses.map(Value::from));
        expected.extend([then.into(), retries]);
    }
    assert_eq!(seen["statuses"], Value::Array(expected));
    assert_eq!(seen["afterReset"], json!([[8, false], false]));
}

#[test]
fn python_fido2_is_verified_by_a_fingerprint() {
    assert_eq!(
        seen("fingerprint-key", "fingerprint"),
        json!({ "asked": 2, "pins": 0, "tries": 3, "again": "PIN_AUTH_INVALID" })
    );
}
