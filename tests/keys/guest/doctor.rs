//! `touchstone keys doctor` for somebody who may not open the key, and whether its command helps.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::inside;
use super::plugged::{Plugged, touchstone};

/// A user without rights.
const NOBODY: u32 = 65_534;

/// The program, where every user may start it.
fn for_everybody() -> PathBuf {
    let copy = std::env::temp_dir().join("touchstone-for-everybody");
    std::fs::copy(touchstone(), &copy).expect("a copy");
    copy
}

/// The exit code, and the finding about the key's node.
fn examined(program: &PathBuf, user: u32) -> (Option<i32>, Value) {
    let output = Command::new(program)
        .args(["keys", "doctor", "--json"])
        .uid(user)
        .gid(user)
        .output()
        .expect("touchstone starts");
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).expect("a list");
    let mut rights = findings.into_iter().filter(|it| it["what"] == "rights");
    (output.status.code(), rights.next().expect("a key is there"))
}

#[test]
#[ignore = "runs in the virtual machine"]
fn the_doctor_tells_who_may_not_open_a_key_what_to_type() {
    inside();
    let key = Plugged::start(&["--name", "Alice's key"]);
    let program = for_everybody();
    let (code, rights) = examined(&program, 0);
    assert_eq!(
        (code, &rights["state"]),
        (Some(0), &"ok".into()),
        "{rights}"
    );
    let (code, rights) = examined(&program, NOBODY);
    assert_eq!(
        (code, &rights["state"]),
        (Some(1), &"problem".into()),
        "{rights}"
    );
    let command = rights["command"].as_str().expect("a command");
    let names_the_key = command.contains(key.path()) || command.contains("*:1209:0001.*");
    assert!(names_the_key, "{command}");
    assert!(
        rights["title"]
            .as_str()
            .is_some_and(|it| it.contains("Alice's key")),
        "{rights}"
    );
    chown(key.path(), Some(NOBODY), None).expect("the superuser may");
    let (_, rights) = examined(&program, NOBODY);
    assert_eq!(rights["state"], "ok", "{rights}");
}
