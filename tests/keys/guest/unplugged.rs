//! A key that is pulled out in the middle.

use std::time::Duration;

use client::Waiting;
use serde_json::json;

use super::inside;
use super::plugged::{PATIENCE, Plugged};
use super::visitor::{Visitor, open};
use crate::relying_party::RelyingParty;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs in the virtual machine"]
async fn nothing_is_half_made_when_a_key_is_pulled_out_during_make_credential() {
    inside();
    let folder = tempfile::tempdir().expect("a folder");
    let state = ["--state", folder.path().to_str().expect("UTF-8")];
    let key = Plugged::start(&[&["--presence", "delay:600000"][..], &state].concat());
    let party = RelyingParty::start(&[]);
    let alice = Visitor::new(&party.origin, &[]);
    let mut channel = open(&key.id()).await;

    let person = alice.person.clone();
    let (outcome, ()) = tokio::join!(alice.sign_up(&mut channel, "alice"), async move {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let waits = person.waits.lock().expect("no panic").last().copied();
            if waits == Some(Some(Waiting::TouchNeeded)) {
                break;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "it waits for no touch"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::task::spawn_blocking(|| key.pull_out())
            .await
            .expect("it is pulled out");
    });
    let error = outcome.expect_err("there is no key");
    assert_eq!(
        (error.name(), error.code()),
        ("NotAllowedError", "deviceGone")
    );
    assert!(
        error.to_string().ends_with("Connect it again and retry."),
        "{error}"
    );

    // The relying party knows no account of this name: it may still be had, with the same key.
    let key = Plugged::start(&state);
    let mut channel = open(&key.id()).await;
    let made = alice
        .sign_up(&mut channel, "alice")
        .await
        .expect("a passkey");
    assert_eq!(made["verification"]["verified"], true, "{made}");
    let done = alice.sign_in(&mut channel).await.expect("an assertion");
    assert_eq!(
        done["passkey"]["id"], made["passkey"]["id"],
        "the key holds one passkey"
    );
    let (status, refused) = alice
        .post(
            "registration/begin",
            &json!({ "username": "alice", "displayName": "" }),
        )
        .await;
    assert_ne!(status, 200, "now the name is taken: {refused}");
}
