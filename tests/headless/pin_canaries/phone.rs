//! A phone made of the device's half of `pin_sync`, which tells the search every secret it comes by.

use std::convert::Infallible;

use hkdf::Hkdf;
use pin_sync::PROFILE;
use pin_sync::beat;
use pin_sync::enrolment::{Binding, Names};
use pin_sync::exchange::{Purpose, device};
use pin_sync::key::{PointName, SigningKey, VerifyingKey};
use pin_sync::logon::{ResponseKey, Scanned};
use pin_sync::offer::Offer;
use pin_sync::online::{Outcome, Typed};
use pin_sync::payload::{Delivery, Payload};
use pin_sync::pin::{Iterations, Pin, Salt};
use pin_sync::wire::{
    Body, Bytes, ChallengeAnswer, ChallengeRequest, ClaimAnswer, ClaimRequest, ExchangeAnswer,
    FinishAnswer, FinishRequest, OnlineAnswer,
};
use rand_core::{TryCryptoRng, TryRng};
use serde_json::Value;
use sha2::Sha256;

use super::search::Canaries;
use crate::rp_http::browser;

const DEVICE: &str = "canary-phone";

/// Randomness that remembers what it gave last.
#[derive(Default)]
struct Remembered(Vec<u8>);

impl TryRng for Remembered {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("only bytes are drawn");
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        panic!("only bytes are drawn");
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        getrandom::fill(bytes).expect("randomness");
        self.0 = bytes.to_vec();
        Ok(())
    }
}

impl TryCryptoRng for Remembered {}

/// One enrolment.
pub struct Phone {
    http: reqwest::Client,
    origin: String,
    binding: Binding,
    kd: SigningKey,
    counter: u64,
    random: Remembered,
    response: Option<(ResponseKey, u64)>,
    synced: Option<Payload>,
    /// Everything that was answered to it, sealed or not.
    pub heard: Vec<u8>,
    /// What the relying party may keep nowhere.
    pub canaries: Canaries,
    /// What belongs in no file or log, but waits in memory for its time.
    pub shown: Canaries,
    pins: Vec<(String, Pin)>,
    salts: Vec<(Salt, Iterations)>,
}

impl Phone {
    /// Takes an offer up.
    pub async fn claim(origin: &str, text: &str) -> Self {
        let (http, mut heard) = (browser(origin), Vec::new());
        let offer = Offer::from_text(text).expect("an offer");
        let mut random = Remembered::default();
        let kd = SigningKey::generate(&mut random).expect("a key");
        let body = ClaimRequest {
            code: Bytes(offer.code.fingerprint()),
            device_id: DEVICE.to_owned(),
            device_name: "Canary".to_owned(),
            kd: Bytes(*kd.verifying_key().as_bytes()),
        };
        let (status, answer) = post(&http, origin, "/pin/enrol/claim", body.to_json()).await;
        assert_eq!(status, 200);
        heard.extend_from_slice(&answer);
        let claimed = ClaimAnswer::read(&answer).expect("an answer");
        let names = Names::new(
            &claimed.rp_id,
            &claimed.account_id,
            DEVICE,
            &claimed.enrolment_id,
        );
        let ks = VerifyingKey::from_sec1(PointName::Ks, &claimed.ks.0).expect("a point");
        let binding = Binding::new(
            names.expect("names"),
            kd.verifying_key().clone(),
            ks,
            claimed.test_iterations,
        );
        let mut shown = Canaries::new();
        shown.add("enrolment code", offer.code.as_bytes());
        Self {
            http,
            origin: origin.to_owned(),
            binding,
            kd,
            counter: 0,
            random,
            response: None,
            synced: None,
            heard,
            canaries: Canaries::new(),
            shown,
            pins: Vec::new(),
            salts: Vec::new(),
        }
    }

    /// Signs what its owner has confirmed.
    pub async fn finish(&mut self) {
        let names = self.binding.names();
        let body = FinishRequest {
            enrolment_id: names.enrolment_id().to_owned(),
            device_id: DEVICE.to_owned(),
            signature: self.binding.t().sign(&self.kd).into(),
        };
        let answer = self.post("/pin/enrol/finish", body.to_json(), 200).await;
        let answer = FinishAnswer::read(&answer).expect("an answer");
        let signed = self.binding.check_server(&answer.signature.into());
        signed.expect("Ks signs T");
    }

    /// The account's id.
    pub fn account(&self) -> &str {
        self.binding.names().account_id()
    }

    /// A PIN that occurs nowhere by chance.
    pub fn make_pin(&mut self, name: &str) -> Pin {
        let mut bytes = [0; 30];
        getrandom::fill(&mut bytes).expect("randomness");
        let text = data_encoding::BASE32_NOPAD.encode(&bytes);
        let pin = Pin::new(&text).expect("48 characters");
        self.canaries.add(name, text.as_bytes());
        self.pins.push((name.to_owned(), pin.clone()));
        pin
    }

