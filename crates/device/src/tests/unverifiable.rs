//! The barrier: where nothing can verify the user, nothing leaves the device.

use std::time::Duration;

use ctap::Status;
use serde_json::json;

use super::bench::{Bench, Page, creation, prompt, request, status};
use super::owners::{SYNCED, assertion, bank, hands, here, phone, shown};
use super::synced_pins::Enrolments;
use crate::{Answer, Question, Settings};

fn refusing(it: &Question) -> bool {
    matches!(it, Question::Unverifiable { .. })
}

#[tokio::test]
async fn says_why_for_each_enrolment_and_signs_nothing() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(SYNCED).expect("set");
    let enrolments = [
        here("1111").because("PIN sync is off there; let the phone verify otherwise."),
        bank("2222").because("The PIN of Bank is too old. Change it online."),
    ];
    Enrolments::at(&phone, enrolments);
    let page = Page::new(bench.client(None));
    let since = bench.notes.all().len();
    let owner = hands(&phone, &[], &[]);
    let refused = page.get(&phone, &request("required")).await;
    let error = refused.expect_err("nothing to verify by");
    assert_eq!(
        (error.name(), error.code()),
        ("NotAllowedError", "deviceRefused")
    );
    let creating = page.create(&phone, &creation("bob", "required")).await;
    creating.expect_err("nothing to verify by");
    owner.abort();
    assert_eq!(
        shown(&bench, since),
        ["unverifiable", "unverifiable"],
        "no touch before it"
    );
    let message = "No PIN can be checked on this phone now. \
                   Example: PIN sync is off there; let the phone verify otherwise. \
                   The PIN of Bank is too old. Change it online.";
    assert_eq!(
        bench.notes.of("device.verification.impossible")[0],
        json!({
            "device": phone.id(),
            "rpId": "example.org",
            "method": "syncedPin",
            "reason": "noneUsable",
            "message": message,
        })
    );
    let prompts = bench.notes.of("device.prompt.shown");
    assert_eq!(
        prompts.last().expect("an event")["prompt"]["message"],
        message
    );
    let answers = bench.notes.of("device.prompt.answered");
    assert_eq!(answers.last().expect("an event")["answer"], "closed");
    assert!(bench.notes.of("device.passkey.used").is_empty());
    assert_eq!(phone.passkeys().expect("a list")[0].sign_count, 0);
}

#[tokio::test]
async fn a_phone_without_enrolment_says_how_to_get_one() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(SYNCED).expect("set");
    let owner = hands(&phone, &[], &[]);
    assert_eq!(status(&phone, &assertion()).await, Status::OperationDenied);
    owner.abort();
    let told = &bench.notes.of("device.verification.impossible")[0];
    assert_eq!(told["reason"], "noEnrolment");
    assert!(
        told["message"]
            .as_str()
            .expect("a text")
            .contains("account page")
    );
}

#[tokio::test]
async fn a_finger_is_enough_where_no_pin_is() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    let settings = Settings {
        fingerprint: true,
        ..SYNCED
    };
    phone.set_settings(settings).expect("set");
    let owner = hands(&phone, &[false, true], &[]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
    let _ = owner.await;
    let since = bench.notes.all().len();
    let thief = hands(&phone, &[false, false, false], &[]);
    assert_eq!(status(&phone, &assertion()).await, Status::OperationDenied);
    thief.abort();
    let kinds = shown(&bench, since);
    assert_eq!(kinds.last().map(String::as_str), Some("unverifiable"));
    let told = bench.notes.of("device.verification.impossible");
    let message = told.last().expect("an event")["message"].as_str();
    assert!(message.is_some_and(|it| it.ends_with("stays locked until a PIN verifies.")));
}

#[tokio::test]
async fn an_enrolment_that_ends_while_the_pad_stands_is_noticed() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(SYNCED).expect("set");
    let enrolments = Enrolments::at(&phone, [here("1111")]);
    let command = assertion();
    let signing = status(&phone, &command);
    let ending = async {
        let touch = prompt(&phone, |it| matches!(it, Question::Touch { .. })).await;
        phone.prompts().answer(touch, Answer::Touch).expect("shown");
        let pad = prompt(&phone, |it| matches!(it, Question::EnterPin { .. })).await;
        enrolments.change(|it| it[0].unusable = Some("its validity is over.".to_owned()));
        for answer in super::bench::typed("1111") {
            phone.prompts().answer(pad, answer).expect("shown");
        }
        let closing = prompt(&phone, refusing).await;
        phone
            .prompts()
            .answer(closing, Answer::Touch)
            .expect("shown");
        phone
            .prompts()
            .answer(closing, Answer::Decline)
            .expect("shown");
    };
    let (outcome, ()) = tokio::join!(signing, ending);
    assert_eq!(outcome, Status::OperationDenied);
}

#[tokio::test]
async fn each_new_prompt_ends_with_a_cancel_and_with_its_time() {
    let finger = Settings {
        fingerprint: true,
        ..SYNCED
    };
    type Wanted = fn(&Question) -> bool;
    let pad: Wanted = |it| matches!(it, Question::EnterPin { .. });
    let reader: Wanted = |it| matches!(it, Question::Fingerprint { .. });
    let rows: [(Settings, bool, Wanted, &str, Status); 3] = [
        (SYNCED, true, pad, "enterPin", Status::UserActionTimeout),
        (
            finger,
            true,
            reader,
            "fingerprint",
            Status::UserActionTimeout,
        ),
        (
            SYNCED,
            false,
            refusing,
            "unverifiable",
            Status::OperationDenied,
        ),
    ];
    for (settings, usable, wanted, kind, after_its_time) in rows {
        for cancels in [true, false] {
            let bench = Bench::new();
            let phone = phone(&bench).await;
            phone.set_settings(settings).expect("set");
            let one = match usable {
                true => here("1111"),
                false => here("1111").because("it is off."),
            };
            Enrolments::at(&phone, [one]);
            let mut running = phone.start(ctap::Command::encode(&assertion()));
            if usable {
                let touch = prompt(&phone, |it| matches!(it, Question::Touch { .. })).await;
                phone.prompts().answer(touch, Answer::Touch).expect("shown");
            }
            prompt(&phone, wanted).await;
            match cancels {
                true => running.cancel(),
                false => bench.clock.advance(Duration::from_secs(30)),
            }
            let answer = Status::from(running.answer().await[0]);
            let (expected, word) = match cancels {
                true => (Status::KeepaliveCancel, "cancelled"),
                false => (after_its_time, "timedOut"),
            };
            assert_eq!(answer, expected, "{kind}");
            let answered = bench.notes.of("device.prompt.answered");
            let last = answered.last().expect("an event");
            assert_eq!(
                (&last["kind"], &last["answer"]),
                (&json!(kind), &json!(word))
            );
            assert!(phone.prompts().current().is_none());
            assert!(!phone.fingerprint_locked().expect("a state"));
        }
    }
}
