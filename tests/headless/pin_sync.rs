//! PIN synchronization by `pin_sync.py`, a second implementation written from docs/pin-sync.md.

use std::process::Command;

use serde_json::{Value, json};

use crate::device_udp::{python, root};
use crate::relying_party::RelyingParty;

/// What it printed, once it ended well.
fn second_implementation(arguments: &[&str]) -> Value {
    let output = Command::new(python())
        .arg(root().join("tests/headless/pin_sync.py"))
        .args(arguments)
        .output()
        .expect("python starts");
    let (text, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{arguments:?}: {text}{errors}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_second_implementation_computes_the_same_worked_example() {
    let vectors = root().join("fixtures/vectors/pin-sync-v1.json");
    let said = second_implementation(&["vectors", vectors.to_str().expect("UTF-8")]);
    let compared = said["compared"].as_u64().expect("a number");
    assert!(compared >= 60, "only {compared} values were compared");
}

#[test]
fn a_phone_written_in_python_enrols_synchronizes_and_signs_in_at_a_workstation() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = folder.path().join("policy.toml");
    let text = "[pin]\nenabled = true\noffline = true\ncharset = \"any\"\nmax-length = 20\n";
    std::fs::write(&policy, text).expect("a policy");
    let party = RelyingParty::start(&["--policy", policy.to_str().expect("UTF-8")]);
    let said = second_implementation(&["device", &party.origin]);
    assert_eq!(
        said,
        json!({ "said": ["ok", "wrongPin", "ok", "ok"], "pinVersion": 2, "signedIn": "alice" })
    );
}
