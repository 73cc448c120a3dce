//! pinUvAuthParam in makeCredential and getAssertion.

use ctap::pin_uv_auth::{Protocol, Token};
use ctap::{Status, get_assertion, make_credential};
use serde_json::json;
use webauthn::authenticator_data::{AuthenticatorData, Flags};
use webauthn::cbor::Value;
use webauthn::uvm::{Entry, UVM};

use super::platform::{
    BOTH, GA, MC, PIN, RP, enrolled, proven_passkey, proven_sign_in, rng, with_pin,
};
use super::world::{Asked, Bench, HASH, data, descriptor, passkey, sign_in};
use crate::{Profile, Purpose, Refusal};

#[tokio::test]
async fn a_token_verifies_one_creation_which_still_needs_a_touch() {
    for protocol in BOTH {
        let mut bench = with_pin().await;
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
    let token = Token::generate(&mut rng()).expect("a token");
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
    let token = bench.token(Protocol::Two, PIN, MC, RP).await;
    let mut both = proven_passkey("bob", Protocol::Two, &token.expect("a token"));
    both.options.uv = Some(true);
    assert!(bench.make(both).await.is_ok());
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
