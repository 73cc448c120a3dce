//! Streams: beats by the relying party's clock, pushes to every phone, and their end.

use std::time::Duration;

use axum::body::Body;
use pin_sync::{
    beat::{self, Beat, Beats},
    exchange::Purpose,
    refusal::Reason,
    wire::{self, Body as _, ChallengeAnswer, ChallengeRequest, StreamRequest},
};
use tower::ServiceExt as _;

use super::{
    super::fixture::Visitor,
    device::{OTHER_PIN, PIN, POLICY, Phone, World, seen, send},
};
use crate::{
    Config, Data, Limits, Listeners, RelyingParty, Seams, Storage,
    pin::{ResetBy, RevokedBy},
};

/// A stream as a phone reads it.
struct Reader {
    body: Body,
    text: String,
    beats: Beats,
}

async fn opening(phone: &Phone) -> StreamRequest {
    let request = ChallengeRequest {
        enrolment_id: phone.id().to_owned(),
    };
    let answer = send(&phone.router, "/pin/stream/challenge", &request.to_json()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = ChallengeAnswer::read(answer.text.as_bytes()).expect("a challenge");
    beat::open(&phone.binding, &phone.kd, answer.challenge.0)
}

async fn open(phone: &Phone) -> Reader {
    let request = opening(phone).await;
    let visitor = Visitor {
        router: phone.router.clone(),
        cookie: None,
    };
    let request = visitor.request("POST", "/pin/stream", request.to_json());
    let response = phone
        .router
        .clone()
        .oneshot(request)
        .await
        .expect("an answer");
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    Reader {
        body: response.into_body(),
        text: String::new(),
        beats: Beats::default(),
    }
}

impl Reader {
    /// The next event; none when the stream has ended.
    async fn next(&mut self, phone: &Phone) -> Option<(String, Beat)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (kind, data) = event.split_once('\n').expect("two lines");
                let kind = kind.strip_prefix("event: ").expect("a kind").to_owned();
                let data = data.strip_prefix("data: ").expect("data");
                let beat = wire::Beat::read(data.as_bytes()).expect("a beat");
                let beat = self
                    .beats
                    .take(&beat, &phone.binding)
                    .expect("signed, in order");
                self.text = rest.to_owned();
                return Some((kind, beat));
            }
            let body = &mut self.body;
            let frame = std::future::poll_fn(|context| {
                axum::body::HttpBody::poll_frame(std::pin::Pin::new(&mut *body), context)
            });
            let frame = tokio::time::timeout(Duration::from_secs(20), frame).await;
            let data = frame
                .expect("something comes")?
                .expect("no error")
                .into_data()
                .expect("data");
            self.text
                .push_str(std::str::from_utf8(&data).expect("text"));
        }
    }

    /// Whether nothing comes for half a second.
    async fn is_silent(&mut self) -> bool {
        let body = &mut self.body;
        let frame = std::future::poll_fn(|context| {
            axum::body::HttpBody::poll_frame(std::pin::Pin::new(&mut *body), context)
        });
        let waited = tokio::time::timeout(Duration::from_millis(500), frame).await;
        waited.is_err()
    }

    async fn kind(&mut self, phone: &Phone) -> String {
        self.next(phone).await.expect("an event").0
    }
}

#[tokio::test]
async fn beats_come_at_once_and_every_thirty_seconds_of_the_relying_partys_clock() {
    let world = World::new().await;
    let phone = world.phone_with_pin("phone").await;
    let mut reader = open(&phone).await;
    let (kind, first) = reader.next(&phone).await.expect("an event");
    assert_eq!(kind, "beat");
    assert_eq!(
        (first.pin_version, first.issued_at),
        (1, world.party().now())
    );
    assert_eq!(first.policy_version, world.party().policy().policy_version);
    for _ in 0..3 {
        tokio::task::yield_now().await;
        world.clock().advance(Duration::from_millis(29_999));
        tokio::task::yield_now().await;
        world.clock().advance(Duration::from_millis(1));
        let (kind, beat) = reader.next(&phone).await.expect("an event");
        assert_eq!(
            (kind.as_str(), beat.issued_at),
            ("beat", world.party().now()),
            "not earlier"
        );
    }
    assert_eq!(world.events("rp.pin.streams").len(), 1);
}

