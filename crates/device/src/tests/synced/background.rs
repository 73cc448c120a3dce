use std::time::Duration;

use pin_sync::refusal::Reason;
use timeline::{Clock as _, Timestamp};

use super::party::PIN;
use super::phone::{World, enrol, quiet, until};
use crate::{CacheState, StreamState, kinds};

fn syncs(world: &World) -> usize {
    world.party.purposes().len()
}

#[tokio::test]
async fn the_state_follows_the_clock_to_the_millisecond() {
    let world = World::enrolled().await;
    world.network.set(false);
    let at = world.clock().now();
    let moved = async |seconds: u64, millis: i64| {
        let after = Timestamp(at.0 + i64::try_from(seconds).unwrap() * 1_000 + millis);
        world.clock().advance(after.since(world.clock().now()));
        world.quiet().await;
    };
    moved(77_760, -1).await;
    assert_eq!(world.state(), CacheState::Valid);
    moved(77_760, 1).await;
    assert_eq!(world.state(), CacheState::Expiring);
    assert_eq!(world.check(PIN).await.unwrap().len(), 1, "expiring answers");
    moved(86_400, -1).await;
    assert_eq!(
        world.check(PIN).await.unwrap().len(),
        1,
        "until its last millisecond"
    );
    moved(86_400, 0).await;
    assert_eq!(world.check(PIN).await.unwrap(), [], "and not one longer");
    moved(86_400, 1).await;
    assert_eq!(world.state(), CacheState::Expired);
    let told = [
        "empty→valid good",
        "valid→expiring nearlyOver",
        "expiring→expired validityOver",
    ];
    assert_eq!(world.transitions(), told);
    world.network.set(true);
    world.quiet().await;
    assert_eq!(syncs(&world), 1, "from expired nothing happens in silence");
    world.verify(&[PIN]).await.unwrap();
    assert_eq!(world.state(), CacheState::Valid);
}

#[tokio::test]
async fn turning_the_clock_makes_nothing_younger() {
    let world = World::enrolled().await;
    world.network.set(false);
    let start = world.clock().now();
    world.pass(80_000);
    world.quiet().await;
    world.clock().set(start);
    world.quiet().await;
    assert_eq!(
        world.state(),
        CacheState::Expiring,
        "the boot clock went on"
    );
    world.check(PIN).await.unwrap();
    world.phone.power_cycle().await;
    world.quiet().await;
    assert_eq!(
        world.state(),
        CacheState::Expired,
        "after a restart nothing tells the time"
    );
    assert_eq!(world.check(PIN).await.unwrap(), []);

    let world = World::enrolled().await;
    world.network.set(false);
    world.clock().set(start.plus(Duration::from_secs(90_000)));
    world.quiet().await;
    assert_eq!(world.state(), CacheState::Expired, "turned forward");
    world.clock().set(start);
    world.phone.power_cycle().await;
    world.quiet().await;
    assert_eq!(
        world.state(),
        CacheState::Expired,
        "what was seen stays seen"
    );
}

#[tokio::test]
async fn restarts_with_a_clock_that_was_turned_back_gain_nothing() {
    let world = World::enrolled().await;
    world.network.set(false);
    let start = world.clock().now();
    world.pass(70_000);
    world.quiet().await;
    assert_eq!(world.state(), CacheState::Valid);
    assert_eq!(world.transitions(), ["empty→valid good"]);
    world.clock().set(start);
    world.phone.power_cycle().await;
    world.quiet().await;
    assert_eq!(world.check(PIN).await.unwrap(), []);
    assert_eq!(world.state(), CacheState::Expired, "70,000 s were seen");
}

#[tokio::test]
async fn restarts_with_a_clock_that_stands_still_gain_nothing() {
    let world = World::enrolled().await;
    world.network.set(false);
    let start = world.clock().now();
    // Only the boot clock goes on: nobody looks while the hands are elsewhere.
    let passes_unseen = |seconds| {
        world.pass(seconds);
        world.clock().set(start);
    };
    for _ in 0..2 {
        passes_unseen(30_000);
        world.phone.power_cycle().await;
        world.quiet().await;
    }
    assert_eq!(world.check(PIN).await.unwrap().len(), 1, "60,000 of 86,400");
    passes_unseen(27_000);
    assert_eq!(world.check(PIN).await.unwrap(), []);
    assert_eq!(world.state(), CacheState::Expired);
}

