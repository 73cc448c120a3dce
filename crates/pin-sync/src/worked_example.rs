//! The worked example of `docs/pin-sync.md`: fixed keys, every intermediate value. Kept in
//! `fixtures/vectors/pin-sync-v1.json`, from which a second implementation is checked.
//! `TOUCHSTONE_WRITE_VECTORS=1` writes the file and the page's listing anew.

mod listing;

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::time::Duration;

use data_encoding::HEXLOWER;
use hkdf::Hkdf;
use rand_core::{TryCryptoRng, TryRng};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use timeline::Timestamp;

use crate::PROFILE;
use crate::beat::{self, Beat};
use crate::cache::{Verifier, VerifierKey};
use crate::encoding::{Parts, label, sha256};
use crate::enrolment::{Binding, Names, sign_successor};
use crate::exchange::{Purpose, Transcript, device, server};
use crate::key::{PointName, SigningKey, point};
use crate::logon::{Challenge, Scanned};
use crate::offer::{Code, Offer};
use crate::online::{Outcome, Typed, Verdict};
use crate::payload::{Charset, Delivery, LockKind, Pad, Payload};
use crate::pin::{Iterations, Pin, Salt};
use crate::refusal::Reason;
use crate::steps::Steps;
use crate::wire::{Body, ExchangeAnswer, ExchangeRequest};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// The next fixed bytes: `SHA-256("touchstone example " ‖ name)`.
fn fixed(name: &str) -> [u8; 32] {
    sha256(format!("touchstone example {name}").as_bytes())
}

/// Gives what it was told to give, and nothing more.
struct Script(Vec<u8>);

impl Script {
    fn of(draws: &[&[u8]]) -> Self {
        Self(draws.concat())
    }
}

impl TryRng for Script {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("only bytes are drawn");
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        panic!("only bytes are drawn");
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        let rest = self.0.split_off(bytes.len());
        bytes.copy_from_slice(&self.0);
        self.0 = rest;
        Ok(())
    }
}

impl TryCryptoRng for Script {}

fn hex(bytes: impl AsRef<[u8]>) -> Value {
    HEXLOWER.encode(bytes.as_ref()).into()
}

fn body(body: &impl Body) -> Value {
    serde_json::from_slice(&body.to_json()).expect("JSON")
}

struct Example {
    kd: SigningKey,
    ks: SigningKey,
    binding: Binding,
    payload: Payload,
}

impl Example {
    fn new() -> Self {
        let key = |name: &str| SigningKey::from_bytes(&fixed(name)).expect("a scalar");
        let (kd, ks) = (key("Kd"), key("Ks"));
        let names = Names::new("acme.example", "account-7", "phone-1", "enrolment-42");
        let binding = Binding::new(
            names.expect("names"),
            kd.verifying_key().clone(),
            ks.verifying_key().clone(),
            false,
        );
        let salt = Salt(fixed("salt")[..16].try_into().expect("16 bytes"));
        let iterations = Iterations::DEFAULT;
        let payload = Payload {
            pin_hash: typed().hash(&salt, iterations),
            salt,
            iterations,
            pin_version: 3,
            validity: Duration::from_secs(259_200),
            max_offline_attempts: 5,
            unlock_epoch: 2,
            lock_kind: LockKind::Indefinite,
            pad: Pad {
                policy_version: 11,
                issued_at: NOW,
                pin_expires_at: Some(NOW.plus(Duration::from_secs(7_776_000))),
                extra_uses_left: 2,
                min_length: 6,
                max_length: 12,
                charset: Charset::Any,
            },
        };
        Self {
            kd,
            ks,
            binding,
            payload,
        }
    }

