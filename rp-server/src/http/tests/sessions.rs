use std::{sync::Arc, time::Duration};

use serde_json::Value;
use timeline::Silent;

use super::fixture::Bench;
use crate::Limits;

#[tokio::test]
async fn a_session_ends_when_its_time_is_over() {
    let bench = Bench::new().await;
    let mut alice = bench.visitor();
    alice.sign_up("alice", 1).await;
    bench
        .clock
        .advance(Duration::from_secs(12 * 60 * 60) - Duration::from_millis(1));
    assert_eq!(alice.get("/api/session").await.status, 200);
    bench.clock.advance(Duration::from_millis(1));
    let answer = alice.get("/api/session").await;
    assert_eq!((answer.status.as_u16(), answer.code()), (401, "signedOut"));
    assert_eq!(alice.get("/api/passkeys").await.status, 401);
}

#[tokio::test]
async fn a_token_is_worthless_after_sign_out() {
    let bench = Bench::new().await;
    let mut alice = bench.visitor();
    alice.sign_up("alice", 1).await;
    let mut thief = alice.clone();
    alice.call("DELETE", "/api/session", Value::Null).await;
    assert_eq!(thief.get("/api/session").await.status, 401);
    assert_eq!(
        alice
            .call("DELETE", "/api/session", Value::Null)
            .await
            .status,
        204,
        "twice does no harm"
    );
}

#[tokio::test]
async fn signing_in_again_replaces_the_browsers_session() {
    let bench = Bench::new().await;
    let mut alice = bench.visitor();
    let mut key = alice.sign_up("alice", 1).await;
    let mut before = alice.clone();
    assert_eq!(alice.sign_in(&mut key).await.status, 200);
    assert_ne!(
        alice.cookie, before.cookie,
        "a token that was there before is never taken over"
    );
    assert_eq!(before.get("/api/session").await.status, 401);
    assert_eq!(alice.get("/api/session").await.status, 200);
}

#[tokio::test]
async fn an_accounts_oldest_session_gives_way() {
    let limits = Limits {
        sessions_per_account: 2,
        ..Limits::default()
    };
    let bench = Bench::with(limits, Arc::new(Silent)).await;
    let mut key = bench.visitor().sign_up("alice", 1).await;
    let mut browsers = Vec::new();
    for _ in 0..3 {
        bench.clock.advance(Duration::from_secs(1));
        let mut browser = bench.visitor();
        assert_eq!(browser.sign_in(&mut key).await.status, 200);
        browsers.push(browser);
    }
    let mut statuses = Vec::new();
    for browser in &mut browsers {
        statuses.push(browser.get("/api/session").await.status.as_u16());
    }
    assert_eq!(statuses, [401, 200, 200]);
}

#[tokio::test]
async fn strangers_cookies_open_nothing() {
    let bench = Bench::new().await;
    bench.visitor().sign_up("alice", 1).await;
    for cookie in [
        "touchstone_session=",
        "touchstone_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "x=y",
        "touchstone_session=\"'; DROP TABLE session",
    ] {
        let mut stranger = bench.visitor();
        stranger.cookie = Some(cookie.into());
        assert_eq!(stranger.get("/api/session").await.status, 401, "{cookie}");
    }
}
