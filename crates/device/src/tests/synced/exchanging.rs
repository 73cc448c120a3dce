use pin_sync::exchange::Purpose;
use pin_sync::refusal::Reason;
use pin_sync::wire::{Body as _, Refused};

use super::party::PIN;
use super::phone::World;
use crate::{CacheState, Stores, kinds};

/// The state, and what a refused exchange must leave as it was.
fn kept(world: &World) -> (CacheState, Option<u64>, Option<u64>, u32) {
    let info = world.info();
    (
        info.state,
        info.pin_version,
        info.policy_version,
        info.failures,
    )
}

#[tokio::test]
async fn every_changed_byte_of_an_answer_is_refused_and_the_old_cache_stays() {
    let world = World::enrolled().await;
    let before = kept(&world);
    let genuine = world.party.answers().remove(0);
    let text = String::from_utf8(genuine).unwrap();
    let tampered = |member: &str| {
        let at = text.find(&format!("\"{member}\":\"")).unwrap() + member.len() + 8;
        let mut bytes = text.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'Q' } else { b'A' };
        bytes
    };
    for (member, code) in [
        ("nonceS", "answerSignature"),
        ("es", "pointEs"),
        ("gcmNonce", "answerSignature"),
        ("ciphertext", "answerSignature"),
        ("signature", "answerSignature"),
    ] {
        world.party.rules().answers = Some((200, tampered(member)));
        let refused = world.phone.sync(&world.id()).await.unwrap_err();
        assert_eq!(refused.code(), code, "{member}");
        let told = world.of(kinds::PIN_REFUSED).pop().unwrap();
        assert_eq!(
            (&told["reason"], &told["signed"]),
            (&code.into(), &false.into())
        );
    }
    for (status, body) in [(200, b"{}".to_vec()), (200, vec![b' '; 9_000])] {
        world.party.rules().answers = Some((status, body));
        world.phone.sync(&world.id()).await.unwrap_err();
    }
    assert_eq!(kept(&world), before);
    assert_eq!(world.check(PIN).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_played_again_is_not_for_this_request() {
    let world = World::enrolled().await;
    let old = world.party.answers().remove(0);
    world.party.rules().answers = Some((200, old));
    let refused = world.phone.sync(&world.id()).await.unwrap_err();
    assert_eq!(refused.code(), "answerSignature");
}

#[tokio::test]
async fn what_is_older_than_what_was_seen_is_refused() {
    let world = World::enrolled().await;
    world.party.rules().policy_version = 5;
    world.party.rules().pin_version = 5;
    world.phone.sync(&world.id()).await.unwrap();
    let before = kept(&world);
    world.party.rules().pin_version = 4;
    let refused = world.phone.sync(&world.id()).await.unwrap_err();
    assert_eq!(refused.code(), "olderPinVersion");
    world.party.rules().pin_version = 5;
    world.party.rules().policy_version = 4;
    let refused = world.phone.sync(&world.id()).await.unwrap_err();
    assert_eq!(refused.code(), "olderPolicyVersion");
    world.party.rules().policy_version = 5;
    world.party.rules().unlock_epoch = 0;
    let refused = world.phone.sync(&world.id()).await.unwrap_err();
    assert_eq!(refused.code(), "olderUnlockEpoch");
    assert_eq!(kept(&world), before);
}

#[tokio::test]
async fn only_the_servers_signature_makes_a_refusal() {
    let world = World::enrolled().await;
    let before = kept(&world);
    let plain = |code: &str| format!(r#"{{"error":{{"code":"{code}","message":"No."}}}}"#);
    for (status, body) in [
        (409, plain("pinLocked")),
        (403, plain("notAccepted")),
        (429, plain("rateLimited")),
        (500, String::new()),
    ] {
        world.party.rules().answers = Some((status, body.into_bytes()));
        let away = world.phone.sync(&world.id()).await.unwrap_err();
        assert_eq!(away.code(), "unreachable", "{status}");
    }
    assert_eq!(kept(&world), before);
    assert_eq!(world.of(kinds::PIN_UNREACHABLE).len(), 4);

    // A genuine refusal of another request, and one with another reason under the same signature.
    world.party.rules().answers = None;
    world.party.rules().refuses = Some(Reason::Busy);
    let busy = world.phone.sync(&world.id()).await.unwrap_err();
    assert_eq!(busy.code(), "busy");
    let mut refused = Refused::read(&world.party.refusals().remove(0)).unwrap();
    world.party.rules().answers = Some((409, refused.to_json()));
    let replayed = world.phone.sync(&world.id()).await.unwrap_err();
    assert_eq!(replayed.code(), "refusalNonce");
    refused.refusal.enrolment_id.push('x');
    world.party.rules().answers = Some((409, refused.to_json()));
    let other = world.phone.sync(&world.id()).await.unwrap_err();
    assert_eq!(other.code(), "refusalEnrolment");
    assert_eq!(kept(&world), before, "a forged refusal changes nothing");
    assert_eq!(world.check(PIN).await.unwrap().len(), 1);
}

#[tokio::test]
async fn signed_refusals_do_what_they_say() {
    for (reason, state) in [
        (Reason::PinLocked, CacheState::Locked),
        (Reason::OfflineOff, CacheState::Disabled),
        (Reason::PinSyncOff, CacheState::Disabled),
        (Reason::Revoked, CacheState::Disabled),
        (Reason::NoPin, CacheState::Empty),
        (Reason::SignInFirst, CacheState::Valid),
        (Reason::Busy, CacheState::Valid),
        (Reason::CounterBack, CacheState::Valid),
    ] {
        let world = World::enrolled().await;
        world.party.rules().refuses = Some(reason);
        let refused = world.phone.sync(&world.id()).await.unwrap_err();
        assert_eq!(refused.code(), reason.as_str());
        assert_eq!(world.state(), state, "{reason:?}");
        let problem = world.info().problem.unwrap();
        assert!(problem.contains("Acme"), "{problem}");
        let told = world.of(kinds::PIN_REFUSED).pop().unwrap();
        assert_eq!(told["signed"], true);
        let answers = usize::from(state == CacheState::Valid);
        assert_eq!(world.check(PIN).await.unwrap().len(), answers, "{reason:?}");
    }
}

#[tokio::test]
async fn an_answer_lost_before_the_acknowledgement_leaves_the_old_cache_and_the_next_sync_repairs_it()
 {
    let world = World::enrolled().await;
    world.party.rules().pin = Some("777888");
    world.party.rules().pin_version = 2;
    *world.network.loses.lock().unwrap() = Some("/pin/exchange");
    let lost = world.phone.sync(&world.id()).await.unwrap_err();
    assert_eq!(lost.code(), "unreachable");
    assert_eq!(
        world.check(PIN).await.unwrap().len(),
        1,
        "the old one counts"
    );
    assert_eq!(world.party.acks().len(), 1);
    *world.network.loses.lock().unwrap() = Some("/pin/sync/ack");
    world.phone.sync(&world.id()).await.unwrap();
    assert_eq!(
        world.check("777888").await.unwrap().len(),
        1,
        "the new one does"
    );
    *world.network.loses.lock().unwrap() = None;
    world.pass(5);
    world.quiet().await;
    assert_eq!(world.party.acks().last().unwrap().pin_version, 2);
    let at = world.info().acknowledged_at;
    assert_eq!(at, Some(timeline::Clock::now(world.clock())));
}

#[tokio::test]
async fn the_counter_is_stored_before_anything_is_sent() {
    let world = World::enrolled().await;
    let before = world.info().sync_counter;
    world.network.set(false);
    world.phone.sync(&world.id()).await.unwrap_err();
    world.phone.sync(&world.id()).await.unwrap_err();
    world.network.set(true);
    world.quiet().await;
    let told = world.of(kinds::PIN_EXCHANGE);
    let counters: Vec<u64> = told
        .iter()
        .map(|it| it["syncCounter"].as_u64().unwrap())
        .collect();
    assert!(
        counters.windows(2).all(|pair| pair[0] < pair[1]),
        "{counters:?}"
    );
    assert!(world.info().sync_counter >= before + 2);
}

#[tokio::test]
async fn exchanges_of_one_enrolment_do_not_overlap() {
    let world = World::enrolled().await;
    let id = world.id();
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let (phone, id) = (world.phone.clone(), id.clone());
            tokio::spawn(async move { phone.sync(&id).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert!(world.party.failed_steps().iter().all(Option::is_none));
    assert_eq!(world.party.acks().len(), 7);
}

#[tokio::test]
async fn a_restored_copy_and_a_stolen_key_are_caught_by_the_counter() {
    for which in [Stores::Vault, Stores::Keyring, Stores::Both] {
        let world = World::enrolled().await;
        world.phone.keep_stores().await.unwrap();
        world.phone.sync(&world.id()).await.unwrap();
        world.phone.sync(&world.id()).await.unwrap();
        world.phone.restore_stores(which).await.unwrap();
        world.quiet().await;
        let result = world.phone.sync(&world.id()).await;
        if which == Stores::Keyring {
            result.expect("the vault has the counter");
        } else {
            assert_eq!(result.unwrap_err().code(), "counterBack", "{which:?}");
            let steps = world.party.failed_steps();
            assert!(steps.contains(&Some("counter")), "{steps:?}");
        }
    }
    let world = World::enrolled().await;
    let thief = world
        .shelf
        .add("A thief's phone", crate::Model::Phone)
        .unwrap();
    assert_eq!(world.phone.copy_enrolments(&thief).await.unwrap(), 1);
    super::phone::quiet(&thief).await;
    world.quiet().await;
    let thiefs = thief.enrolments().unwrap().remove(0);
    thief.sync(&thiefs.enrolment_id).await.unwrap();
    let caught = world.phone.sync(&world.id()).await.unwrap_err();
    assert_eq!(caught.code(), "counterBack", "the owner's phone shows it");
    assert!(world.party.purposes().iter().all(|it| *it == Purpose::Sync));
}
