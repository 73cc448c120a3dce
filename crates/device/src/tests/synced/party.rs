//! The server's side of PIN synchronization over HTTP, as crate `pin_sync` has it, with everything
//! that a dishonest server or a bad network could do instead.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::body::{Body, Bytes as HttpBytes, HttpBody};
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::post};
use getrandom::SysRng;
use hyper::body::Frame;
use pin_sync::beat::Beat;
use pin_sync::enrolment::{Binding, Names, sign_successor};
use pin_sync::exchange::Purpose;
use pin_sync::exchange::server::{Acknowledged, Request, Session};
use pin_sync::key::{PointName, SigningKey, VerifyingKey};
use pin_sync::logon::Challenge;
use pin_sync::offer::{Code, Offer};
use pin_sync::online::{Outcome, Typed, Verdict};
use pin_sync::payload::{Charset, Delivery, LockKind, Pad, Payload};
use pin_sync::pin::{Iterations, Pin, PinHash, Salt};
use pin_sync::refusal::Reason;
use pin_sync::steps::Steps;
use pin_sync::wire::{
    Ack, Body as _, Bytes, ChallengeAnswer, ClaimAnswer, ClaimRequest, FinishAnswer, FinishRequest,
    OnlineRequest, Previous, StreamRequest,
};
use timeline::{Clock as _, ManualClock, Timestamp};
use tokio::sync::mpsc;

pub(super) const PIN: &str = "481516";

/// What a test may set at any time.
pub(super) struct Rules {
    pub pin: Option<&'static str>,
    pub pin_version: u64,
    pub policy_version: u64,
    pub unlock_epoch: u64,
    pub validity: Duration,
    pub attempts: u32,
    pub online_attempts: u32,
    pub lock_kind: LockKind,
    pub pin_expires_at: Option<Timestamp>,
    pub extra_uses: u32,
    pub refuses: Option<Reason>,
    /// A PIN that is right must be changed.
    pub must_change: bool,
    /// Opens no stream.
    pub turns_away: bool,
    /// Answers this to every exchange, with this status.
    pub answers: Option<(u16, Vec<u8>)>,
    pub is_confirmed: bool,
    /// What the next enrolments are called, other than by themselves.
    pub calls_them: Option<String>,
    pub loses_acks: bool,
    /// Beats and pushes are signed with another key.
    pub forges_beats: bool,
}

struct Enrolment {
    binding: Binding,
    ks: SigningKey,
    counter: u64,
    session: Option<Session>,
    streams: Vec<mpsc::UnboundedSender<String>>,
}

#[derive(Default)]
struct Held {
    enrolments: BTreeMap<String, Enrolment>,
    codes: Vec<Code>,
    acks: Vec<Acknowledged>,
    purposes: Vec<Purpose>,
    answers: Vec<Vec<u8>>,
    refusals: Vec<Vec<u8>>,
    steps: Vec<Option<&'static str>>,
}

/// A relying party on a port of its own.
#[derive(Clone)]
pub(super) struct Party(Arc<Inner>);

struct Inner {
    rp_id: String,
    address: SocketAddr,
    clock: Arc<ManualClock>,
    rules: Mutex<Rules>,
    held: Mutex<Held>,
    serving: Mutex<Option<tokio::task::JoinHandle<()>>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(serving) = self.serving.get_mut().expect("no panic").take() {
            serving.abort();
        }
    }
}

impl Party {
    pub(super) async fn new(name: &str, clock: &Arc<ManualClock>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let rules = Rules {
            pin: Some(PIN),
            pin_version: 1,
            policy_version: 1,
            unlock_epoch: 1,
            validity: Duration::from_secs(86_400),
            attempts: 5,
            online_attempts: 5,
            lock_kind: LockKind::Indefinite,
            pin_expires_at: None,
            extra_uses: 0,
            refuses: None,
            must_change: false,
            turns_away: false,
            answers: None,
            is_confirmed: true,
            calls_them: None,
            loses_acks: false,
            forges_beats: false,
        };
        let party = Self(Arc::new(Inner {
            rp_id: format!("{name}.localhost"),
            address: listener.local_addr().expect("its address"),
            clock: clock.clone(),
            rules: Mutex::new(rules),
            held: Mutex::default(),
            serving: Mutex::default(),
        }));
        party.serve(listener);
        party
    }

