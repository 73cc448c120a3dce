use std::net::TcpStream;

use serde_json::json;

use super::person::*;
use crate::{Bench, api::NetworkState, kinds};

async fn set(bench: &Bench, state: NetworkState) {
    bench.network_set(state).await.expect("set");
}

async fn network(bench: &Bench) -> NetworkState {
    bench.bench_state().await.expect("alive").seams.network
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_nothing_reaches_the_relying_party_and_online_everything_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let page = Page::of(&bench).await;
    set(&bench, NetworkState::Offline).await;
    page.try_post("authentication/begin", json!({}))
        .await
        .expect_err("no answer");
    assert!(told(&bench, "rp.request").is_empty(), "it never arrived");
    let lost = told(&bench, kinds::NETWORK_LOST).pop().expect("told");
    assert!(lost.deliberate);
    assert_eq!(
        lost.body,
        json!({
            "message": "POST /api/authentication/begin", "direction": "request", "state": { "kind": "offline" },
        })
    );
    set(&bench, NetworkState::Online).await;
    page.register(&bench, "alice").await;
    let set: Vec<_> = told(&bench, kinds::NETWORK_SET)
        .iter()
        .map(|event| event.deliberate)
        .collect();
    assert_eq!(
        set,
        [true, false],
        "a good network is nothing that goes wrong"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_lost_after_the_relying_party_acted_and_then_the_network_is_good_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    page.sign_out().await;
    let path = "/api/authentication/finish".to_owned();
    set(
        &bench,
        NetworkState::AnswerLost {
            requests: 1,
            path: Some(path),
        },
    )
    .await;
    let finish = page
        .sign_in_until_finish(&bench, touch_and_verify(&bench))
        .await;
    page.try_post("authentication/finish", finish.clone())
        .await
        .expect_err("no answer");
    let answer = told(&bench, "rp.response").pop().expect("it acted");
    assert_eq!(
        (&answer.body["status"], answer.deliberate),
        (&json!(200), true)
    );
    let lost = told(&bench, kinds::NETWORK_LOST).pop().expect("told");
    assert_eq!(
        (lost.body["direction"].as_str(), lost.cause),
        (Some("response"), answer.cause)
    );
    assert_eq!(network(&bench).await, NetworkState::Online);
    assert_eq!(
        told(&bench, kinds::NETWORK_SET).pop().expect("told").body["state"]["kind"],
        "online"
    );

    let (status, refused) = page.post("authentication/finish", finish).await;
    assert_eq!(
        (status, &refused["error"]["step"]),
        (422, &json!(11)),
        "its challenge was used: {refused}"
    );
    let (status, _) = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(status, 200, "a whole new try works");
    let overview = bench.relying_party_overview(None).await.expect("it runs");
    assert_eq!(
        overview["accounts"][0]["sessions"], 2,
        "the lost answer's session stands too: {overview}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_refuses_connections_and_comes_back_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    page.sign_out().await;
    let address = page.origin.trim_start_matches("http://").to_owned();
    set(&bench, NetworkState::ServerDown).await;
    let refused = TcpStream::connect(&address).expect_err("the port is closed");
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    let party = bench.relying_party();
    assert_eq!(
        (party.origin.as_str(), party.problem),
        (page.origin.as_str(), None),
        "its page stays"
    );
    assert_eq!(
        bench
            .relying_party_overview(None)
            .await
            .expect_err("down")
            .code(),
        "noWayOut"
    );
    set(&bench, NetworkState::ServerDown).await;
    set(&bench, NetworkState::Online).await;
    assert_eq!(bench.relying_party().origin, page.origin);
    let (status, signed_in) = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(
        (status, &signed_in["account"]["username"]),
        (200, &json!("alice")),
        "{signed_in}"
    );

    set(&bench, NetworkState::ServerDown).await;
    bench
        .relying_party_retry(None, false)
        .await
        .expect("started");
    assert_eq!(
        network(&bench).await,
        NetworkState::Online,
        "whoever starts it wants it to be there"
    );
    assert_eq!(bench.relying_party().origin, page.origin);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_port_was_taken_meanwhile_says_so_and_starts_at_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let address = Page::of(&bench)
        .await
        .origin
        .trim_start_matches("http://localhost:")
        .to_owned();
    let port: u16 = address.parse().expect("a port");
    set(&bench, NetworkState::ServerDown).await;
    let taken = std::net::TcpListener::bind(("127.0.0.1", port)).expect("it is free");
    let error = bench
        .network_set(NetworkState::Online)
        .await
        .expect_err("taken");
    assert_eq!(error.code(), "portTaken", "{error}");
    let problem = bench.relying_party().problem.expect("it does not run");
    assert_eq!(problem.code, "portTaken");
    let error = bench
        .network_set(NetworkState::ServerDown)
        .await
        .expect_err("nothing to stop");
    assert_eq!(error.code(), "noWayOut", "{error}");
    set(&bench, NetworkState::Offline).await;
    set(&bench, NetworkState::Online).await;
    bench
        .relying_party_retry(None, true)
        .await
        .expect("started");
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    drop(taken);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_network_delivers_all_the_same_and_a_lossy_one_by_chance() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let page = Page::of(&bench).await;
    set(&bench, NetworkState::Slow { millis: 20 }).await;
    let started = std::time::Instant::now();
    let (status, _) = page.post("authentication/begin", json!({})).await;
    assert_eq!(status, 200);
    assert!(
        started.elapsed() >= std::time::Duration::from_millis(20),
        "no sooner than it says"
    );
    set(&bench, NetworkState::Lossy { percent: 100 }).await;
    page.try_post("authentication/begin", json!({}))
        .await
        .expect_err("all get lost");
    set(&bench, NetworkState::Lossy { percent: 0 }).await;
    for _ in 0..20 {
        page.post("authentication/begin", json!({})).await;
    }
    set(&bench, NetworkState::Lossy { percent: 50 }).await;
    let mut arrived = 0;
    for _ in 0..60 {
        arrived += u32::from(
            page.try_post("authentication/begin", json!({}))
                .await
                .is_ok(),
        );
    }
    assert!(
        (1..60).contains(&arrived),
        "some do and some do not: {arrived}"
    );
    let directions: Vec<_> = told(&bench, kinds::NETWORK_LOST)
        .iter()
        .map(|lost| lost.body["direction"].clone())
        .collect();
    assert!(directions.contains(&json!("request")) && directions.contains(&json!("response")));
}

#[tokio::test(flavor = "multi_thread")]
async fn states_without_sense_leave_the_network_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let answers = |requests, path: &str| NetworkState::AnswerLost {
        requests,
        path: Some(path.to_owned()),
    };
    for (state, says) in [
        (NetworkState::Slow { millis: 600_001 }, "at most 600,000 ms"),
        (NetworkState::Lossy { percent: 101 }, "0 to 100"),
        (answers(0, "/api/session"), "at least one"),
        (answers(1, "/api/sesion"), "the nearest is /api/session"),
    ] {
        let error = bench.network_set(state).await.expect_err("no sense");
        assert_eq!(error.code(), "networkState");
        assert!(error.to_string().contains(says), "{error}");
    }
    assert_eq!(network(&bench).await, NetworkState::Online);
    assert!(told(&bench, kinds::NETWORK_SET).is_empty());
}
