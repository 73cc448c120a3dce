use ctap::Status;
use serde_json::json;

use super::bench::{Bench, in_folder, prompt, status};
use super::owners::{SYNCED, assertion, bank, hands, here, phone};
use super::synced_pins::Enrolments;
use crate::offline::OfflinePurpose;
use crate::{Answer, Error, Model, Presence, Question, Settings};

const LOCKING: Settings = Settings {
    app_lock: true,
    ..SYNCED
};

fn told(bench: &Bench, kind: &str) -> Vec<serde_json::Value> {
    let events = bench.notes.of(kind);
    events.iter().map(|it| it["by"].clone()).collect()
}

#[tokio::test]
async fn any_synced_pin_opens_the_app_and_power_shuts_it_again() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    let enrolments = Enrolments::at(&phone, [here("1111"), bank("2222")]);
    phone.set_settings(LOCKING).expect("set");
    assert!(phone.app_locked().expect("a state"));
    assert!(matches!(phone.needs_open_app(), Err(Error::AppLocked)));
    for pins in [&["0000", "1111"][..], &["2222"]] {
        let owner = hands(&phone, &[], pins);
        phone.unlock_app().await.expect("unlocked");
        owner.abort();
        let _ = owner.await;
        assert!(!phone.app_locked().expect("a state"));
        phone.needs_open_app().expect("it is open");
        phone
            .unlock_app()
            .await
            .expect("open already: nothing is asked");
        phone.power_cycle().await;
        assert!(phone.app_locked().expect("a state"));
    }
    assert_eq!(enrolments.asked(), [OfflinePurpose::AppUnlock; 3]);
    let pads = bench.notes.of("device.prompt.shown");
    let pad = &pads.last().expect("an event")["prompt"];
    assert_eq!(
        (&pad["kind"], &pad["purpose"], &pad["rpId"]),
        (&json!("enterPin"), &json!("appUnlock"), &json!(null))
    );
    assert_eq!(
        told(&bench, "device.app.locked"),
        ["settings", "powerCycle", "powerCycle"]
    );
    assert_eq!(
        told(&bench, "device.app.unlocked"),
        ["syncedPin", "syncedPin"]
    );
}

#[tokio::test]
async fn a_locked_app_does_not_stop_passkeys_and_a_passkey_does_not_open_it() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    Enrolments::at(&phone, [here("1111")]);
    phone.set_settings(LOCKING).expect("set");
    let owner = hands(&phone, &[], &["1111"]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
    assert!(phone.app_locked().expect("a state"));
}

#[tokio::test]
async fn where_no_pin_can_be_checked_the_app_stays_locked_and_says_why() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    Enrolments::at(
        &phone,
        [here("1111").because("its validity is over; go online.")],
    );
    phone.set_settings(LOCKING).expect("set");
    let owner = hands(&phone, &[], &[]);
    let refused = phone.unlock_app().await;
    owner.abort();
    assert!(matches!(refused, Err(Error::Unverifiable)), "{refused:?}");
    assert!(phone.app_locked().expect("a state"));
    let prompts = bench.notes.of("device.prompt.shown");
    let prompt = &prompts.last().expect("an event")["prompt"];
    assert_eq!(prompt["kind"], "unverifiable");
    let message = prompt["message"].as_str().expect("a text");
    assert!(
        message.ends_with("Example: its validity is over; go online."),
        "{message}"
    );

    phone.pin_confirmed_online().expect("confirmed");
    assert!(
        !phone.app_locked().expect("a state"),
        "the way back is online"
    );
    assert_eq!(told(&bench, "device.app.unlocked"), ["onlinePin"]);
}

#[tokio::test]
async fn a_phone_without_enrolment_has_no_pin_to_ask_for() {
    let bench = Bench::new();
    let phone = bench.device(Model::Phone);
    phone.set_settings(LOCKING).expect("set");
    assert!(phone.app_locked().expect("a state"));
    phone.unlock_app().await.expect("opens");
    assert_eq!(told(&bench, "device.app.unlocked"), ["noEnrolment"]);
}