    fn serve(&self, listener: tokio::net::TcpListener) {
        let routes = Router::new()
            .route("/pin/{*what}", post(answer))
            .with_state(Arc::downgrade(&self.0));
        let serving = tokio::spawn(async move {
            axum::serve(listener, routes).await.expect("it serves");
        });
        *self.0.serving.lock().expect("no panic") = Some(serving);
    }

    /// Closes the port and every stream.
    pub(super) fn goes_away(&self) {
        let serving = self.0.serving.lock().expect("no panic").take();
        serving.expect("it is there").abort();
        self.close_streams();
    }

    pub(super) async fn comes_back(&self) {
        let listener = tokio::net::TcpListener::bind(self.0.address).await;
        self.serve(listener.expect("its port is free"));
    }

    pub(super) fn close_streams(&self) {
        for enrolment in self.held().enrolments.values_mut() {
            enrolment.streams.clear();
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.0.address.port()
    }

    pub(super) fn rules(&self) -> MutexGuard<'_, Rules> {
        self.0.rules.lock().expect("no panic")
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().expect("no panic")
    }

    /// The text that its account page shows.
    pub(super) fn offer(&self) -> String {
        self.offer_at(&format!(
            "http://{}:{}",
            self.0.rp_id,
            self.0.address.port()
        ))
    }

    pub(super) fn offer_at(&self, origin: &str) -> String {
        let code = Code::random(&mut SysRng).expect("random bytes");
        self.held().codes.push(code.clone());
        let offer = Offer {
            origin: origin.to_owned(),
            code,
            rp_name: self.0.rp_id.clone(),
            account_name: "alice".to_owned(),
        };
        offer.to_text()
    }

    /// Acknowledged syncs, the oldest first.
    pub(super) fn acks(&self) -> Vec<Acknowledged> {
        self.held().acks.clone()
    }

    /// What exchanges were for, the oldest first, refused ones too.
    pub(super) fn purposes(&self) -> Vec<Purpose> {
        self.held().purposes.clone()
    }

