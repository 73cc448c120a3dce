use ctap::Status;
use serde_json::{Value, json};

use super::bench::{Bench, Habits, prompt, somebody, status, typed};
use super::owners::{FINGER, SYNCED, assertion, bank, hands, here, phone, problems, shown};
use super::synced_pins::{Enrolment, Enrolments};
use crate::{Answer, PIN_TRIES, Question, Settings};

/// A PIN that stands nowhere else, so that it can be looked for.
const CANARY: &str = "731946285017";

#[tokio::test]
async fn a_synced_pin_counts_where_it_matched_and_nowhere_else() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(SYNCED).expect("set");
    let enrolments = Enrolments::at(&phone, [here("1111"), bank("2222")]);

    let owner = hands(&phone, &[], &["1111"]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
    let _ = owner.await;
    let done = bench.notes.of("device.verification.done");
    let last = done.last().expect("an event");
    assert_eq!(
        (&last["method"], &last["rpIds"]),
        (&json!("syncedPin"), &json!(["example.org"]))
    );

    let used = bench.notes.of("device.passkey.used").len();
    let owner = hands(&phone, &[], &["2222"]);
    assert_eq!(status(&phone, &assertion()).await, Status::OperationDenied);
    owner.abort();
    let _ = owner.await;
    assert_eq!(
        bench.notes.of("device.passkey.used").len(),
        used,
        "nothing was signed"
    );
    let impossible = bench.notes.of("device.verification.impossible");
    assert_eq!(
        impossible.last().expect("an event")["reason"],
        "otherRelyingParty"
    );
    assert_eq!(enrolments.tries_left(), [5, 5], "it was nobody's wrong PIN");

    let labelled = Settings {
        any_enrolment: true,
        ..SYNCED
    };
    phone.set_settings(labelled).expect("set");
    let owner = hands(&phone, &[], &["2222"]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
    let done = bench.notes.of("device.verification.done");
    assert_eq!(done.last().expect("an event")["rpIds"], Value::Null);
}

#[tokio::test]
async fn a_pin_that_is_the_same_at_two_parties_counts_at_both() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(SYNCED).expect("set");
    let twice = Enrolment::new("example.org", "Example", "5555");
    Enrolments::at(&phone, [bank("5555"), here("5555"), twice]);
    let owner = hands(&phone, &[], &["5555"]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
    let done = bench.notes.of("device.verification.done");
    assert_eq!(
        done.last().expect("an event")["rpIds"],
        json!(["bank.example", "example.org"])
    );
    let asked = bench.notes.of("device.prompt.shown");
    let pad = asked.last().expect("an event");
    assert_eq!(pad["prompt"]["purpose"], "synced");
    assert_eq!(pad["prompt"]["pinOf"], json!(["Bank", "Example"]));
}

#[tokio::test]
async fn a_wrong_synced_pin_says_what_is_left_at_each_party() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(SYNCED).expect("set");
    let mut tired = bank("2222");
    tired.tries_left = 2;
    let enrolments = Enrolments::at(&phone, [here("1111"), tired]);
    let thief = hands(&phone, &[], &["0000", "0001", "1111"]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    thief.abort();
    assert_eq!(
        problems(&bench),
        [
            "Wrong PIN. Example: 4 tries left. Bank: 1 try left.",
            "Wrong PIN. Example: 3 tries left. Bank: it is locked; go online.",
        ]
    );
    assert_eq!(enrolments.tries_left(), [5, 0]);
    let left: Vec<_> = bench
        .notes
        .of("device.prompt.shown")
        .iter()
        .filter(|it| it["prompt"]["purpose"] == "synced")
        .map(|it| it["prompt"]["triesLeft"].clone())
        .collect();
    assert_eq!(left, [json!(2), json!(1), json!(3)]);
}

#[tokio::test]
async fn a_synced_pin_that_locks_neither_blocks_nor_wipes_the_phone() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(SYNCED).expect("set");
    Enrolments::at(&phone, [here("1111")]);
    let wrong = ["0000"; 5];
    let since = bench.notes.all().len();
    let thief = hands(&phone, &[], &wrong);
    assert_eq!(status(&phone, &assertion()).await, Status::OperationDenied);
    thief.abort();
    let _ = thief.await;
    let pads = shown(&bench, since);
    assert_eq!(pads.iter().filter(|it| *it == "enterPin").count(), 5);
    assert_eq!(pads.last().map(String::as_str), Some("unverifiable"));
    let pin = phone.pin().expect("a state");
    assert_eq!((pin.tries_left, pin.blocked), (PIN_TRIES, false));
    assert_eq!(phone.passkeys().expect("a list").len(), 1);
    phone.set_settings(Settings::default()).expect("set");
    let owner = somebody(&phone, Habits::default());
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
}