    fn enrolment(&self) -> Value {
        let names = self.binding.names();
        let code = Code::from_slice(&fixed("code")[..16]).expect("16 bytes");
        let offer = Offer {
            origin: "http://acme.localhost:8080".to_owned(),
            code: code.clone(),
            rp_name: "Acme".to_owned(),
            account_name: "alice".to_owned(),
        };
        let t = self.binding.t();
        let older = SigningKey::from_bytes(&fixed("older Ks")).expect("a scalar");
        json!({
            "rpId": names.rp_id(),
            "accountId": names.account_id(),
            "deviceId": names.device_id(),
            "enrolmentId": names.enrolment_id(),
            "kdPrivate": hex(fixed("Kd")),
            "kd": hex(self.binding.device_key().as_bytes()),
            "ksPrivate": hex(fixed("Ks")),
            "ks": hex(self.binding.server_key().as_bytes()),
            "testIterations": false,
            "offerOrigin": offer.origin,
            "offerRpName": offer.rp_name,
            "offerAccountName": offer.account_name,
            "code": hex(code.as_bytes()),
            "offerText": offer.to_text(),
            "codeFingerprint": hex(code.fingerprint()),
            "t": hex(t.0),
            "digits": t.digits(&code),
            "signatureByKd": hex(t.sign(&self.kd).0),
            "signatureByKs": hex(t.sign(&self.ks).0),
            "olderKsPrivate": hex(fixed("older Ks")),
            "olderEnrolmentId": "enrolment-41",
            "successorSignature": hex(sign_successor(&older, "enrolment-41", &t).0),
        })
    }

    fn pin(&self) -> Value {
        let kv = VerifierKey::from_slice(&fixed("Kv")).expect("32 bytes");
        let hash = &self.payload.pin_hash;
        json!({
            "typed": TYPED,
            "composed": typed().as_str(),
            "salt": hex(self.payload.salt.0),
            "iterations": self.payload.iterations.count(),
            "pinHash": hex(hash.as_bytes()),
            "kv": hex(fixed("Kv")),
            "verifier": hex(Verifier::of(&kv, hash).as_bytes()),
        })
    }

    /// One exchange, with everything that both sides compute.
    fn exchange(&self, purpose: Purpose, sync_counter: u64) -> Exchange {
        let draw = |name: &str| fixed(&format!("{purpose} {name}"));
        let (nonce_d, ed) = (draw("nonceD"), draw("Ed"));
        let (nonce_s, es) = (draw("nonceS"), draw("Es"));
        let gcm_nonce = draw("gcmNonce");
        let mut rng = Script::of(&[&nonce_d, &ed]);
        let (asking, request) =
            device::ask(&self.binding, &self.kd, sync_counter, purpose, &mut rng).expect("asks");
        let mut rng = Script::of(&[&nonce_s, &es, &gcm_nonce[..12]]);
        let mut steps = Steps::exchange();
        let delivery = match purpose {
            Purpose::Sync => Delivery::Sync(Box::new(self.payload.clone())),
            _ => Delivery::Pad(self.payload.pad.clone()),
        };
        let (answer, theirs) = server::Request::read(&request.to_json(), &mut steps)
            .and_then(|request| request.verify(Some(&self.binding), &mut steps))
            .expect("signed")
            .counter(sync_counter - 1, &mut steps)
            .expect("fresh")
            .answer(&self.ks, &delivery, &mut rng)
            .expect("answers");
        let (_, ours) = asking.receive(&answer).expect("a delivery");
        assert!(rng.0.is_empty(), "every byte drawn is in the example");
        let values = self.values(&request, &answer, &ed, &es, &delivery);
        assert_eq!(values["response"], hex(ours.response_key().as_bytes()));
        Exchange {
            ours,
            theirs,
            values,
        }
    }

    /// The exchange again, from the primitives and the page alone.
    fn values(
        &self,
        request: &ExchangeRequest,
        answer: &ExchangeAnswer,
        ed: &[u8; 32],
        es: &[u8; 32],
        delivery: &Delivery,
    ) -> Value {
        let names = self.binding.names();
        let message = Parts::labelled("device")
            .text(request.purpose.as_str())
            .text(names.rp_id())
            .part(&sha256(self.binding.device_key().as_bytes()))
            .part(&sha256(self.binding.server_key().as_bytes()))
            .text(names.enrolment_id())
            .text(names.device_id())
            .number(request.sync_counter)
            .part(&request.nonce_d.0)
            .part(&request.ed.0)
            .into_bytes();
        let hashed = Parts::default().part(&answer.nonce_s.0).part(&answer.es.0);
        let transcript = Transcript(sha256(&[&message[..], &hashed.into_bytes()].concat()));
        let es_point = point(PointName::Es, &answer.es.0).expect("a point");
        let ed_scalar = p256::SecretKey::from_slice(ed).expect("a scalar");
        let z = p256::ecdh::diffie_hellman(ed_scalar.to_nonzero_scalar(), es_point.as_affine());
        let salt = [request.nonce_d.0, answer.nonce_s.0].concat();
        let hkdf = Hkdf::<Sha256>::new(Some(&salt), z.raw_secret_bytes());
        let key = |name: &str| {
            let mut key = [0; 32];
            let info = [label(name).as_bytes(), &transcript.0].concat();
            hkdf.expand(&info, &mut key).expect("one block");
            hex(key)
        };
        json!({
            "purpose": request.purpose.as_str(),
            "syncCounter": request.sync_counter,
            "nonceD": hex(request.nonce_d.0),
            "edPrivate": hex(ed),
            "ed": hex(request.ed.0),
            "m": hex(&message),
            "requestSignature": hex(request.signature.0),
            "request": body(request),
            "nonceS": hex(answer.nonce_s.0),
            "esPrivate": hex(es),
            "es": hex(answer.es.0),
            "transcript": hex(transcript.0),
            "z": hex(z.raw_secret_bytes()),
            "hkdfSalt": hex(&salt),
            "payloadKey": key("payload"),
            "online": key("online"),
            "confirm": key("confirm"),
            "response": key("response"),
            "payload": hex(&*delivery.encode()),
            "gcmNonce": hex(answer.gcm_nonce.0),
            "ciphertext": hex(&answer.ciphertext.0),
            "signed": hex(transcript.sealed("server", &answer.gcm_nonce.0, &answer.ciphertext.0)),
            "answerSignature": hex(answer.signature.0),
            "answer": body(answer),
        })
    }

