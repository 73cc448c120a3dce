//! `touchstone rp` over HTTP, with the real client and a real phone as its visitor.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use bench::clock::SystemClock;
use client::{Account, Call, Choice, Client, Dialogs, PinAsk, Typed, Waiting};
use device::{Answer, Device, InProcessChannel, Model, Question, Seams, Shelf};
use serde_json::{Value, json};
use timeline::{Silent, Timestamp};
use tokio_util::sync::CancellationToken;
use vault::{KeyHome, Vault};
use webauthn::id::{Origin, RpId};

use crate::relying_party::{RelyingParty, command, refusal};

const PIN: [u8; 6] = [4, 8, 1, 5, 1, 6];

struct First;

impl Dialogs for First {
    fn choose<'a>(&'a self, _: &'a RpId, _: &'a [Account], _: Timestamp) -> Choice<'a> {
        Box::pin(std::future::ready(Some(0)))
    }

    fn pin(&self, ask: PinAsk, _: Timestamp) -> Typed<'_> {
        panic!("no key here has a PIN, and {ask:?} is asked")
    }

    fn waiting(&self, _: Option<Waiting>, _: &CancellationToken) {}
}

/// A browser with a phone beside it, whose owner touches it and knows its PIN.
pub struct Visitor {
    /// The browser's side, with its cookies.
    pub http: reqwest::Client,
    client: Client,
    phone: Device,
    origin: String,
}

impl Visitor {
    pub fn new(origin: &str) -> Self {
        let clock = Arc::new(SystemClock::new());
        let vault = Vault::open(Path::new(""), KeyHome::Memory).expect("memory");
        let shelf = Shelf::new(vault, Seams::new(clock, Arc::new(Silent)));
        let phone = shelf.add("Phone", Model::Phone).expect("a phone");
        tokio::spawn(own(phone.clone()));
        Self::with(phone, origin)
    }

    fn with(phone: Device, origin: &str) -> Self {
        let clock = Arc::new(SystemClock::new());
        Self {
            http: browser(origin),
            client: Client::new(Arc::new(Silent), clock, Arc::new(First)),
            phone,
            origin: origin.to_owned(),
        }
    }