#[tokio::test]
async fn a_blocked_device_pin_does_not_stop_a_synced_one() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    let thief = hands(&phone, &[], &["0000"; 5]);
    assert_eq!(status(&phone, &assertion()).await, Status::UvBlocked);
    thief.abort();
    let _ = thief.await;
    phone.set_settings(FINGER).expect("set");
    let owner = hands(&phone, &[true], &[]);
    assert_eq!(
        status(&phone, &assertion()).await,
        Status::UvBlocked,
        "no finger helps"
    );
    owner.abort();
    let _ = owner.await;
    phone.set_settings(SYNCED).expect("set");
    Enrolments::at(&phone, [here("1111")]);
    let owner = hands(&phone, &[], &["1111"]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
}

#[tokio::test]
async fn the_pad_holds_as_many_digits_as_the_party_allows() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(SYNCED).expect("set");
    let long = "0123456789".repeat(6) + "012";
    let mut enrolment = here(&long);
    enrolment.lengths = (6, 200);
    let enrolments = Enrolments::at(&phone, [enrolment]);
    let command = assertion();
    let signing = status(&phone, &command);
    let typing = async {
        let touch = prompt(&phone, |it| matches!(it, Question::Touch { .. })).await;
        phone.prompts().answer(touch, Answer::Touch).expect("shown");
        let bounds = |it: &Question| {
            matches!(
                it,
                Question::EnterPin {
                    min_length: 6,
                    max_length: 63,
                    ..
                }
            )
        };
        let pad = prompt(&phone, bounds).await;
        let press = |answer| phone.prompts().answer(pad, answer).expect("shown");
        typed("12345").into_iter().for_each(press);
        let short = |it: &Question| matches!(it, Question::EnterPin { problem: Some(text), .. } if text == "A PIN of Example has 6 to 63 digits.");
        prompt(&phone, short).await;
        for (at, digit) in long.bytes().enumerate() {
            press(Answer::Digit {
                digit: digit - b'0',
            });
            let count = u32::try_from(at + 1).expect("few");
            prompt(
                &phone,
                |it| matches!(it, Question::EnterPin { entered, .. } if *entered == count),
            )
            .await;
        }
        press(Answer::Digit { digit: 9 });
        press(Answer::Submit);
    };
    let (outcome, ()) = tokio::join!(signing, typing);
    assert_eq!(outcome, Status::Ok, "the 64th digit found no room");
    assert_eq!(enrolments.asked().len(), 1, "the short one cost no try");
}

#[tokio::test]
async fn no_prompt_and_no_event_carries_a_synced_pin() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(SYNCED).expect("set");
    Enrolments::at(&phone, [here(CANARY), bank("2222")]);
    let mut prompts = phone.prompts().watch();
    let watching = tokio::spawn(async move {
        let mut seen = String::new();
        while prompts.changed().await.is_ok() {
            seen += &serde_json::to_string(&*prompts.borrow_and_update()).expect("JSON");
        }
        seen
    });
    let wrong = CANARY.replace('7', "8");
    let owner = hands(&phone, &[], &[&wrong, CANARY]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
    let _ = owner.await;
    drop(phone);
    let seen = watching.await.expect("no panic");
    assert!(seen.contains("enterPin"));
    let told = format!("{:?}", bench.notes.all());
    for secret in [CANARY, &wrong] {
        assert!(!seen.contains(secret) && !told.contains(secret));
    }
    assert!(!told.contains("entered"), "nor how many digits it has");
}
