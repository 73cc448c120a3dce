use ctap::{Command, Options, Status, get_assertion, make_credential};
use proptest::prelude::*;
use serde_json::json;
use webauthn::authenticator_data::{AuthenticatorData, Flags};
use webauthn::cbor::Value;

use super::world::{Bench, data, passkey, sign_in};
use crate::{Method, Refusal, Verified, kinds};

fn asking(value: Value<'static>) -> Option<Value<'static>> {
    Some(Value::map([("uvm", value)]))
}

fn verified_sign_in(extensions: Option<Value<'static>>) -> get_assertion::Request {
    get_assertion::Request {
        extensions,
        options: Options {
            uv: Some(true),
            ..Options::default()
        },
        ..sign_in()
    }
}

/// The uvm output, as JSON.
fn uvm(auth_data: &[u8]) -> Option<serde_json::Value> {
    let data = AuthenticatorData::parse(auth_data).expect("well-formed authenticator data");
    assert_eq!(data.flags.has(Flags::ED), data.extensions.is_some());
    assert!(data.canonical_order);
    let outputs = data.extensions.as_ref()?.to_json();
    assert_eq!(outputs.as_object().map(serde_json::Map::len), Some(1));
    Some(outputs["uvm"].clone())
}

fn synced(rps: &[&str]) -> Verified {
    Verified {
        by: Method::SyncedPin,
        rps: Some(rps.iter().map(|it| (*it).to_owned()).collect()),
    }
}

#[tokio::test]
async fn a_pin_that_matched_elsewhere_signs_nothing_here() {
    let mut bench = Bench::phone();
    let [alice] = bench.enrol(["alice"]).await;
    let before = bench.world.store.credentials[0].sign_count;
    bench.world.user.verified = synced(&["bank.example", "shop.example"]);
    let refused = bench.get(verified_sign_in(None)).await;
    assert_eq!(refused, Err(Status::OperationDenied));
    assert_eq!(bench.world.store.credentials[0].sign_count, before);
    let [told] = &bench.world.notes.of(kinds::VERIFICATION_IMPOSSIBLE)[..] else {
        panic!("one event");
    };
    assert_eq!(
        (&told["rpId"], &told["method"], &told["reason"]),
        (
            &json!("example.org"),
            &json!("syncedPin"),
            &json!("otherRelyingParty")
        )
    );
    let kinds_told = bench.world.notes.kinds();
    assert!(!kinds_told.contains(&kinds::PASSKEY_USED));

    let made = bench.make(passkey("mallory")).await.map(|made| made.id);
    assert_eq!(made, Err(Status::OperationDenied));
    assert_eq!(bench.world.store.credentials.len(), 1);

    bench.world.user.verified = synced(&["bank.example", "example.org"]);
    let response = bench.get(verified_sign_in(None)).await.expect("it counts");
    assert!(alice.asserts(&response));
    assert_eq!(data(&response).flags, Flags::UP.with(Flags::UV));
    let done = bench.world.notes.of(kinds::VERIFICATION_DONE);
    assert_eq!(
        done.last().expect("an event"),
        &json!({ "method": "syncedPin", "rpIds": ["bank.example", "example.org"] })
    );
}

#[tokio::test]
async fn an_rp_id_counts_whole_and_not_by_its_ending() {
    let mut bench = Bench::phone();
    bench.enrol(["alice"]).await;
    for near in ["", "org", "example.org.", "Example.org", "www.example.org"] {
        bench.world.user.verified = synced(&[near]);
        let refused = bench.get(verified_sign_in(None)).await;
        assert_eq!(refused, Err(Status::OperationDenied), "{near}");
    }
    bench.world.user.verified = synced(&[]);
    let refused = bench.get(verified_sign_in(None)).await;
    assert_eq!(refused, Err(Status::OperationDenied));
}

#[tokio::test]
async fn who_cannot_be_verified_gets_no_assertion() {
    let mut bench = Bench::phone();
    bench.enrol(["alice"]).await;
    bench
        .world
        .user
        .refusals
        .extend([Refusal::Unverifiable, Refusal::Unverifiable]);
    let refused = bench.get(verified_sign_in(None)).await;
    assert_eq!(refused, Err(Status::OperationDenied));
    let refused = bench.make(passkey("bob")).await.map(|made| made.id);
    assert_eq!(refused, Err(Status::OperationDenied));
    assert_eq!(bench.world.store.credentials[0].sign_count, 0);
}

#[tokio::test]
async fn uvm_tells_each_method_by_its_registry_value() {
    let mut bench = Bench::phone();
    for (by, value) in [
        (Method::Fingerprint, 2),
        (Method::DevicePin, 4),
        (Method::SyncedPin, 2048),
    ] {
        bench.world.user.verified = Verified::everywhere(by);
        let request = make_credential::Request {
            extensions: asking(true.into()),
            ..passkey("alice")
        };
        let made = bench.make(request).await.expect("a passkey");
        let expected = Some(json!([[value, 1, 1]]));
        assert_eq!(uvm(&made.response.auth_data), expected);
        let response = bench
            .get(verified_sign_in(asking(true.into())))
            .await
            .expect("an assertion");
        assert_eq!(uvm(&response.auth_data), expected);
        assert!(made.asserts(&response), "the signature covers the output");
    }
}

#[tokio::test]
async fn uvm_of_an_unverified_assertion_says_touch_or_nothing() {
    let mut bench = Bench::key();
    bench.enrol(["alice"]).await;
    for (up, value) in [(true, 1), (false, 0x200)] {
        let mut request = sign_in();
        request.options.up = Some(up);
        request.extensions = asking(true.into());
        let response = bench.get(request).await.expect("an assertion");
        assert_eq!(uvm(&response.auth_data), Some(json!([[value, 1, 1]])));
    }
}

#[tokio::test]
async fn uvm_is_silent_unless_asked_with_true() {
    let mut bench = Bench::phone();
    bench.enrol(["alice"]).await;
    let silent = [
        None,
        asking(false.into()),
        asking(1_u64.into()),
        asking("true".into()),
        Some(Value::map([("credProtect", Value::from(2_u64))])),
    ];
    for extensions in silent {
        let request = make_credential::Request {
            extensions: extensions.clone(),
            ..passkey("bob")
        };
        let made = bench.make(request).await.expect("a passkey");
        assert_eq!(uvm(&made.response.auth_data), None);
        let response = bench
            .get(verified_sign_in(extensions))
            .await
            .expect("an assertion");
        assert_eq!(uvm(&response.auth_data), None);
    }
}

#[tokio::test]
async fn each_of_several_assertions_tells_the_same_uvm() {
    let mut bench = Bench::key();
    bench.enrol(["alice", "bob", "carol"]).await;
    let mut request = sign_in();
    request.extensions = asking(true.into());
    let first = bench.get(request).await.expect("an assertion");
    let mut outputs = vec![uvm(&first.auth_data)];
    for _ in 1..first.number_of_credentials.expect("several") {
        let next = bench.next().await.expect("another");
        outputs.push(uvm(&next.auth_data));
    }
    assert_eq!(outputs, vec![Some(json!([[1, 1, 1]])); 3]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever matched, and in whatever order: an answer with UV is one for a party that matched.
    #[test]
    fn uv_is_set_only_for_a_party_that_matched(
        turns in proptest::collection::vec(
            (proptest::sample::subsequence(vec!["a.example", "example.org", "z.example"], 0..=3),
             any::<bool>(), any::<bool>(), any::<bool>()),
            1..12,
        ),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let mut bench = Bench::phone();
            bench.enrol(["alice"]).await;
            for (rps, uv, refuse, create) in turns {
                let matched = rps.contains(&"example.org");
                bench.world.user.verified = synced(&rps);
                if refuse {
                    bench.world.user.refusals.push_back(Refusal::Unverifiable);
                }
                let outcome = if create {
                    bench.make(passkey("alice")).await.map(|made| made.response.auth_data)
                } else {
                    let mut request = sign_in();
                    request.options.uv = Some(uv);
                    bench.get(request).await.map(|response| response.auth_data)
                };
                let verifies = uv || create;
                match outcome {
                    Ok(auth_data) => {
                        let data = AuthenticatorData::parse(&auth_data).expect("well-formed");
                        assert_eq!(data.flags.has(Flags::UV), verifies);
                        assert!(!verifies || matched, "verified for {rps:?}");
                        assert!(!refuse);
                    }
                    Err(status) => {
                        assert_eq!(status, Status::OperationDenied);
                        assert!(refuse || verifies && !matched);
                    }
                }
                _ = bench.run(&Command::GetInfo).await;
            }
        });
    }
}