    /// The same person and phone at another browser, which has its own session.
    fn in_another_browser(&self) -> Self {
        Self::with(self.phone.clone(), &self.origin)
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<(u16, Value), reqwest::Error> {
        let request = self
            .http
            .post(format!("{}/api/{path}", self.origin))
            .header("origin", &self.origin);
        let response = request.json(body).send().await?;
        Ok((response.status().as_u16(), response.json().await?))
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let response = self
            .http
            .get(format!("{}/api/{path}", self.origin))
            .send()
            .await
            .expect("an answer");
        (
            response.status().as_u16(),
            response.json().await.expect("JSON"),
        )
    }

    pub async fn sign_up(&self, username: &str) -> Value {
        let body = json!({ "username": username, "displayName": "" });
        let (status, begun) = self
            .post("registration/begin", &body)
            .await
            .expect("an answer");
        assert_eq!(status, 200, "{begun}");
        let (origin, abort) = (
            Origin::parse(&self.origin).expect("an origin"),
            CancellationToken::new(),
        );
        let call = Call {
            origin: &origin,
            options: &begun["publicKey"],
            abort: &abort,
            cause: None,
        };
        let mut channel = InProcessChannel::new(self.phone.clone());
        let credential = self
            .client
            .create(&mut channel, call)
            .await
            .expect("a credential");
        let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
        let (status, done) = self
            .post("registration/finish", &body)
            .await
            .expect("an answer");
        assert_eq!(status, 201, "{done}");
        done
    }

    pub async fn sign_in(&self) -> Result<(u16, Value), reqwest::Error> {
        let (status, begun) = self.post("authentication/begin", &json!({})).await?;
        assert_eq!(status, 200, "{begun}");
        let (origin, abort) = (
            Origin::parse(&self.origin).expect("an origin"),
            CancellationToken::new(),
        );
        let call = Call {
            origin: &origin,
            options: &begun["publicKey"],
            abort: &abort,
            cause: None,
        };
        let mut channel = InProcessChannel::new(self.phone.clone());
        let credential = self
            .client
            .get(&mut channel, call)
            .await
            .expect("a credential");
        self.post(
            "authentication/finish",
            &json!({ "ceremony": begun["ceremony"], "credential": credential }),
        )
        .await
    }
}

/// HTTP with a cookie jar that, as browsers do, finds every name under localhost on this machine.
pub fn browser(origin: &str) -> reqwest::Client {
    let origin = Origin::parse(origin).expect("an origin");
    let here = ([127, 0, 0, 1], origin.port().expect("a port")).into();
    let host = origin.host().expect("a host");
    reqwest::Client::builder()
        .cookie_store(true)
        .resolve(&host, here)
        .build()
        .expect("a client")
}

/// Touches the phone and enters its PIN, digit by digit, whenever it asks.
pub async fn own(phone: Device) {
    let mut display = phone.prompts().watch();
    let mut answered = None;
    loop {
        let prompt = display.borrow_and_update().clone();
        if let Some(prompt) = prompt.filter(|prompt| answered.as_ref() != Some(prompt)) {
            let answer = match &prompt.question {
                Question::Touch { .. } => Answer::Touch,
                Question::SetPin { entered, .. } | Question::EnterPin { entered, .. } => PIN
                    .get(*entered as usize)
                    .map_or(Answer::Submit, |&digit| Answer::Digit { digit }),
                Question::ChooseAccount { .. } => Answer::Choose { index: 0 },
                _ => Answer::Decline,
            };
            if phone.prompts().answer(prompt.id, answer).is_ok() {
                answered = Some(prompt);
            }
        }
        if display.changed().await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_signs_up_and_in_without_a_user_name() {
    let party = RelyingParty::start(&[]);
    assert!(
        party.data.contains("memory"),
        "it says that nothing is kept: {}",
        party.data
    );
    let alice = Visitor::new(&party.origin);
    let made = alice.sign_up("alice").await;
    assert_eq!(made["account"]["username"], "alice");
    assert_eq!(made["verification"]["verified"], true);
    let response = alice
        .http
        .delete(format!("{}/api/session", party.origin))
        .header("origin", &party.origin);
    assert_eq!(response.send().await.expect("an answer").status(), 204);
    assert_eq!(alice.get("session").await.0, 401);
    let (status, done) = alice.sign_in().await.expect("an answer");
    assert_eq!(status, 200, "{done}");
    assert_eq!(done["account"], made["account"]);
    assert_eq!(alice.get("session").await.1["account"]["username"], "alice");
    assert!(party.terminate(), "it ends in good order");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_has_acknowledged_survives_sigkill() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut party = RelyingParty::in_folder(folder.path());
    let port = party.port();
    let alice = Arc::new(Visitor::new(&party.origin));
    alice.sign_up("alice").await;
    let onlooker = alice.in_another_browser();
    let (status, done) = onlooker.sign_in().await.expect("an answer");
    assert_eq!(status, 200, "{done}");
    let mut acknowledged = done["passkey"]["signCount"].as_u64().expect("a number");
    for round in 0..4_u64 {
        let visitor = alice.clone();
        let signing_in = tokio::spawn(async move {
            let mut last = None;
            while let Ok((status, done)) = visitor.sign_in().await {
                assert_eq!(status, 200, "{done}");
                last = done["passkey"]["signCount"].as_u64();
            }
            last
        });
        tokio::time::sleep(Duration::from_millis(700 + round * 137)).await;
        party.kill();
        let last = signing_in.await.expect("no sign-in was refused");
        acknowledged = last.unwrap_or(acknowledged);
        party = RelyingParty::in_folder(folder.path());
        assert_eq!(party.port(), port, "it keeps its port");
        let (status, passkeys) = onlooker.get("passkeys").await;
        assert_eq!(
            status, 200,
            "round {round}: a session that nobody replaced is gone"
        );
        let stored = passkeys["passkeys"][0]["signCount"]
            .as_u64()
            .expect("a number");
        assert!(
            stored >= acknowledged,
            "round {round}: the counter fell from {acknowledged} to {stored}"
        );
        // A sign-in whose answer the kill cut off may have replaced the session all the same.
        let (status, _) = alice.get("passkeys").await;
        assert!(
            status == 200 || stored > acknowledged,
            "round {round}: the session of the last acknowledged sign-in is gone"
        );
    }
    let (status, done) = alice.sign_in().await.expect("an answer");
    assert_eq!(status, 200, "{done}");
    assert!(done["passkey"]["signCount"].as_u64() > Some(acknowledged));
}

#[tokio::test(flavor = "multi_thread")]
async fn obeys_its_rp_id_and_origins() {
    let party = RelyingParty::start(&["--rp-id", "acme.localhost", "--port", "0"]);
    assert!(
        party.origin.starts_with("http://acme.localhost:"),
        "{}",
        party.origin
    );
    Visitor::new(&party.origin).sign_up("alice").await;
    let party = RelyingParty::start(&[
        "--origin",
        "https://login.example.org",
        "--rp-id",
        "example.org",
    ]);
    assert_eq!(party.origin, "https://login.example.org");
    let said = refusal(command(&["--origin", "https://example.org/path"]));
    assert!(said.contains("origin"), "{said}");
    let said = refusal(command(&["--rp-id", "example.org"]));
    assert!(said.contains("https"), "{said}");
}

#[test]
fn says_what_keeps_it_from_starting() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("UTF-8");
    let party = RelyingParty::in_folder(folder.path());
    assert!(
        party.data.contains(path),
        "it says where the data is: {}",
        party.data
    );
    let said = refusal(command(&["--data", path, "--port", "0"]));
    assert!(said.contains("Another relying party is using"), "{said}");
    let said = refusal(command(&["--port", &party.port().to_string()]));
    assert!(
        said.contains(&format!("Port {} is taken", party.port())),
        "{said}"
    );
    party.kill();

    let file = folder.path().join("relying-party.sqlite");
    let whole = std::fs::read(&file).expect("a database");
    let mut damaged = whole.clone();
    damaged[..100].fill(0xa5);
    for journal in ["relying-party.sqlite-wal", "relying-party.sqlite-shm"] {
        let _ = std::fs::remove_file(folder.path().join(journal));
    }
    std::fs::write(&file, &damaged).expect("written");
    let said = refusal(command(&["--data", path]));
    assert!(said.contains("is damaged"), "{said}");
    assert_eq!(
        std::fs::read(&file).expect("a database"),
        damaged,
        "nothing was changed"
    );
}

#[test]
fn says_that_its_folder_is_read_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    std::fs::create_dir(&home).expect("a folder");
    for path in [folder.path(), &home] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o555)).expect("read-only");
    }
    let arguments = ["--data", home.to_str().expect("UTF-8")];
    // Nothing is read-only to root: there the program runs as somebody else.
    let root = std::fs::File::create(home.join("x")).is_ok();
    let said = if root {
        let binary = folder.path().join("touchstone");
        std::fs::copy(env!("CARGO_BIN_EXE_touchstone"), &binary)
            .expect("copied where anybody may run it");
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(&binary)
            .arg("rp")
            .args(arguments);
        refusal(command)
    } else {
        refusal(command(&arguments))
    };
    assert!(said.contains("cannot write to"), "{said}");
}
