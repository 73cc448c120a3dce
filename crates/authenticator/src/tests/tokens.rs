//! What a pinUvAuthToken is good for, and how long.

use std::time::Duration;

use ctap::pin_uv_auth::{Protocol, Token};
use ctap::{Command, Status};
use webauthn::authenticator_data::Flags;

use super::platform::{
    BOTH, GA, MC, PIN, RP, WRONG, enrolled, preflight, proven_passkey, proven_sign_in, rng,
};
use super::world::{HASH, data};

#[tokio::test]
async fn asking_without_a_touch_does_not_use_a_token_up() {
    let mut bench = enrolled(["alice"]).await;
    let token = bench
        .token(Protocol::Two, PIN, GA, RP)
        .await
        .expect("a token");
    for _ in 0..3 {
        let silent = bench
            .get(preflight(Protocol::Two, &token))
            .await
            .expect("an assertion");
        let flags = data(&silent).flags;
        assert!(flags.has(Flags::UV) && !flags.has(Flags::UP));
    }
    assert!(bench.world.user.asked.is_empty());
    assert!(
        bench
            .get(proven_sign_in(Protocol::Two, &token))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_token_is_good_for_its_permission_and_relying_party_only() {
    let mut bench = enrolled(["alice"]).await;
    let mut other_rp = proven_sign_in(
        Protocol::Two,
        &Token::generate(&mut rng()).expect("a token"),
    );
    let token = bench
        .token(Protocol::Two, PIN, GA, Some("other.example"))
        .await;
    let token = token.expect("a token");
    let refused = bench
        .get(proven_sign_in(Protocol::Two, &token))
        .await
        .map(drop);
    assert_eq!(
        refused,
        Err(Status::PinAuthInvalid),
        "another relying party"
    );
    other_rp.pin_uv_auth_param = Some(token.authenticate(Protocol::Two, &HASH));
    other_rp.rp_id = "other.example".into();
    let unknown = bench.get(other_rp).await.map(drop);
    assert_eq!(unknown, Err(Status::NoCredentials), "its own");

    let token = bench
        .token(Protocol::Two, PIN, GA, RP)
        .await
        .expect("a token");
    let refused = bench
        .make(proven_passkey("bob", Protocol::Two, &token))
        .await
        .map(drop);
    assert_eq!(refused, Err(Status::PinAuthInvalid), "another permission");
    assert!(
        bench
            .get(proven_sign_in(Protocol::Two, &token))
            .await
            .is_ok()
    );
    let token = bench
        .token(Protocol::Two, PIN, MC, RP)
        .await
        .expect("a token");
    let refused = bench
        .get(proven_sign_in(Protocol::Two, &token))
        .await
        .map(drop);
    assert_eq!(refused, Err(Status::PinAuthInvalid));
    assert!(
        bench
            .make(proven_passkey("bob", Protocol::Two, &token))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_token_of_the_old_kind_is_bound_by_its_first_use() {
    for protocol in BOTH {
        let mut bench = enrolled(["alice"]).await;
        let token = bench.pin_token(protocol, PIN).await.expect("a token");
        assert!(bench.get(preflight(protocol, &token)).await.is_ok());
        let mut elsewhere = proven_passkey("bob", protocol, &token);
        elsewhere.rp.id = "other.example".into();
        let refused = bench.make(elsewhere.clone()).await.map(drop);
        assert_eq!(refused, Err(Status::PinAuthInvalid));
        assert!(
            bench
                .make(proven_passkey("bob", protocol, &token))
                .await
                .is_ok()
        );
        let token = bench.pin_token(protocol, PIN).await.expect("a token");
        elsewhere.pin_uv_auth_param = Some(token.authenticate(protocol, &HASH));
        assert!(bench.make(elsewhere).await.is_ok());
    }
}

#[tokio::test]
async fn a_token_must_be_used_within_30_seconds_and_ends_after_ten_minutes() {
    for (wait, expected) in [(29_999, Ok(())), (30_000, Err(Status::PinAuthInvalid))] {
        let mut bench = enrolled(["alice"]).await;
        let token = bench
            .token(Protocol::Two, PIN, GA, RP)
            .await
            .expect("a token");
        bench.world.clock.advance(Duration::from_millis(wait));
        let outcome = bench.get(proven_sign_in(Protocol::Two, &token)).await;
        assert_eq!(outcome.map(drop), expected, "{wait} ms");
    }
    let mut bench = enrolled(["alice"]).await;
    let token = bench
        .token(Protocol::Two, PIN, GA, RP)
        .await
        .expect("a token");
    assert!(bench.get(preflight(Protocol::Two, &token)).await.is_ok());
    for (wait, expected) in [(599, Ok(())), (1, Err(Status::PinAuthInvalid))] {
        bench.world.clock.advance(Duration::from_secs(wait));
        let outcome = bench.get(preflight(Protocol::Two, &token)).await;
        assert_eq!(outcome.map(drop), expected);
    }
}

#[tokio::test]
async fn a_failed_proof_is_no_use_of_the_token() {
    let mut bench = enrolled(["alice"]).await;
    let token = bench
        .token(Protocol::Two, PIN, GA, RP)
        .await
        .expect("a token");
    let mut wrong = preflight(Protocol::Two, &token);
    wrong.rp_id = "other.example".into();
    assert_eq!(
        bench.get(wrong).await.map(drop),
        Err(Status::PinAuthInvalid)
    );
    bench.world.clock.advance(Duration::from_secs(30));
    let late = bench.get(preflight(Protocol::Two, &token)).await.map(drop);
    assert_eq!(late, Err(Status::PinAuthInvalid));
}

#[tokio::test]
async fn each_of_these_ends_a_token() {
    for end in [
        "powerCycle",
        "reset",
        "newToken",
        "changePin",
        "wrongProtocolToken",
    ] {
        let mut bench = enrolled(["alice"]).await;
        let token = bench
            .token(Protocol::Two, PIN, GA, RP)
            .await
            .expect("a token");
        match end {
            "powerCycle" => bench.power_cycle(),
            "reset" => {
                bench.run(&Command::Reset).await.expect("erased");
                bench.set_pin(Protocol::Two, PIN).await.expect("a PIN");
            }
            "newToken" => drop(bench.token(Protocol::Two, PIN, GA, RP).await),
            "changePin" => drop(bench.change_pin(Protocol::One, PIN, "13579").await),
            _ => drop(bench.pin_token(Protocol::One, PIN).await),
        }
        let outcome = bench.get(proven_sign_in(Protocol::Two, &token)).await;
        assert_eq!(outcome.map(drop), Err(Status::PinAuthInvalid), "{end}");
    }
}

#[tokio::test]
async fn a_wrong_pin_leaves_a_token_as_it_is() {
    let mut bench = enrolled(["alice"]).await;
    let token = bench
        .token(Protocol::Two, PIN, GA, RP)
        .await
        .expect("a token");
    let wrong = bench.token(Protocol::Two, WRONG, GA, RP).await.map(drop);
    assert_eq!(wrong, Err(Status::PinInvalid));
    assert!(
        bench
            .get(proven_sign_in(Protocol::Two, &token))
            .await
            .is_ok()
    );
}
