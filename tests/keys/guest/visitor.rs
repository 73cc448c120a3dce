//! A person at our client, who visits a relying party with a key.

use std::sync::{Arc, Mutex};

use bench::clock::SystemClock;
use client::{
    Account, Call, Choice, Client, ClientError, Dialogs, FoundKey, KeyChannel, KeyId, KeyPin, Keys,
    KeysSetting, PinAsk, PinEntry, Tap, Typed, Waiting,
};
use serde_json::{Value, json};
use timeline::{Silent, Timestamp};
use tokio_util::sync::CancellationToken;
use webauthn::id::{Origin, RpId};
use webauthn::json::RegistrationResponseJSON;

use super::plugged::PATIENCE;

/// What the person is asked and told.
#[derive(Default)]
pub struct Person {
    /// The PINs to enter, one for each question.
    pub pins: Mutex<Vec<&'static str>>,
    /// The questions there were.
    pub asked: Mutex<Vec<PinAsk>>,
    /// What the key waited for.
    pub waits: Mutex<Vec<Option<Waiting>>>,
    /// Gives up as soon as a touch is wanted.
    pub gives_up: bool,
}

impl Dialogs for Person {
    fn choose<'a>(&'a self, _: &'a RpId, _: &'a [Account], _: Timestamp) -> Choice<'a> {
        Box::pin(std::future::ready(Some(0)))
    }

    fn pin(&self, ask: PinAsk, _: Timestamp) -> Typed<'_> {
        self.asked.lock().expect("no panic").push(ask.clone());
        let mut pins = self.pins.lock().expect("no panic");
        assert!(!pins.is_empty(), "one question too many: {ask:?}");
        let entry = PinEntry {
            pin: KeyPin::new(pins.remove(0)),
            new_pin: None,
        };
        Box::pin(std::future::ready(Some(entry)))
    }

    fn waiting(&self, waiting: Option<Waiting>, cancel: &CancellationToken) {
        self.waits.lock().expect("no panic").push(waiting);
        if self.gives_up && waiting == Some(Waiting::TouchNeeded) {
            cancel.cancel();
        }
    }
}

/// The keys at nodes, watched.
pub fn watched() -> Keys {
    Keys::watch(KeysSetting {
        hid: true,
        udp: Vec::new(),
    })
}

/// Waits until the list is as wished.
pub async fn until(keys: &Keys, wished: impl Fn(&[FoundKey]) -> bool) -> Vec<FoundKey> {
    let mut changes = keys.changes();
    let waited = tokio::time::timeout(PATIENCE, async {
        while !wished(&keys.list()) {
            changes.changed().await.expect("it is watched");
        }
    });
    let found = waited.await.map(|()| keys.list());
    found.unwrap_or_else(|_| panic!("the list stays {:?}", keys.list()))
}

/// A channel to a key that is plugged in.
pub async fn open(id: &KeyId) -> KeyChannel {
    let opened = watched().open(id, Tap::silent()).await;
    opened.unwrap_or_else(|error| panic!("{id}: {error}"))
}

/// Registers somewhere with the least demands: no user verification, nothing stored on the key.
pub async fn register(
    channel: &mut KeyChannel,
    person: &Arc<Person>,
) -> Result<RegistrationResponseJSON, ClientError> {
    let options = json!({
        "rp": { "id": "example.org", "name": "Example" },
        "user": { "id": "YWxpY2U", "name": "alice", "displayName": "Alice" },
        "challenge": "AAECAwQFBgcICQoLDA0ODw",
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
        "timeout": 300_000,
        "authenticatorSelection": { "residentKey": "discouraged", "userVerification": "discouraged" },
    });
    let origin = Origin::parse("https://example.org").expect("an origin");
    let client = Client::new(
        Arc::new(Silent),
        Arc::new(SystemClock::new()),
        person.clone(),
    );
    client
        .create(channel, call(&origin, &options, &CancellationToken::new()))
        .await
}

fn call<'a>(origin: &'a Origin, options: &'a Value, abort: &'a CancellationToken) -> Call<'a> {
    Call {
        origin,
        options,
        abort,
        cause: None,
    }
}

/// A browser of ours, with its cookies, at one relying party.
pub struct Visitor {
    http: reqwest::Client,
    client: Client,
    origin: Origin,
    /// Who sits at it.
    pub person: Arc<Person>,
}

impl Visitor {
    /// Somebody who enters these PINs, each once, when asked.
    pub fn new(origin: &str, pins: &[&'static str]) -> Self {
        let person = Arc::new(Person {
            pins: Mutex::new(pins.to_vec()),
            ..Person::default()
        });
        let origin = Origin::parse(origin).expect("an origin");
        let here = ([127, 0, 0, 1], origin.port().expect("a port")).into();
        let http = reqwest::Client::builder()
            .cookie_store(true)
            .resolve(&origin.host().expect("a host"), here)
            .build()
            .expect("a client");
        let clock = Arc::new(SystemClock::new());
        Self {
            http,
            client: Client::new(Arc::new(Silent), clock, person.clone()),
            origin,
            person,
        }
    }

    /// Sends JSON to the relying party.
    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let origin = self.origin.to_string();
        let request = self
            .http
            .post(format!("{origin}/api/{path}"))
            .header("origin", origin);
        let answer = request.json(body).send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json().await.expect("JSON"))
    }

    /// Makes an account whose passkey is on this key.
    pub async fn sign_up(
        &self,
        channel: &mut KeyChannel,
        username: &str,
    ) -> Result<Value, ClientError> {
        let body = json!({ "username": username, "displayName": "" });
        let (status, begun) = self.post("registration/begin", &body).await;
        assert_eq!(status, 200, "{begun}");
        let abort = CancellationToken::new();
        let call = call(&self.origin, &begun["publicKey"], &abort);
        let credential = self.client.create(channel, call).await?;
        let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
        let (status, done) = self.post("registration/finish", &body).await;
        assert_eq!(status, 201, "{done}");
        Ok(done)
    }

    /// Signs in without naming anybody.
    pub async fn sign_in(&self, channel: &mut KeyChannel) -> Result<Value, ClientError> {
        let (status, begun) = self.post("authentication/begin", &json!({})).await;
        assert_eq!(status, 200, "{begun}");
        let abort = CancellationToken::new();
        let call = call(&self.origin, &begun["publicKey"], &abort);
        let credential = self.client.get(channel, call).await?;
        let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
        let (status, done) = self.post("authentication/finish", &body).await;
        assert_eq!(status, 200, "{done}");
        Ok(done)
    }
}
