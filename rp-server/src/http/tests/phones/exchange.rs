//! The exchange and its acknowledgement, as they should go, and twice.

use std::time::Duration;

use pin_sync::{
    exchange::Purpose,
    online::Typed,
    payload::{Charset, Delivery, LockKind},
    refusal::Reason,
    wire::Body as _,
};
use serde_json::json;

use super::device::{OTHER_PIN, PIN, World, failed_at, new_pin, second_round, seen, send};

#[tokio::test]
async fn a_sync_delivers_what_the_server_holds_and_is_recorded_once_acknowledged() {
    let world = World::with(
        crate::Limits::default(),
        "[pin]\noffline = true\niterations = 1000\ntest-iterations = true\nvalidity = \"2h\"\n\
         offline-attempts = 7\nlock = \"wipe-and-resync\"\nmin-length = 5\nmax-length = 9\n",
    )
    .await;
    let mut phone = world.phone_with_pin("phone").await;
    let (payload, session) = phone.fetch().await;
    let hash = new_pin(PIN).hash(&payload.salt, payload.iterations);
    assert!(hash.same_as(&payload.pin_hash), "the PIN that was set");
    assert_eq!(payload.iterations.count(), 1000);
    assert_eq!((payload.pin_version, payload.unlock_epoch), (1, 0));
    assert_eq!(payload.validity, Duration::from_secs(7200));
    assert_eq!(payload.max_offline_attempts, 7);
    assert_eq!(payload.lock_kind, LockKind::WipeAndResync);
    let pad = &payload.pad;
    assert_eq!(
        (pad.min_length, pad.max_length, pad.charset),
        (5, 9, Charset::Digits)
    );
    assert_eq!(pad.policy_version, world.party().policy().policy_version);
    assert_eq!(pad.issued_at, world.party().now());
    assert_eq!(world.status().await.phones[0].last_sync_at, None, "not yet");

    let ack = session.ack(payload.pin_version, pad.policy_version, 3);
    let router = &phone.router;
    for time in 1..=2 {
        let answer = send(router, "/pin/sync/ack", &ack.to_json()).await;
        assert_eq!(answer.status, 204, "time {time}: {}", answer.text);
    }
    let seen = &world.status().await.phones[0];
    assert_eq!(seen.last_sync_at, Some(world.party().now()));
    assert_eq!((seen.failures, seen.pin_version), (3, Some(1)));
    let told = world.events("rp.pin.acknowledged");
    assert_eq!(told.len(), 1, "once, however often it came");
    assert_eq!(told[0]["failures"], 3);
    assert_eq!(world.logged().await, ["enrolled", "pinSet", "synced"]);
}

#[tokio::test]
async fn other_purposes_deliver_what_the_pad_must_know_and_no_hash() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    for purpose in [Purpose::Verify, Purpose::Set, Purpose::Change] {
        let (delivery, _) = phone.exchange(purpose).await;
        assert!(matches!(delivery, Delivery::Pad(_)), "{purpose}");
    }
}

#[tokio::test]
async fn a_request_played_again_is_refused_under_signature_and_changes_nothing() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let (asking, request) = phone.ask(Purpose::Sync);
    let first = send(&phone.router, "/pin/exchange", &request.to_json()).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let second = send(&phone.router, "/pin/exchange", &request.to_json()).await;
    assert_eq!(
        (second.status.as_u16(), second.code()),
        (409, "counterBack")
    );
    let refused = pin_sync::wire::Refused::read(second.text.as_bytes()).expect("a refusal");
    let refusal = asking.refused(&refused).expect("signed");
    assert_eq!(refusal.reason, Reason::CounterBack);
    assert_eq!(failed_at(&world.events("rp.pin.judged")), "counter");
    assert_eq!(world.logged().await, ["enrolled", "pinSet", "counterBack"]);

    let answer = pin_sync::wire::ExchangeAnswer::read(first.text.as_bytes()).expect("an answer");
    let (delivery, session) = asking.receive(&answer).expect("the first answer");
    let Delivery::Sync(payload) = delivery else {
        panic!("a pad for a sync")
    };
    let ack = session.ack(payload.pin_version, payload.pad.policy_version, 0);
    let answer = send(&phone.router, "/pin/sync/ack", &ack.to_json()).await;
    assert_eq!(answer.status, 204, "the first exchange goes on");
}

#[tokio::test]
async fn a_restored_or_copied_phone_is_caught_by_its_counter() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let mut copy = phone.clone();
    phone.sync(0).await;
    assert_eq!(copy.refused(Purpose::Sync).await, Reason::CounterBack);
    assert_eq!(failed_at(&world.events("rp.pin.judged")), "counter");
    for (phone, counter) in [(&mut copy, 100), (&mut phone, 200)] {
        phone.counter = counter;
        for purpose in [Purpose::Sync, Purpose::Verify, Purpose::Set] {
            assert_eq!(phone.refused(purpose).await, Reason::CounterBack);
            assert_eq!(failed_at(&world.events("rp.pin.judged")), "state");
        }
    }
    assert!(world.status().await.phones[0].may_be_copied);
    let logged = world.logged().await;
    for what in ["counterBack", "mayBeCopied"] {
        assert_eq!(logged.iter().filter(|it| *it == what).count(), 1, "{what}");
    }
    let mut anew = world.phone("phone").await;
    anew.sync(0).await;
    assert!(!world.status().await.phones[0].may_be_copied);
}

