//! What the relying party shows of what it holds, and that ceremonies last as long as it says.

use std::{sync::Arc, time::Duration};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::{Value, json};
use timeline::Silent;

use super::{
    authenticator::{Authenticator, bytes},
    fixture::{Bench, ORIGIN},
};
use crate::Limits;

async fn overview(bench: &Bench) -> Value {
    let overview = bench.party.overview().await.expect("an overview");
    serde_json::to_value(overview).expect("JSON")
}

#[tokio::test]
async fn shows_accounts_passkeys_sessions_and_open_ceremonies() {
    let bench = Bench::new().await;
    assert_eq!(
        overview(&bench).await,
        json!({ "accounts": [], "openCeremonies": 0 })
    );
    let mut zoe = bench.visitor();
    zoe.sign_up("Zoe", 1).await;
    bench.clock.advance(Duration::from_secs(1));
    let mut alice = bench.visitor();
    let mut key = alice.sign_up("alice", 2).await;
    let begun = alice.post("/api/registration/begin", json!({})).await.body;
    let credential = Authenticator::new(3, ORIGIN, "acme.localhost").create(&begun["publicKey"]);
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(
        alice.finish_registration(&begun, credential).await.status,
        201
    );
    assert_eq!(bench.visitor().sign_in(&mut key).await.status, 200);
    alice.begin_sign_in().await;

    let shown = overview(&bench).await;
    let names: Vec<_> = shown["accounts"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|account| (&account["username"], &account["displayName"]))
        .collect();
    assert_eq!(
        names,
        [
            (&json!("Zoe"), &json!("Zoe")),
            (&json!("alice"), &json!("alice"))
        ],
        "oldest first"
    );
    let account = &shown["accounts"][1];
    assert_eq!(bytes(&account["id"]), key.user_handle);
    assert_eq!(account["sessions"], 2);
    assert_eq!(
        account["passkeys"],
        alice.get("/api/passkeys").await.body["passkeys"],
        "as the API shows them"
    );
    assert_eq!(account["passkeys"][0]["signCount"], 1);
    assert_eq!(shown["openCeremonies"], 1, "finished ones are not open");
}

#[tokio::test]
async fn counts_no_session_and_no_ceremony_whose_time_is_over() {
    let limits = Limits {
        ceremony_lifetime: Duration::from_secs(10),
        session_lifetime: Duration::from_secs(20),
        ..Limits::default()
    };
    let bench = Bench::with(limits, Arc::new(Silent)).await;
    let mut alice = bench.visitor();
    alice.sign_up("alice", 1).await;
    alice.begin_sign_in().await;
    let mut counts = Vec::new();
    for millis in [9_999, 1, 9_999, 1] {
        bench.clock.advance(Duration::from_millis(millis));
        let shown = overview(&bench).await;
        counts.push((
            shown["openCeremonies"].clone(),
            shown["accounts"][0]["sessions"].clone(),
        ));
    }
    let pairs = [(1, 1), (0, 1), (0, 1), (0, 0)];
    assert_eq!(counts, pairs.map(|(open, live)| (json!(open), json!(live))));
}

#[tokio::test]
async fn counts_no_ceremony_that_nobody_can_finish_any_more() {
    let bench = Bench::new().await;
    let mut alice = bench.visitor();
    alice.sign_up("alice", 1).await;
    let begun = alice.post("/api/registration/begin", json!({})).await.body;
    assert_eq!(overview(&bench).await["openCeremonies"], 1);
    let credential = Authenticator::new(2, ORIGIN, "acme.localhost").create(&begun["publicKey"]);
    let mut stranger = bench.visitor();
    let refused = stranger
        .finish_registration(&begun, credential.clone())
        .await;
    assert_eq!(refused.code(), "signedOut");
    assert_eq!(overview(&bench).await["openCeremonies"], 0);
    let late = alice.finish_registration(&begun, credential).await;
    late.refused_at("7.1", 8, "already used");
}

#[tokio::test]
async fn shows_no_token_no_hash_and_no_key() {
    let bench = Bench::new().await;
    let mut alice = bench.visitor();
    let key = alice.sign_up("alice", 1).await;
    let cookie = alice.cookie.clone().expect("a session");
    let token = cookie.split_once('=').expect("a pair").1;
    let token = BASE64URL_NOPAD.decode(token.as_bytes()).expect("a token");
    let hash = webauthn::sha256(&token);
    let overview = bench.party.overview().await.expect("an overview");
    let all = format!("{overview:?} {}", json!(overview));
    for secret in [&token[..], &hash, &key.public_key] {
        for text in [
            BASE64URL_NOPAD.encode(secret),
            HEXLOWER.encode(secret),
            format!("{secret:?}"),
        ] {
            assert!(!all.contains(&text), "{text}");
        }
    }
}

#[tokio::test]
async fn a_ceremony_lasts_as_long_as_its_options_say() {
    let limits = Limits {
        ceremony_lifetime: Duration::from_millis(2_500),
        ..Limits::default()
    };
    let bench = Bench::with(limits, Arc::new(Silent)).await;
    let mut alice = bench.visitor();
    let mut key = Authenticator::new(1, ORIGIN, "acme.localhost");
    let begun = alice.begin_sign_up("alice").await;
    assert_eq!(begun["publicKey"]["timeout"], 2_500);
    let credential = key.create(&begun["publicKey"]);
    bench.clock.advance(Duration::from_millis(2_500));
    let late = alice.finish_registration(&begun, credential).await;
    late.refused_at("7.1", 8, "expired");
    let mut key = alice.sign_up("alice", 1).await;

    let begun = alice.begin_sign_in().await;
    assert_eq!(begun["publicKey"]["timeout"], 2_500);
    let credential = key.get(&begun["publicKey"]);
    bench.clock.advance(Duration::from_millis(2_500));
    let late = alice.finish_sign_in(&begun, credential).await;
    late.refused_at("7.2", 11, "expired");

    let begun = alice.begin_sign_in().await;
    bench.clock.advance(Duration::from_millis(2_499));
    let credential = key.get(&begun["publicKey"]);
    let in_time = alice.finish_sign_in(&begun, credential).await;
    assert_eq!(in_time.status, 200, "{}", in_time.text);
}