#[tokio::test]
async fn a_clock_that_is_turned_back_does_not_silence_a_stream() {
    let world = World::new().await;
    let phone = world.phone_with_pin("phone").await;
    let mut reader = open(&phone).await;
    assert_eq!(reader.kind(&phone).await, "beat");
    tokio::task::yield_now().await;
    let back = timeline::Timestamp(world.party().now().0 - 3_600_000);
    world.clock().set(back);
    // The stream looks now and then, in real time, whether that happened.
    let mut passed = 0;
    while reader.is_silent().await {
        world.clock().advance(Duration::from_secs(5));
        passed += 5;
        assert!(passed < 600, "no beat in ten minutes");
    }
}

#[tokio::test]
async fn a_change_on_one_phone_reaches_the_accounts_other_phones_and_nobody_else() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let tablet = world.phone("tablet").await;
    world.bench.visitor().sign_up("bob", 2).await;
    let bob = super::device::account(world.party(), "bob").await;
    let bobs = Phone::enrol(&world.bench.router, world.party(), &bob, "phone").await;
    let (mut first, mut second, mut third) =
        (open(&phone).await, open(&tablet).await, open(&bobs).await);
    for (reader, phone) in [
        (&mut first, &phone),
        (&mut second, &tablet),
        (&mut third, &bobs),
    ] {
        assert_eq!(reader.kind(phone).await, "beat");
    }
    phone.change(PIN, OTHER_PIN).await;
    let (kind, beat) = second.next(&tablet).await.expect("an event");
    assert_eq!((kind.as_str(), beat.pin_version), ("push", 2));
    let told = world.events("rp.pin.pushed");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["enrolmentIds"], serde_json::json!([tablet.id()]));
    assert_eq!(told[0]["pinVersion"], 2);

    world.policy(&format!("{POLICY}validity = \"1h\"\n")).await;
    for (reader, phone) in [
        (&mut first, &phone),
        (&mut second, &tablet),
        (&mut third, &bobs),
    ] {
        let (kind, beat) = reader.next(phone).await.expect("an event");
        let version = world.party().policy().policy_version;
        assert_eq!((kind.as_str(), beat.policy_version), ("push", version));
    }
    let party = world.party();
    party
        .reset_pin(&world.ada.id, ResetBy::App, None)
        .await
        .expect("reset");
    let (kind, beat) = second.next(&tablet).await.expect("an event");
    assert_eq!((kind.as_str(), beat.pin_version), ("push", 3));
}

#[tokio::test]
async fn nothing_is_told_where_no_stream_is_open() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let mut reader = open(&phone).await;
    reader.kind(&phone).await;
    drop(reader);
    while world.events("rp.pin.streams").len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.events("rp.pin.streams")[1]["state"], "closed");
    phone.change(PIN, OTHER_PIN).await;
    assert!(world.events("rp.pin.pushed").is_empty());
}

#[tokio::test]
async fn a_revoked_phone_is_pushed_once_more_and_then_cut_off() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let mut reader = open(&phone).await;
    assert_eq!(reader.kind(&phone).await, "beat");
    let party = world.party();
    party
        .revoke_enrolment(None, phone.id(), RevokedBy::Administrator, None)
        .await
        .expect("revoked");
    assert_eq!(reader.kind(&phone).await, "push");
    assert!(reader.next(&phone).await.is_none());
    assert_eq!(phone.refused(Purpose::Sync).await, Reason::Revoked);
    let again = send(
        &phone.router,
        "/pin/stream",
        &opening(&phone).await.to_json(),
    )
    .await;
    assert_eq!(again.code(), "notAccepted");
}