#[tokio::test]
async fn what_waits_when_a_copy_shows_itself_goes_no_further() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let mut copy = phone.clone();
    let (_, session) = copy.exchange(Purpose::Change).await;
    assert_eq!(phone.refused(Purpose::Sync).await, Reason::CounterBack);
    let typed = Typed::Change {
        old: new_pin(PIN),
        new: new_pin(OTHER_PIN),
    };
    let answer = copy.online(&second_round(&session, &typed)).await;
    assert_eq!(answer.code(), "exchangeUnknown");
    assert_eq!(world.status().await.pin_version, 1);
}

#[tokio::test]
async fn a_replay_marks_no_phone_and_fills_no_log() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let (_, request) = phone.ask(Purpose::Verify);
    let sent = request.to_json();
    for _ in 0..20 {
        send(&phone.router, "/pin/exchange", &sent).await;
    }
    assert!(!world.status().await.phones[0].may_be_copied);
    let lines = world.party().audit_list(0, None).await.expect("the log");
    let replays: Vec<_> = lines
        .iter()
        .filter(|line| line.what == "counterBack")
        .collect();
    assert_eq!(replays.len(), 1, "one line for all of them");
    assert_eq!(replays[0].detail["times"], 19);
    world.clock().advance(Duration::from_secs(60 * 60));
    send(&phone.router, "/pin/exchange", &sent).await;
    let logged = world.logged().await;
    assert_eq!(logged.iter().filter(|it| *it == "counterBack").count(), 2);
    phone.sync(0).await;
}

#[tokio::test]
async fn a_stranger_puts_no_long_name_on_the_timeline() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let (_, mut request) = phone.ask(Purpose::Sync);
    request.enrolment_id = "é".repeat(1_000);
    send(&phone.router, "/pin/exchange", &request.to_json()).await;
    let told = world.events("rp.pin.judged").pop().expect("told");
    assert_eq!(told["enrolmentId"], "é".repeat(127));
}

#[tokio::test]
async fn a_counter_that_no_store_can_hold_is_refused_and_does_no_harm() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let before = phone.counter;
    for counter in [u64::MAX - 1, i64::MAX as u64] {
        phone.counter = counter;
        assert_eq!(phone.refused(Purpose::Sync).await, Reason::CounterBack);
    }
    phone.counter = before;
    phone.sync(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_exchanges_at_once_only_one_has_each_counter() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    for _ in 0..10 {
        let (_, request) = phone.clone().ask(Purpose::Sync);
        let (one, two) = (request.to_json(), request.to_json());
        let (one, two) = tokio::join!(
            tokio::spawn({
                let router = phone.router.clone();
                async move { send(&router, "/pin/exchange", &one).await }
            }),
            send(&phone.router, "/pin/exchange", &two)
        );
        let one = one.expect("no panic");
        let statuses = [one.status.as_u16(), two.status.as_u16()];
        let answered = statuses.iter().filter(|status| **status == 200).count();
        assert!(answered <= 1, "{} {}", one.text, two.text);
        let refused = [&one, &two]
            .into_iter()
            .filter(|answer| answer.status != 200);
        for answer in refused {
            assert!(
                matches!(answer.code(), "counterBack" | "busy"),
                "{}",
                answer.text
            );
        }
        phone.counter += 1;
    }
    phone.sync(0).await;
}

#[tokio::test]
async fn an_exchange_waits_a_minute_for_what_follows() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let (payload, session) = phone.fetch().await;
    world.clock().advance(Duration::from_secs(60));
    let ack = session.ack(payload.pin_version, payload.pad.policy_version, 0);
    let late = send(&phone.router, "/pin/sync/ack", &ack.to_json()).await;
    assert_eq!(
        (late.status.as_u16(), late.code()),
        (409, "exchangeUnknown")
    );
    assert_eq!(failed_at(&world.events("rp.pin.judged")), "exchange");

    let (payload, session) = phone.fetch().await;
    let ack = session.ack(payload.pin_version, payload.pad.policy_version, 0);
    phone.fetch().await;
    let older = send(&phone.router, "/pin/sync/ack", &ack.to_json()).await;
    assert_eq!(seen(&older), seen(&late), "another exchange took its place");
}

#[tokio::test]
async fn versions_follow_a_change_of_pin_and_policy() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let (first, _) = phone.sync(0).await;
    phone.change(PIN, OTHER_PIN).await;
    world
        .policy(&format!("{}validity = \"1h\"\n", super::device::POLICY))
        .await;
    let (second, _) = phone.sync(0).await;
    assert_eq!(second.pin_version, first.pin_version + 1);
    assert_eq!(second.pad.policy_version, first.pad.policy_version + 1);
    let hash = new_pin(OTHER_PIN).hash(&second.salt, second.iterations);
    assert!(hash.same_as(&second.pin_hash));
    assert_ne!(first.salt, second.salt);
    assert_eq!(
        world.events("rp.pin.set")[1],
        json!({"account": "ada", "pinVersion": 2, "changed": true})
    );
}
