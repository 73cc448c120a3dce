//! What a pinUvAuthToken is good for, how often, and how long.

use std::time::Duration;

use ctap::client_pin::Permissions;
use ctap::pin_uv_auth::{Protocol, Token};
use ctap::{Command, Options, Status, get_assertion, make_credential};
use serde_json::json;
use webauthn::authenticator_data::{AuthenticatorData, Flags};
use webauthn::cbor::Value;
use webauthn::uvm::{Entry, UVM};

use super::platform::{BOTH, GA, MC, RP, proven_passkey, proven_sign_in};
use super::world::{Asked, Bench, HASH, data, descriptor, passkey, sign_in};
use crate::{Method, Profile, Purpose, Refusal, UserVerification, Verified};

const PIN: &str = "2468";

async fn pin_key() -> Bench {
    let mut bench = Bench::new(Profile::pin_key());
    bench.set_pin(Protocol::Two, PIN).await.expect("a PIN");
    bench
}

/// A key with a PIN and a passkey of each name.
async fn enrolled<const N: usize>(names: [&str; N]) -> Bench {
    let mut bench = pin_key().await;
    for name in names {
        let token = bench.token(Protocol::Two, PIN, MC, RP).await;
        let token = token.expect("a token");
        let request = proven_passkey(name, Protocol::Two, &token);
        bench.make(request).await.expect("a passkey");
    }
    bench.world.user.asked.clear();
    bench
}

fn fingerprint_key() -> Bench {
    let mut bench = Bench::new(Profile::fingerprint_key());
    bench.world.user.verified = Verified::everywhere(Method::Fingerprint);
    bench
}

/// The request that platforms send to learn whether a passkey is there.
fn preflight(protocol: Protocol, token: &Token) -> get_assertion::Request {
    get_assertion::Request {
        options: Options {
            up: Some(false),
            ..Options::default()
        },
        ..proven_sign_in(protocol, token)
    }
}

#[tokio::test]
async fn a_token_verifies_one_creation_which_still_needs_a_touch() {
    for protocol in BOTH {
        let mut bench = pin_key().await;
        let token = bench
            .token(protocol, PIN, MC | GA, RP)
            .await
            .expect("a token");
        let made = bench.make(proven_passkey("alice", protocol, &token)).await;
        let made = made.expect("a passkey").response;
        let flags = AuthenticatorData::parse(&made.auth_data)
            .expect("well-formed")
            .flags;
        assert!(flags.has(Flags::UV) && flags.has(Flags::UP));
        assert!(matches!(
            bench.world.user.asked[..],
            [Asked::Presence(Purpose::CreatePasskey, ..)]
        ));
        for again in [
            bench
                .make(proven_passkey("bob", protocol, &token))
                .await
                .map(drop),
            bench.get(proven_sign_in(protocol, &token)).await.map(drop),
        ] {
            assert_eq!(again, Err(Status::PinAuthInvalid), "it is used up");
        }
    }
}

#[tokio::test]
async fn a_token_verifies_one_assertion_and_what_belongs_to_it() {
    let mut bench = enrolled(["alice", "bob"]).await;
    let token = bench
        .token(Protocol::Two, PIN, GA, RP)
        .await
        .expect("a token");
    let first = bench
        .get(proven_sign_in(Protocol::Two, &token))
        .await
        .expect("an assertion");
    assert_eq!(first.number_of_credentials, Some(2));
    assert!(data(&first).flags.has(Flags::UV) && data(&first).flags.has(Flags::UP));
    assert_eq!(first.user.expect("an account").name.as_deref(), Some("bob"));
    let second = bench.next().await.expect("the other one");
    assert!(data(&second).flags.has(Flags::UV));
    assert_eq!(bench.world.user.asked.len(), 1, "one touch for all");
    let again = bench
        .get(proven_sign_in(Protocol::Two, &token))
        .await
        .map(drop);
    assert_eq!(again, Err(Status::PinAuthInvalid));
}

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
        &Token::generate(&mut super::platform::rng()).expect("a token"),
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
async fn a_proof_of_something_else_proves_nothing() {
    let mut bench = enrolled(["alice"]).await;
    let token = bench
        .token(Protocol::Two, PIN, MC | GA, RP)
        .await
        .expect("a token");
    let good = proven_sign_in(Protocol::Two, &token);
    let right = good.pin_uv_auth_param.clone().expect("a proof");
    for (param, number, status) in [
        (
            token.authenticate(Protocol::Two, &[0; 32]),
            2,
            Status::PinAuthInvalid,
        ),
        (
            token.authenticate(Protocol::One, &HASH),
            1,
            Status::PinAuthInvalid,
        ),
        (right[..31].to_vec(), 2, Status::PinAuthInvalid),
        (right[..16].to_vec(), 2, Status::PinAuthInvalid),
        ([&right[..], &[0]].concat(), 2, Status::PinAuthInvalid),
        (vec![0; 32], 2, Status::PinAuthInvalid),
        (right.clone(), 1, Status::PinAuthInvalid),
        (right.clone(), 0, Status::InvalidParameter),
        (right.clone(), 3, Status::InvalidParameter),
    ] {
        let assertion = get_assertion::Request {
            pin_uv_auth_param: Some(param.clone()),
            pin_uv_auth_protocol: Some(number),
            ..sign_in()
        };
        assert_eq!(
            bench.get(assertion).await.map(drop),
            Err(status),
            "{number}"
        );
        let creation = make_credential::Request {
            pin_uv_auth_param: Some(param),
            pin_uv_auth_protocol: Some(number),
            ..passkey("bob")
        };
        assert_eq!(
            bench.make(creation).await.map(drop),
            Err(status),
            "{number}"
        );
    }
    let unnamed = get_assertion::Request {
        pin_uv_auth_protocol: None,
        ..good.clone()
    };
    assert_eq!(
        bench.get(unnamed).await.map(drop),
        Err(Status::MissingParameter)
    );
    assert!(
        bench.world.user.asked.is_empty(),
        "nobody was asked for a touch"
    );
    assert!(bench.get(good).await.is_ok());
}

