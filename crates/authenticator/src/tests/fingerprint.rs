//! Built-in user verification that brings a token.

use std::time::Duration;

use ctap::Status;
use ctap::client_pin::{Permissions, Request, Subcommand};
use ctap::pin_uv_auth::Protocol;
use webauthn::authenticator_data::{AuthenticatorData, Flags};

use super::platform::{GA, MC, RP, preflight, proven_passkey, proven_sign_in};
use super::world::{Asked, Bench, data, passkey, sign_in};
use crate::{Method, Profile, Purpose, Refusal, UserVerification, Verified};

fn fingerprint_key() -> Bench {
    let mut bench = Bench::new(Profile::fingerprint_key());
    bench.world.user.verified = Verified::everywhere(Method::Fingerprint);
    bench
}

#[tokio::test]
async fn a_fingerprint_brings_a_token_and_its_touch_counts_once() {
    let mut bench = fingerprint_key();
    let token = bench.uv_token(MC | GA, RP).await.expect("a token");
    assert_eq!(
        bench.world.user.asked,
        [Asked::Verify(Purpose::CreatePasskey)]
    );
    let made = bench
        .make(proven_passkey("alice", Protocol::Two, &token))
        .await;
    assert!(made.is_ok());
    assert_eq!(bench.world.user.asked.len(), 1, "no second touch");
    let token = bench.uv_token(GA, RP).await.expect("a token");
    assert_eq!(bench.world.user.asked[1], Asked::Verify(Purpose::SignIn));
    assert!(bench.get(preflight(Protocol::Two, &token)).await.is_ok());
    bench.world.clock.advance(Duration::from_secs(30));
    let late = bench.get(proven_sign_in(Protocol::Two, &token)).await;
    let late = late.expect("an assertion");
    assert!(data(&late).flags.has(Flags::UV));
    assert_eq!(
        bench.world.user.asked.len(),
        3,
        "the touch was too long ago"
    );
    assert_eq!(bench.world.notes.of("device.verification.done").len(), 2);
}

#[tokio::test]
async fn a_token_for_a_fingerprint_is_refused_with_the_reason() {
    let mut bench = fingerprint_key();
    for (refusal, status) in [
        (Refusal::Declined, Status::OperationDenied),
        (Refusal::Unverifiable, Status::OperationDenied),
        (Refusal::TimedOut, Status::UserActionTimeout),
        (Refusal::Cancelled, Status::KeepaliveCancel),
        (Refusal::Blocked, Status::UvBlocked),
    ] {
        bench.world.user.refusals.push_back(refusal);
        assert_eq!(bench.uv_token(GA, RP).await.map(drop), Err(status));
    }
    let bits = Permissions::from_bits;
    for (asked, rp_id, status) in [
        (bits(0), RP, Status::InvalidParameter),
        (bits(8), RP, Status::UnauthorizedPermission),
        (GA, None, Status::MissingParameter),
    ] {
        assert_eq!(bench.uv_token(asked, rp_id).await.map(drop), Err(status));
    }
    bench.world.user.tries_left = 0;
    assert_eq!(
        bench.uv_token(GA, RP).await.map(drop),
        Err(Status::UvBlocked)
    );
    bench.world.user.verification = UserVerification::NotConfigured;
    assert_eq!(
        bench.uv_token(GA, RP).await.map(drop),
        Err(Status::NotAllowed)
    );
}

#[tokio::test]
async fn a_fingerprint_key_tells_the_tries_at_its_reader() {
    let mut bench = fingerprint_key();
    for tries in [3, 0] {
        bench.world.user.tries_left = tries;
        let answer = bench
            .client_pin(Request::new(Subcommand::GetUvRetries))
            .await;
        assert_eq!(
            answer.expect("they are told").uv_retries,
            Some(tries.into())
        );
    }
}

#[tokio::test]
async fn a_fingerprint_key_verifies_every_creation() {
    let mut bench = fingerprint_key();
    let made = bench
        .make(passkey("alice"))
        .await
        .expect("a passkey")
        .response;
    let flags = AuthenticatorData::parse(&made.auth_data)
        .expect("well-formed")
        .flags;
    assert!(flags.has(Flags::UV));
    let plain = bench.get(sign_in()).await.expect("an assertion");
    assert!(
        !data(&plain).flags.has(Flags::UV),
        "a sign-in only when asked"
    );
}
