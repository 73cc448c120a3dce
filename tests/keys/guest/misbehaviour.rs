//! The thirteen keys that misbehave, at nodes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{KeyId, Keys, Tap};

use super::inside;
use super::misbehaving::Fault;
use super::plugged::Plugged;
use super::uhid;
use super::visitor::{Person, register, until, watched};

/// What else there is to do in a registration, on a machine without KVM.
const SLACK: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs in the virtual machine"]
async fn each_of_thirteen_ends_in_a_plain_message_and_the_next_key_works() {
    inside();
    let keys = watched();
    let good = Plugged::of_kind("key");
    let (slow, quick): (Vec<Fault>, Vec<Fault>) = Fault::ALL
        .into_iter()
        .partition(|fault| matches!(fault, Fault::EndlessKeepalive | Fault::EndlessTouch));
    // They take half a minute by themselves, in which the others have their turns.
    let slow = slow.into_iter().map(|fault| {
        let keys = keys.clone();
        tokio::spawn(async move { ends_plainly(&keys, fault).await })
    });
    let slow: Vec<_> = slow.collect();
    for fault in quick {
        ends_plainly(&keys, fault).await;
        works(&keys, &good.id()).await;
    }
    for slow in slow {
        slow.await.expect("it ends plainly");
    }
    works(&keys, &good.id()).await;
}

/// Registers with such a key.
async fn ends_plainly(keys: &Keys, fault: Fault) {
    let key = uhid::plug(fault);
    let id = KeyId::hid(key.node.to_str().expect("UTF-8"));
    until(keys, |found| found.iter().any(|key| key.id == id)).await;
    let begin = Instant::now();
    let (code, sentence) = match keys.open(&id, Tap::silent()).await {
        Err(error) => (error.code(), error.to_string()),
        Ok(mut channel) => {
            let error = register(&mut channel, &Arc::new(Person::default()))
                .await
                .expect_err("it misbehaves");
            (error.code(), error.to_string())
        }
    };
    let took = begin.elapsed();
    assert_eq!(code, fault.ends_in(), "{fault:?}: {sentence}");
    assert!(took < fault.patience() + SLACK, "{fault:?} took {took:?}");
    let end = sentence.trim_end_matches(')');
    assert!(end.ends_with('.'), "{fault:?}: {sentence}");
}

/// Registers with a key that behaves.
async fn works(keys: &Keys, id: &KeyId) {
    let mut channel = keys
        .open(id, Tap::silent())
        .await
        .expect("it is plugged in");
    let made = register(&mut channel, &Arc::new(Person::default())).await;
    made.expect("it behaves");
}
