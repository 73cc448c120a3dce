//! The phone against the relying party that this repository is: its pages' API on one side, the
//! phone's addresses on the other, over real HTTP.

use std::sync::Arc;
use std::time::Duration;

use client::Call;
use rp_server::{Config, Data, Limits, Listeners, RelyingParty, Storage};
use serde_json::{Value, json};
use timeline::{Clock as _, ManualClock, Silent};
use tokio_util::sync::CancellationToken;
use webauthn::id::Origin;

use super::phone::{check, quiet, until};
use crate::tests::bench::{Bench, Habits, memory, somebody};
use crate::tests::owners::hands;
use crate::{CacheState, Device, InProcessChannel, Model, Presence, Scanned, StreamState};

const POLICY: &str = "[pin]\noffline = true\nvalidity = \"2h\"\niterations = 1000\n\
    test-iterations = true\nenrolment = \"digits\"\n";
const PIN: &str = "481516";

/// The relying party, and somebody signed in on its page.
struct Site {
    http: reqwest::Client,
    origin: String,
    folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
    ends: CancellationToken,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.ends.cancel();
    }
}

impl Site {
    async fn start(clock: Arc<ManualClock>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("policy.toml"), POLICY).expect("a policy");
        let data = Data::Folder(folder.path().to_owned());
        let storage = Storage::open(&data, Limits::default()).expect("a store");
        let listeners = Listeners::bind(None, &storage).await.expect("a port");
        let config = Config::local("Acme", "acme.localhost", listeners.port());
        let seams = rp_server::Seams::new(Arc::new(Silent), clock.clone());
        let party = RelyingParty::open(config, storage, seams).await;
        let party = party.expect("it opens");
        let origin = party.origin().to_owned();
        let address = ([127, 0, 0, 1], listeners.port()).into();
        let http = reqwest::Client::builder()
            .cookie_store(true)
            .resolve("acme.localhost", address);
        let ends = CancellationToken::new();
        let end = ends.clone();
        tokio::spawn(async move { party.serve(listeners, end.cancelled_owned()).await });
        Self {
            http: http.build().expect("a client"),
            origin,
            folder,
            clock,
            ends,
        }
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.origin);
        let request = self.http.post(url).header("origin", &self.origin);
        let answer = request.json(&body).send().await.expect("it answers");
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Makes an account with a passkey on this phone, and stays signed in.
    async fn sign_up(&self, bench: &Bench, phone: &Device) {
        let begun = json!({ "username": "alice" });
        let begun = self.post("/api/registration/begin", begun).await;
        let owner = somebody(phone, Habits::default());
        let origin = Origin::parse(&self.origin).expect("an origin");
        let call = Call {
            origin: &origin,
            options: &begun["publicKey"],
            abort: &CancellationToken::new(),
            cause: None,
        };
        let mut channel = InProcessChannel::new(phone.clone());
        let created = bench.client(None).create(&mut channel, call).await;
        owner.abort();
        let credential = serde_json::to_value(created.expect("a passkey")).expect("JSON");
        let finish = json!({ "ceremony": begun["ceremony"], "credential": credential });
        self.post("/api/registration/finish", finish).await;
    }

    async fn pin(&self) -> Value {
        let url = format!("{}/api/pin", self.origin);
        let answer = self.http.get(url).header("origin", &self.origin).send();
        answer
            .await
            .expect("it answers")
            .json()
            .await
            .expect("JSON")
    }
}

#[tokio::test]
async fn a_phone_and_our_relying_party_understand_each_other() {
    let bench = Bench::new();
    let site = Site::start(bench.clock.clone()).await;
    let shelf = bench.shelf(memory(), Presence::Ask);
    let phone = shelf.add("Alice's phone", Model::Phone).expect("a phone");
    site.sign_up(&bench, &phone).await;

    let offer = site.post("/api/pin/offers", json!({})).await;
    let code = offer["code"].as_str().expect("the text to scan");
    assert_eq!(
        phone.scan(code).await.expect("it is claimed"),
        Scanned::Pairing
    );
    let early = phone
        .continue_pairing()
        .await
        .expect_err("nobody confirmed");
    assert_eq!(early.code(), "notConfirmed");
    let offer = offer["offer"].as_str().expect("its name");
    site.post(&format!("/api/pin/offers/{offer}/confirm"), json!({}))
        .await;
    let owner = hands(&phone, &[], &[PIN, PIN]);
    phone
        .continue_pairing()
        .await
        .expect("it is enrolled, and a PIN is set");
    owner.abort();
    quiet(&phone).await;
    let info = || phone.enrolments().expect("readable").remove(0);
    assert_eq!(info().state, CacheState::Valid, "{:?}", info());
    assert_eq!(info().stream, StreamState::Open);
    assert_eq!(check(&phone, PIN).await.expect("counted").len(), 1);
    let standing = site.pin().await;
    assert_eq!(standing["status"], "active", "{standing}");
    assert_eq!(standing["phones"][0]["deviceName"], "Alice's phone");
    assert!(
        standing["phones"][0]["lastSyncAt"].is_string(),
        "{standing}"
    );

    for _ in 0..5 {
        check(&phone, "000001").await.expect("counted");
    }
    assert_eq!(info().state, CacheState::Locked);
    let owner = hands(&phone, &[], &["000002", PIN]);
    let id = info().enrolment_id;
    phone.verify_online(&id).await.expect("the right one");
    owner.abort();
    assert_eq!((info().state, info().failures), (CacheState::Valid, 0));

    let owner = hands(&phone, &[], &[PIN, "731902", "731902"]);
    phone.change_pin_online(&id).await.expect("changed");
    owner.abort();
    assert_eq!(check(&phone, "731902").await.expect("counted").len(), 1);

    let begun = json!({ "username": "alice", "workstation": "front desk" });
    let begun = site.post("/api/workstation/logon/begin", begun).await;
    let owner = hands(&phone, &[], &["731902"]);
    let text = begun["phones"][0]["code"].as_str().expect("a challenge");
    assert_eq!(phone.scan(text).await.expect("answered"), Scanned::Logon);
    owner.abort();
    let code = phone.logon_answer().expect("shown").code;
    let finish = json!({ "session": begun["session"], "code": code });
    site.post("/api/workstation/logon/finish", finish).await;

    quiet(&phone).await;
    let before = info().policy_version;
    let policy = POLICY.replace("2h", "1h");
    std::fs::write(site.folder.path().join("policy.toml"), policy).expect("another policy");
    site.clock.advance(Duration::from_secs(60));
    until("the new policy is pushed and taken", || {
        info().policy_version > before && info().validity_seconds == Some(3_600)
    })
    .await;
    assert!(info().acknowledged_at <= Some(site.clock.now()));
}
