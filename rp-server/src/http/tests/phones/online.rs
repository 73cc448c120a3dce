//! A PIN checked, set and changed online: attempts, locks, rules, age.

use std::time::Duration;

use pin_sync::{
    exchange::Purpose,
    online::{Typed, Verdict},
    refusal::Reason,
};
use serde_json::json;

use super::device::{OTHER_PIN, PIN, POLICY, World, new_pin, second_round};
use crate::{
    Limits,
    pin::{PinState, ResetBy},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn wrong_pins_count_for_the_account_and_a_right_one_begins_anew() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let mut tablet = world.phone("tablet").await;
    for left in [4, 3] {
        let outcome = phone.verify("555123").await;
        assert_eq!(
            (outcome.verdict, outcome.attempts_left),
            (Verdict::WrongPin, Some(left))
        );
    }
    let outcome = tablet.change("555123", OTHER_PIN).await;
    assert_eq!(
        (outcome.verdict, outcome.attempts_left),
        (Verdict::WrongPin, Some(2))
    );
    assert_eq!(world.status().await.attempts_left, 2);
    let outcome = tablet.verify(PIN).await;
    assert_eq!(outcome.verdict, Verdict::Ok);
    assert_eq!(
        (outcome.pin_version, outcome.unlock_epoch),
        (Some(1), Some(1))
    );
    assert_eq!(world.status().await.attempts_left, 5);
    let (payload, _) = phone.sync(0).await;
    assert_eq!(payload.unlock_epoch, 1, "every phone learns it");
    let told = world.events("rp.pin.checked");
    assert_eq!(
        told[2],
        json!({"account": "ada", "enrolmentId": tablet.id(), "matched": false, "attemptsLeft": 2, "locked": false})
    );
    assert_eq!(told[3]["matched"], true);
}

#[tokio::test]
async fn at_the_limit_it_locks_for_good_whatever_comes_until_a_reset() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    phone.sync(0).await;
    for _ in 0..4 {
        assert_eq!(phone.verify("555123").await.verdict, Verdict::WrongPin);
    }
    let (_, waiting) = phone.exchange(Purpose::Verify).await;
    let mut tablet = world.phone("tablet").await;
    let outcome = tablet.verify("555123").await;
    assert_eq!(
        (outcome.verdict, outcome.attempts_left),
        (Verdict::Locked, Some(0))
    );
    assert_eq!(
        world.events("rp.pin.locked"),
        [json!({"account": "ada", "why": "onlineAttemptsSpent"})]
    );

    let request = second_round(&waiting, &Typed::Pin(new_pin(PIN)));
    let answer = phone.online(&request).await;
    let answer = pin_sync::wire::Body::read(answer.text.as_bytes()).expect("an answer");
    let outcome = waiting.online_answer(&answer).expect("it opens");
    assert_eq!(
        outcome.verdict,
        Verdict::Locked,
        "an exchange begun before does not pass"
    );

    world.clock().advance(DAY * 365);
    assert_eq!(phone.refused(Purpose::Verify).await, Reason::PinLocked);
    world
        .policy(&format!("{POLICY}online-attempts = 10\n"))
        .await;
    assert_eq!(
        phone.refused(Purpose::Verify).await,
        Reason::PinLocked,
        "no policy opens it"
    );
    let status = world.status().await;
    assert_eq!((status.status, status.locked), (PinState::Locked, true));

    let party = world.party();
    assert!(
        party
            .reset_pin(&world.ada.id, ResetBy::App, None)
            .await
            .expect("reset")
    );
    assert_eq!(
        world.events("rp.pin.reset"),
        [json!({"account": "ada", "by": "app"})]
    );
    let status = world.status().await;
    assert_eq!(
        (status.status, status.pin_version, status.unlock_epoch),
        (PinState::None, 2, 1)
    );
    assert_eq!(phone.refused(Purpose::Verify).await, Reason::NoPin);
    assert_eq!(
        phone.set(PIN).await.verdict,
        Verdict::InHistory,
        "not the one it was"
    );
    let outcome = phone.set(OTHER_PIN).await;
    assert_eq!(
        (outcome.verdict, outcome.pin_version),
        (Verdict::Ok, Some(3))
    );
    let (payload, _) = phone.sync(0).await;
    assert_eq!((payload.pin_version, payload.unlock_epoch), (3, 1));
    let logged = world.logged().await;
    assert!(logged.contains(&"pinLocked".to_owned()), "{logged:?}");
    assert!(logged.contains(&"pinReset".to_owned()), "{logged:?}");
}

#[tokio::test]
async fn a_stranger_is_no_account_to_reset() {
    let world = World::new().await;
    let nobody = webauthn::id::UserHandle::new([9; 32]);
    let reset = world.party().reset_pin(&nobody, ResetBy::App, None).await;
    assert!(!reset.expect("asked"));
}

