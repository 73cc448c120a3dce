//! libfido2's own programs against our keys.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::inside;
use super::plugged::Plugged;

/// SHA-256 of no particular client data, and a user handle, both base64.
const CLIENT_DATA_HASH: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const USER: &str = "YWxpY2U=";

/// Runs one of its programs in a folder; `typed` are the lines that it reads as PINs.
fn run(folder: &Path, line: &str, typed: &str) -> Output {
    // In a session of its own there is no terminal, and libfido2 reads PINs from standard input.
    let mut child = Command::new("setsid")
        .arg("--wait")
        .args(line.split(' '))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("setsid starts");
    let mut input = child.stdin.take().expect("it is piped");
    // A program that asks for nothing may end before it reads.
    let _ = input.write_all(typed.as_bytes());
    drop(input);
    child.wait_with_output().expect("it ends")
}

/// What the program prints; it must succeed.
fn said(folder: &Path, line: &str, typed: &str) -> String {
    let output = run(folder, line, typed);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// How the key verifies its user.
#[derive(Clone, Copy)]
enum Verification {
    Without,
    ByPin,
    ByFingerprint,
}

/// Makes a discoverable credential, then an assertion with it, and verifies both.
fn registers_and_signs_in(node: &str, verification: Verification, typed: &str) {
    let [make, prove, verify] = match verification {
        Verification::Without => ["", "", ""],
        Verification::ByPin => [" -v"; 3],
        // With -v the proof would ask for a PIN.
        Verification::ByFingerprint => [" -v", " -t uv=true", " -v"],
    };
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let write = |name, lines: &[&str]| {
        fs::write(folder.join(name), lines.join("\n") + "\n").expect("written");
    };
    write("asked", &[CLIENT_DATA_HASH, "example.org", "alice", USER]);
    said(
        folder,
        &format!("fido2-cred -M -r{make} -i asked -o made {node}"),
        typed,
    );
    said(
        folder,
        &format!("fido2-cred -V{verify} -i made -o credential"),
        "",
    );
    let credential = fs::read_to_string(folder.join("credential")).expect("written");
    let (_id, public_key) = credential.split_once('\n').expect("an id, then a key");
    write("public-key", &[public_key.trim_end()]);
    write("asked-again", &[CLIENT_DATA_HASH, "example.org"]);
    said(
        folder,
        &format!("fido2-assert -G -r{prove} -p -i asked-again -o proof {node}"),
        typed,
    );
    let proof = fs::read_to_string(folder.join("proof")).expect("written");
    assert_eq!(proof.lines().nth(4), Some(USER), "the user handle: {proof}");
    said(
        folder,
        &format!("fido2-assert -V{verify} -p -i proof public-key es256"),
        "",
    );
}

#[test]
#[ignore = "runs in the virtual machine"]
fn lists_and_describes_a_key_and_uses_it_without_verification() {
    inside();
    let key = Plugged::of_kind("key");
    let here = Path::new("/");
    let listed = said(here, "fido2-token -L", "");
    assert!(
        listed.contains(&format!("{}: vendor=0x1209, product=0x0001", key.path())),
        "{listed}"
    );
    let info = said(here, &format!("fido2-token -I {}", key.path()), "");
    assert!(info.contains("FIDO_2_0") && info.contains("wink"), "{info}");
    assert!(
        info.contains("noclientPin") || !info.contains("clientPin"),
        "{info}"
    );
    registers_and_signs_in(key.path(), Verification::Without, "");
}

#[test]
#[ignore = "runs in the virtual machine"]
fn sets_and_changes_a_pin_and_signs_in_with_it() {
    inside();
    let key = Plugged::of_kind("pin-key");
    let here = Path::new("/");
    let node = key.path();
    said(here, &format!("fido2-token -S {node}"), "480215\n480215\n");
    registers_and_signs_in(node, Verification::ByPin, "480215\n");
    said(
        here,
        &format!("fido2-token -C {node}"),
        "480215\n135791\n135791\n",
    );
    registers_and_signs_in(node, Verification::ByPin, "135791\n");

    let refused = run(
        here,
        &format!("fido2-token -C {node}"),
        "480215\n222222\n222222\n",
    );
    let errors = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success(), "it is no longer the PIN");
    assert!(errors.contains("FIDO_ERR_PIN_INVALID"), "{errors}");
    let info = said(here, &format!("fido2-token -I {node}"), "");
    assert!(info.contains("pin retries: 7"), "{info}");
}

#[test]
#[ignore = "runs in the virtual machine"]
fn is_verified_by_a_key_with_a_fingerprint_reader() {
    inside();
    let key = Plugged::of_kind("fingerprint-key");
    let info = said(
        Path::new("/"),
        &format!("fido2-token -I {}", key.path()),
        "",
    );
    assert!(
        info.lines()
            .any(|line| line.starts_with("options:") && line.contains(" uv")),
        "{info}"
    );
    registers_and_signs_in(key.path(), Verification::ByFingerprint, "");
}