    /// The codes of the steps at which exchanges ended; none where they passed.
    pub(super) fn failed_steps(&self) -> Vec<Option<&'static str>> {
        self.held().steps.clone()
    }

    /// The bodies of successful exchanges, the oldest first.
    pub(super) fn answers(&self) -> Vec<Vec<u8>> {
        self.held().answers.clone()
    }

    /// The bodies of signed refusals, the oldest first.
    pub(super) fn refusals(&self) -> Vec<Vec<u8>> {
        self.held().refusals.clone()
    }

    pub(super) fn streams(&self) -> usize {
        let held = self.held();
        let streams = held.enrolments.values().flat_map(|it| &it.streams);
        streams.filter(|it| !it.is_closed()).count()
    }

    /// Tells every open stream where things stand.
    pub(super) fn tell(&self, event: &str) {
        let texts: Vec<String> = {
            let held = self.held();
            let all = held.enrolments.iter();
            all.map(|(id, it)| self.event(event, id, &it.ks)).collect()
        };
        for (enrolment, text) in self.held().enrolments.values_mut().zip(texts) {
            enrolment.streams.retain(|it| it.send(text.clone()).is_ok());
        }
    }

    fn event(&self, name: &str, id: &str, ks: &SigningKey) -> String {
        let rules = self.rules();
        let beat = Beat {
            pin_version: rules.pin.map_or(0, |_| rules.pin_version),
            policy_version: rules.policy_version,
            issued_at: self.0.clock.now(),
        };
        let forger = SigningKey::generate(&mut SysRng).expect("a key");
        let key = if rules.forges_beats { &forger } else { ks };
        let data = String::from_utf8(beat.sign(key, id).to_json()).expect("text");
        format!("event: {name}\ndata: {data}\n\n")
    }

    /// A workstation's challenge for an enrolment, and the answer that its server expects.
    pub(super) fn logon(&self, id: &str, device: &str, lasts: Duration) -> (String, String) {
        let held = self.held();
        let enrolment = &held.enrolments[id];
        let challenge = Challenge {
            rp_id: self.0.rp_id.clone(),
            enrolment_id: id.to_owned(),
            device_id: device.to_owned(),
            workstation_id: "front desk".to_owned(),
            session_id: "session-1".to_owned(),
            challenge: [7; 32],
            sync_counter: enrolment.counter,
            account_name: "alice".to_owned(),
            expires_at: self.0.clock.now().plus(lasts),
        };
        let text = challenge.to_text(&enrolment.ks);
        let session = enrolment.session.as_ref().expect("it synchronized");
        let key = session.response_key().expect("a sync leaves it");
        let code = challenge.answer_of(key, session.sync_counter(), &hash());
        (text, code.as_str().to_owned())
    }

    fn pad(&self, rules: &Rules) -> Pad {
        Pad {
            policy_version: rules.policy_version,
            issued_at: self.0.clock.now(),
            pin_expires_at: rules.pin_expires_at,
            extra_uses_left: rules.extra_uses,
            min_length: 4,
            max_length: 12,
            charset: Charset::Digits,
        }
    }

    fn claim(&self, body: &[u8]) -> Response {
        let request = ClaimRequest::read(body).expect("a claim");
        let mut held = self.held();
        let known = held
            .codes
            .iter()
            .position(|it| it.fingerprint() == request.code.0);
        let Some(known) = known else {
            return error(404, "notFound");
        };
        held.codes.remove(known);
        let ks = SigningKey::generate(&mut SysRng).expect("a key");
        let kd = VerifyingKey::from_sec1(PointName::Kd, &request.kd.0).expect("a point");
        let id = format!("enrolment {}/{}", self.0.rp_id, held.enrolments.len());
        let id = self.rules().calls_them.clone().unwrap_or(id);
        let names = Names::new(&self.0.rp_id, "account-1", &request.device_id, &id).expect("names");
        let binding = Binding::new(names, kd, ks.verifying_key().clone(), true);
        let older = held
            .enrolments
            .iter()
            .rfind(|(_, it)| it.binding.names().device_id() == request.device_id);
        let previous = older.map(|(older, it)| Previous {
            enrolment_id: older.clone(),
            signature: sign_successor(&it.ks, older, &binding.t()).into(),
        });
        let answer = ClaimAnswer {
            enrolment_id: id.clone(),
            rp_id: self.0.rp_id.clone(),
            rp_name: "Acme".to_owned(),
            account_id: "account-1".to_owned(),
            username: "alice".to_owned(),
            ks: Bytes(*ks.verifying_key().as_bytes()),
            test_iterations: true,
            previous,
        };
        let enrolment = Enrolment {
            binding,
            ks,
            counter: 0,
            session: None,
            streams: Vec::new(),
        };
        held.enrolments.insert(id, enrolment);
        answer.to_json().into_response()
    }

    fn finish(&self, body: &[u8]) -> Response {
        if !self.rules().is_confirmed {
            return error(409, "notConfirmed");
        }
        let request = FinishRequest::read(body).expect("a finish");
        let held = self.held();
        let enrolment = &held.enrolments[&request.enrolment_id];
        let signed = enrolment.binding.check_device(&request.signature.into());
        signed.expect("signed by the device");
        let signature = enrolment.binding.t().sign(&enrolment.ks).into();
        FinishAnswer { signature }.to_json().into_response()
    }

    fn exchange(&self, body: &[u8]) -> Response {
        let rules = self.rules();
        if let Some((status, body)) = &rules.answers {
            let status = StatusCode::from_u16(*status).expect("a status");
            return (status, body.clone()).into_response();
        }
        let mut steps = Steps::exchange();
        let held = &mut *self.held();
        let result = self.judge(&rules, held, body, &mut steps);
        held.steps.push(steps.failed_at().map(|it| it.code()));
        result
    }

    fn judge(&self, rules: &Rules, held: &mut Held, body: &[u8], steps: &mut Steps) -> Response {
        let request = Request::read(body, steps).expect("a request");
        let id = request.enrolment_id().to_owned();
        let Some(enrolment) = held.enrolments.get_mut(&id) else {
            return error(403, "notAccepted");
        };
        let Ok(signed) = request.verify(Some(&enrolment.binding), steps) else {
            return error(403, "notAccepted");
        };
        held.purposes.push(signed.purpose());
        let (version, now) = (rules.policy_version, self.0.clock.now());
        let fresh = match signed.counter(enrolment.counter, steps) {
            Ok(fresh) => fresh,
            Err((_, signed)) => {
                let refused = signed.refuse(&enrolment.ks, Reason::CounterBack, version, now);
                return (StatusCode::CONFLICT, refused.to_json()).into_response();
            }
        };
        enrolment.counter = fresh.sync_counter();
        let is_sync = fresh.purpose() == Purpose::Sync;
        let no_pin = (rules.pin.is_none() && is_sync).then_some(Reason::NoPin);
        if let Some(reason) = rules.refuses.or(no_pin) {
            let refused = fresh.refuse(&enrolment.ks, reason, version, now);
            held.refusals.push(refused.to_json());
            return (StatusCode::CONFLICT, refused.to_json()).into_response();
        }
        let delivery = match is_sync {
            false => Delivery::Pad(self.pad(rules)),
            true => Delivery::Sync(Box::new(Payload {
                pin_hash: hash_of(rules.pin.expect("checked above")),
                salt: SALT,
                iterations: iterations(),
                pin_version: rules.pin_version,
                validity: rules.validity,
                max_offline_attempts: rules.attempts,
                unlock_epoch: rules.unlock_epoch,
                lock_kind: rules.lock_kind,
                pad: self.pad(rules),
            })),
        };
        let answered = fresh.answer(&enrolment.ks, &delivery, &mut SysRng);
        let (answer, session) = answered.expect("an answer");
        enrolment.session = Some(session);
        held.answers.push(answer.to_json());
        answer.to_json().into_response()
    }

    fn online(&self, body: &[u8]) -> Response {
        let request = OnlineRequest::read(body).expect("a second round");
        let mut rules = self.rules();
        let held = self.held();
        let enrolment = &held.enrolments[&request.enrolment_id];
        let session = enrolment.session.as_ref().expect("an exchange");
        let typed = session
            .online(&request, &mut Steps::online())
            .expect("opens");
        let outcome = decide(&mut rules, session.purpose(), &typed);
        let answer = session.online_answer(&enrolment.ks, &outcome, &mut SysRng);
        answer.expect("an answer").to_json().into_response()
    }

    fn acknowledge(&self, body: &[u8]) -> Response {
        if self.rules().loses_acks {
            return error(503, "away");
        }
        let ack = Ack::read(body).expect("an acknowledgement");
        let mut held = self.held();
        let session = held.enrolments[&ack.enrolment_id].session.as_ref();
        let session = session.expect("a sync");
        let acknowledged = session.acknowledged(&ack, &mut Steps::acknowledgement());
        held.acks.push(acknowledged.expect("made with its key"));
        StatusCode::NO_CONTENT.into_response()
    }

    fn stream(&self, body: &[u8]) -> Response {
        if self.rules().turns_away {
            return error(403, "notAccepted");
        }
        let request = StreamRequest::read(body).expect("a request");
        let (sender, events) = mpsc::unbounded_channel::<String>();
        let beat = {
            let held = self.held();
            let enrolment = &held.enrolments[&request.enrolment_id];
            let binding = Some(&enrolment.binding);
            pin_sync::beat::check_open(&request, binding, &CHALLENGE).expect("signed");
            self.event("beat", &request.enrolment_id, &enrolment.ks)
        };
        sender.send(beat).expect("just made");
        let mut held = self.held();
        let enrolment = held.enrolments.get_mut(&request.enrolment_id);
        enrolment.expect("still there").streams.push(sender);
        let body = Body::new(Events(events));
        ([("content-type", "text/event-stream")], body).into_response()
    }
}

