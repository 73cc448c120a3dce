//! `touchstone device --uhid` where nothing needs a kernel that has it: its doctor, and what it
//! refuses. A key that is truly plugged in is in `tests/keys`.

use std::fs::OpenOptions;
use std::process::{Command, Output, Stdio};

fn device(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_touchstone"))
        .arg("device")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("touchstone starts")
}

fn said(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn can_plug_in() -> bool {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/uhid")
        .is_ok()
}

#[test]
fn the_doctor_says_whether_it_works_here_and_what_to_run() {
    let output = device(&["--doctor"]);
    assert_eq!(output, device(&["--uhid", "--doctor"]), "it is about that");
    assert_eq!(output.status.code(), Some(i32::from(!can_plug_in())));
    let lines: Vec<&str> = said(&output.stdout).lines().collect();
    let [sentence, command] = lines[..] else {
        panic!("not a sentence and a command: {lines:?}");
    };
    assert!(sentence.ends_with('.'), "{sentence}");
    assert!(command.starts_with("  "), "{command}");
    if can_plug_in() {
        assert_eq!(command, "  touchstone device --uhid");
    } else {
        assert!(!command.contains("--uhid"), "it would fail: {command}");
    }
    assert_eq!(said(&output.stderr), "");
}

#[test]
fn where_it_does_not_work_it_gives_the_doctors_advice_and_makes_nothing() {
    if can_plug_in() {
        return;
    }
    let advice = device(&["--doctor"]).stdout;
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let output = device(&["--uhid", "--state", state.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(said(&output.stdout), "");
    let refusal = said(&output.stderr);
    for line in said(&advice).lines() {
        assert!(refusal.contains(line.trim()), "{refusal}");
    }
    assert!(!state.exists(), "no vault for a key that cannot be");
}

#[test]
fn what_makes_no_sense_together_is_refused() {
    for arguments in [
        &["--uhid", "--udp", "127.0.0.1:0"][..],
        &["--uhid", "--allow-power-cycle"],
        &["--doctor", "--name", "Key"],
        &["--doctor", "--udp", "127.0.0.1:0"],
        &["--profile", "phone"],
        &["--profile", "Key"],
    ] {
        let output = device(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(said(&output.stdout), "", "{arguments:?}");
    }
}
