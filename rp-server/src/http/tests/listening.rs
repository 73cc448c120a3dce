use std::{
    path::Path,
    sync::{Arc, Weak},
    time::Duration,
};

use timeline::{ManualClock, Silent};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use super::fixture::NOON;
use crate::{Config, Data, Direct, Limits, Listeners, Network, RelyingParty, Seams, Storage};

pub(super) struct Running {
    pub(super) party: Weak<RelyingParty>,
    pub(super) port: u16,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    async fn start(data: Data) -> Self {
        Self::behind(data, Arc::new(Direct)).await
    }

    pub(super) async fn behind(data: Data, network: Arc<dyn Network>) -> Self {
        let storage = Storage::open(&data, Limits::default()).expect("data");
        let listeners = Listeners::bind(None, &storage).await.expect("a free port");
        let port = listeners.port();
        let config = Config::local("Acme", "localhost", port);
        let clock = Arc::new(ManualClock::new(NOON));
        let party = RelyingParty::open(
            config,
            storage,
            Seams::new(Arc::new(Silent), clock).network(network),
        )
        .await
        .expect("sound settings");
        let (stop, stopped) = oneshot::channel::<()>();
        let held = Arc::downgrade(&party);
        let left = held.clone();
        let task = tokio::spawn(async move {
            party.serve(listeners, async { drop(stopped.await) }).await;
            assert_eq!(left.strong_count(), 0, "its data is free at the end");
        });
        Self {
            party: held,
            port,
            stop,
            task,
        }
    }

    pub(super) async fn stop(self) {
        self.stop.send(()).expect("it runs");
        tokio::time::timeout(Duration::from_secs(8), self.task)
            .await
            .expect("it ends in time")
            .expect("no panic");
    }
}

async fn exchange(address: &str, port: u16, request: &[u8]) -> String {
    let mut stream = TcpStream::connect((address, port))
        .await
        .expect("it listens");
    // A server may answer and close before it has read everything.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    tokio::time::timeout(Duration::from_secs(10), read)
        .await
        .expect("an answer in time")
        .expect("a proper end");
    String::from_utf8_lossy(&answer).into_owned()
}

fn get(port: u16) -> String {
    format!(
        "GET /api/relying-party HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
    )
}

fn folder(folder: &Path) -> Data {
    Data::Folder(folder.to_owned())
}

#[tokio::test]
async fn answers_on_both_loopback_addresses() {
    let running = Running::start(Data::Memory).await;
    for address in ["127.0.0.1", "::1"] {
        let answer = exchange(address, running.port, get(running.port).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{address}: {answer}");
        assert!(answer.contains("\"rpId\":\"localhost\""), "{answer}");
    }
    running.stop().await;
}

#[tokio::test]
async fn answers_a_body_of_ten_megabytes_and_closes() {
    let running = Running::start(Data::Memory).await;
    let port = running.port;
    let head = |extra: &str| {
        format!(
            "POST /api/registration/begin HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\n{extra}\r\n\r\n"
        )
    };
    let body = vec![b'a'; 10 * 1024 * 1024];
    let declared = [
        head(&format!("Content-Length: {}", body.len())).as_bytes(),
        &body,
    ]
    .concat();
    let chunk = [b"400\r\n".as_slice(), &[b'a'; 1024], b"\r\n"].concat();
    let chunked = [
        head("Transfer-Encoding: chunked").as_bytes(),
        &chunk.repeat(10 * 1024),
        b"0\r\n\r\n",
    ]
    .concat();
    let waiting = head(&format!(
        "Content-Length: {}\r\nExpect: 100-continue",
        body.len()
    ))
    .into_bytes();
    for (request, how) in [
        (declared, "declared"),
        (chunked, "chunked"),
        (waiting, "waiting for leave"),
    ] {
        let answer = exchange("127.0.0.1", port, &request).await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{how}: {answer:.200}");
        assert!(
            answer.contains("\"code\":\"bodyTooLarge\""),
            "{how}: {answer:.600}"
        );
    }
    let answer = exchange("127.0.0.1", port, get(port).as_bytes()).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK"),
        "it still answers: {answer}"
    );
    running.stop().await;
}

#[tokio::test]
async fn survives_requests_that_are_no_http() {
    let running = Running::start(Data::Memory).await;
    for nonsense in [
        &b"\x16\x03\x01\x02\x00\x01"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(("127.0.0.1", running.port))
            .await
            .expect("it listens");
        stream.write_all(nonsense).await.expect("sent");
        stream.shutdown().await.expect("half closed");
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer))
            .await
            .expect("an end in time");
        assert!(!answer.starts_with(b"HTTP/1.1 2"), "{nonsense:?}");
    }
    let answer = exchange("127.0.0.1", running.port, get(running.port).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"));
    running.stop().await;
}

#[tokio::test]
async fn ends_although_a_visitor_holds_a_connection() {
    let running = Running::start(Data::Memory).await;
    let mut idle = TcpStream::connect(("127.0.0.1", running.port))
        .await
        .expect("it listens");
    idle.write_all(b"POST /api/registration/begin HTTP/1.1\r\nHost: loc")
        .await
        .expect("sent");
    running.stop().await;
}

#[tokio::test]
async fn keeps_its_port_across_starts() {
    let data = tempfile::tempdir().expect("a folder");
    let first = Running::start(folder(data.path())).await;
    let port = first.port;
    first.stop().await;
    let second = Running::start(folder(data.path())).await;
    assert_eq!(second.port, port);
    second.stop().await;
}

#[tokio::test]
async fn says_which_port_is_taken() {
    let data = tempfile::tempdir().expect("a folder");
    let storage = Storage::open(&folder(data.path()), Limits::default()).expect("data");
    let port = Listeners::bind(None, &storage)
        .await
        .expect("a free port")
        .port();
    for address in ["127.0.0.1", "::1"] {
        let _other = TcpListener::bind((address, port))
            .await
            .expect("free again");
        let error = Listeners::bind(None, &storage)
            .await
            .expect_err("it is taken");
        assert_eq!(error.code(), "portTaken", "{address}");
        assert!(error.to_string().contains(&port.to_string()), "{error}");
        let error = Listeners::bind(Some(port), &storage)
            .await
            .expect_err("it is taken");
        assert_eq!(error.code(), "portTaken", "{address}");
        assert!(
            Listeners::bind(Some(0), &storage).await.is_ok(),
            "any other will do"
        );
    }
    assert_eq!(
        Listeners::bind(None, &storage)
            .await
            .expect("free again")
            .port(),
        port,
        "asking for any forgets nothing"
    );
}
