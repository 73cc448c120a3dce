use std::time::Duration;

use ctap::{Command, Status, get_assertion, get_info};
use serde_json::json;

use super::bench::{
    Bench, Habits, PIN, Page, creation, in_folder, prompt, request, somebody, typed,
};
use crate::pin::{Bounds, Digits, check, set, state};
use crate::{Answer, Device, DeviceId, Error, Model, PIN_TRIES, PinState, Presence, Question};

fn digits(text: &str) -> Digits {
    let mut digits = Digits::empty(Bounds::DEVICE);
    text.bytes().for_each(|it| digits.push(it - b'0'));
    digits
}

fn stored_phone(vault: &vault::Vault) -> DeviceId {
    let shelf = Bench::new().shelf(vault.clone(), Presence::Ask);
    shelf
        .add("Phone", Model::Phone)
        .expect("a device")
        .id()
        .clone()
}

fn press(device: &Device, id: u64, answers: Vec<Answer>) {
    for answer in answers {
        device
            .prompts()
            .answer(id, answer)
            .expect("the prompt is shown");
    }
}

/// A phone with a PIN and one passkey.
async fn enrolled(bench: &Bench) -> (Device, Page) {
    let phone = bench.device(Model::Phone);
    let owner = somebody(&phone, Habits::default());
    let page = Page::new(bench.client(None));
    page.create(&phone, &creation("alice", "required"))
        .await
        .expect("a passkey");
    owner.abort();
    let _ = owner.await;
    (phone, page)
}

#[tokio::test]
async fn five_wrong_tries_block_the_phone_and_a_wipe_frees_it() {
    let bench = Bench::new();
    let (phone, page) = enrolled(&bench).await;
    let thief = somebody(
        &phone,
        Habits {
            pin: "0000",
            ..Habits::default()
        },
    );
    page.get(&phone, &request("required"))
        .await
        .expect_err("blocked");
    let left: Vec<_> = bench
        .notes
        .of("device.pin.checked")
        .iter()
        .map(|it| it["triesLeft"].clone())
        .collect();
    assert_eq!(left, [4, 3, 2, 1, 0]);
    let problems: Vec<_> = bench
        .notes
        .of("device.prompt.shown")
        .iter()
        .map(|it| it["prompt"]["problem"].clone())
        .collect();
    assert!(
        problems.contains(&json!("Wrong PIN. 2 tries left."))
            && problems.contains(&json!("Wrong PIN. 1 try left."))
    );
    assert_eq!(
        phone.pin().expect("a state"),
        PinState {
            set: true,
            tries_left: 0,
            blocked: true
        }
    );
    thief.abort();
    let _ = thief.await;

    let owner = somebody(&phone, Habits::default());
    let count = bench.notes.of("device.pin.checked").len();
    page.get(&phone, &request("required"))
        .await
        .expect_err("the right PIN is too late");
    assert_eq!(
        bench.notes.of("device.pin.checked").len(),
        count,
        "nothing is compared any more"
    );
    owner.abort();
    let _ = owner.await;

    let owner = somebody(
        &phone,
        Habits {
            wipe: true,
            ..Habits::default()
        },
    );
    page.get(&phone, &request("required"))
        .await
        .expect_err("what was to sign is gone");
    assert_eq!(
        phone.pin().expect("a state"),
        PinState {
            set: false,
            tries_left: PIN_TRIES,
            blocked: false
        }
    );
    assert!(phone.passkeys().expect("a list").is_empty());
    assert_eq!(phone.info().expect("its name stays").name, "Test device");
    page.create(&phone, &creation("alice", "required"))
        .await
        .expect("a new beginning");
    owner.abort();
}

#[tokio::test]
async fn a_wipe_needs_a_touch_as_well() {
    let bench = Bench::new();
    let (phone, page) = enrolled(&bench).await;
    let thief = somebody(
        &phone,
        Habits {
            pin: "0000",
            ..Habits::default()
        },
    );
    page.get(&phone, &request("required"))
        .await
        .expect_err("blocked");
    thief.abort();
    let _ = thief.await;
    let hesitant = somebody(
        &phone,
        Habits {
            wipe: true,
            touch: false,
            ..Habits::default()
        },
    );
    page.get(&phone, &request("required"))
        .await
        .expect_err("declined");
    assert_eq!(phone.passkeys().expect("a list").len(), 1);
    hesitant.abort();
}