#[tokio::test]
async fn the_lock_is_taken_away_only_from_an_open_app() {
    let bench = Bench::new();
    let phone = bench.device(Model::Phone);
    assert!(matches!(phone.lock_app(), Err(Error::AppLockOff)));
    Enrolments::at(&phone, [here("1111")]);
    phone.set_settings(LOCKING).expect("set");
    assert!(matches!(phone.set_settings(SYNCED), Err(Error::AppLocked)));
    let other = Settings {
        fingerprint: true,
        ..LOCKING
    };
    phone.set_settings(other).expect("the rest can be set");
    let owner = hands(&phone, &[], &["1111"]);
    phone.unlock_app().await.expect("unlocked");
    owner.abort();
    phone.lock_app().expect("locked");
    assert!(phone.app_locked().expect("a state"));
    assert_eq!(told(&bench, "device.app.locked"), ["settings", "owner"]);
    let owner = hands(&phone, &[], &["1111"]);
    phone.unlock_app().await.expect("unlocked");
    owner.abort();
    phone.set_settings(SYNCED).expect("set");
    assert!(!phone.app_locked().expect("a state"));
}

#[tokio::test]
async fn unlocking_can_be_declined_run_out_of_time_and_wait_for_nobody() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    Enrolments::at(&phone, [here("1111")]);
    phone.set_settings(LOCKING).expect("set");
    let owner = hands(&phone, &[], &[]);
    let declined = phone.unlock_app().await;
    owner.abort();
    let _ = owner.await;
    assert!(matches!(declined, Err(Error::Declined)), "{declined:?}");
    let pad = |it: &Question| matches!(it, Question::EnterPin { .. });
    let late = async {
        prompt(&phone, pad).await;
        assert!(matches!(phone.unlock_app().await, Err(Error::Busy)));
        bench.clock.advance(std::time::Duration::from_secs(30));
    };
    let (outcome, ()) = tokio::join!(phone.unlock_app(), late);
    assert!(matches!(outcome, Err(Error::TimedOut)), "{outcome:?}");
    let running = phone.start(ctap::Command::encode(&assertion()));
    prompt(&phone, |it| matches!(it, Question::Touch { .. })).await;
    assert!(matches!(phone.unlock_app().await, Err(Error::Busy)));
    drop(running);
    assert!(phone.app_locked().expect("a state"));
    assert!(phone.prompts().answer(0, Answer::Decline).is_err());
}

#[tokio::test]
async fn the_app_is_locked_at_power_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = Bench::new();
    let id = {
        let shelf = bench.shelf(in_folder(folder.path()), Presence::Ask);
        let phone = shelf.add("Phone", Model::Phone).expect("a device");
        phone.set_settings(LOCKING).expect("set");
        phone.unlock_app().await.expect("there is no PIN yet");
        phone.id().clone()
    };
    let shelf = bench.shelf(in_folder(folder.path()), Presence::Ask);
    let phone = shelf.open(&id).expect("it is there");
    assert!(phone.app_locked().expect("a state"));
    assert_eq!(told(&bench, "device.app.locked"), ["settings", "powerUp"]);
}

#[tokio::test]
async fn what_needs_an_open_app_is_refused_before_anything_happens() {
    let bench = Bench::new();
    let phone = bench.device(Model::Phone);
    Enrolments::at(&phone, [here("1111")]);
    phone.set_settings(LOCKING).expect("set");
    let since = bench.notes.all().len();
    let outcomes = [
        phone.sync("one").await,
        phone.change_pin_online("one").await,
        phone.set_pin_online("one").await,
        phone.continue_pairing().await,
        phone.scan("touchstone-enrol:AAAA").await.map(drop),
        phone.scan("touchstone-logon:AAAA").await.map(drop),
    ];
    for (at, outcome) in outcomes.into_iter().enumerate() {
        assert!(
            matches!(outcome, Err(Error::AppLocked)),
            "{at}: {outcome:?}"
        );
    }
    let after = &bench.notes.all()[since..];
    assert!(after.is_empty(), "{after:?}");
    let ways_out = [
        phone.verify_online("one").await,
        phone.forget_enrolment("one").await,
    ];
    for outcome in ways_out {
        assert!(
            matches!(outcome, Err(Error::NoSuchEnrolment(_))),
            "{outcome:?}"
        );
    }
}
