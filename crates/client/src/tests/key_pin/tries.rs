//! The tries are told, and the last one is told as such before it is spent.

use std::time::Duration;

use super::*;
use crate::kinds;

#[tokio::test]
async fn a_wrong_pin_is_told_and_the_right_one_still_does() {
    let mut key = PinKey::new(Some(PIN));
    let hands = Hands::typing([Entry::Pin("0000"), Entry::Pin(PIN)]);
    let page = Page::with(hands.clone());
    let outcome = page.create(&mut key, &demanding("required").0).await;
    assert_eq!(verdict(outcome), DONE);
    assert_eq!(
        hands.purposes(),
        [
            PinPurpose::Enter(tries(8, false, false)),
            PinPurpose::Enter(tries(7, true, false)),
        ]
    );
    assert_eq!(
        hands.problems(),
        [None, Some("Wrong PIN. 7 tries left.".to_owned())]
    );
    let told: Vec<(&str, Json)> = page
        .events()
        .iter()
        .filter(|event| event.kind.starts_with("client.key-pin"))
        .map(|event| (event.kind, event.body.clone()))
        .collect();
    let asked = |retries: u32, wrong: bool| {
        let body = json!({ "purpose": "enter", "retries": retries, "wrong": wrong, "last": false });
        (kinds::KEY_PIN_ASKED, body)
    };
    let entered = || (kinds::KEY_PIN_ANSWERED, json!({ "outcome": "entered" }));
    assert_eq!(
        told,
        [asked(8, false), entered(), asked(7, true), entered()]
    );
}

#[tokio::test]
async fn each_try_has_a_key_agreement_of_its_own() {
    let mut key = PinKey::new(Some(PIN));
    let hands = Hands::typing([Entry::Pin("0000"), Entry::Pin(PIN)]);
    assert_eq!(create(&mut key, &hands).await, DONE);
    let halves: Vec<_> = key
        .sent
        .iter()
        .filter_map(|command| match command {
            Command::ClientPin(it) => it.key_agreement.clone(),
            _ => None,
        })
        .collect();
    assert_eq!(halves.len(), 2);
    assert_ne!(halves[0], halves[1]);
}

#[tokio::test]
async fn the_last_try_is_told_before_it_is_spent() {
    let mut key = PinKey::new(Some(PIN));
    key.retries = 2;
    let hands = Hands::typing([Entry::Pin("0000"), Entry::Pin(""), Entry::Pin("0000")]);
    let outcome = create(&mut key, &hands).await;
    assert_eq!(outcome, ("NotAllowedError", "keyPinBlocked"));
    assert_eq!(
        hands.purposes(),
        [
            PinPurpose::Enter(tries(2, false, false)),
            PinPurpose::Enter(tries(1, true, true)),
            PinPurpose::Enter(tries(1, false, true)),
        ]
    );
    let cost = "1 try left. Another wrong PIN blocks the key: then only a reset, which erases its \
                passkeys, helps.";
    assert_eq!(
        hands.problems(),
        [
            None,
            Some(format!("Wrong PIN. {cost}")),
            Some(format!("Type the key's PIN. {cost}")),
        ]
    );
    let again = create(&mut key, &Hands::typing([])).await;
    assert_eq!(
        again,
        ("NotAllowedError", "keyPinBlocked"),
        "nobody is asked"
    );
    assert_eq!(key.retries, 0);
}

#[tokio::test]
async fn the_third_in_a_row_is_told_before_it_is_spent() {
    let mut key = PinKey::new(Some(PIN));
    let hands = Hands::typing([Entry::Pin("0000"), Entry::Pin("1111"), Entry::Pin("2222")]);
    let outcome = create(&mut key, &hands).await;
    assert_eq!(outcome, ("NotAllowedError", "keyNeedsPowerCycle"));
    assert_eq!(
        hands.purposes(),
        [
            PinPurpose::Enter(tries(8, false, false)),
            PinPurpose::Enter(tries(7, true, false)),
            PinPurpose::Enter(tries(6, true, true)),
        ]
    );
    assert_eq!(
        hands.problems()[2].as_deref(),
        Some(
            "Wrong PIN. 6 tries left. Another wrong PIN bars the key until it is unplugged and put back."
        )
    );
    let again = create(&mut key, &Hands::typing([])).await;
    assert_eq!(
        again,
        ("NotAllowedError", "keyNeedsPowerCycle"),
        "nobody is asked"
    );
}