#[tokio::test]
async fn a_stream_opens_for_the_phones_key_and_a_fresh_challenge_of_its_own() {
    let world = World::new().await;
    let phone = world.phone_with_pin("phone").await;
    let tablet = world.phone("tablet").await;
    let good = opening(&phone).await;
    let mut bent = opening(&phone).await;
    bent.signature.0[5] ^= 1;
    let mut invented = good.clone();
    invented.challenge.0[0] ^= 1;
    let of_another = beat::open(
        &phone.binding,
        &phone.kd,
        opening(&tablet).await.challenge.0,
    );
    let mut unknown = opening(&phone).await;
    unknown.enrolment_id = "AAAAAAAAAAAAAAAAAAAAAA".into();
    let mut answers = Vec::new();
    for request in [bent, invented, of_another, unknown] {
        let answer = send(&phone.router, "/pin/stream", &request.to_json()).await;
        assert_eq!(answer.code(), "notAccepted", "{}", answer.text);
        answers.push(format!("{:?}", seen(&answer)));
    }
    assert!(
        answers.windows(2).all(|pair| pair[0] == pair[1]),
        "{answers:?}"
    );

    let visitor = Visitor {
        router: phone.router.clone(),
        cookie: None,
    };
    let request = visitor.request("POST", "/pin/stream", good.to_json());
    let first = phone
        .router
        .clone()
        .oneshot(request)
        .await
        .expect("an answer");
    assert_eq!(first.status(), 200);
    let again = send(&phone.router, "/pin/stream", &good.to_json()).await;
    assert_eq!(again.code(), "notAccepted", "a challenge is good once");
    let late = opening(&phone).await;
    world.clock().advance(Duration::from_secs(60));
    let late = send(&phone.router, "/pin/stream", &late.to_json()).await;
    assert_eq!(late.code(), "notAccepted", "and for a minute");
}

#[tokio::test]
async fn a_phones_second_stream_ends_its_first_and_only_so_many_are_open() {
    let limits = Limits {
        pin_streams: 2,
        ..Limits::default()
    };
    let world = World::with(limits, POLICY).await;
    let phone = world.phone_with_pin("phone").await;
    let mut first = open(&phone).await;
    assert_eq!(first.kind(&phone).await, "beat");
    let mut second = open(&phone).await;
    assert!(first.next(&phone).await.is_none(), "it made room");
    assert_eq!(second.kind(&phone).await, "beat");
    let (tablet, watch) = (world.phone("tablet").await, world.phone("watch").await);
    let mut third = open(&tablet).await;
    assert_eq!(third.kind(&tablet).await, "beat");
    let full = send(
        &watch.router,
        "/pin/stream",
        &opening(&watch).await.to_json(),
    )
    .await;
    assert_eq!((full.status.as_u16(), full.code()), (429, "rateLimited"));
    world.party().push(Some(&world.ada.id), None);
    assert_eq!(
        second.kind(&phone).await,
        "push",
        "the later stream is the one that is told"
    );
}