    /// The first round. The secrets of the exchange are canaries from then on.
    pub async fn exchange(&mut self, purpose: Purpose) -> Round {
        self.counter += 1;
        let (asking, request) = device::ask(
            &self.binding,
            &self.kd,
            self.counter,
            purpose,
            &mut self.random,
        )
        .expect("a request");
        let ephemeral = p256::SecretKey::from_slice(&self.random.0).expect("drawn last");
        let point = p256::Sec1Point::from(&ephemeral.public_key());
        assert_eq!(point.as_bytes(), request.ed.0, "Ed's scalar is known");
        let answer = self.post("/pin/exchange", request.to_json(), 200).await;
        let answer = ExchangeAnswer::read(&answer).expect("an answer");
        let es = p256::PublicKey::from_sec1_bytes(&answer.es.0).expect("a point");
        let z = p256::ecdh::diffie_hellman(ephemeral.to_nonzero_scalar(), es.as_affine());
        let z = z.raw_secret_bytes();
        let (delivery, session) = asking.receive(&answer).expect("an answer in order");
        let which = format!("{purpose} {}", self.counter);
        self.canaries.add(&format!("Z of {which}"), z);
        let salt = [request.nonce_d.0, answer.nonce_s.0].concat();
        let (extracted, hkdf) = Hkdf::<Sha256>::extract(Some(&salt), z);
        let canary = format!("extracted key of {which}");
        self.canaries.add(&canary, &extracted);
        let mut second = Canaries::new();
        for name in ["payload", "online", "response"] {
            let mut key = [0; 32];
            let info = [
                format!("{PROFILE}/{name}").as_bytes(),
                &session.transcript().0,
            ]
            .concat();
            hkdf.expand(&info, &mut key).expect("one block");
            self.canaries.add(&format!("key {name} of {which}"), &key);
            if name == "online" {
                second.add("the second round's key", &key);
            }
            if name == "response" {
                assert_eq!(&key, session.response_key().as_bytes(), "it is Kr");
            }
        }
        Round {
            delivery,
            session,
            second,
        }
    }

    /// The second round; sent again, it is refused.
    pub async fn online(&mut self, round: &Round, typed: &Typed) -> Outcome {
        let request = round.session.online(typed, &mut self.random);
        let request = request.expect("a request").to_json();
        let answer = self.post("/pin/online", request.clone(), 200).await;
        self.post("/pin/online", request, 409).await;
        let answer = OnlineAnswer::read(&answer).expect("an answer");
        round.session.online_answer(&answer).expect("an outcome")
    }

    /// Both rounds.
    pub async fn type_online(&mut self, purpose: Purpose, typed: &Typed) -> Outcome {
        let round = self.exchange(purpose).await;
        self.online(&round, typed).await
    }

    /// Fetches the payload; acknowledges it, twice, if `acknowledges`.
    pub async fn sync(&mut self, acknowledges: bool) {
        let round = self.exchange(Purpose::Sync).await;
        let Delivery::Sync(payload) = round.delivery else {
            panic!("a sync brings a payload");
        };
        let name = format!("PIN's hash of sync {}", self.counter);
        self.canaries.add(&name, payload.pin_hash.as_bytes());
        let versions = (payload.pin_version, payload.pad.policy_version);
        let ack = round.session.ack(versions.0, versions.1, 0).to_json();
        if acknowledges {
            self.post("/pin/sync/ack", ack.clone(), 204).await;
            self.post("/pin/sync/ack", ack, 204).await;
        }
        self.response = Some((round.session.response_key().clone(), self.counter));
        self.salts.push((payload.salt, payload.iterations));
        self.synced = Some(*payload);
    }

    /// The digits for a workstation.
    pub fn answer(&self, text: &str) -> String {
        let (key, counter) = self.response.as_ref().expect("a sync");
        let scanned = Scanned::from_text(text).expect("a challenge");
        let asked = scanned.check(&self.binding, timeline::Timestamp(0), *counter);
        let hash = &self.synced.as_ref().expect("a sync").pin_hash;
        let asked = asked.expect("signed by Ks");
        let code = asked.challenge().answer_of(key, *counter, hash);
        code.as_str().to_owned()
    }

    /// The first beat of a stream, which ends with it.
    pub async fn beat(&mut self) {
        let enrolment_id = self.binding.names().enrolment_id().to_owned();
        let body = ChallengeRequest { enrolment_id }.to_json();
        let answer = self.post("/pin/stream/challenge", body, 200).await;
        let challenge = ChallengeAnswer::read(&answer).expect("an answer").challenge;
        let opening = beat::open(&self.binding, &self.kd, challenge.0);
        let request = self
            .http
            .post(format!("{}/pin/stream", self.origin))
            .header("content-type", "application/json");
        let mut stream = request
            .body(opening.to_json())
            .send()
            .await
            .expect("a stream");
        let first = stream.chunk().await.expect("an event").expect("an event");
        assert!(first.starts_with(b"event: beat"), "{first:?}");
        self.heard.extend_from_slice(&first);
    }

    /// The hashes of all its PINs under every salt it has seen: the relying party computed some.
    pub fn hash_all(&mut self) {
        for (salt, iterations) in &self.salts {
            for (name, pin) in &self.pins {
                let hash = pin.hash(salt, *iterations);
                self.canaries
                    .add(&format!("hash of {name}"), hash.as_bytes());
            }
        }
    }

    async fn post(&mut self, path: &str, body: Vec<u8>, expected: u16) -> Vec<u8> {
        let (status, answer) = post(&self.http, &self.origin, path, body).await;
        let said: Value = serde_json::from_slice(&answer).unwrap_or_default();
        assert_eq!(status, expected, "{path}: {said}");
        self.heard.extend_from_slice(&answer);
        answer
    }
}

/// The first round of an exchange, answered.
pub struct Round {
    delivery: Delivery,
    session: device::Session,
    /// The key under which the second round will be sealed: the relying party waits with it.
    pub second: Canaries,
}

async fn post(http: &reqwest::Client, origin: &str, path: &str, body: Vec<u8>) -> (u16, Vec<u8>) {
    let request = http
        .post(format!("{origin}{path}"))
        .header("content-type", "application/json");
    let answer = request.body(body).send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.bytes().await.expect("a body").to_vec())
}