#[tokio::test]
async fn keys_pressed_while_a_pin_is_checked_cost_nothing_and_hide_nothing() {
    let bench = Bench::new();
    let (phone, page) = enrolled(&bench).await;
    let options = request("required");
    let signing_in = page.get(&phone, &options);
    let typing = async {
        let touch = prompt(&phone, |it| matches!(it, Question::Touch { .. })).await;
        press(&phone, touch, vec![Answer::Touch]);
        let pad = prompt(&phone, |it| matches!(it, Question::EnterPin { .. })).await;
        press(&phone, pad, typed("1111"));
        press(&phone, pad, vec![Answer::Submit]);
        press(&phone, pad, typed("2222"));
        prompt(&phone, |it| {
            matches!(it, Question::EnterPin { entered: 0, tries_left: Some(4), problem: Some(text), .. } if text == "Wrong PIN. 4 tries left.")
        })
        .await;
        press(&phone, pad, typed("3333"));
        press(
            &phone,
            pad,
            vec![Answer::Digit { digit: 1 }, Answer::Decline],
        );
    };
    let (outcome, ()) = tokio::join!(signing_in, typing);
    outcome.expect_err("declined while the second PIN was checked");
    assert_eq!(
        phone.pin().expect("a state").tries_left,
        3,
        "two tries, not four"
    );
    assert!(phone.prompts().current().is_none());
}

#[tokio::test]
async fn the_right_pin_gives_all_tries_back() {
    let bench = Bench::new();
    let (phone, page) = enrolled(&bench).await;
    let options = request("required");
    let signing_in = page.get(&phone, &options);
    let typing = async {
        let touch = prompt(&phone, |it| matches!(it, Question::Touch { .. })).await;
        press(&phone, touch, vec![Answer::Touch]);
        let pad = prompt(&phone, |it| {
            matches!(
                it,
                Question::EnterPin {
                    tries_left: Some(5),
                    ..
                }
            )
        })
        .await;
        press(&phone, pad, typed("1111"));
        prompt(&phone, |it| {
            matches!(
                it,
                Question::EnterPin {
                    tries_left: Some(4),
                    ..
                }
            )
        })
        .await;
        press(&phone, pad, typed("123"));
        let short = |it: &Question| matches!(it, Question::EnterPin { problem: Some(text), .. } if text == "A device PIN has 4 to 8 digits.");
        prompt(&phone, short).await;
        assert_eq!(
            phone.pin().expect("a state").tries_left,
            4,
            "a PIN too short costs no try"
        );
        press(
            &phone,
            pad,
            vec![
                Answer::Digit { digit: 9 },
                Answer::Backspace,
                Answer::Digit { digit: 200 },
            ],
        );
        press(&phone, pad, typed(PIN));
    };
    let (outcome, ()) = tokio::join!(signing_in, typing);
    outcome.expect("an assertion");
    assert_eq!(phone.pin().expect("a state").tries_left, PIN_TRIES);
}

#[tokio::test]
async fn the_pad_shows_how_many_digits_and_no_more() {
    let bench = Bench::new();
    let phone = bench.device(Model::Phone);
    let changing = {
        let phone = phone.clone();
        tokio::spawn(async move { phone.change_pin().await })
    };
    let pad = prompt(&phone, |it| {
        matches!(
            it,
            Question::SetPin {
                entered: 0,
                confirming: false,
                ..
            }
        )
    })
    .await;
    press(
        &phone,
        pad,
        "123456789"
            .bytes()
            .map(|it| Answer::Digit { digit: it - b'0' })
            .collect(),
    );
    prompt(&phone, |it| {
        matches!(it, Question::SetPin { entered: 8, .. })
    })
    .await;
    let shown = serde_json::to_string(&phone.prompts().current()).expect("JSON");
    assert!(!shown.contains("12345678"), "{shown}");
    assert_eq!(format!("{:?}", Answer::Digit { digit: 7 }), "Answer");
    assert_eq!(format!("{:?}", digits("1234")), "Digits");
    press(&phone, pad, vec![Answer::Submit]);
    press(&phone, pad, typed("12345679"));
    prompt(&phone, |it| {
        matches!(
            it,
            Question::SetPin {
                confirming: false,
                problem: Some(_),
                ..
            }
        )
    })
    .await;
    assert!(
        !phone.pin().expect("a state").set,
        "two different PINs set none"
    );
    press(&phone, pad, typed("24680"));
    press(&phone, pad, typed("24680"));
    changing.await.expect("no panic").expect("a PIN");
    assert_eq!(
        bench.notes.of("device.pin.set"),
        [json!({ "device": phone.id(), "changed": false })]
    );
}

#[tokio::test]
async fn changing_the_pin_needs_the_old_one() {
    let bench = Bench::new();
    let (phone, page) = enrolled(&bench).await;
    let changing = {
        let phone = phone.clone();
        tokio::spawn(async move { phone.change_pin().await })
    };
    let old = prompt(&phone, |it| matches!(it, Question::EnterPin { .. })).await;
    press(&phone, old, typed(PIN));
    let new = prompt(&phone, |it| matches!(it, Question::SetPin { .. })).await;
    assert!(matches!(phone.change_pin().await, Err(Error::Busy)));
    press(&phone, new, typed("1357"));
    press(&phone, new, typed("1357"));
    changing.await.expect("no panic").expect("changed");
    assert_eq!(bench.notes.of("device.pin.set")[1]["changed"], true);
    let owner = somebody(
        &phone,
        Habits {
            pin: "1357",
            ..Habits::default()
        },
    );
    page.get(&phone, &request("required"))
        .await
        .expect("the new PIN verifies");
    owner.abort();
    assert!(matches!(
        bench.device(Model::Key).change_pin().await,
        Err(Error::NoPin)
    ));
}

