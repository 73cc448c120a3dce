//! What the state of policy, account and phone refuses, and how often may be asked.

use std::time::Duration;

use pin_sync::{exchange::Purpose, online::Verdict, refusal::Reason, wire::Body as _};

use super::device::{PIN, POLICY, World, failed_at, send};
use crate::{Limits, pin::ResetBy};

#[tokio::test]
async fn each_state_refuses_under_signature_what_it_does_not_allow() {
    let world = World::new().await;
    let mut phone = world.phone("phone").await;
    for purpose in [Purpose::Sync, Purpose::Verify, Purpose::Change] {
        assert_eq!(phone.refused(purpose).await, Reason::NoPin, "{purpose}");
    }
    assert_eq!(failed_at(&world.events("rp.pin.judged")), "state");
    assert_eq!(phone.set(PIN).await.verdict, Verdict::Ok);

    for off in ["offline = false", "offline = true\nvalidity = 0"] {
        world
            .policy(&format!(
                "[pin]\niterations = 1000\ntest-iterations = true\n{off}\n"
            ))
            .await;
        assert_eq!(
            phone.refused(Purpose::Sync).await,
            Reason::OfflineOff,
            "{off}"
        );
        assert_eq!(
            phone.verify(PIN).await.verdict,
            Verdict::Ok,
            "online it works"
        );
    }
    world.policy("[pin]\nenabled = false\n").await;
    for purpose in Purpose::ALL {
        assert_eq!(
            phone.refused(purpose).await,
            Reason::PinSyncOff,
            "{purpose}"
        );
    }
    world.policy(POLICY).await;
    for _ in 0..5 {
        phone.verify("111999").await;
    }
    for purpose in Purpose::ALL {
        assert_eq!(phone.refused(purpose).await, Reason::PinLocked, "{purpose}");
    }
    let party = world.party();
    assert!(
        party
            .reset_pin(&world.ada.id, ResetBy::SelfService, None)
            .await
            .expect("reset")
    );
    assert_eq!(phone.refused(Purpose::Sync).await, Reason::NoPin);
    assert_eq!(phone.set("905127").await.verdict, Verdict::Ok);
    phone.sync(0).await;
}

#[tokio::test]
async fn one_phone_may_ask_so_often_and_is_not_slowed_by_strangers() {
    let limits = Limits {
        pin_exchanges_per_minute: 4,
        ..Limits::default()
    };
    let world = World::with(limits, POLICY).await;
    let mut phone = world.phone_with_pin("phone").await;
    let (_, request) = phone.ask(Purpose::Sync);
    let mut forged = request.clone();
    forged.signature.0[3] ^= 1;
    for _ in 0..10 {
        let answer = send(&phone.router, "/pin/exchange", &forged.to_json()).await;
        assert_eq!(answer.code(), "notAccepted");
    }
    for _ in 0..3 {
        phone.sync(0).await;
    }
    let (_, request) = phone.ask(Purpose::Sync);
    let answer = send(&phone.router, "/pin/exchange", &request.to_json()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (429, "rateLimited")
    );
    assert!(
        answer.body["refusal"].is_null(),
        "it changes nothing on the phone"
    );
    world.clock().advance(Duration::from_secs(15));
    let answer = send(&phone.router, "/pin/exchange", &request.to_json()).await;
    assert_eq!(
        answer.status, 200,
        "the same request, its counter unspent: {}",
        answer.text
    );
}

#[tokio::test]
async fn one_address_may_ask_so_often_whatever_it_asks() {
    let limits = Limits {
        pin_requests_per_minute: 20,
        ..Limits::default()
    };
    let world = World::with(limits, POLICY).await;
    let router = &world.bench.router;
    let mut codes = Vec::new();
    for request in 0..25 {
        let path = match request % 4 {
            0 => "/pin/exchange",
            1 => "/pin/online",
            2 => "/pin/reset/begin",
            _ => "/pin/stream/challenge",
        };
        let answer = send(router, path, b"{}").await;
        codes.push(answer.code().to_owned());
    }
    assert!(
        codes[..20].iter().all(|code| code != "rateLimited"),
        "{codes:?}"
    );
    assert!(
        codes[20..].iter().all(|code| code == "rateLimited"),
        "{codes:?}"
    );
    let page = world.bench.visitor().get("/api/session").await;
    assert_eq!(page.status, 401, "pages are not slowed");
    world.clock().advance(Duration::from_secs(60));
    assert_eq!(
        send(router, "/pin/exchange", b"{}").await.code(),
        "unreadable"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn addresses_are_told_apart_by_their_connections() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let limits = Limits {
        pin_requests_per_minute: 2,
        ..Limits::default()
    };
    let storage = crate::Storage::open(&crate::Data::Memory, limits).expect("memory");
    let listeners = crate::Listeners::bind(Some(0), &storage)
        .await
        .expect("a port");
    let port = listeners.port();
    let clock = std::sync::Arc::new(timeline::ManualClock::new(timeline::Timestamp(0)));
    let seams = crate::Seams::new(std::sync::Arc::new(timeline::Silent), clock);
    let config = crate::Config::local("Acme", "acme.localhost", port);
    let party = crate::RelyingParty::open(config, storage, seams)
        .await
        .expect("open");
    let serving = tokio::spawn(party.serve(listeners, std::future::pending()));
    let ask = async |from: [u8; 4]| {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.bind((from, 0).into()).expect("a loopback address");
        let mut stream = socket
            .connect(([127, 0, 0, 1], port).into())
            .await
            .expect("connected");
        let request = format!(
            "POST /pin/exchange HTTP/1.1\r\nHost: acme.localhost:{port}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
        );
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("read");
        answer
            .split(' ')
            .nth(1)
            .map(str::to_owned)
            .expect("a status")
    };
    let mut statuses = Vec::new();
    for from in [
        [127, 0, 0, 1],
        [127, 0, 0, 1],
        [127, 0, 0, 1],
        [127, 0, 0, 2],
    ] {
        statuses.push(ask(from).await);
    }
    assert_eq!(statuses, ["400", "400", "429", "400"]);
    serving.abort();
}
