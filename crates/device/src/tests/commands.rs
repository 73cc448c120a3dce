use std::time::Duration;

use client::{Channel as _, KeepaliveStatus};
use ctap::{Command, Status};
use tokio_util::sync::CancellationToken;

use super::bench::{Bench, Habits, memory, prompt, somebody, status};
use crate::{Answer, Error, InProcessChannel, Model, Presence};

#[tokio::test]
async fn a_prompt_is_answered_only_by_its_own_id() {
    let bench = Bench::new();
    let key = bench.device(Model::Key);
    assert!(matches!(
        key.prompts().answer(1, Answer::Touch),
        Err(Error::PromptGone)
    ));
    let asking = status(&key, &Command::Selection);
    let answering = async {
        let id = prompt(&key, |_| true).await;
        assert!(matches!(
            key.prompts().answer(id + 1, Answer::Touch),
            Err(Error::PromptGone)
        ));
        for nonsense in [
            Answer::Digit { digit: 3 },
            Answer::Choose { index: 0 },
            Answer::Wipe,
            Answer::Submit,
        ] {
            key.prompts()
                .answer(id, nonsense)
                .expect("taken, and ignored");
        }
        key.prompts().answer(id, Answer::Touch).expect("taken");
        id
    };
    let (outcome, id) = tokio::join!(asking, answering);
    assert_eq!(outcome, Status::Ok);
    assert!(
        matches!(
            key.prompts().answer(id, Answer::Touch),
            Err(Error::PromptGone)
        ),
        "a late answer"
    );
}

#[tokio::test]
async fn an_answer_to_one_device_never_reaches_another_ones_prompt() {
    let bench = Bench::new();
    let (own, other) = (bench.device(Model::Key), bench.device(Model::Key));
    let running = [&own, &other].map(|key| key.start(Command::Selection.encode()));
    let asked = prompt(&own, |_| true).await;
    prompt(&other, |_| true).await;
    assert!(matches!(
        other.prompts().answer(asked, Answer::Touch),
        Err(Error::PromptGone)
    ));
    drop(running);
}

#[tokio::test]
async fn a_flood_of_answers_is_refused_not_stored() {
    let bench = Bench::new();
    let key = bench.device(Model::Key);
    let running = key.start(Command::Selection.encode());
    let id = prompt(&key, |_| true).await;
    // Nobody yields here, so the device takes none of them.
    let refused = (0..10_000)
        .filter(|_| key.prompts().answer(id, Answer::Submit).is_err())
        .count();
    assert!(refused > 9_000, "only {refused} of 10000 were refused");
    drop(running);
}

#[tokio::test]
async fn dropping_a_command_cancels_it() {
    let bench = Bench::new();
    let key = bench.device(Model::Key);
    let running = key.start(Command::Selection.encode());
    prompt(&key, |_| true).await;
    drop(running);
    assert_eq!(
        status(&key, &Command::GetInfo).await,
        Status::Ok,
        "the device is free again"
    );
    assert_eq!(key.prompts().current(), None);
}

#[tokio::test]
async fn commands_wait_for_each_other_and_can_be_cancelled_while_waiting() {
    let bench = Bench::new();
    let key = bench.device(Model::Key);
    let mut first = key.start(Command::Selection.encode());
    let id = prompt(&key, |_| true).await;
    let mut second = key.start(Command::GetInfo.encode());
    second.cancel();
    assert_eq!(second.answer().await, [Status::KeepaliveCancel.code()]);
    let third = status(&key, &Command::GetInfo);
    key.prompts().answer(id, Answer::Touch).expect("taken");
    assert_eq!(third.await, Status::Ok);
    assert_eq!(first.answer().await, [0]);
}

#[tokio::test]
async fn the_channel_tells_that_the_user_is_needed_and_cancels() {
    let bench = Bench::new();
    let key = bench.device(Model::Key);
    let mut channel = InProcessChannel::new(key.clone());
    let cancel = CancellationToken::new();
    let (command, mut told) = (Command::Selection.encode(), Vec::new());
    let mut on_keepalive = |status| told.push(status);
    let transacting = channel.transact(&command, &cancel, &mut on_keepalive);
    let cancelling = async {
        prompt(&key, |_| true).await;
        tokio::task::yield_now().await;
        cancel.cancel();
    };
    let (answer, ()) = tokio::join!(transacting, cancelling);
    assert_eq!(answer.expect("an answer"), [Status::KeepaliveCancel.code()]);
    assert_eq!(told.first(), Some(&KeepaliveStatus::UpNeeded));
}

#[tokio::test]
async fn the_presence_policy_touches_for_the_person() {
    for (presence, expected) in [
        (Presence::Auto, Status::Ok),
        (Presence::Deny, Status::OperationDenied),
    ] {
        let bench = Bench::new();
        let key = bench
            .shelf(memory(), presence)
            .add("Key", Model::Key)
            .expect("a device");
        assert_eq!(
            status(&key, &Command::Selection).await,
            expected,
            "{presence:?}"
        );
    }
}

#[tokio::test]
async fn a_delayed_touch_comes_late_or_too_late() {
    for (seconds, expected) in [(5, Status::Ok), (31, Status::UserActionTimeout)] {
        let bench = Bench::new();
        let presence = Presence::Delay(Duration::from_secs(seconds));
        let key = bench
            .shelf(memory(), presence)
            .add("Key", Model::Key)
            .expect("a device");
        let waiting = status(&key, &Command::Selection);
        let time = async {
            prompt(&key, |_| true).await;
            tokio::task::yield_now().await;
            for _ in 0..32 {
                bench.clock.advance(Duration::from_secs(1));
                tokio::task::yield_now().await;
            }
        };
        let (outcome, ()) = tokio::join!(waiting, time);
        assert_eq!(outcome, expected, "after {seconds} s");
    }
}

#[test]
fn reads_presence_policies_and_nothing_else() {
    let read = |text: &str| text.parse::<Presence>();
    assert_eq!(read("auto").expect("a policy"), Presence::Auto);
    assert_eq!(read("deny").expect("a policy"), Presence::Deny);
    assert_eq!(
        read("delay:250").expect("a policy"),
        Presence::Delay(Duration::from_millis(250))
    );
    for text in [
        "",
        "Auto",
        "ask",
        "delay",
        "delay:",
        "delay:-1",
        "delay:1s",
        "delay:99999999999999999999",
    ] {
        assert!(matches!(read(text), Err(Error::Presence(_))), "{text}");
    }
}

#[tokio::test]
async fn a_phone_erases_itself_on_reset_with_a_touch() {
    let bench = Bench::new();
    let phone = bench.device(Model::Phone);
    let owner = somebody(&phone, Habits::default());
    phone.change_pin().await.expect("a PIN");
    assert_eq!(status(&phone, &Command::Reset).await, Status::Ok);
    assert!(!phone.pin().expect("a state").set);
    owner.abort();
}
