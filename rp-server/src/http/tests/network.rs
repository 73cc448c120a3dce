//! What crosses the network, and what the timeline says of it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    http::{HeaderMap, header},
    middleware,
    routing::post,
};
use serde_json::{Value, json};
use timeline::{Draft, Seq};
use tokio::sync::Notify;

use super::fixture::{Bench, Listener, NOON};
use crate::{
    Limits, Seams, kinds,
    network::{Crossing, Fate, Message, Network},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Way {
    In,
    Out,
}

type Act = Box<dyn FnOnce(&mut Message) -> Fate + Send>;

/// A network that a test tells what to do with the next message of a path.
#[derive(Default)]
pub(super) struct Scripted {
    acts: Mutex<HashMap<(Way, &'static str), Act>>,
    /// What crossed; an answer with its request.
    seen: Mutex<Vec<(Message, Option<Message>)>>,
    held: Mutex<HashMap<(Way, &'static str), Arc<Notify>>>,
}

impl Scripted {
    pub(super) fn once(
        &self,
        way: Way,
        path: &'static str,
        act: impl FnOnce(&mut Message) -> Fate + Send + 'static,
    ) {
        let mut acts = self.acts.lock().expect("no panic");
        acts.insert((way, path), Box::new(act));
    }

    pub(super) fn lose(&self, way: Way, path: &'static str) {
        self.once(way, path, |_| Fate::Lose);
    }

    /// Keeps the messages of a path until the bell rings.
    pub(super) fn hold(&self, way: Way, path: &'static str) -> Arc<Notify> {
        let bell = Arc::new(Notify::new());
        let mut held = self.held.lock().expect("no panic");
        held.insert((way, path), bell.clone());
        bell
    }

    pub(super) fn seen(&self) -> Vec<(Message, Option<Message>)> {
        self.seen.lock().expect("no panic").clone()
    }

    async fn cross(&self, way: Way, message: &mut Message) -> Fate {
        let bell = find(&self.held, way, &message.path).map(|(_, bell)| bell);
        if let Some(bell) = bell {
            bell.notified().await;
        }
        match find(&self.acts, way, &message.path) {
            Some((_, act)) => act(message),
            None => Fate::Deliver,
        }
    }
}

/// Takes what is meant for the next message of this path.
fn find<T>(
    table: &Mutex<HashMap<(Way, &'static str), T>>,
    way: Way,
    path: &str,
) -> Option<((Way, &'static str), T)> {
    let mut table = table.lock().expect("no panic");
    let key = *table
        .keys()
        .find(|(at, wanted)| *at == way && *wanted == path)?;
    table.remove_entry(&key)
}

impl Network for Scripted {
    fn arrives<'a>(&'a self, request: &'a mut Message) -> Crossing<'a> {
        let seen = (request.clone(), None);
        self.seen.lock().expect("no panic").push(seen);
        Box::pin(self.cross(Way::In, request))
    }

    fn leaves<'a>(&'a self, request: &'a Message, answer: &'a mut Message) -> Crossing<'a> {
        let seen = (answer.clone(), Some(request.clone()));
        self.seen.lock().expect("no panic").push(seen);
        Box::pin(self.cross(Way::Out, answer))
    }
}

pub(super) struct Net {
    pub(super) bench: Bench,
    pub(super) network: Arc<Scripted>,
    pub(super) listener: Arc<Listener>,
}

impl Net {
    pub(super) async fn new() -> Self {
        let network = Arc::new(Scripted::default());
        let listener = Arc::new(Listener::default());
        let bench = Bench::open(Limits::default(), |clock| {
            Seams::new(listener.clone(), clock).network(network.clone())
        })
        .await;
        Self {
            bench,
            network,
            listener,
        }
    }

    /// Requests and answers on the timeline: the path or the status, and whether it was wanted so.
    pub(super) fn told(&self) -> Vec<(Value, bool)> {
        let drafts = self.listener.drafts();
        let told = drafts.iter().filter_map(|draft| match draft.kind {
            kinds::REQUEST => Some((draft.body["path"].clone(), draft.deliberate)),
            kinds::RESPONSE => Some((draft.body["status"].clone(), draft.deliberate)),
            _ => None,
        });
        told.collect()
    }

    pub(super) fn last(&self, kind: &str) -> Draft {
        let drafts = self.listener.drafts();
        let found = drafts.iter().rev().find(|draft| draft.kind == kind);
        found.expect("it was told").clone()
    }
}

pub(super) const SIGN_UP: &str = "/api/registration/begin";
pub(super) const SIGN_UP_END: &str = "/api/registration/finish";
pub(super) const SIGN_IN: &str = "/api/authentication/begin";
pub(super) const SIGN_IN_END: &str = "/api/authentication/finish";

#[tokio::test]
async fn a_changed_request_is_what_the_handler_and_the_timeline_get() {
    let net = Net::new().await;
    let mut alice = net.bench.visitor();
    alice.post(SIGN_UP, json!({ "username": "alice" })).await;
    net.network.once(Way::In, SIGN_UP, |request| {
        request.body = json!({ "username": "mallory, longer" }).to_string().into();
        Fate::Deliver
    });
    let begun = alice.post(SIGN_UP, json!({ "username": "alice" })).await;
    assert_eq!(begun.body["publicKey"]["user"]["name"], "mallory, longer");
    let request = net.last(kinds::REQUEST);
    assert_eq!(request.body["body"]["username"], "mallory, longer");
    assert_eq!(
        request.raw.expect("bytes"),
        json!({ "username": "mallory, longer" })
            .to_string()
            .into_bytes()
    );
    assert_eq!(
        net.told(),
        [
            (json!(SIGN_UP), false),
            (json!(200), false),
            (json!(SIGN_UP), true),
            (json!(200), false)
        ],
        "only what was changed is marked"
    );
}

#[tokio::test]
async fn a_message_can_be_marked_without_being_changed() {
    let net = Net::new().await;
    for way in [Way::In, Way::Out] {
        net.network.once(way, SIGN_IN, |message| {
            message.deliberate = true;
            Fate::Deliver
        });
    }
    net.bench.visitor().begin_sign_in().await;
    assert_eq!(net.told(), [(json!(SIGN_IN), true), (json!(200), true)]);
}

#[tokio::test]
async fn the_length_of_a_changed_request_fits() {
    let net = Net::new().await;
    let echo =
        async |headers: HeaderMap| headers["content-length"].to_str().map(str::to_owned).ok();
    let echo = post(async move |headers| echo(headers).await.unwrap_or_default());
    let door = middleware::from_fn_with_state(net.bench.party.clone(), super::super::front_door);
    let mut visitor = net.bench.visitor();
    visitor.router = Router::new().route("/api/echo", echo).layer(door);
    for (length, told) in [(3, "3"), (1000, "1000"), (0, "0")] {
        net.network.once(Way::In, "/api/echo", move |request| {
            request.body = vec![b'x'; length];
            Fate::Deliver
        });
        let mut request = visitor.request("POST", "/api/echo", "{\"a\":1}");
        let headers = request.headers_mut();
        headers.insert("content-length", "7".parse().expect("a header"));
        assert_eq!(visitor.send(request).await.text, told);
    }
}

#[tokio::test]
async fn the_length_of_a_changed_answer_fits_even_where_the_handler_set_it() {
    let net = Net::new().await;
    let measured = post(async || ([(header::CONTENT_LENGTH, "4")], "four"));
    let door = middleware::from_fn_with_state(net.bench.party.clone(), super::super::front_door);
    let mut visitor = net.bench.visitor();
    visitor.router = Router::new().route("/api/measured", measured).layer(door);
    net.network.once(Way::Out, "/api/measured", |answer| {
        answer.body = b"fifteen".to_vec();
        Fate::Deliver
    });
    let answer = visitor.post("/api/measured", json!({})).await;
    assert_eq!(answer.text, "fifteen");
    assert_eq!(answer.headers["content-length"], "7");
}

#[tokio::test]
async fn a_changed_answer_reaches_the_visitor_and_the_timeline_keeps_what_was_answered() {
    let net = Net::new().await;
    net.network.once(Way::Out, SIGN_IN, |answer| {
        answer.body = b"{\"changed\":true}".to_vec();
        Fate::Deliver
    });
    let mut alice = net.bench.visitor();
    let answer = alice.post(SIGN_IN, json!({})).await;
    assert_eq!(answer.text, "{\"changed\":true}");
    assert_eq!(answer.headers["content-length"], "16");
    assert_eq!(answer.headers["content-type"], "application/json");
    let response = net.last(kinds::RESPONSE);
    assert!(response.deliberate);
    assert!(response.body["body"]["publicKey"]["challenge"].is_string());
    let raw: Value = serde_json::from_slice(&response.raw.expect("bytes")).expect("JSON");
    assert_eq!(raw, response.body["body"]);
}

#[tokio::test]
async fn a_request_that_comes_twice_is_handled_twice_and_answered_with_the_first_answer() {
    let net = Net::new().await;
    let mut alice = net.bench.visitor();
    let mut key = alice.sign_up("alice", 1).await;
    let before = net.listener.drafts().len();
    let begun = alice.begin_sign_in().await;
    net.network.once(Way::In, SIGN_IN_END, |_| Fate::Twice);
    let credential = key.get(&begun["publicKey"]);
    let answer = alice.finish_sign_in(&begun, credential).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(
        alice.get("/api/session").await.status,
        200,
        "the first answer's cookie is good"
    );
    let drafts = net.listener.drafts().split_off(before + 2);
    let kinds: Vec<_> = drafts
        .iter()
        .map(|draft| (draft.kind, draft.deliberate, draft.cause))
        .collect();
    let number = |place: usize| Some(Seq((before + 3 + place) as u64));
    assert_eq!(
        kinds[..7],
        [
            (kinds::REQUEST, false, None),
            (kinds::VERIFICATION, false, number(0)),
            (kinds::SESSION_BOUND, false, number(0)),
            (kinds::RESPONSE, false, number(0)),
            (kinds::REQUEST, true, None),
            (kinds::VERIFICATION, false, number(4)),
            (kinds::RESPONSE, true, number(4)),
        ]
    );
    assert_eq!(
        drafts[0].raw, drafts[4].raw,
        "the same request came both times"
    );
    assert_eq!(drafts[6].body["body"]["error"]["code"], "challengeUsed");
}

#[tokio::test]
async fn the_network_sees_every_request_and_answer() {
    let net = Net::new().await;
    let mut alice = net.bench.visitor();
    alice.begin_sign_in().await;
    alice.get("/sign-up?from=here").await;
    let mut stranger = alice.request("GET", "/api/session", "");
    let host = "evil.example".parse().expect("a header");
    stranger.headers_mut().insert("host", host);
    assert_eq!(alice.send(stranger).await.status, 403);
    let large = alice.request("POST", SIGN_IN, vec![b' '; 64 * 1024 + 1]);
    net.network.once(Way::In, SIGN_IN, |_| Fate::Twice);
    assert_eq!(alice.send(large).await.code(), "bodyTooLarge");
    let seen = net.network.seen();
    let lines: Vec<_> = seen
        .iter()
        .map(|(message, request)| {
            let event = request.as_ref().map(|request| request.event);
            (&*message.method, &*message.path, message.status, event)
        })
        .collect();
    let page = seen[3].0.status;
    assert_eq!(
        lines,
        [
            ("POST", SIGN_IN, None, None),
            ("POST", SIGN_IN, Some(200), Some(Some(Seq(1)))),
            ("GET", "/sign-up", None, None),
            ("GET", "/sign-up", page, Some(None)),
            ("GET", "/api/session", None, None),
            ("GET", "/api/session", Some(403), Some(None)),
            ("POST", SIGN_IN, None, None),
            ("POST", SIGN_IN, Some(413), Some(Some(Seq(3)))),
        ]
    );
    assert!(matches!(page, Some(200 | 503)), "{page:?}");
    assert_eq!(seen[0].0.body, b"{}");
    let begun: Value = serde_json::from_slice(&seen[1].0.body).expect("JSON");
    assert!(begun["publicKey"].is_object());
    assert!(seen[3].0.body.is_empty(), "pages pass unread");
    assert!(
        seen[6].0.body.is_empty(),
        "a body that is no good is not there"
    );
}

#[tokio::test]
async fn pages_pass_whole_whatever_the_network_makes_of_their_body() {
    let net = Net::new().await;
    let mut alice = net.bench.visitor();
    let page = alice.get("/").await.text;
    net.network.once(Way::Out, "/", |answer| {
        answer.body = b"changed".to_vec();
        Fate::Deliver
    });
    let again = alice.get("/").await.text;
    assert!(!page.is_empty());
    assert_eq!(page, again);
}

#[tokio::test]
async fn a_slow_network_keeps_nobody_else_waiting() {
    let net = Net::new().await;
    let request = net.network.hold(Way::In, SIGN_IN);
    let answer = net.network.hold(Way::Out, SIGN_IN);
    let mut alice = net.bench.visitor();
    let slow = tokio::spawn(async move { alice.post(SIGN_IN, json!({})).await });
    let mut bob = net.bench.visitor();
    bob.begin_sign_up("bob").await;
    assert_eq!(net.told().len(), 2, "alice's request is still on its way");
    request.notify_one();
    while net.told().len() < 3 {
        tokio::task::yield_now().await;
    }
    bob.begin_sign_up("bob").await;
    net.bench.clock.advance(Duration::from_secs(9));
    answer.notify_one();
    assert_eq!(slow.await.expect("no panic").status, 200);
    let response = net.last(kinds::RESPONSE);
    assert!(response.body["body"]["publicKey"]["rpId"].is_string());
    assert_eq!(
        response.party_time,
        Some(NOON),
        "it tells when the answer was given, not when it left"
    );
    assert_eq!(response.body["durationMicros"], 0);
}

#[tokio::test]
async fn an_answer_that_nobody_waits_for_any_more_is_still_told() {
    let net = Net::new().await;
    let _never = net.network.hold(Way::Out, SIGN_IN);
    let mut alice = net.bench.visitor();
    let waiting = tokio::spawn(async move { alice.post(SIGN_IN, json!({})).await });
    while net.network.seen().len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(net.told(), [(json!(SIGN_IN), false)]);
    waiting.abort();
    assert!(waiting.await.is_err_and(|error| error.is_cancelled()));
    assert_eq!(net.told(), [(json!(SIGN_IN), false), (json!(200), true)]);
}
