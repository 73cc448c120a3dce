//! All randomness comes through its seam, and none is a refusal, not a crash.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use serde_json::{Value, json};
use timeline::Silent;

use super::{
    authenticator::Authenticator,
    fixture::{Bench, ORIGIN},
};
use crate::{Error, Limits, Random, Seams};

/// Bytes that follow from a seed, as many draws as it has.
struct Seeded {
    seed: u32,
    drawn: AtomicU32,
    draws: u32,
}

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        let number = self.drawn.fetch_add(1, Ordering::Relaxed);
        if number >= self.draws {
            return Err(Error::NoRandomness);
        }
        let source = [self.seed.to_be_bytes(), number.to_be_bytes()].concat();
        let source = webauthn::sha256(&source);
        bytes.copy_from_slice(&source[..bytes.len()]);
        Ok(())
    }
}

async fn bench(seed: u32, draws: u32) -> Bench {
    let random = Arc::new(Seeded {
        seed,
        drawn: AtomicU32::new(0),
        draws,
    });
    Bench::open(Limits::default(), |clock| {
        Seams::new(Arc::new(Silent), clock).random(random)
    })
    .await
}

/// Everything random that somebody sees who signs up and in.
async fn seen(seed: u32) -> Vec<Value> {
    let bench = bench(seed, u32::MAX).await;
    let mut alice = bench.visitor();
    let mut key = Authenticator::new(1, ORIGIN, "acme.localhost");
    let sign_up = alice.begin_sign_up("alice").await;
    let credential = key.create(&sign_up["publicKey"]);
    let done = alice.finish_registration(&sign_up, credential).await;
    assert_eq!(done.status, 201, "{}", done.text);
    let first = alice.cookie.clone();
    let sign_in = alice.begin_sign_in().await;
    let credential = key.get(&sign_in["publicKey"]);
    assert_eq!(alice.finish_sign_in(&sign_in, credential).await.status, 200);
    vec![
        sign_up["ceremony"].clone(),
        sign_up["publicKey"]["challenge"].clone(),
        sign_up["publicKey"]["user"]["id"].clone(),
        json!(first),
        sign_in["ceremony"].clone(),
        sign_in["publicKey"]["challenge"].clone(),
        json!(alice.cookie),
    ]
}

#[tokio::test]
async fn what_is_random_follows_from_the_seam_alone() {
    let (one, same, other) = (seen(1).await, seen(1).await, seen(2).await);
    assert_eq!(one, same);
    for (place, (one, other)) in one.iter().zip(&other).enumerate() {
        assert_ne!(one, other, "{place}");
    }
}

#[tokio::test]
async fn without_randomness_nothing_begins_and_nobody_is_signed_in() {
    let none = bench(1, 0).await;
    for (path, body) in [
        ("/api/registration/begin", json!({ "username": "alice" })),
        ("/api/authentication/begin", json!({})),
    ] {
        let answer = none.visitor().post(path, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (500, "noRandomness"),
            "{path}"
        );
    }
    // A user handle, a ceremony's id and its challenge; none for the session's token.
    let three = bench(1, 3).await;
    let mut alice = three.visitor();
    let begun = alice.begin_sign_up("alice").await;
    let credential = Authenticator::new(1, ORIGIN, "acme.localhost").create(&begun["publicKey"]);
    let answer = alice.finish_registration(&begun, credential).await;
    assert_eq!(answer.code(), "noRandomness");
    let overview = three.party.overview().await.expect("an overview");
    assert!(overview.accounts.is_empty(), "{overview:?}");
}