/// A stream's body.
struct Events(mpsc::UnboundedReceiver<String>);

impl HttpBody for Events {
    type Data = HttpBytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<HttpBytes>, Self::Error>>> {
        let event = self.0.poll_recv(context);
        event.map(|event| event.map(|text| Ok(Frame::data(text.into()))))
    }
}

const CHALLENGE: [u8; 32] = [9; 32];
const SALT: Salt = Salt([3; 16]);

fn iterations() -> Iterations {
    Iterations::new(1_000, true).expect("for tests")
}

fn hash() -> PinHash {
    hash_of(PIN)
}

fn hash_of(pin: &str) -> PinHash {
    Pin::new(pin).expect("a PIN").hash(&SALT, iterations())
}

fn decide(rules: &mut Rules, purpose: Purpose, typed: &Typed) -> Outcome {
    let given = match typed {
        Typed::Pin(pin) | Typed::Change { old: pin, .. } => pin.as_str(),
    };
    let wrong = purpose != Purpose::Set && rules.pin != Some(given);
    if rules.online_attempts == 0 {
        return Outcome::of(Verdict::Locked);
    }
    if wrong {
        rules.online_attempts -= 1;
        return Outcome {
            attempts_left: Some(rules.online_attempts),
            ..Outcome::of(Verdict::WrongPin)
        };
    }
    let new = match typed {
        Typed::Change { new, .. } => Some(new.as_str()),
        Typed::Pin(pin) => (purpose == Purpose::Set).then_some(pin.as_str()),
    };
    if new == Some("000000") {
        return Outcome::of(Verdict::Blocklisted);
    }
    if let Some(new) = new {
        // The few PINs of these tests live as long as the program.
        rules.pin = Some(Box::leak(new.to_owned().into_boxed_str()));
        rules.pin_version += 1;
    }
    rules.unlock_epoch += 1;
    rules.online_attempts = 5;
    // A new PIN ends it.
    rules.must_change &= new.is_none();
    Outcome {
        detail: rules.must_change.then(|| "mustChange".to_owned()),
        pin_version: Some(rules.pin_version),
        unlock_epoch: Some(rules.unlock_epoch),
        ..Outcome::of(Verdict::Ok)
    }
}

fn error(status: u16, code: &str) -> Response {
    let body = serde_json::json!({ "error": { "code": code, "message": "No." } });
    let status = StatusCode::from_u16(status).expect("a status");
    (status, body.to_string()).into_response()
}

async fn answer(
    Shared(party): Shared<std::sync::Weak<Inner>>,
    Path(what): Path<String>,
    body: HttpBytes,
) -> Response {
    let Some(party) = party.upgrade().map(Party) else {
        return error(503, "away");
    };
    match what.as_str() {
        "enrol/claim" => party.claim(&body),
        "enrol/finish" => party.finish(&body),
        "exchange" => party.exchange(&body),
        "online" => party.online(&body),
        "sync/ack" => party.acknowledge(&body),
        "stream/challenge" => {
            let challenge = Bytes(CHALLENGE);
            ChallengeAnswer { challenge }.to_json().into_response()
        }
        "stream" => party.stream(&body),
        other => panic!("nobody asks for {other}"),
    }
}
