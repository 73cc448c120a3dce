use std::time::Duration;

use pin_sync::payload::LockKind;
use serde_json::json;

use super::party::{PIN, Party};
use super::phone::{World, enrol, quiet, until};
use crate::tests::bench::typed;
use crate::tests::owners::hands;
use crate::{CacheState, kinds};

const WRONG: &str = "000001";

#[tokio::test]
async fn wrong_pins_are_counted_and_a_right_one_takes_them_back() {
    let world = World::enrolled().await;
    for left in [4, 3, 2, 1] {
        assert_eq!(world.check(WRONG).await.unwrap(), []);
        assert_eq!(world.info().tries_left, Some(left));
    }
    assert_eq!(world.check(PIN).await.unwrap().len(), 1);
    assert_eq!(
        (world.info().failures, world.info().tries_left),
        (0, Some(5))
    );
    let told = world.of(kinds::PIN_OFFLINE);
    assert_eq!(told[3]["enrolments"][0]["triesLeft"], 1);
    assert_eq!(told[3]["enrolments"][0]["outcome"], "noMatch");
    assert_eq!(told[4]["matched"], json!(["acme.localhost"]));
    assert_eq!(told[4]["purpose"], "userVerification");
    assert_eq!(told[4]["iterations"], 1_000);
}

#[tokio::test]
async fn a_locked_enrolment_answers_no_more_until_the_pin_is_right_online() {
    let world = World::enrolled().await;
    for _ in 0..5 {
        world.check(WRONG).await.unwrap();
    }
    assert_eq!(world.state(), CacheState::Locked);
    let reason = "Locked offline after 5 wrong PINs. Go online and enter the PIN once.";
    assert_eq!(world.info().reason, reason);
    assert_eq!(world.check(PIN).await.unwrap(), [], "nobody is asked");
    let told = world.of(kinds::PIN_OFFLINE);
    assert_eq!(told[5]["enrolments"][0]["outcome"], "notAsked");
    let refused = world.phone.sync(&world.id()).await.unwrap_err();
    assert_eq!(refused.code(), "onlinePinNeeded", "a sync is no way out");
    assert_eq!(world.state(), CacheState::Locked);
    world.verify(&[WRONG, PIN]).await.unwrap();
    assert_eq!(world.state(), CacheState::Valid);
    assert_eq!(world.info().failures, 0);
    assert_eq!(world.check(PIN).await.unwrap().len(), 1);
}

#[tokio::test]
async fn no_refresh_policy_restart_or_lost_item_lowers_the_count() {
    let world = World::enrolled().await;
    for _ in 0..3 {
        world.check(WRONG).await.unwrap();
    }
    let three = |what: &str| assert_eq!(world.info().failures, 3, "{what}");
    world.phone.sync(&world.id()).await.unwrap();
    three("a refresh between tries");
    assert_eq!(world.party.acks().last().unwrap().failures, 3, "audited");

    world.party.rules().validity = Duration::ZERO;
    world.party.rules().policy_version += 1;
    world.phone.sync(&world.id()).await.unwrap();
    assert_eq!(world.state(), CacheState::Disabled);
    three("the policy switched off");
    world.party.rules().validity = Duration::from_secs(86_400);
    world.party.rules().policy_version += 1;
    world.phone.sync(&world.id()).await.unwrap();
    assert_eq!(world.state(), CacheState::Valid);
    three("the policy switched on again");

    world.phone.power_cycle().await;
    world.quiet().await;
    three("a restart");
    world.party.rules().pin_version += 1;
    world.phone.sync(&world.id()).await.unwrap();
    three("another PIN that was set elsewhere, without one entered here");
}

#[tokio::test]
async fn spent_tries_wipe_what_is_kept_where_the_policy_says_so() {
    let world = World::enrolled().await;
    {
        let mut rules = world.party.rules();
        (rules.lock_kind, rules.attempts) = (LockKind::WipeAndResync, 2);
        rules.policy_version += 1;
    }
    world.phone.sync(&world.id()).await.unwrap();
    world.check(WRONG).await.unwrap();
    world.check(WRONG).await.unwrap();
    let info = world.info();
    assert_eq!((info.state, info.pin_version), (CacheState::Locked, None));
    assert_eq!(world.check(PIN).await.unwrap(), []);
    world.verify(&[PIN]).await.unwrap();
    assert_eq!(world.check(PIN).await.unwrap().len(), 1);
}

#[tokio::test]
async fn two_relying_parties_on_one_phone_are_asked_at_once_and_answer_for_themselves() {
    let world = World::enrolled().await;
    let bank = Party::new("bank", &world.bench.clock).await;
    bank.rules().pin = Some("929292");
    enrol(&world.phone, &bank).await;
    world.quiet().await;
    let failures = || {
        let infos = world.phone.enrolments().unwrap();
        infos.iter().map(|it| it.failures).collect::<Vec<_>>()
    };
    world.check(WRONG).await.unwrap();
    assert_eq!(failures(), [1, 1], "it was neither's");
    let matched = world.check("929292").await.unwrap();
    assert_eq!(matched.len(), 1);
    assert_eq!(matched[0].rp_id, "bank.localhost");
    assert_eq!(
        failures(),
        [1, 0],
        "the other is as it was before this entry"
    );
    bank.rules().pin = Some(PIN);
    bank.rules().pin_version += 1;
    let id = world.phone.enrolments().unwrap()[1].enrolment_id.clone();
    world.phone.sync(&id).await.unwrap();
    assert_eq!(world.check(PIN).await.unwrap().len(), 2, "a PIN of both");
    assert_eq!(failures(), [0, 0]);
}