#[tokio::test]
async fn the_rules_refuse_a_new_pin_each_by_its_name() {
    let policy = format!(
        "{POLICY}blocklist = [\"290871\"]\nhistory = 2\n\
         refuse = [\"mirrored\", \"sequences\", \"repeated\", \"birthdays\"]\n"
    );
    let world = World::with(Limits::default(), &policy).await;
    let mut phone = world.phone("phone").await;
    let cases = [
        ("73096", Verdict::TooShort),
        ("7309627309627", Verdict::TooLong),
        ("73096a", Verdict::Charset),
        ("290871", Verdict::Blocklisted),
        ("123321", Verdict::Blocklisted),
        ("456789", Verdict::Blocklisted),
        ("777777", Verdict::Blocklisted),
        ("240586", Verdict::Blocklisted),
    ];
    for (pin, verdict) in cases {
        let outcome = phone.set(pin).await;
        assert_eq!(outcome.verdict, verdict, "{pin}");
        let sentence = outcome.detail.expect("a sentence");
        assert!(!sentence.contains(pin), "{sentence}");
    }
    assert_eq!(world.status().await.status, PinState::None);
    assert_eq!(phone.set(PIN).await.verdict, Verdict::Ok);
    assert_eq!(phone.set(OTHER_PIN).await.verdict, Verdict::AlreadySet);
    assert_eq!(phone.change(PIN, PIN).await.verdict, Verdict::SamePin);
    assert_eq!(phone.change(PIN, "1").await.verdict, Verdict::TooShort);
    assert_eq!(phone.change(PIN, OTHER_PIN).await.verdict, Verdict::Ok);
    assert_eq!(
        phone.change(OTHER_PIN, PIN).await.verdict,
        Verdict::InHistory
    );
    assert_eq!(phone.change(OTHER_PIN, "815263").await.verdict, Verdict::Ok);
    assert_eq!(
        phone.change("815263", PIN).await.verdict,
        Verdict::InHistory
    );
    assert_eq!(phone.change("815263", "940378").await.verdict, Verdict::Ok);
    assert_eq!(
        phone.change("940378", PIN).await.verdict,
        Verdict::Ok,
        "three PINs ago"
    );
    assert_eq!(world.status().await.pin_version, 5);
}

#[tokio::test]
async fn a_policy_that_changed_between_the_rounds_is_heeded() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let (_, session) = phone.exchange(Purpose::Verify).await;
    world.policy("[pin]\nenabled = false\n").await;
    let answer = phone
        .online(&second_round(&session, &Typed::Pin(new_pin(PIN))))
        .await;
    let answer = pin_sync::wire::Body::read(answer.text.as_bytes()).expect("an answer");
    let outcome = session.online_answer(&answer).expect("it opens");
    assert_eq!(outcome.verdict, Verdict::OffNow);
    assert_eq!(world.status().await.unlock_epoch, 0);
}

#[tokio::test]
async fn a_pin_ages_and_after_its_end_works_so_often_still() {
    let policy = format!("{POLICY}age-days = 90\nexpiring-days = 10\nextra-sign-ins = 2\n");
    let world = World::with(Limits::default(), &policy).await;
    let mut phone = world.phone_with_pin("phone").await;
    let (payload, _) = phone.sync(0).await;
    let ends = world.party().now().plus(DAY * 90);
    assert_eq!(
        (payload.pad.pin_expires_at, payload.pad.extra_uses_left),
        (Some(ends), 2)
    );
    let outcome = phone.verify(PIN).await;
    assert_eq!(outcome.detail, None);
    world.clock().advance(DAY * 81);
    assert_eq!(world.status().await.status, PinState::Expiring);
    assert_eq!(phone.verify(PIN).await.detail.as_deref(), Some("expiring"));
    world.clock().advance(DAY * 9);
    assert_eq!(world.status().await.status, PinState::Expired);
    for left in [1, 0] {
        let outcome = phone.verify(PIN).await;
        assert_eq!(
            (outcome.verdict, outcome.detail.as_deref()),
            (Verdict::Ok, Some("expired"))
        );
        assert_eq!(world.status().await.extra_uses_left, left);
    }
    let outcome = phone.verify(PIN).await;
    assert_eq!(
        (outcome.verdict, outcome.detail.as_deref()),
        (Verdict::Ok, Some("mustChange"))
    );
    let (payload, _) = phone.sync(0).await;
    assert_eq!(
        (payload.pad.pin_expires_at, payload.pad.extra_uses_left),
        (Some(ends), 0)
    );
    assert_eq!(phone.change(PIN, OTHER_PIN).await.verdict, Verdict::Ok);
    let status = world.status().await;
    assert_eq!(
        (status.status, status.extra_uses_left),
        (PinState::Active, 2)
    );
}

#[tokio::test]
async fn a_campaign_can_be_put_off_until_its_grace_is_over() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    // The fixture's clock shows 2023-11-14T22:13:20Z.
    world
        .policy(&format!(
            "{POLICY}[pin.campaign]\nstart = \"2023-11-15T00:00:00Z\"\ngrace = 14\n"
        ))
        .await;
    assert_eq!(world.status().await.status, PinState::Active, "not begun");
    world.clock().advance(DAY);
    assert_eq!(world.status().await.status, PinState::Expiring);
    assert_eq!(
        phone.verify(PIN).await.detail.as_deref(),
        Some("changeRequested")
    );
    world.clock().advance(DAY * 14);
    assert_eq!(
        phone.verify(PIN).await.detail.as_deref(),
        Some("mustChange")
    );
    let (payload, _) = phone.sync(0).await;
    assert!(payload.pad.pin_expires_at.expect("an end") <= world.party().now());
    assert_eq!(
        payload.pad.extra_uses_left, 0,
        "a campaign has no extra uses"
    );
    assert_eq!(phone.change(PIN, OTHER_PIN).await.verdict, Verdict::Ok);
    let status = world.status().await;
    assert_eq!((status.status, status.campaign), (PinState::Active, None));
}