#[tokio::test]
async fn a_try_counts_even_when_the_plug_is_pulled_before_the_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = stored_phone(&in_folder(folder.path()));
    set(&in_folder(folder.path()), &device, &digits(PIN), [9; 16])
        .await
        .expect("a PIN");
    for left in (0..PIN_TRIES).rev() {
        let vault = in_folder(folder.path());
        let right = digits(PIN);
        let mut checking = Box::pin(check(&vault, &device, &right));
        let first_step = futures_step(checking.as_mut()).await;
        assert!(first_step.is_none(), "it waits for the hash");
        drop(checking);
        drop(vault);
        assert_eq!(
            state(&in_folder(folder.path()), &device)
                .expect("a state")
                .tries_left,
            left
        );
    }
    let vault = in_folder(folder.path());
    let outcome = check(&vault, &device, &digits(PIN)).await;
    assert!(matches!(outcome, Err(Error::Blocked)), "{outcome:?}");
}

/// Polls once.
async fn futures_step<F: Future + Unpin>(future: F) -> Option<F::Output> {
    tokio::select! {
        biased;
        output = future => Some(output),
        () = std::future::ready(()) => None,
    }
}

#[tokio::test]
async fn tries_at_the_same_time_are_all_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let vault = in_folder(folder.path());
    let device = stored_phone(&vault);
    set(&vault, &device, &digits("2468"), [9; 16])
        .await
        .expect("a PIN");
    let guesses: Vec<_> = (0..9)
        .map(|guess| {
            let (vault, device) = (vault.clone(), device.clone());
            tokio::spawn(
                async move { check(&vault, &device, &digits(&format!("000{guess}"))).await },
            )
        })
        .collect();
    let mut compared = 0;
    for guess in guesses {
        match guess.await.expect("no panic") {
            Ok(checked) => {
                assert!(!checked.matched);
                compared += 1;
            }
            Err(error) => assert!(matches!(error, Error::Blocked), "{error}"),
        }
    }
    assert_eq!(compared, PIN_TRIES);
}

#[tokio::test]
async fn a_damaged_pin_record_verifies_nobody() {
    let bench = Bench::new();
    let vault = super::bench::memory();
    let phone = bench
        .shelf(vault.clone(), Presence::Ask)
        .add("Phone", Model::Phone)
        .expect("a device");
    for bytes in [&b""[..], &[1; 10], &[2; 50], &[1; 51]] {
        vault
            .transaction(|t| t.put("pin", phone.id().as_str(), bytes))
            .expect("written");
        assert!(matches!(phone.pin(), Err(Error::Damaged { .. })));
        let get_info = super::bench::status(&phone, &Command::GetInfo).await;
        assert_eq!(get_info, Status::Other);
    }
    phone.wipe().expect("a wipe helps");
    assert!(!phone.pin().expect("a state").set);
}

#[tokio::test]
async fn get_info_tells_whether_a_pin_is_set() {
    let bench = Bench::new();
    let phone = bench.device(Model::Phone);
    for (set_up, expected) in [(false, Some(false)), (true, Some(true))] {
        if set_up {
            let owner = somebody(&phone, Habits::default());
            phone.change_pin().await.expect("a PIN");
            owner.abort();
        }
        let answer = phone.start(Command::GetInfo.encode()).answer().await;
        let info = get_info::Info::decode(&answer[1..]).expect("well-formed");
        assert_eq!(info.option("uv"), expected);
    }
}

#[tokio::test]
async fn nobody_answering_is_a_time_out() {
    let bench = Bench::new();
    let (phone, _) = enrolled(&bench).await;
    let command = Command::GetAssertion(Box::new(get_assertion::Request {
        rp_id: "example.org".into(),
        client_data_hash: [1; 32],
        allow_list: Vec::new(),
        extensions: None,
        options: ctap::Options {
            uv: Some(true),
            ..ctap::Options::default()
        },
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
    }));
    let waiting = super::bench::status(&phone, &command);
    let time = async {
        let touch = prompt(&phone, |it| matches!(it, Question::Touch { .. })).await;
        bench.clock.advance(Duration::from_secs(29));
        press(&phone, touch, vec![Answer::Touch]);
        prompt(&phone, |it| matches!(it, Question::EnterPin { .. })).await;
        bench.clock.advance(Duration::from_secs(29));
        tokio::task::yield_now().await;
        assert!(
            phone.prompts().current().is_some(),
            "each prompt has its own time"
        );
        bench.clock.advance(Duration::from_secs(1));
    };
    let (outcome, ()) = tokio::join!(waiting, time);
    assert_eq!(outcome, Status::UserActionTimeout);
    assert_eq!(
        bench
            .notes
            .of("device.prompt.answered")
            .last()
            .expect("an event")["answer"],
        "timedOut"
    );
}
