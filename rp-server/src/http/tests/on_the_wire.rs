//! Lost messages as a browser meets them: a connection that ends without a byte.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{
    authenticator::Authenticator,
    listening::Running,
    network::{SIGN_IN, SIGN_UP, SIGN_UP_END, Scripted, Way},
};
use crate::{Data, Direct, Fate};

fn request(port: u16, method: &str, path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Everything until the other side closes, which it must do by itself.
async fn until_closed(port: u16, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("it listens");
    stream.write_all(request).await.expect("sent");
    let mut answer = Vec::new();
    tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer))
        .await
        .expect("it closes in time")
        .expect("it closes properly");
    String::from_utf8(answer).expect("text")
}

fn body(answer: &str) -> Value {
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    serde_json::from_str(body).expect("JSON")
}

#[tokio::test]
async fn a_lost_message_ends_the_connection_without_a_byte() {
    let network = Arc::new(Scripted::default());
    let running = Running::behind(Data::Memory, network.clone()).await;
    let port = running.port;
    for way in [Way::In, Way::Out] {
        for (method, path, content) in [
            ("GET", "/", ""),
            ("GET", "/assets/none.js", ""),
            ("GET", "/api/relying-party", ""),
            ("POST", SIGN_IN, "{}"),
            ("POST", SIGN_IN, "no JSON"),
        ] {
            network.lose(way, path);
            let request = request(port, method, path, content);
            assert_eq!(until_closed(port, &request).await, "", "{way:?} {path}");
            let answer = until_closed(port, &request).await;
            assert!(answer.starts_with("HTTP/1.1 "), "{way:?} {path}: {answer}");
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn what_was_done_stays_done_when_the_answer_is_lost() {
    let network = Arc::new(Scripted::default());
    let running = Running::behind(Data::Memory, network.clone()).await;
    let port = running.port;
    let begin = request(port, "POST", SIGN_UP, r#"{"username":"alice"}"#);
    let begun = body(&until_closed(port, &begin).await);
    let origin = format!("http://localhost:{port}");
    let credential = Authenticator::new(1, &origin, "localhost").create(&begun["publicKey"]);
    let finish = json!({ "ceremony": begun["ceremony"], "credential": credential }).to_string();
    let finish = request(port, "POST", SIGN_UP_END, &finish);
    let accounts = async || {
        let party = running.party.upgrade().expect("it runs");
        let overview = party.overview().await.expect("an overview");
        overview.accounts.len()
    };
    network.lose(Way::In, SIGN_UP_END);
    assert_eq!(until_closed(port, &finish).await, "");
    assert_eq!(accounts().await, 0);
    network.lose(Way::Out, SIGN_UP_END);
    assert_eq!(until_closed(port, &finish).await, "");
    assert_eq!(accounts().await, 1);
    running.stop().await;
}

#[tokio::test]
async fn a_changed_answer_is_read_to_its_new_end() {
    let network = Arc::new(Scripted::default());
    let running = Running::behind(Data::Memory, network.clone()).await;
    for changed in [
        "{}",
        r#"{"publicKey":"something that is longer than what was answered", "more":"and more, and more, and more, and more, and more, and more, and more, and more, and more"}"#,
    ] {
        network.once(Way::Out, "/api/relying-party", move |answer| {
            answer.body = changed.into();
            Fate::Deliver
        });
        let request = request(running.port, "GET", "/api/relying-party", "");
        let answer = until_closed(running.port, &request).await;
        let length = format!("content-length: {}\r\n", changed.len());
        assert!(answer.to_ascii_lowercase().contains(&length), "{answer}");
        assert!(answer.ends_with(&format!("\r\n\r\n{changed}")), "{answer}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_request_that_the_network_keeps_does_not_hold_the_data_beyond_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = Data::Folder(folder.path().to_owned());
    let network = Arc::new(Scripted::default());
    let bell = network.hold(Way::In, SIGN_IN);
    let running = Running::behind(data.clone(), network.clone()).await;
    let mut waiting = TcpStream::connect(("127.0.0.1", running.port))
        .await
        .expect("it listens");
    let request = request(running.port, "POST", SIGN_IN, "{}");
    waiting.write_all(&request).await.expect("sent");
    while network.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    let port = running.port;
    running.stop().await;
    let again = Running::behind(data, network).await;
    assert_eq!(again.port, port);
    bell.notify_one();
    let mut answer = Vec::new();
    let _ = waiting.read_to_end(&mut answer).await;
    assert!(answer.is_empty(), "its connection was cut off");
    again.stop().await;
}

#[tokio::test]
async fn a_connection_is_kept_only_where_nothing_can_be_lost() {
    let direct = Running::behind(Data::Memory, Arc::new(Direct)).await;
    let mut stream = TcpStream::connect(("127.0.0.1", direct.port))
        .await
        .expect("it listens");
    for _ in 0..2 {
        let request = request(direct.port, "GET", "/api/relying-party", "");
        stream.write_all(&request).await.expect("sent");
        let mut answer = vec![0; 4096];
        let read = stream.read(&mut answer).await.expect("an answer");
        assert!(answer[..read].starts_with(b"HTTP/1.1 200 OK"));
    }
    drop(stream);
    direct.stop().await;

    let behind = Running::behind(Data::Memory, Arc::new(Scripted::default())).await;
    let request = request(behind.port, "GET", "/api/relying-party", "");
    let answer = until_closed(behind.port, &[request.clone(), request].concat()).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 1, "{answer}");
    assert!(
        answer
            .to_ascii_lowercase()
            .contains("connection: close\r\n"),
        "{answer}"
    );
    behind.stop().await;
}