    fn sync(&self) -> (Value, Exchange) {
        let mut exchange = self.exchange(Purpose::Sync, 17);
        let ack = exchange.ours.ack(3, 11, 1);
        let acknowledged = exchange
            .theirs
            .acknowledged(&ack, &mut Steps::acknowledgement());
        assert!(acknowledged.is_ok());
        let payload = &self.payload;
        exchange.add(json!({
            "pinVersion": payload.pin_version,
            "policyVersion": payload.pad.policy_version,
            "issuedAt": NOW.0,
            "validitySeconds": payload.validity.as_secs(),
            "maxOfflineAttempts": payload.max_offline_attempts,
            "unlockEpoch": payload.unlock_epoch,
            "pinExpiresAt": payload.pad.pin_expires_at.map(|it| it.0),
            "extraUsesLeft": payload.pad.extra_uses_left,
            "minLength": payload.pad.min_length,
            "maxLength": payload.pad.max_length,
            "charset": payload.pad.charset.as_str(),
            "lockKind": payload.lock_kind.as_str(),
            "failures": ack.failures,
            "ackMac": hex(ack.mac.0),
            "ack": body(&ack),
        }));
        (exchange.values.clone(), exchange)
    }

    fn change(&self) -> Value {
        let mut exchange = self.exchange(Purpose::Change, 18);
        let new = Pin::new("847 rivers").expect("a PIN");
        let typed = Typed::Change { old: typed(), new };
        let mut rng = Script::of(&[&fixed("online request nonce")[..12]]);
        let request = exchange.ours.online(&typed, &mut rng).expect("sealed");
        let outcome = Outcome {
            pin_version: Some(4),
            unlock_epoch: Some(3),
            ..Outcome::of(Verdict::Ok)
        };
        let mut rng = Script::of(&[&fixed("online answer nonce")[..12]]);
        let answer = exchange
            .theirs
            .online_answer(&self.ks, &outcome, &mut rng)
            .expect("sealed");
        assert_eq!(exchange.ours.online_answer(&answer), Ok(outcome.clone()));
        let transcript = exchange.ours.transcript();
        let (nonce, sealed) = (&answer.gcm_nonce.0, &answer.ciphertext.0);
        exchange.add(json!({
            "oldPin": self::typed().as_str(),
            "newPin": "847 rivers",
            "onlinePlain": hex(&*typed.encode()),
            "onlineNonce": hex(request.gcm_nonce.0),
            "onlineCiphertext": hex(&request.ciphertext.0),
            "onlineRequest": body(&request),
            "outcomePlain": hex(&*outcome.encode()),
            "outcomeNonce": hex(nonce),
            "outcomeCiphertext": hex(sealed),
            "outcomeSigned": hex(transcript.sealed("online", nonce, sealed)),
            "outcomeSignature": hex(answer.signature.0),
            "onlineAnswer": body(&answer),
        }));
        exchange.values
    }