#[tokio::test]
async fn a_cache_is_refreshed_when_it_expires_soon_and_once_only() {
    let world = World::enrolled().await;
    world.pass(77_761);
    until("it refreshes by itself", || syncs(&world) == 2).await;
    world.quiet().await;
    assert_eq!((world.state(), syncs(&world)), (CacheState::Valid, 2));

    world.party.rules().validity = Duration::from_secs(60);
    world.party.rules().policy_version += 1;
    world.phone.sync(&world.id()).await.unwrap();
    world.quiet().await;
    assert_eq!(
        (world.state(), syncs(&world)),
        (CacheState::Expiring, 3),
        "it does not spin"
    );
    world.pass(31);
    until("at half of a short validity", || syncs(&world) == 4).await;
}

#[tokio::test]
async fn an_absent_server_is_asked_ever_more_rarely_and_the_cache_honoured_meanwhile() {
    let world = World::enrolled().await;
    world.party.goes_away();
    world.pass(77_761);
    until("it tries", || !world.of(kinds::PIN_UNREACHABLE).is_empty()).await;
    world.quiet().await;
    for _ in 0..200 {
        world.pass(30);
        world.quiet().await;
        if world.of(kinds::PIN_UNREACHABLE).len() > 12 {
            break;
        }
    }
    let times: Vec<_> = world
        .bench
        .notes
        .all()
        .into_iter()
        .filter(|it| it.kind == kinds::PIN_UNREACHABLE)
        .map(|it| it.party_time.unwrap().0)
        .collect();
    let gaps: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.len() > 8, "{gaps:?}");
    assert!(gaps[8..].iter().all(|gap| *gap >= 120_000), "{gaps:?}");
    assert_eq!(world.check(PIN).await.unwrap().len(), 1);
    world.party.comes_back().await;
    world.pass(300);
    until("it synchronizes", || world.state() == CacheState::Valid).await;
}

#[tokio::test]
async fn coming_back_online_and_starting_refresh_once() {
    let world = World::enrolled().await;
    world.network.set(false);
    world.quiet().await;
    assert_eq!(world.info().stream, StreamState::Connecting);
    world.network.set(true);
    world.quiet().await;
    assert_eq!(syncs(&world), 2);
    assert_eq!(world.info().stream, StreamState::Open);
    world.phone.power_cycle().await;
    world.quiet().await;
    assert_eq!(syncs(&world), 3);
    assert_eq!(world.info().stream, StreamState::Open);
}

