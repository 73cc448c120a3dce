//! A phone, and an RP whose account has one: what all tests of phones stand on.

use std::sync::Arc;

use axum::{Router, http::StatusCode};
use pin_sync::{
    enrolment::{Binding, Names},
    exchange::{
        Purpose,
        device::{self, Asking, Session},
    },
    key::{PointName, SigningKey, VerifyingKey},
    offer,
    online::{Outcome, Typed, Verdict},
    payload::{Delivery, Payload},
    pin::Pin,
    refusal::Reason,
    wire::{
        Body as _, Bytes, ClaimAnswer, ClaimRequest, ExchangeAnswer, ExchangeRequest, FinishAnswer,
        FinishRequest, OnlineAnswer, OnlineRequest, Refused,
    },
};
use serde_json::{Value, json};
use timeline::{Draft, ManualClock};
use webauthn::id::UserHandle;

use super::super::fixture::{Answer, Bench, Listener, Visitor};
use crate::{
    Limits, RelyingParty, SystemRandom,
    pin::{PinOverview, draw::Draw},
    policy::Wanted,
    store::Account,
};

/// A policy that makes tests quick: offline use, few iterations.
pub(super) const POLICY: &str = "\
[pin]
offline = true
iterations = 1000
test-iterations = true
";

pub(super) const PIN: &str = "730962";
pub(super) const OTHER_PIN: &str = "482093";

/// A relying party whose account `ada` has no PIN yet, and everything it tells.
pub(super) struct World {
    pub bench: Bench,
    pub heard: Arc<Listener>,
    pub ada: Account,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(Limits::default(), POLICY).await
    }

    pub(super) async fn with(limits: Limits, policy: &str) -> Self {
        let heard = Arc::new(Listener::default());
        let bench = Bench::with(limits, heard.clone()).await;
        bench.visitor().sign_up("ada", 1).await;
        let ada = account(&bench.party, "ada").await;
        let world = Self { bench, heard, ada };
        world.policy(policy).await;
        world
    }

    pub(super) fn party(&self) -> &RelyingParty {
        &self.bench.party
    }

    pub(super) fn clock(&self) -> &ManualClock {
        &self.bench.clock
    }

    pub(super) async fn policy(&self, text: &str) {
        let wanted = Wanted::Text(text.to_owned());
        self.party()
            .change_policy(wanted, None, None)
            .await
            .map(drop)
            .expect("a policy");
    }

    pub(super) async fn status(&self) -> PinOverview {
        self.party().pin_status(&self.ada.id).await.expect("status")
    }

    /// A phone of ada's, enrolled.
    pub(super) async fn phone(&self, device_id: &str) -> Phone {
        Phone::enrol(&self.bench.router, self.party(), &self.ada, device_id).await
    }

    /// The same, and ada's PIN is [`PIN`].
    pub(super) async fn phone_with_pin(&self, device_id: &str) -> Phone {
        let mut phone = self.phone(device_id).await;
        assert_eq!(phone.set(PIN).await.verdict, Verdict::Ok);
        phone
    }

    pub(super) fn events(&self, kind: &str) -> Vec<Value> {
        let drafts = self.heard.drafts();
        let of_kind = drafts.into_iter().filter(|draft| draft.kind == kind);
        of_kind.map(|draft: Draft| draft.body).collect()
    }

    /// The names of logged transitions.
    pub(super) async fn logged(&self) -> Vec<String> {
        let lines = self.party().audit_list(0, Some(&self.ada.id)).await;
        let lines = lines.expect("the log").into_iter();
        lines.map(|line| line.what).collect()
    }
}

pub(super) async fn account(party: &RelyingParty, username: &str) -> Account {
    let overview = party.overview().await.expect("an overview");
    let found = overview
        .accounts
        .into_iter()
        .find(|account| account.username == username)
        .expect("an account");
    let id = super::super::authenticator::bytes(&found.id.into());
    let found = party.store.pin_account(&UserHandle::new(id)).await;
    found.expect("an answer").expect("an account").account
}

/// The device's half of one enrolment, with the counter that it stores.
#[derive(Clone)]
pub(super) struct Phone {
    pub router: Router,
    pub binding: Binding,
    pub kd: SigningKey,
    pub counter: u64,
}

/// A claim that was made and awaits the person.
pub(super) struct Claimed {
    pub offer: String,
    pub code: offer::Code,
    pub phone: Phone,
    pub answer: ClaimAnswer,
}

impl Phone {
    pub(super) async fn claim(
        router: &Router,
        party: &RelyingParty,
        account: &Account,
        device_id: &str,
    ) -> Claimed {
        let offered = party.make_offer(account, None).await.expect("an offer");
        Self::scan(router, offered.offer, &offered.code, device_id).await
    }