#[tokio::test]
async fn open_streams_do_not_keep_a_relying_party_from_ending() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let folder = tempfile::tempdir().expect("a folder");
    let data = Data::Folder(folder.path().to_owned());
    let world = World::new().await;
    let storage = Storage::open(&data, Limits::default()).expect("a store");
    let listeners = Listeners::bind(Some(0), &storage).await.expect("a port");
    let port = listeners.port();
    let config = Config::local("Acme", "acme.localhost", port);
    let clock = world.bench.clock.clone();
    let seams = Seams::new(world.heard.clone(), clock);
    let party = RelyingParty::open(config, storage, seams)
        .await
        .expect("open");
    let ada = {
        let mut visitor = Visitor {
            router: party.router(),
            cookie: None,
        };
        sign_up_at(&mut visitor, port).await;
        super::device::account(&party, "ada").await
    };
    let router = with_host(party.router(), port);
    let phone = Phone::enrol(&router, &party, &ada, "phone").await;
    let opening = opening(&phone).await.to_json();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(party.serve(listeners, async move {
        let _ = stopped.await;
    }));
    drop((router, phone));
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("connected");
    let head = format!(
        "POST /pin/stream HTTP/1.1\r\nHost: acme.localhost:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        opening.len()
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream.write_all(&opening).await.expect("sent");
    let mut read = vec![0; 4096];
    let mut text = String::new();
    while !text.contains("event: beat") {
        let length = stream.read(&mut read).await.expect("read");
        assert!(length > 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&read[..length]));
    }
    stop.send(()).expect("it listens");
    tokio::time::timeout(Duration::from_secs(4), serving)
        .await
        .expect("sooner than connections are cut off")
        .expect("no panic");
    Storage::open(&data, Limits::default())
        .map(drop)
        .expect("the folder is free at once");
}

/// Requests of the tests name another port; this one is asked under its own.
fn with_host(router: axum::Router, port: u16) -> axum::Router {
    axum::Router::new().fallback_service(tower::util::MapRequest::new(
        router,
        move |mut request: axum::http::Request<Body>| {
            let host = format!("acme.localhost:{port}").parse().expect("a header");
            request.headers_mut().insert("host", host);
            request.headers_mut().remove("origin");
            request
        },
    ))
}

async fn sign_up_at(visitor: &mut Visitor, port: u16) {
    visitor.router = with_host(visitor.router.clone(), port);
    let mut key = super::super::authenticator::Authenticator::new(
        1,
        &format!("http://acme.localhost:{port}"),
        "acme.localhost",
    );
    let begun = visitor.begin_sign_up("ada").await;
    let credential = key.create(&begun["publicKey"]);
    let answer = visitor.finish_registration(&begun, credential).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

#[tokio::test]
async fn the_timeline_shows_a_streams_opening_without_waiting_for_its_end() {
    let world = World::new().await;
    let phone = world.phone_with_pin("phone").await;
    let _reader = open(&phone).await;
    let answers = world.events("rp.response");
    let last = answers.last().expect("an answer");
    assert_eq!(
        (&last["status"], &last["body"]),
        (&200.into(), &serde_json::Value::Null)
    );
}

/// A network that does nothing, but might.
struct Patient;

impl crate::Network for Patient {
    fn arrives<'a>(&'a self, _: &'a mut crate::Message) -> crate::network::Crossing<'a> {
        Box::pin(async {
            tokio::task::yield_now().await;
            crate::Fate::Deliver
        })
    }

    fn leaves<'a>(
        &'a self,
        request: &'a crate::Message,
        answer: &'a mut crate::Message,
    ) -> crate::network::Crossing<'a> {
        if request.path == "/pin/stream" {
            assert!(answer.body.is_empty(), "a stream passes unread");
        }
        Box::pin(std::future::ready(crate::Fate::Deliver))
    }
}

#[tokio::test]
async fn a_stream_crosses_a_network_that_is_not_direct() {
    let mut world = World::new().await;
    let heard = world.heard.clone();
    world.bench = super::super::fixture::Bench::open(Limits::default(), |clock| {
        Seams::new(heard, clock).network(std::sync::Arc::new(Patient))
    })
    .await;
    world.bench.visitor().sign_up("ada", 1).await;
    world.ada = super::device::account(world.party(), "ada").await;
    world.policy(POLICY).await;
    let phone = world.phone_with_pin("phone").await;
    let mut reader = open(&phone).await;
    assert_eq!(reader.kind(&phone).await, "beat");
    world.policy(&format!("{POLICY}validity = \"1h\"\n")).await;
    assert_eq!(reader.kind(&phone).await, "push");
}
