//! `touchstone device --udp`, and python-fido2 as the client that nobody here wrote.

use std::io::{BufRead, BufReader, Read as _};
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

pub struct Key {
    child: Child,
    output: BufReader<ChildStdout>,
    first_line: String,
    pub address: SocketAddr,
}

impl Key {
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = touchstone(arguments)
            .stderr(Stdio::inherit())
            .spawn()
            .expect("touchstone starts");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = || {
            let mut line = String::new();
            output.read_line(&mut line).expect("a line");
            line.trim_end().to_owned()
        };
        let (first_line, ready) = (line(), line());
        let address = ready
            .strip_prefix("listening on udp ")
            .unwrap_or_else(|| panic!("not ready: {ready}"));
        let address = address.parse().expect("an address");
        Self {
            child,
            output,
            first_line,
            address,
        }
    }

    fn in_folder(folder: &Path) -> Self {
        Self::start(&[
            "--udp",
            "127.0.0.1:0",
            "--state",
            folder.to_str().expect("UTF-8"),
        ])
    }

    fn kill(mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("it ended");
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn touchstone(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_touchstone"));
    command
        .arg("device")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// What touchstone says when it refuses to start.
fn refusal(arguments: &[&str]) -> String {
    let output = touchstone(arguments).output().expect("touchstone starts");
    assert!(!output.status.success(), "{arguments:?} was accepted");
    String::from_utf8(output.stderr).expect("UTF-8")
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub fn python() -> PathBuf {
    let python = match std::env::var_os("TOUCHSTONE_PYTHON") {
        Some(python) => python.into(),
        None => root().join("target/venv/bin/python"),
    };
    assert!(
        python.exists(),
        "There is no {}. Run `cargo xtask test`, which installs python-fido2 there.",
        python.display()
    );
    python
}

/// Lets python-fido2 register an account and sign in, and gives what it saw.
fn python_fido2(key: &Key, accounts: u32) -> Value {
    let output = Command::new(python())
        .arg(root().join("tests/headless/device_udp.py"))
        .args([
            key.address.ip().to_string(),
            key.address.port().to_string(),
            accounts.to_string(),
        ])
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
fn python_fido2_registers_and_signs_in_without_a_user_name() {
    let key = Key::start(&["--udp", "127.0.0.1:0"]);
    assert!(
        key.first_line.contains("in memory only"),
        "{}",
        key.first_line
    );
    let seen = python_fido2(&key, 1);
    assert_eq!(seen["signCount"], 1);
    assert_eq!(seen["credentialId"].as_str().map(str::len), Some(64));
    let seen = python_fido2(&key, 2);
    assert_eq!(
        (seen["signCount"].as_u64(), seen["remaining"].as_u64()),
        (Some(1), Some(99))
    );
}

#[test]
fn what_it_stored_survives_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let key = Key::in_folder(&state);
    assert!(
        key.first_line.contains("vault.key"),
        "where the key rests is told first: {}",
        key.first_line
    );
    python_fido2(&key, 1);
    key.kill();
    python_fido2(&Key::in_folder(&state), 2);
}

#[test]
fn a_second_process_on_one_folder_is_told_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = Key::in_folder(folder.path());
    let said = refusal(&[
        "--udp",
        "127.0.0.1:0",
        "--state",
        folder.path().to_str().expect("UTF-8"),
    ]);
    assert!(said.contains("is using the folder"), "{said}");
    drop(key);
}

#[test]
fn says_plainly_why_it_does_not_start() {
    let taken = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let taken = taken
        .local_addr()
        .map(|it| (taken, it))
        .expect("it is bound");
    for (arguments, sentence) in [
        (vec!["--udp", "0.0.0.0:0"], "is not a loopback address"),
        (vec!["--udp", "localhost"], "invalid"),
        (
            vec!["--udp", "127.0.0.1:0", "--presence", "never"],
            "no presence policy",
        ),
        (
            vec!["--udp", &taken.1.to_string()],
            "is in use by another program",
        ),
    ] {
        let said = refusal(&arguments);
        assert!(said.contains(sentence), "{arguments:?}: {said}");
    }
}

#[test]
fn works_on_when_nobody_reads_what_it_says() {
    let client = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    client
        .set_read_timeout(Some(std::time::Duration::from_millis(200)))
        .expect("a time-out");
    let free = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let address = free.local_addr().expect("it is bound");
    drop(free);
    let mut child = touchstone(&["--udp", &address.to_string()])
        .spawn()
        .expect("touchstone starts");
    drop(child.stdout.take());
    let init = {
        let mut report = [0; 64];
        report[..7].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF, 0x86, 0, 8]);
        report
    };
    let answered = (0..50).any(|_| {
        client.send_to(&init, address).expect("sent");
        client.recv(&mut [0; 64]).is_ok()
    });
    let ended = child.try_wait().expect("its state");
    let _ = child.kill();
    let _ = child.wait();
    assert!(answered && ended.is_none(), "{ended:?}");
}

#[cfg(unix)]
#[test]
fn ends_cleanly_when_told_to() {
    let mut key = Key::start(&["--udp", "[::1]:0", "--presence", "delay:5"]);
    let told = Command::new("kill")
        .arg(key.child.id().to_string())
        .status()
        .expect("kill runs");
    assert!(told.success());
    assert!(
        key.child.wait().expect("it ends").success(),
        "SIGTERM is not a failure"
    );
    let mut rest = String::new();
    key.output.read_to_string(&mut rest).expect("its output");
    assert_eq!(rest, "", "nothing more to say");
}
