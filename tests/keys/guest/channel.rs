//! Our own client at nodes.

use std::sync::Arc;

use client::{Bus, Channel as _, PinPurpose, Tap, Waiting};
use tokio_util::sync::CancellationToken;

use super::inside;
use super::plugged::Plugged;
use super::visitor::{Person, Visitor, open, register, until, watched};
use crate::relying_party::RelyingParty;

const GET_INFO: [u8; 1] = [0x04];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs in the virtual machine"]
async fn a_key_is_listed_while_it_is_plugged_in() {
    inside();
    let keys = watched();
    assert!(keys.look().await.is_empty(), "nothing is plugged in");
    let key = Plugged::start(&["--name", "Alice's key"]);
    let found = until(&keys, |found| !found.is_empty()).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (&found[0].id, found[0].name.as_str()),
        (&key.id(), "Alice's key")
    );
    assert_eq!(found[0].path, key.path());
    assert!(matches!(found[0].bus, Bus::Unknown | Bus::Usb), "{found:?}");
    assert_eq!(found[0].problem, None, "root may open it");
    let id = key.id();
    key.pull_out();
    until(&keys, <[_]>::is_empty).await;
    let error = keys.open(&id, Tap::silent()).await.expect_err("it is gone");
    assert_eq!(error.code(), "deviceGone");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs in the virtual machine"]
async fn the_longest_message_goes_there_and_back() {
    inside();
    let key = Plugged::of_kind("key");
    let mut channel = open(&key.id()).await;
    let longest: Vec<u8> = (0..7609_u32).map(|at| at as u8).collect();
    channel.ping(&longest).await.expect("an equal echo");
    channel.ping(&[]).await.expect("an equal echo");
    channel.wink().await.expect("it can");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs in the virtual machine"]
async fn a_fingerprint_key_signs_up_and_in_without_a_user_name() {
    inside();
    let key = Plugged::of_kind("fingerprint-key");
    let party = RelyingParty::start(&[]);
    let alice = Visitor::new(&party.origin, &[]);
    let mut channel = open(&key.id()).await;
    let made = alice
        .sign_up(&mut channel, "alice")
        .await
        .expect("a passkey");
    assert_eq!(made["verification"]["verified"], true, "{made}");
    let done = alice.sign_in(&mut channel).await.expect("an assertion");
    assert_eq!(done["account"]["username"], "alice", "{done}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs in the virtual machine"]
async fn a_pin_is_set_asked_for_and_its_tries_are_told() {
    inside();
    let key = Plugged::of_kind("pin-key");
    let party = RelyingParty::start(&[]);
    let alice = Visitor::new(&party.origin, &["480215", "000000", "480215"]);
    let mut channel = open(&key.id()).await;
    alice
        .sign_up(&mut channel, "alice")
        .await
        .expect("a passkey");
    let done = alice.sign_in(&mut channel).await.expect("an assertion");
    assert_eq!(done["account"]["username"], "alice", "{done}");
    let asked = alice.person.asked.lock().expect("no panic");
    let purposes: Vec<PinPurpose> = asked.iter().map(|ask| ask.purpose).collect();
    let [
        PinPurpose::Set,
        PinPurpose::Enter(first),
        PinPurpose::Enter(second),
    ] = purposes[..]
    else {
        panic!("{purposes:?}");
    };
    assert_eq!((first.left, first.wrong), (Some(8), false));
    assert_eq!((second.left, second.wrong), (Some(7), true));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs in the virtual machine"]
async fn a_call_that_is_given_up_leaves_a_key_that_works() {
    inside();
    let key = Plugged::waiting("key");
    let mut channel = open(&key.id()).await;
    let person = Arc::new(Person {
        gives_up: true,
        ..Person::default()
    });
    let error = register(&mut channel, &person)
        .await
        .expect_err("nobody touches it");
    assert_eq!(error.name(), "NotAllowedError", "{error}");
    let waits = person.waits.lock().expect("no panic").clone();
    assert!(waits.contains(&Some(Waiting::TouchNeeded)), "{waits:?}");
    assert_eq!(waits.last(), Some(&None), "the wait is over");
    let never = CancellationToken::new();
    let answer = channel
        .transact(&GET_INFO, &never, &mut |_| {})
        .await
        .expect("an answer");
    assert_eq!(answer[0], 0, "the same channel works on");
}
