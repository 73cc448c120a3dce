//! `touchstone keys`.

use std::process::{Command, Output};

use serde_json::Value;

use super::inside;
use super::plugged::{Plugged, touchstone};

fn keys(words: &[&str]) -> Output {
    Command::new(touchstone())
        .arg("keys")
        .args(words)
        .output()
        .expect("touchstone starts")
}

/// What it prints; it must succeed.
fn said(words: &[&str]) -> String {
    let output = keys(words);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn json(words: &[&str]) -> Value {
    serde_json::from_str(&said(words)).expect("JSON")
}

#[test]
#[ignore = "runs in the virtual machine"]
fn lists_and_explains_the_keys_that_are_plugged_in() {
    inside();
    assert_eq!(json(&["list", "--json"]), Value::Array(Vec::new()));
    let key = Plugged::start(&["--name", "Alice's key"]);
    let id = key.id();
    let listed = json(&["list", "--json"]);
    assert_eq!(listed[0]["id"], id.as_str(), "{listed}");
    assert_eq!(listed[0]["name"], "Alice's key", "{listed}");
    let text = said(&["list"]);
    assert!(
        text.contains(id.as_str()) && text.contains("Alice's key"),
        "{text}"
    );

    let report = json(&["info", "--json"]);
    assert_eq!(report["key"]["id"], id.as_str(), "{report}");
    let facts = report["facts"].as_array().expect("a list");
    assert!(
        facts.iter().any(|fact| fact["name"] == "versions"),
        "{report}"
    );
    let text = said(&["info", "--key", id.as_str()]);
    assert!(text.contains("FIDO_2"), "{text}");

    let other = Plugged::of_kind("pin-key");
    assert_eq!(json(&["list", "--json"]).as_array().map(Vec::len), Some(2));
    let ambiguous = keys(&["info"]);
    assert!(!ambiguous.status.success(), "which of the two?");
    let chosen = json(&["info", "--json", "--key", other.id().as_str()]);
    assert_eq!(chosen["key"]["id"], other.id().as_str(), "{chosen}");
    assert_eq!(chosen["pin"]["set"], false, "{chosen}");
}

#[test]
#[ignore = "runs in the virtual machine"]
fn says_that_a_key_is_not_plugged_in() {
    inside();
    let output = keys(&["info", "--key", "hid:/dev/hidraw9"]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("hid:/dev/hidraw9"), "{errors}");
}