#[tokio::test]
async fn a_key_with_a_pin_makes_nothing_without_it_and_signs_unverified() {
    let mut bench = Bench::new(Profile::pin_key());
    assert!(bench.make(passkey("alice")).await.is_ok(), "no PIN is set");
    let token = Token::generate(&mut super::platform::rng()).expect("a token");
    for refused in [
        bench
            .make(proven_passkey("bob", Protocol::Two, &token))
            .await
            .map(drop),
        bench
            .get(proven_sign_in(Protocol::Two, &token))
            .await
            .map(drop),
    ] {
        assert_eq!(refused, Err(Status::PinNotSet));
    }
    bench.set_pin(Protocol::One, PIN).await.expect("a PIN");
    let mut plain = passkey("bob");
    assert_eq!(
        bench.make(plain.clone()).await.map(drop),
        Err(Status::PuatRequired)
    );
    plain.options.rk = None;
    assert_eq!(bench.make(plain).await.map(drop), Err(Status::PuatRequired));
    let unverified = bench.get(sign_in()).await.expect("an assertion");
    assert!(!data(&unverified).flags.has(Flags::UV));
    let mut built_in = sign_in();
    built_in.options.uv = Some(true);
    assert_eq!(
        bench.get(built_in).await.map(drop),
        Err(Status::InvalidOption)
    );
    let token = bench
        .token(Protocol::Two, PIN, GA, RP)
        .await
        .expect("a token");
    let mut both = proven_sign_in(Protocol::Two, &token);
    both.options.uv = Some(true);
    assert!(
        bench.get(both).await.is_ok(),
        "the proof stands for option uv"
    );
}

#[tokio::test]
async fn an_empty_proof_asks_for_a_touch_and_tells_whether_a_pin_is_set() {
    let empty = || make_credential::Request {
        pin_uv_auth_param: Some(Vec::new()),
        ..passkey("alice")
    };
    let asked = [Asked::Presence(Purpose::Selection, None, None)];
    for (set, status) in [(false, Status::PinNotSet), (true, Status::PinInvalid)] {
        let mut bench = Bench::new(Profile::pin_key());
        if set {
            bench.set_pin(Protocol::Two, PIN).await.expect("a PIN");
        }
        assert_eq!(bench.make(empty()).await.map(drop), Err(status));
        assert_eq!(bench.world.user.asked, asked);
        let assertion = get_assertion::Request {
            pin_uv_auth_param: Some(Vec::new()),
            ..sign_in()
        };
        assert_eq!(bench.get(assertion).await.map(drop), Err(status));
        for (refusal, status) in [
            (Refusal::Declined, Status::OperationDenied),
            (Refusal::TimedOut, Status::OperationDenied),
            (Refusal::Cancelled, Status::KeepaliveCancel),
        ] {
            bench.world.user.refusals.push_back(refusal);
            assert_eq!(bench.make(empty()).await.map(drop), Err(status));
        }
        assert_eq!(bench.retries().await, (8, false));
    }
    let mut plain = Bench::key();
    let refused = plain.make(empty()).await.map(drop);
    assert_eq!(
        refused,
        Err(Status::MissingParameter),
        "nothing special there"
    );
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
    let wrong = bench.token(Protocol::Two, "0000", GA, RP).await.map(drop);
    assert_eq!(wrong, Err(Status::PinInvalid));
    assert!(
        bench
            .get(proven_sign_in(Protocol::Two, &token))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_passkey_that_is_there_is_told_after_a_touch() {
    let mut bench = enrolled(["alice"]).await;
    let known = bench.world.store.credentials[0].id.clone();
    let token = bench
        .token(Protocol::Two, PIN, MC, RP)
        .await
        .expect("a token");
    let mut request = proven_passkey("alice", Protocol::Two, &token);
    request.exclude_list = vec![descriptor(known.as_bytes())];
    let excluded = bench.make(request).await.map(drop);
    assert_eq!(excluded, Err(Status::CredentialExcluded));
    assert_eq!(bench.world.user.asked.len(), 1);
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
    use ctap::client_pin::{Request, Subcommand};
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

#[tokio::test]
async fn the_uvm_extension_tells_where_a_pin_was_entered() {
    let mut bench = enrolled(["alice"]).await;
    let token = bench
        .token(Protocol::Two, PIN, GA, RP)
        .await
        .expect("a token");
    let mut request = proven_sign_in(Protocol::Two, &token);
    request.extensions = Some(Value::map([(UVM, true.into())]));
    let answer = bench.get(request).await.expect("an assertion");
    let told = data(&answer).extensions.expect("an output");
    let entry = told
        .get_text(UVM)
        .and_then(Value::as_array)
        .and_then(|it| it.first());
    let method = entry
        .and_then(Value::as_array)
        .and_then(|it| it.first()?.as_u64());
    assert_eq!(method, Some(Entry::PASSCODE_EXTERNAL.into()));
    assert_eq!(
        bench.world.notes.of("device.verification.done").last(),
        Some(&json!({ "method": "clientPin", "rpIds": ["example.org"] }))
    );
}