    /// Takes the invitation `offer` up by the text of its code.
    pub(super) async fn scan(
        router: &Router,
        offer: String,
        text: &str,
        device_id: &str,
    ) -> Claimed {
        let scanned = offer::Offer::from_text(text).expect("an offer's text");
        let kd = SigningKey::generate(&mut Draw(&SystemRandom)).expect("a key");
        let request = claim_request(&scanned.code, device_id, &kd);
        let answer = send(router, "/pin/enrol/claim", &request.to_json()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let answer = ClaimAnswer::read(answer.text.as_bytes()).expect("an answer to a claim");
        let names = Names::new(
            &answer.rp_id,
            &answer.account_id,
            device_id,
            &answer.enrolment_id,
        );
        let ks = VerifyingKey::from_sec1(PointName::Ks, &answer.ks.0).expect("a point");
        let public = kd.verifying_key().clone();
        let binding = Binding::new(names.expect("names"), public, ks, answer.test_iterations);
        Claimed {
            offer,
            code: scanned.code,
            phone: Self {
                router: router.clone(),
                binding,
                kd,
                counter: 0,
            },
            answer,
        }
    }

    pub(super) async fn enrol(
        router: &Router,
        party: &RelyingParty,
        account: &Account,
        device_id: &str,
    ) -> Self {
        let claimed = Self::claim(router, party, account, device_id).await;
        party
            .confirm_offer(&account.id, &claimed.offer, None, None)
            .await
            .expect("confirmed");
        let answer = claimed.phone.finish().await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let answer = FinishAnswer::read(answer.text.as_bytes()).expect("an answer");
        let signature = answer.signature.into();
        claimed.phone.binding.check_server(&signature).expect("Ks");
        claimed.phone
    }

    pub(super) fn id(&self) -> &str {
        self.binding.names().enrolment_id()
    }

    pub(super) async fn finish(&self) -> Answer {
        let request = FinishRequest {
            enrolment_id: self.id().to_owned(),
            device_id: self.binding.names().device_id().to_owned(),
            signature: self.binding.t().sign(&self.kd).into(),
        };
        send(&self.router, "/pin/enrol/finish", &request.to_json()).await
    }

    pub(super) fn ask(&mut self, purpose: Purpose) -> (Asking, ExchangeRequest) {
        self.counter += 1;
        let random = &mut Draw(&SystemRandom);
        device::ask(&self.binding, &self.kd, self.counter, purpose, random).expect("random")
    }

    /// An exchange that is answered.
    pub(super) async fn exchange(&mut self, purpose: Purpose) -> (Delivery, Session) {
        let (asking, request) = self.ask(purpose);
        let answer = send(&self.router, "/pin/exchange", &request.to_json()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let answer = ExchangeAnswer::read(answer.text.as_bytes()).expect("an answer");
        asking.receive(&answer).expect("an answer that opens")
    }

    /// An exchange that is refused under signature.
    pub(super) async fn refused(&mut self, purpose: Purpose) -> Reason {
        let (asking, request) = self.ask(purpose);
        let answer = send(&self.router, "/pin/exchange", &request.to_json()).await;
        assert_eq!(answer.status, 409, "{}", answer.text);
        let refused = Refused::read(answer.text.as_bytes()).expect("a refusal");
        let refusal = asking.refused(&refused).expect("a signed refusal");
        assert_eq!(refused.error.code, refusal.reason.as_str());
        refusal.reason
    }

    /// A sync without its acknowledgement.
    pub(super) async fn fetch(&mut self) -> (Box<Payload>, Session) {
        match self.exchange(Purpose::Sync).await {
            (Delivery::Sync(payload), session) => (payload, session),
            (Delivery::Pad(_), _) => panic!("a pad for a sync"),
        }
    }

    pub(super) async fn sync(&mut self, failures: u32) -> (Box<Payload>, Session) {
        let (payload, session) = self.fetch().await;
        let ack = session.ack(payload.pin_version, payload.pad.policy_version, failures);
        let answer = send(&self.router, "/pin/sync/ack", &ack.to_json()).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
        (payload, session)
    }

    /// Both rounds.
    pub(super) async fn typed(&mut self, purpose: Purpose, typed: Typed) -> Outcome {
        let (_, session) = self.exchange(purpose).await;
        let request = second_round(&session, &typed);
        let answer = self.online(&request).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let answer = OnlineAnswer::read(answer.text.as_bytes()).expect("an answer");
        session
            .online_answer(&answer)
            .expect("an answer that opens")
    }

    pub(super) async fn online(&self, request: &OnlineRequest) -> Answer {
        send(&self.router, "/pin/online", &request.to_json()).await
    }

    pub(super) async fn verify(&mut self, pin: &str) -> Outcome {
        self.typed(Purpose::Verify, Typed::Pin(new_pin(pin))).await
    }

    pub(super) async fn set(&mut self, pin: &str) -> Outcome {
        self.typed(Purpose::Set, Typed::Pin(new_pin(pin))).await
    }

    pub(super) async fn change(&mut self, old: &str, new: &str) -> Outcome {
        let typed = Typed::Change {
            old: new_pin(old),
            new: new_pin(new),
        };
        self.typed(Purpose::Change, typed).await
    }
}

pub(super) fn claim_request(code: &offer::Code, device_id: &str, kd: &SigningKey) -> ClaimRequest {
    ClaimRequest {
        code: Bytes(code.fingerprint()),
        device_id: device_id.to_owned(),
        device_name: format!("Ada's {device_id}"),
        kd: Bytes(*kd.verifying_key().as_bytes()),
    }
}

pub(super) fn second_round(session: &Session, typed: &Typed) -> OnlineRequest {
    session
        .online(typed, &mut Draw(&SystemRandom))
        .expect("a second round")
}

pub(super) fn new_pin(text: &str) -> Pin {
    Pin::new(text).expect("a PIN")
}

/// A request without cookie or origin, as a phone sends it.
pub(super) async fn send(router: &Router, path: &str, body: &[u8]) -> Answer {
    let mut visitor = Visitor {
        router: router.clone(),
        cookie: None,
    };
    let request = visitor.request("POST", path, body.to_vec());
    visitor.send(request).await
}

/// What a stranger sees of an answer.
pub(super) fn seen(answer: &Answer) -> (StatusCode, &str) {
    (answer.status, &answer.text)
}

/// The steps of the last judged request by name, and which failed.
pub(super) fn failed_at(events: &[Value]) -> Value {
    let judged = events.last().cloned().unwrap_or_default();
    let steps = judged["steps"].as_array().cloned().unwrap_or_default();
    let failed = steps
        .iter()
        .filter(|step| step["outcome"] == json!("failed"));
    assert!(failed.count() <= 1, "{judged}");
    judged["failedAt"].clone()
}