    fn refusal(&self) -> Value {
        let (nonce_d, ed) = (fixed("refused nonceD"), fixed("refused Ed"));
        let mut rng = Script::of(&[&nonce_d, &ed]);
        let (asking, request) =
            device::ask(&self.binding, &self.kd, 19, Purpose::Sync, &mut rng).expect("asks");
        let mut steps = Steps::exchange();
        let refused = server::Request::read(&request.to_json(), &mut steps)
            .and_then(|request| request.verify(Some(&self.binding), &mut steps))
            .expect("signed")
            .refuse(&self.ks, Reason::OfflineOff, 12, NOW);
        assert!(asking.refused(&refused).is_ok());
        json!({
            "reason": "offlineOff",
            "nonceD": hex(nonce_d),
            "policyVersion": 12,
            "issuedAt": NOW.0,
            "signature": hex(refused.signature.0),
            "body": body(&refused),
        })
    }

    fn stream(&self) -> Value {
        let challenge = fixed("stream challenge");
        let request = beat::open(&self.binding, &self.kd, challenge);
        let beat = Beat {
            pin_version: 4,
            policy_version: 12,
            issued_at: NOW,
        };
        let beat = beat.sign(&self.ks, self.binding.names().enrolment_id());
        json!({
            "challenge": hex(challenge),
            "streamSignature": hex(request.signature.0),
            "pinVersion": 4,
            "policyVersion": 12,
            "issuedAt": NOW.0,
            "beatSignature": hex(beat.signature.0),
        })
    }

    fn logon(&self, sync: &Exchange) -> Value {
        let names = self.binding.names();
        let challenge = Challenge {
            rp_id: names.rp_id().to_owned(),
            enrolment_id: names.enrolment_id().to_owned(),
            device_id: names.device_id().to_owned(),
            workstation_id: "desk-7".to_owned(),
            session_id: "session-3".to_owned(),
            challenge: fixed("logon challenge"),
            sync_counter: 17,
            account_name: "alice".to_owned(),
            expires_at: NOW.plus(crate::logon::LIFETIME),
        };
        let text = challenge.to_text(&self.ks);
        let scanned = Scanned::from_text(&text).expect("a challenge");
        assert!(scanned.check(&self.binding, NOW, 17).is_ok());
        let kr = sync.ours.response_key();
        let hash = &self.payload.pin_hash;
        let ikm = [kr.as_bytes().as_slice(), hash.as_bytes()].concat();
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, &ikm)
            .expand(label("ocra").as_bytes(), &mut key)
            .expect("one block");
        json!({
            "workstationId": challenge.workstation_id,
            "sessionId": challenge.session_id,
            "challenge": hex(challenge.challenge),
            "syncCounter": challenge.sync_counter,
            "accountName": challenge.account_name,
            "expiresAt": challenge.expires_at.0,
            "text": text,
            "suite": crate::logon::SUITE,
            "key": hex(key),
            "answer": challenge.answer_of(kr, 17, hash).as_str(),
        })
    }

    fn all(&self) -> Value {
        let (sync, exchange) = self.sync();
        json!({
            "profile": PROFILE,
            "note": "Bytes are hexadecimal, times milliseconds since 1970; bodies are as they cross. The keys are published here and protect nothing.",
            "enrolment": self.enrolment(),
            "pin": self.pin(),
            "sync": sync,
            "change": self.change(),
            "refusal": self.refusal(),
            "stream": self.stream(),
            "logon": self.logon(&exchange),
        })
    }
}

struct Exchange {
    ours: device::Session,
    theirs: server::Session,
    values: Value,
}

impl Exchange {
    fn add(&mut self, more: Value) {
        let values: &mut Map<String, Value> = self.values.as_object_mut().expect("a map");
        values.extend(more.as_object().cloned().expect("a map"));
    }
}

/// An é typed as two characters.
const TYPED: &str = "pe\u{301}pin 7";

fn typed() -> Pin {
    Pin::new(TYPED).expect("a PIN")
}

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

fn writes() -> bool {
    std::env::var_os("TOUCHSTONE_WRITE_VECTORS").is_some()
}

#[test]
fn the_worked_example_is_what_the_vectors_file_holds() {
    let path = project("fixtures/vectors/pin-sync-v1.json");
    let ours = Example::new().all();
    if writes() {
        let mut text = serde_json::to_string_pretty(&ours).expect("JSON");
        text.push('\n');
        std::fs::write(&path, text).expect("the vectors file");
    }
    let text = std::fs::read_to_string(&path).expect("the vectors file");
    let kept: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(ours, kept, "TOUCHSTONE_WRITE_VECTORS=1 writes it anew");
}
