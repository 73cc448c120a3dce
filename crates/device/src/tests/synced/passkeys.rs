use ctap::{Command, Options, RpEntity, Status, UserEntity, get_assertion, make_credential};
use serde_json::json;
use webauthn::authenticator_data::{AuthenticatorData, Flags};
use webauthn::cbor::Value;
use webauthn::uvm::{Entry, UVM};

use super::party::{PIN, Party};
use super::phone::{World, enrol, quiet};
use crate::tests::bench::status;
use crate::tests::owners::{SYNCED, hands, shown};
use crate::{Device, Error, PIN_TRIES, Settings, kinds};

const ACME: &str = "acme.localhost";
const WRONG: &str = "000001";

fn verifying() -> Options {
    Options {
        uv: Some(true),
        ..Options::default()
    }
}

fn creation() -> Command {
    Command::MakeCredential(Box::new(make_credential::Request {
        client_data_hash: [7; 32],
        rp: RpEntity {
            id: ACME.into(),
            name: Some("Acme".into()),
        },
        user: UserEntity {
            id: b"alice".to_vec(),
            name: Some("alice".into()),
            display_name: None,
        },
        algorithms: vec![-7],
        exclude_list: Vec::new(),
        extensions: None,
        options: Options {
            rk: Some(true),
            ..verifying()
        },
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
        enterprise_attestation: None,
        attestation_formats_preference: None,
    }))
}

fn assertion() -> Command {
    Command::GetAssertion(Box::new(get_assertion::Request {
        rp_id: ACME.into(),
        client_data_hash: [7; 32],
        allow_list: Vec::new(),
        extensions: Some(Value::map([(UVM, Value::from(true))])),
        options: verifying(),
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
    }))
}

/// Signs in with these PINs, one after another; gives the status and the answer.
async fn sign_in(phone: &Device, pins: &[&str]) -> (Status, Vec<u8>) {
    let owner = hands(phone, &[], pins);
    let answer = phone.start(assertion().encode()).answer().await;
    owner.abort();
    let _ = owner.await;
    (Status::from(answer[0]), answer)
}

/// An enrolled phone with a passkey of Acme, whose user a synced PIN verifies.
async fn with_passkey() -> World {
    let world = World::enrolled().await;
    world.phone.set_settings(SYNCED).expect("set");
    let owner = hands(&world.phone, &[], &[PIN]);
    assert_eq!(status(&world.phone, &creation()).await, Status::Ok);
    owner.abort();
    let _ = owner.await;
    world
}

#[tokio::test]
async fn a_phone_without_network_signs_in_by_its_synced_pin() {
    let world = with_passkey().await;
    world.network.set(false);
    let (status, answer) = sign_in(&world.phone, &[WRONG, PIN]).await;
    assert_eq!(status, Status::Ok);
    let response = get_assertion::Response::decode(&answer[1..]).expect("well-formed");
    let data = AuthenticatorData::parse(&response.auth_data).expect("well-formed");
    assert!(data.flags.has(Flags::UP.with(Flags::UV)));
    let outputs = data.extensions.expect("asked for");
    let uvm = Entry::parse_all(outputs.get_text(UVM).expect("asked for")).expect("entries");
    assert_eq!(uvm[0].method, Entry::PASSCODE_EXTERNAL);
    assert_eq!(
        world.info().failures,
        0,
        "the right one took the wrong one back"
    );
    let done = world.of(kinds::VERIFICATION_DONE);
    assert_eq!(done.last().expect("told")["rpIds"], json!([ACME]));
    let problems = world.of(kinds::PROMPT_SHOWN);
    let wrong = |it: &serde_json::Value| it["prompt"]["problem"] == "Wrong PIN. 4 tries left.";
    assert!(problems.iter().any(wrong));
}

#[tokio::test]
async fn the_pin_of_another_party_is_refused_and_costs_nobody_a_try() {
    let world = with_passkey().await;
    let bank = Party::new("bank", &world.bench.clock).await;
    bank.rules().pin = Some("864209");
    enrol(&world.phone, &bank).await;
    quiet(&world.phone).await;
    let used = world.of(kinds::PASSKEY_USED).len();
    let (status, _) = sign_in(&world.phone, &["864209"]).await;
    assert_eq!(status, Status::OperationDenied);
    let impossible = world.of(kinds::VERIFICATION_IMPOSSIBLE);
    let told = impossible.last().expect("told");
    assert_eq!(
        (&told["rpId"], &told["reason"]),
        (&json!(ACME), &json!("otherRelyingParty"))
    );
    assert_eq!(world.of(kinds::PASSKEY_USED).len(), used);
    for enrolment in world.phone.enrolments().expect("readable") {
        assert_eq!(enrolment.failures, 0);
    }
    let (status, _) = sign_in(&world.phone, &[PIN]).await;
    assert_eq!(status, Status::Ok);
}

#[tokio::test]
async fn when_the_tries_are_spent_the_barrier_stands_and_the_phone_stays_whole() {
    let world = with_passkey().await;
    world.network.set(false);
    let since = world.bench.notes.all().len();
    let (status, _) = sign_in(&world.phone, &[WRONG; 5]).await;
    assert_eq!(status, Status::OperationDenied);
    let prompts = shown(&world.bench, since);
    assert_eq!(prompts.last().map(String::as_str), Some("unverifiable"));
    let since = world.bench.notes.all().len();
    let (status, _) = sign_in(&world.phone, &[PIN]).await;
    assert_eq!(status, Status::OperationDenied, "the right one is too late");
    assert_eq!(shown(&world.bench, since), ["unverifiable"]);
    let told = world.of(kinds::VERIFICATION_IMPOSSIBLE);
    let message = told.last().expect("told")["message"]
        .as_str()
        .expect("text");
    assert!(message.contains(&world.info().reason), "{message}");
    assert!(world.of(kinds::PASSKEY_USED).is_empty());
    assert_eq!(world.phone.pin().expect("a state").tries_left, PIN_TRIES);
    assert_eq!(world.phone.passkeys().expect("a list").len(), 1);

    world.network.set(true);
    world.verify(&[PIN]).await.expect("the way back");
    let (status, _) = sign_in(&world.phone, &[PIN]).await;
    assert_eq!(status, Status::Ok);
}

#[tokio::test]
async fn a_pin_confirmed_online_opens_the_app_and_the_reader_and_a_chosen_one_does_not() {
    let world = with_passkey().await;
    let settings = Settings {
        fingerprint: true,
        app_lock: true,
        ..SYNCED
    };
    world.phone.set_settings(settings).expect("set");
    for _ in 0..3 {
        crate::fingerprint::note(&world.phone.0.vault, world.phone.id(), false).expect("noted");
    }
    world.verify(&[PIN]).await.expect("confirmed");
    assert!(!world.phone.app_locked().expect("a state"));
    assert!(!world.phone.fingerprint_locked().expect("a state"));

    world.phone.lock_app().expect("locked");
    world.party.rules().pin = None;
    let refused = world.phone.set_pin_online(&world.id()).await;
    assert!(matches!(refused, Err(Error::AppLocked)), "{refused:?}");
    assert_eq!(world.party.rules().pin, None, "nobody chose one");
}