#[tokio::test]
async fn a_push_starts_one_sync_and_a_beat_without_news_none() {
    let world = World::enrolled().await;
    world.party.tell("beat");
    world.quiet().await;
    assert_eq!(syncs(&world), 1, "nothing is new");
    world.party.tell("push");
    until("the push is told", || world.of(kinds::PIN_PUSH).len() == 1).await;
    world.quiet().await;
    assert_eq!(syncs(&world), 2, "what is new has no version");
    world.party.rules().pin = Some("777888");
    world.party.rules().pin_version = 2;
    for _ in 0..10 {
        world.party.tell("push");
    }
    until("it takes the new PIN", || {
        world.info().pin_version == Some(2)
    })
    .await;
    until("all are told", || world.of(kinds::PIN_PUSH).len() == 11).await;
    world.quiet().await;
    assert!(
        (3..=4).contains(&syncs(&world)),
        "ten pushes, one sync, and one for those that came meanwhile: {}",
        syncs(&world)
    );
    let transitions = world.transitions();
    assert_eq!(
        transitions[1..],
        ["valid→stale pinNewer", "stale→valid good"]
    );
    assert_eq!(world.check("777888").await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_lock_that_is_pushed_reaches_a_phone_that_is_online() {
    let world = World::enrolled().await;
    world.party.rules().refuses = Some(Reason::PinLocked);
    world.party.tell("push");
    until("it is locked", || world.state() == CacheState::Locked).await;
    world.quiet().await;
    assert_eq!(world.check(PIN).await.unwrap(), []);
    world.party.tell("push");
    until("the push is told", || world.of(kinds::PIN_PUSH).len() == 2).await;
    world.quiet().await;
    assert_eq!(syncs(&world), 2, "from locked no push leads on");
}

#[tokio::test]
async fn a_push_is_followed_later_where_the_relying_party_has_no_time_now() {
    let world = World::enrolled().await;
    world.party.rules().refuses = Some(Reason::Busy);
    world.party.tell("push");
    until("it asks", || syncs(&world) == 2).await;
    world.quiet().await;
    world.party.rules().refuses = Some(Reason::PinLocked);
    world.pass(300);
    until("it asks again", || world.state() == CacheState::Locked).await;
}

#[tokio::test]
async fn a_phone_that_is_turned_away_asks_once_what_became_of_its_enrolment() {
    let world = World::enrolled().await;
    world.party.rules().turns_away = true;
    world.party.close_streams();
    until("it asks", || syncs(&world) == 2).await;
    for _ in 0..5 {
        world.pass(400);
        world.quiet().await;
    }
    assert_eq!(syncs(&world), 2, "and once only");
    world.party.rules().refuses = Some(Reason::Revoked);
    world.phone.sync(&world.id()).await.unwrap_err();
    assert_eq!(world.state(), CacheState::Disabled);
}

#[tokio::test]
async fn a_forged_push_is_told_and_starts_no_sync_for_what_it_says() {
    let world = World::enrolled().await;
    world.party.rules().forges_beats = true;
    world.party.rules().pin_version = 9;
    world.party.tell("push");
    until("it is refused", || !world.of(kinds::PIN_REFUSED).is_empty()).await;
    let told = &world.of(kinds::PIN_REFUSED)[0];
    assert_eq!(
        (&told["reason"], &told["signed"]),
        (&"beatSignature".into(), &false.into())
    );
    assert!(world.of(kinds::PIN_PUSH).is_empty());
    assert!(!world.transitions().iter().any(|it| it.contains("stale")));
}

#[tokio::test]
async fn a_stream_that_ends_is_opened_again_and_what_was_missed_is_asked_for() {
    let world = World::enrolled().await;
    assert_eq!(world.party.streams(), 1);
    world.party.tell("push");
    until("the push is told", || world.of(kinds::PIN_PUSH).len() == 1).await;
    world.quiet().await;
    world.party.close_streams();
    until("it is open again", || world.party.streams() == 1).await;
    world.quiet().await;
    assert_eq!(syncs(&world), 2);
    world.party.goes_away();
    until("it is closed", || {
        world.info().stream == StreamState::Connecting
    })
    .await;
    world.quiet().await;
    assert_eq!(world.check(PIN).await.unwrap().len(), 1);
    world.party.comes_back().await;
    world.pass(300);
    until("it is open again", || {
        world.info().stream == StreamState::Open
    })
    .await;
    world.quiet().await;
    assert_eq!(world.state(), CacheState::Valid);
}

#[tokio::test]
async fn a_stream_without_beats_is_closed_and_opened_again() {
    let world = World::enrolled().await;
    // Something on the stream after the synchronization: what comes later is missed.
    world.party.tell("push");
    until("the push is told", || world.of(kinds::PIN_PUSH).len() == 1).await;
    world.quiet().await;
    world.pass(74);
    world.quiet().await;
    assert_eq!(world.of(kinds::PIN_STREAM).len(), 1, "it is patient");
    world.pass(2);
    world.quiet().await;
    let told = world.of(kinds::PIN_STREAM);
    assert_eq!(told[1]["why"], "a beat was missed");
    assert_eq!(told[2]["state"], "opened");
    assert_eq!(syncs(&world), 2);
}

#[tokio::test]
async fn what_is_not_signed_puts_no_missed_beat_off() {
    let world = World::enrolled().await;
    world.party.tell("push");
    until("the push is told", || world.of(kinds::PIN_PUSH).len() == 1).await;
    world.quiet().await;
    world.pass(70);
    world.party.tell("noise");
    tokio::time::sleep(Duration::from_millis(200)).await;
    world.quiet().await;
    world.pass(6);
    world.quiet().await;
    assert_eq!(world.of(kinds::PIN_STREAM)[1]["why"], "a beat was missed");
}

#[tokio::test]
async fn a_clock_that_stands_still_lets_the_agent_rest() {
    let world = World::enrolled().await;
    world.party.goes_away();
    world.quiet().await;
    let before = world.bench.notes.all().len();
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(world.bench.notes.all().len(), before, "nothing goes round");
    assert!(!world.phone.agent_busy());
}

#[tokio::test]
async fn an_agent_ends_with_its_device_and_lets_go_of_the_folder() {
    let root = tempfile::tempdir().unwrap();
    let world = World::over(crate::tests::bench::in_folder(root.path())).await;
    enrol(&world.phone, &world.party).await;
    quiet(&world.phone).await;
    let World {
        phone,
        shelf,
        party,
        ..
    } = world;
    drop((phone, shelf));
    until("its stream is closed", || party.streams() == 0).await;
    drop(crate::tests::bench::in_folder(root.path()));
}

#[tokio::test]
async fn a_refused_copy_does_not_ask_again_and_again() {
    let world = World::enrolled().await;
    world.party.rules().refuses = Some(Reason::CounterBack);
    world.phone.power_cycle().await;
    world.quiet().await;
    assert_eq!(syncs(&world), 2);
    for _ in 0..5 {
        world.pass(400);
        world.quiet().await;
    }
    assert_eq!(syncs(&world), 2);
}