#[tokio::test]
async fn a_key_that_does_not_tell_its_tries_is_asked_all_the_same() {
    let mut key = PinKey::new(Some(PIN));
    key.tells_retries = false;
    let hands = Hands::typing([Entry::Pin("0000"), Entry::Pin(PIN)]);
    assert_eq!(create(&mut key, &hands).await, DONE);
    assert_eq!(hands.problems()[1].as_deref(), Some("Wrong PIN."));
}

#[tokio::test]
async fn what_no_key_can_have_for_a_pin_costs_no_try() {
    const LONG: &str = "0123456789012345678901234567890123456789012345678901234567890123";
    let mut key = PinKey::new(Some(PIN));
    let hands = Hands::typing([Entry::Pin(""), Entry::Pin(LONG), Entry::Pin(PIN)]);
    assert_eq!(create(&mut key, &hands).await, DONE);
    let unspent = PinPurpose::Enter(tries(8, false, false));
    assert_eq!(hands.purposes(), [unspent; 3]);
    let problems = hands.problems();
    assert_eq!(problems[1].as_deref(), Some("Type the key's PIN."));
    assert_eq!(
        problems[2].as_deref(),
        Some("A key's PIN has at most 63 bytes, and this one has more.")
    );
}

#[tokio::test]
async fn whoever_gives_no_pin_gives_the_call_up() {
    let mut key = PinKey::new(Some(PIN));
    let page = Page::with(Hands::typing([Entry::Declines]));
    let outcome = page.create(&mut key, &demanding("required").0).await;
    assert_eq!(verdict(outcome), ("NotAllowedError", "noKeyPin"));
    let events = page.events();
    let [.., answered, failed] = events.as_slice() else {
        panic!("too few events")
    };
    assert_eq!(answered.body, json!({ "outcome": "declined" }));
    assert_eq!(failed.body["code"], "noKeyPin");
    assert_eq!(key.retries, 8);
}

#[tokio::test]
async fn abort_and_time_out_end_the_question() {
    for (abort, expected) in [
        (true, ("AbortError", "aborted")),
        (false, ("NotAllowedError", "timedOut")),
    ] {
        let mut key = PinKey::new(Some(PIN));
        let page = Page::with(Hands::typing([Entry::Waits]));
        let (options, _) = demanding("required");
        let (outcome, ()) = tokio::join!(page.create(&mut key, &options), async {
            tokio::task::yield_now().await;
            match abort {
                true => page.abort.cancel(),
                false => page.clock.advance(Duration::from_secs(300)),
            }
        });
        assert_eq!(verdict(outcome), expected);
    }
}

#[tokio::test]
async fn pulling_the_key_out_ends_the_question_and_costs_no_try() {
    let mut key = PinKey::new(Some(PIN));
    let pulled_out = key.pulled_out.clone();
    let page = Page::with(Hands::typing([Entry::Waits]));
    let (options, _) = demanding("required");
    let (outcome, ()) = tokio::join!(page.create(&mut key, &options), async {
        tokio::task::yield_now().await;
        pulled_out.cancel();
    });
    assert_eq!(verdict(outcome), ("NotAllowedError", "deviceGone"));
    assert_eq!(key.subcommands(), [Subcommand::GetPinRetries]);
    assert_eq!(key.retries, 8);
    key.pulled_out = CancellationToken::new();
    assert_eq!(
        create(&mut key, &Hands::typing([Entry::Pin(PIN)])).await,
        DONE,
        "put back, it works"
    );
}
