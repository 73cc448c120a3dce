//! Challenges are good once and for a while; nothing a stranger fills grows without end.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use timeline::Silent;
use webauthn::authenticator_data::Flags;

use super::{
    authenticator::Authenticator,
    fixture::{Bench, ORIGIN},
};
use crate::Limits;

#[tokio::test]
async fn refuses_wrong_replayed_expired_and_invented_challenges() {
    let bench = Bench::new().await;
    let mut alice = bench.visitor();
    let mut key = alice.sign_up("alice", 1).await;

    let one = alice.begin_sign_in().await;
    let other = alice.begin_sign_in().await;
    let credential = key.get(&one["publicKey"]);
    alice
        .finish_sign_in(&other, credential.clone())
        .await
        .refused_at("7.2", 11, "not the one that was issued");
    assert_eq!(
        alice.finish_sign_in(&one, credential.clone()).await.status,
        200
    );
    let replayed = alice.finish_sign_in(&one, credential).await;
    replayed.refused_at("7.2", 11, "already used");
    assert_eq!(
        replayed.message(),
        "The relying party refused the sign-in: the challenge was already used (step 11). Start again."
    );

    let refused = alice.begin_sign_in().await;
    key.flags = Flags::UP;
    let credential = key.get(&refused["publicKey"]);
    alice
        .finish_sign_in(&refused, credential)
        .await
        .refused_at("7.2", 17, "not verified");
    key.flags = Flags::UP.with(Flags::UV);
    let credential = key.get(&refused["publicKey"]);
    alice
        .finish_sign_in(&refused, credential)
        .await
        .refused_at("7.2", 11, "already used");

    let late = alice.begin_sign_in().await;
    bench.clock.advance(Duration::from_secs(300));
    let credential = key.get(&late["publicKey"]);
    alice
        .finish_sign_in(&late, credential)
        .await
        .refused_at("7.2", 11, "expired");

    let in_time = alice.begin_sign_in().await;
    bench.clock.advance(Duration::from_millis(299_999));
    let credential = key.get(&in_time["publicKey"]);
    assert_eq!(
        alice.finish_sign_in(&in_time, credential).await.status,
        200,
        "the last millisecond counts"
    );

    let invented =
        json!({ "ceremony": "AAAAAAAAAAAAAAAAAAAAAA", "publicKey": { "challenge": "AAAA" } });
    let credential = key.get(&invented["publicKey"]);
    alice
        .finish_sign_in(&invented, credential)
        .await
        .refused_at("7.2", 11, "not issued here");
}

#[tokio::test]
async fn a_ceremony_of_one_kind_finishes_none_of_the_other() {
    let bench = Bench::new().await;
    let mut alice = bench.visitor();
    let mut key = alice.sign_up("alice", 1).await;
    let registration = alice.begin_sign_up("bob").await;
    let credential = key.get(&registration["publicKey"]);
    alice
        .finish_sign_in(&registration, credential)
        .await
        .refused_at("7.2", 11, "not issued here");
    let credential =
        Authenticator::new(2, ORIGIN, "acme.localhost").create(&registration["publicKey"]);
    assert_eq!(
        alice
            .finish_registration(&registration, credential)
            .await
            .status,
        201,
        "it was not used up"
    );
}

#[tokio::test]
async fn refuses_a_registration_that_was_finished_before() {
    let bench = Bench::new().await;
    let mut visitor = bench.visitor();
    let begun = visitor.begin_sign_up("alice").await;
    let credential = Authenticator::new(1, ORIGIN, "acme.localhost").create(&begun["publicKey"]);
    assert_eq!(
        visitor
            .finish_registration(&begun, credential.clone())
            .await
            .status,
        201
    );
    let again = visitor.finish_registration(&begun, credential).await;
    again.refused_at("7.1", 8, "already used");
}

#[tokio::test]
async fn says_so_when_too_many_ceremonies_are_open() {
    let limits = Limits {
        open_ceremonies: 3,
        ..Limits::default()
    };
    let bench = Bench::with(limits, Arc::new(Silent)).await;
    let mut visitor = bench.visitor();
    for _ in 0..3 {
        visitor.begin_sign_in().await;
    }
    let full = visitor.post("/api/authentication/begin", json!({})).await;
    assert_eq!((full.status.as_u16(), full.code()), (503, "ceremoniesFull"));
    bench.clock.advance(Duration::from_secs(301));
    visitor.begin_sign_in().await;
}

#[tokio::test]
async fn refuses_accounts_and_passkeys_beyond_their_bounds() {
    let limits = Limits {
        accounts: 1,
        passkeys_per_account: 1,
        ..Limits::default()
    };
    let bench = Bench::with(limits, Arc::new(Silent)).await;
    let mut alice = bench.visitor();
    alice.sign_up("alice", 1).await;
    let begun = alice.post("/api/registration/begin", json!({})).await.body;
    let credential = Authenticator::new(2, ORIGIN, "acme.localhost").create(&begun["publicKey"]);
    assert_eq!(
        alice.finish_registration(&begun, credential).await.code(),
        "passkeysFull"
    );
    let begun = alice.begin_sign_up("bob").await;
    let credential = Authenticator::new(3, ORIGIN, "acme.localhost").create(&begun["publicKey"]);
    assert_eq!(
        alice.finish_registration(&begun, credential).await.code(),
        "accountsFull"
    );
}