#[tokio::test]
async fn a_pin_too_old_is_taken_as_often_as_the_relying_party_says() {
    let world = World::new().await;
    {
        let mut rules = world.party.rules();
        rules.pin_expires_at =
            Some(timeline::Clock::now(world.clock()).plus(Duration::from_secs(600)));
        rules.extra_uses = 2;
    }
    enrol(&world.phone, &world.party).await;
    world.quiet().await;
    world.check(PIN).await.unwrap();
    assert_eq!(world.info().extra_uses_left, None, "it is not too old yet");
    world.network.set(false);
    world.pass(601);
    world.quiet().await;
    for left in [1, 0] {
        assert_eq!(world.check(PIN).await.unwrap().len(), 1);
        assert_eq!(world.info().extra_uses_left, Some(left));
    }
    assert_eq!(world.state(), CacheState::Expired);
    assert_eq!(world.check(PIN).await.unwrap(), []);
}

#[tokio::test]
async fn a_wrong_pin_online_says_how_many_tries_are_left_and_a_locked_one_locks_the_phone() {
    let world = World::enrolled().await;
    world.party.rules().online_attempts = 2;
    let verifying = {
        let (phone, id) = (world.phone.clone(), world.id());
        tokio::spawn(async move { phone.verify_online(&id).await })
    };
    let problem = |wanted: Option<&'static str>| {
        let phone = world.phone.clone();
        async move {
            until("the pad asks", || {
                let prompt = phone.prompts().current();
                matches!(prompt.map(|it| it.question), Some(crate::Question::EnterPin { problem, entered: 0, purpose: "online", .. }) if problem.as_deref() == wanted)
            })
            .await;
            let id = phone.prompts().current().unwrap().id;
            for answer in typed(WRONG) {
                phone.prompts().answer(id, answer).unwrap();
            }
        }
    };
    problem(None).await;
    problem(Some("Wrong PIN. 1 online try left.")).await;
    problem(Some("Wrong PIN. 0 online tries left.")).await;
    let refused = verifying.await.unwrap().unwrap_err();
    assert_eq!(refused.code(), "locked");
    // The phone then asked to synchronize, and was refused under signature.
    world.party.rules().refuses = Some(pin_sync::refusal::Reason::PinLocked);
    let refused = world.phone.sync(&world.id()).await.unwrap_err();
    assert_eq!(refused.code(), "pinLocked");
    assert_eq!(world.state(), CacheState::Locked);
    assert_eq!(world.check(PIN).await.unwrap(), []);
}

#[tokio::test]
async fn a_pin_that_must_be_changed_is_changed_as_soon_as_it_was_right() {
    let world = World::enrolled().await;
    world.party.rules().must_change = true;
    let pins = [PIN, "000000", "000000", "864209", "864209"];
    world.verify(&pins).await.unwrap();
    quiet(&world.phone).await;
    let told = world.of(kinds::PIN_ANSWERED);
    let results: Vec<_> = told
        .iter()
        .map(|it| (&it["purpose"], &it["result"]))
        .collect();
    assert_eq!(
        json!(results),
        json!([
            ["verify", "ok"],
            ["change", "blocklisted"],
            ["change", "ok"]
        ])
    );
    assert_eq!(world.check(PIN).await.unwrap(), []);
    assert_eq!(world.check("864209").await.unwrap().len(), 1);

    world.party.rules().must_change = true;
    let declined = world.verify(&["864209"]).await.unwrap_err();
    assert_eq!(declined.code(), "declined");
    let asked = world.of(kinds::PIN_ANSWERED);
    assert_eq!(asked.last().unwrap()["purpose"], "verify");
    assert_eq!(
        world.state(),
        CacheState::Valid,
        "the PIN was right all the same"
    );
}

#[tokio::test]
async fn a_pin_is_changed_and_one_that_is_refused_is_asked_for_again() {
    let world = World::enrolled().await;
    let pins = [PIN, "000000", "000000", "864209", "864209"];
    let owner = hands(&world.phone, &[], &pins);
    world.phone.change_pin_online(&world.id()).await.unwrap();
    owner.abort();
    quiet(&world.phone).await;
    assert_eq!(world.check(PIN).await.unwrap(), []);
    assert_eq!(world.check("864209").await.unwrap().len(), 1);
    let told = world.of(kinds::PIN_ANSWERED);
    let results: Vec<_> = told.iter().map(|it| it["result"].clone()).collect();
    assert_eq!(results, [json!("blocklisted"), json!("ok")]);
    let words = format!("{:?}", world.bench.notes.all());
    for pin in [PIN, "864209", WRONG] {
        assert!(!words.contains(pin), "no PIN is told");
    }
}
