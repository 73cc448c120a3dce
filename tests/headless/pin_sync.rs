//! PIN synchronization by `pin_sync.py`, a second implementation written from docs/pin-sync.md.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bench::clock::SystemClock;
use device::{Model, Seams, Shelf};
use serde_json::{Value, json};
use timeline::Silent;
use vault::{KeyHome, Vault};

use crate::device_udp::{python, root};
use crate::relying_party::RelyingParty;
use crate::rp_http::own;

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

/// A relying party written in Python; it is killed when dropped.
struct Server {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Server {
    fn start() -> (Self, String) {
        let mut child = Command::new(python())
            .arg(root().join("tests/headless/pin_sync.py"))
            .arg("server")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut server = Self { child, output };
        let offer = server.line();
        (server, offer)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    fn end(mut self) -> Value {
        let input = self.child.stdin.as_mut().expect("it is piped");
        writeln!(input).expect("it listens");
        serde_json::from_str(&self.line()).expect("JSON")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_phone_enrols_and_synchronizes_with_a_relying_party_written_in_python() {
    let (server, offer) = Server::start();
    let vault = Vault::open(Path::new(""), KeyHome::Memory).expect("memory");
    let clock = Arc::new(SystemClock::new());
    let shelf = Shelf::new(vault, Seams::new(clock, Arc::new(Silent)));
    let phone = shelf.add("Phone", Model::Phone).expect("a phone");
    tokio::spawn(own(phone.clone()));
    phone.scan(&offer).await.expect("an offer");
    let pairing = phone.pairing().expect("an enrolment under way");
    assert_eq!(pairing.digits.len(), 6);
    phone.continue_pairing().await.expect("an enrolment");
    // The acknowledgement follows the cache, and may still be under way.
    let quiet = async {
        while phone.agent_busy() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let quiet = tokio::time::timeout(Duration::from_secs(60), quiet).await;
    quiet.expect("the agent comes to rest");
    let enrolments = phone.enrolments().expect("the enrolments");
    let [enrolment] = enrolments.as_slice() else {
        panic!("{enrolments:?}");
    };
    assert!(enrolment.state.answers(), "{enrolment:?}");
    assert!(enrolment.acknowledged_at.is_some(), "{enrolment:?}");
    assert_eq!(
        server.end(),
        json!({ "pin": "481516", "acknowledged": [1, 1, 0] })
    );
}
