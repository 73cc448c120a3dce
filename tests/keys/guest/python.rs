//! python-fido2 against our keys.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::inside;
use super::plugged::Plugged;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The tests' own Python, which `cargo xtask test` makes.
fn python() -> PathBuf {
    let given = std::env::var_os("TOUCHSTONE_PYTHON").map(PathBuf::from);
    let python = given.unwrap_or_else(|| root().join("target/venv/bin/python"));
    assert!(
        python.exists(),
        "There is no {}. Run `cargo xtask test`, which installs python-fido2 there.",
        python.display()
    );
    python
}

/// Lets python-fido2 register and sign in with the key at this node; what it saw.
fn uses(node: &str, words: &[&str]) -> Value {
    let output = Command::new(python())
        .arg(root().join("tests/keys/guest/python_hid.py"))
        .arg(node)
        .args(words)
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
#[ignore = "runs in the virtual machine"]
fn registers_and_signs_in_with_every_kind_of_key() {
    inside();
    let key = Plugged::of_kind("key");
    let seen = uses(key.path(), &["discouraged"]);
    assert_eq!(seen["verified"], false, "{seen}");
    drop(key);

    let key = Plugged::of_kind("fingerprint-key");
    let seen = uses(key.path(), &["required"]);
    assert_eq!(seen["verified"], true, "{seen}");
    drop(key);

    let key = Plugged::of_kind("pin-key");
    let seen = uses(key.path(), &["required", "480215"]);
    assert_eq!(seen["verified"], true, "{seen}");
    assert_eq!(seen["retries"], 8, "{seen}");
}
