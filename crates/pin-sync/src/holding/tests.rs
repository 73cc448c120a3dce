mod model;

use std::time::Duration;

use timeline::Timestamp;

use super::*;
use crate::entry::Entry;
use crate::judge::{Reason as Why_, Trigger};
use crate::payload::Delivery;
use crate::pin::Pin;
use crate::world::{NOW, VALIDITY, World, at, pin};

fn enter(holding: &Holding, typed: &Pin, now: &Reading) -> Holding {
    let entry = Entry::begin([holding], now);
    let answers = entry.compute(typed);
    let mut settled = entry.settle(answers, now);
    settled
        .pop()
        .map_or_else(|| holding.clone(), |it| it.holding)
}

fn reason(holding: &Holding, seconds: u64) -> Why_ {
    holding.judge(&at(seconds)).reason
}

fn refusal(reason: Reason) -> Refusal {
    Refusal {
        reason,
        policy_version: 5,
        issued_at: NOW,
    }
}

/// What the server sends next was made later, and in another unlock epoch if asked.
fn later(world: &mut World, seconds: u64, epochs: u64) {
    world.payload.pad.issued_at = NOW.plus(Duration::from_secs(seconds));
    world.payload.unlock_epoch += epochs;
}

#[test]
fn a_new_enrolment_is_empty_and_a_sync_makes_it_valid() {
    let mut world = World::new();
    assert_eq!(reason(&world.holding, 0), Why_::NeverSynced);
    world.sync(&at(0)).expect("a sync");
    assert_eq!(reason(&world.holding, 0), Why_::Good);
    let judged = world.holding.judge(&at(0));
    assert_eq!(
        (judged.tries_left, judged.remaining),
        (Some(3), Some(VALIDITY))
    );
}

#[test]
fn the_cache_expires_at_its_second_and_not_one_later() {
    let world = World::synced();
    let cases = [
        (0, Why_::Good),
        (3_239, Why_::Good),
        (3_240, Why_::NearlyOver),
        (3_599, Why_::NearlyOver),
        (3_600, Why_::ValidityOver),
        (1_000_000, Why_::ValidityOver),
    ];
    for (seconds, expected) in cases {
        assert_eq!(reason(&world.holding, seconds), expected, "at {seconds} s");
    }
    let mut short = World::new();
    short.payload.validity = Duration::from_secs(200);
    short.sync(&at(0)).expect("a sync");
    assert_eq!(
        reason(&short.holding, 0),
        Why_::NearlyOver,
        "under five minutes"
    );
    assert_eq!(reason(&short.holding, 200), Why_::ValidityOver);
}

#[test]
fn no_clock_that_is_frozen_or_turned_makes_a_cache_younger() {
    let world = World::synced();
    let over = Duration::from_secs(4_600);
    let frozen = Reading {
        since_boot: over,
        ..at(0)
    };
    assert_eq!(world.holding.judge(&frozen).reason, Why_::ValidityOver);
    let back = Reading {
        wall: Timestamp(0),
        ..at(3_600)
    };
    assert_eq!(world.holding.judge(&back).reason, Why_::ValidityOver);
    let forward = Reading {
        wall: NOW.plus(VALIDITY),
        ..at(1)
    };
    let seen = world.holding.noted(&forward);
    assert_eq!(
        seen.judge(&at(2)).reason,
        Why_::ValidityOver,
        "seen stays seen"
    );
    let rebooted = Reading {
        boot: [2; 16],
        since_boot: Duration::ZERO,
        ..at(60)
    };
    assert_eq!(world.holding.judge(&rebooted).reason, Why_::Good);
    let rebooted_and_back = Reading {
        wall: Timestamp(NOW.0 - 1),
        ..rebooted
    };
    assert_eq!(
        world.holding.judge(&rebooted_and_back).reason,
        Why_::ClockBack
    );
}

#[test]
fn a_clock_set_ahead_for_the_sync_and_back_after_it_gains_nothing() {
    let mut world = World::new();
    let ahead = Reading {
        wall: NOW.plus(VALIDITY * 1_000),
        ..at(0)
    };
    world.sync(&ahead).expect("a sync");
    assert_eq!(reason(&world.holding, 3_599), Why_::NearlyOver);
    assert_eq!(reason(&world.holding, 3_600), Why_::ValidityOver);
    let rebooted = Reading {
        boot: [2; 16],
        since_boot: Duration::ZERO,
        ..at(60)
    };
    assert_eq!(world.holding.judge(&rebooted).reason, Why_::ClockBack);
}

#[test]
fn clocks_that_differ_on_purpose_change_nothing_in_the_validity() {
    for offset in [-86_400_000, -1, 0, 1, 86_400_000] {
        let mut world = World::new();
        let shifted = |seconds| {
            let reading = at(seconds);
            Reading {
                wall: Timestamp(reading.wall.0 + offset),
                ..reading
            }
        };
        world.sync(&shifted(0)).expect("a sync");
        assert!(
            world.holding.judge(&shifted(3_599)).answers(),
            "{offset} ms"
        );
        let over = world.holding.judge(&shifted(3_600));
        assert_eq!(over.reason, Why_::ValidityOver, "{offset} ms");
        let rebooted = Reading {
            boot: [2; 16],
            since_boot: Duration::ZERO,
            ..shifted(3_600)
        };
        assert_eq!(world.holding.judge(&rebooted).reason, Why_::ValidityOver);
    }
}

#[test]
fn three_wrong_pins_lock_and_neither_a_sync_nor_the_right_pin_opens() {
    let mut world = World::synced();
    for left in [2, 1, 0] {
        world.holding = enter(&world.holding, &pin("0000"), &at(1));
        assert_eq!(world.holding.judge(&at(1)).tries_left, Some(left));
    }
    assert_eq!(reason(&world.holding, 1), Why_::TriesSpent);
    let same = enter(&world.holding, &pin("2580"), &at(1));
    assert_eq!(
        same.tries(),
        world.holding.tries(),
        "a locked cache is not asked"
    );
    later(&mut world, 2, 0);
    let refused = world.sync(&at(2)).expect_err("locked");
    assert_eq!(refused, Error::OnlinePinNeeded(CacheState::Locked));
    later(&mut world, 3, 1);
    world.sync(&at(3)).expect("a higher unlock epoch");
    assert_eq!(reason(&world.holding, 3), Why_::Good);
    assert_eq!(world.holding.tries().failures, 0);
}

#[test]
fn a_refresh_between_tries_gives_none_back() {
    let mut world = World::synced();
    world.holding = enter(&world.holding, &pin("0000"), &at(1));
    world.holding = enter(&world.holding, &pin("0001"), &at(1));
    later(&mut world, 2, 0);
    world.sync(&at(2)).expect("a refresh");
    assert_eq!(world.holding.judge(&at(2)).tries_left, Some(1));
    world.holding = enter(&world.holding, &pin("2580"), &at(2));
    assert_eq!(world.holding.judge(&at(2)).tries_left, Some(3));
}

#[test]
fn switching_the_policy_off_and_on_gives_no_try_back() {
    let mut world = World::synced();
    for _ in 0..3 {
        world.holding = enter(&world.holding, &pin("0000"), &at(1));
    }
    world.holding = world.holding.refused(&refusal(Reason::OfflineOff));
    assert_eq!(reason(&world.holding, 2), Why_::Off);
    assert!(world.holding.synced().is_none(), "wiped");
    later(&mut world, 3, 0);
    world.payload.pad.policy_version += 1;
    world.sync(&at(3)).expect("on again");
    assert_eq!(reason(&world.holding, 3), Why_::TriesSpent);
}

#[test]
fn what_the_server_took_away_does_not_come_back_with_an_older_keyring() {
    for taken in [
        Reason::Revoked,
        Reason::NoPin,
        Reason::OfflineOff,
        Reason::PinSyncOff,
    ] {
        let mut world = World::synced();
        let keyring = world.holding.cache.clone();
        world.holding = world.holding.refused(&Refusal {
            policy_version: world.payload.pad.policy_version,
            ..refusal(taken)
        });
        assert!(world.holding.synced().is_none(), "{taken:?}: wiped");
        world.holding.cache = keyring;
        assert_eq!(reason(&world.holding, 1), Why_::OlderCopy, "{taken:?}");
        later(&mut world, 0, 0);
        world.sync(&at(2)).expect("given again");
        assert_eq!(reason(&world.holding, 2), Why_::Good, "{taken:?}");
    }
}

#[test]
fn validity_zero_wipes() {
    let mut world = World::synced();
    world.payload.validity = Duration::ZERO;
    world.payload.pad.policy_version += 1;
    world.sync(&at(1)).expect("a sync");
    assert_eq!(reason(&world.holding, 1), Why_::Off);
    assert!(world.holding.synced().is_none());
}

#[test]
fn a_lock_that_the_server_signed_holds_until_a_higher_epoch() {
    let mut world = World::synced();
    world.holding = world.holding.refused(&refusal(Reason::PinLocked));
    assert_eq!(reason(&world.holding, 1), Why_::LockedByServer);
    later(&mut world, 2, 0);
    assert_eq!(
        world.sync(&at(2)).expect_err("locked").code(),
        "onlinePinNeeded"
    );
    later(&mut world, 2, 1);
    world.sync(&at(2)).expect("unlocked");
    assert_eq!(reason(&world.holding, 2), Why_::Good);
}

#[test]
fn the_first_state_that_applies_is_the_state() {
    let mut world = World::synced();
    let beat = Beat {
        pin_version: 4,
        policy_version: 5,
        issued_at: NOW,
    };
    world.holding = world.holding.beat(&beat).expect("news");
    assert_eq!(
        reason(&world.holding, 4_000),
        Why_::PinNewer,
        "stale before expired"
    );
    assert!(
        world.holding.beat(&beat).is_none(),
        "no news the second time"
    );
    world.holding = world.holding.refused(&refusal(Reason::PinLocked));
    assert_eq!(
        reason(&world.holding, 4_000),
        Why_::LockedByServer,
        "locked before stale"
    );
    world.holding = world.holding.refused(&refusal(Reason::PinSyncOff));
    assert_eq!(
        reason(&world.holding, 4_000),
        Why_::Off,
        "disabled before locked"
    );
}

#[test]
fn an_expired_cache_needs_the_online_pin_and_a_stale_one_does_not() {
    let mut world = World::synced();
    later(&mut world, 4_000, 0);
    let refused = world.sync(&at(4_000)).expect_err("expired");
    assert_eq!(refused, Error::OnlinePinNeeded(CacheState::Expired));
    assert_eq!(
        reason(&world.holding, 4_000),
        Why_::ValidityOver,
        "nothing changed"
    );
    world.payload.pin_version += 1;
    world.sync(&at(4_000)).expect("a changed PIN");
    assert_eq!(reason(&world.holding, 4_000), Why_::Good);
}

#[test]
fn older_payloads_are_refused_each_for_what_is_older() {
    type Older = fn(&mut Payload);
    let cases: [(&str, Older); 4] = [
        ("olderPinVersion", |it| it.pin_version -= 1),
        ("olderPolicyVersion", |it| it.pad.policy_version -= 1),
        ("olderIssuedAt", |it| {
            it.pad.issued_at = Timestamp(NOW.0 - 1)
        }),
        ("olderUnlockEpoch", |it| it.unlock_epoch -= 1),
    ];
    for (expected, older) in cases {
        let mut world = World::synced();
        older(&mut world.payload);
        assert_eq!(world.sync(&at(1)).expect_err("older").code(), expected);
        assert_eq!(reason(&world.holding, 1), Why_::Good, "the old cache stays");
    }
}

#[test]
fn a_payload_that_arrives_after_a_refusal_made_later_is_refused() {
    let mut world = World::synced();
    let (delivery, ours, _) = world.exchange(Purpose::Sync);
    let Delivery::Sync(payload) = delivery else {
        panic!("a sync brings a payload")
    };
    world.holding = world.holding.refused(&Refusal {
        issued_at: Timestamp(NOW.0 + 1),
        ..refusal(Reason::OfflineOff)
    });
    let late = world.holding.accept(&payload, &ours, &at(2));
    assert_eq!(late.expect_err("older").code(), "olderIssuedAt");
}

#[test]
fn a_lost_keyring_item_is_locked_and_a_sync_alone_does_not_bring_it_back() {
    let mut world = World::synced();
    world.holding = enter(&world.holding, &pin("0000"), &at(1));
    world.holding.cache = None;
    assert_eq!(reason(&world.holding, 1), Why_::KeyringLost);
    assert_eq!(world.holding.tries().failures, 1);
    later(&mut world, 2, 0);
    assert_eq!(
        world.sync(&at(2)).expect_err("lost").code(),
        "onlinePinNeeded"
    );
    later(&mut world, 2, 1);
    world.sync(&at(2)).expect("after the online PIN");
    assert_eq!(reason(&world.holding, 2), Why_::Good);
}

#[test]
fn a_restored_store_gives_no_try_back_whichever_it_is() {
    let mut world = World::synced();
    let before = world.holding.clone();
    world.holding = enter(&world.holding, &pin("0000"), &at(1));
    let keyring = Holding {
        cache: before.cache.clone(),
        ..world.holding.clone()
    };
    let vault = Holding {
        record: before.record.clone(),
        ..world.holding.clone()
    };
    assert_eq!(keyring.judge(&at(1)).tries_left, Some(2));
    assert_eq!(vault.judge(&at(1)).tries_left, Some(2));
    later(&mut world, 60, 0);
    world.sync(&at(60)).expect("a refresh");
    let keyring = Holding {
        cache: before.cache,
        ..world.holding.clone()
    };
    assert_eq!(keyring.judge(&at(61)).reason, Why_::OlderCopy);
}

#[test]
fn a_restored_store_makes_no_cache_younger_whichever_it_is() {
    let world = World::synced();
    let (young, minutes) = (world.holding.clone(), 50_u64);
    let aged = young.noted(&at(minutes * 60));
    let rebooted = |minutes: u64| Reading {
        boot: [2; 16],
        since_boot: Duration::from_secs(1),
        ..at(minutes * 60)
    };
    let keyring = Holding::stored(aged.record.clone(), young.cache.clone());
    let vault = Holding::stored(young.record.clone(), aged.cache.clone());
    for restored in [keyring, vault] {
        assert_eq!(restored.judge(&rebooted(0)).reason, Why_::ClockBack);
        assert_eq!(restored.judge(&rebooted(50)).reason, Why_::Good);
        let left = restored.judge(&at(minutes * 60)).remaining;
        assert_eq!(left, Some(Duration::from_secs(600)));
        let noted = restored.noted(&rebooted(59));
        assert_eq!(noted.record.seen, noted.synced().map(|it| it.seen));
        assert_eq!(noted.judge(&rebooted(60)).reason, Why_::ValidityOver);
    }
    let older = Record {
        seen: None,
        ..aged.record.clone()
    };
    let older = Holding::stored(
        Record::decode(&older.encode()).expect("a record"),
        aged.cache,
    );
    assert_eq!(older.judge(&rebooted(50)).reason, Why_::Good);
    let mut world = world;
    later(&mut world, 60, 0);
    world.sync(&at(60)).expect("a refresh");
    let note = world.holding.record.seen.expect("a note");
    assert_eq!(note.age, Duration::ZERO, "a sync begins anew");
}

#[test]
fn a_crash_between_the_two_stores_loses_neither_a_try_nor_a_way_back() {
    let mut world = World::synced();
    let before = world.holding.clone();
    for _ in 0..3 {
        world.holding = enter(&world.holding, &pin("0000"), &at(1));
    }
    let locked = world.holding.clone();
    later(&mut world, 2, 1);
    world.sync(&at(2)).expect("a higher epoch");
    // The vault has the new record, the keyring still the locked cache.
    let torn = Holding {
        cache: locked.cache,
        ..world.holding.clone()
    };
    assert_eq!(torn.tries().failures, 0, "the later epoch counts");
    assert_eq!(torn.judge(&at(3)).reason, Why_::OlderCopy);
    assert!(torn.judge(&at(3)).refreshes(Trigger::Start));
    // A try that reached the vault only.
    let spent = before.with_tries(before.tries().spent());
    let torn = Holding {
        cache: before.cache.clone(),
        record: spent.record,
    };
    assert_eq!(torn.tries().failures, 1);
}

#[test]
fn wipe_and_resync_wipes_at_the_last_try() {
    let mut world = World::new();
    world.payload.lock_kind = LockKind::WipeAndResync;
    world.sync(&at(0)).expect("a sync");
    for wiped in [false, false, true] {
        world.holding = enter(&world.holding, &pin("0000"), &at(1));
        assert_eq!(world.holding.synced().is_none(), wiped);
    }
    assert_eq!(reason(&world.holding, 1), Why_::TriesSpent);
    assert_eq!(world.holding.tries().failures, 3);
    later(&mut world, 2, 1);
    world.sync(&at(2)).expect("after the online PIN");
    assert_eq!(reason(&world.holding, 2), Why_::Good);
}

#[test]
fn a_pin_too_old_has_its_extra_uses_and_no_sync_gives_them_again() {
    let mut world = World::new();
    world.payload.pad.pin_expires_at = Some(NOW.plus(Duration::from_secs(60)));
    world.payload.pad.extra_uses_left = 2;
    world.sync(&at(0)).expect("a sync");
    world.holding = enter(&world.holding, &pin("2580"), &at(59));
    assert_eq!(world.holding.judge(&at(59)).extra_uses_left, None);
    assert_eq!(world.holding.judge(&at(60)).extra_uses_left, Some(2));
    world.holding = enter(&world.holding, &pin("0000"), &at(61));
    world.holding = enter(&world.holding, &pin("2580"), &at(61));
    assert_eq!(world.holding.judge(&at(61)).extra_uses_left, Some(1));
    later(&mut world, 62, 0);
    world.sync(&at(62)).expect("a refresh");
    assert_eq!(world.holding.judge(&at(62)).extra_uses_left, Some(1));
    world.holding = enter(&world.holding, &pin("2580"), &at(63));
    assert_eq!(reason(&world.holding, 63), Why_::PinTooOld);
    world.payload.pin_version += 1;
    world.payload.pad.pin_expires_at = None;
    later(&mut world, 64, 1);
    world.sync(&at(64)).expect("a new PIN");
    assert_eq!(reason(&world.holding, 64), Why_::Good);
}

#[test]
fn what_refreshes_silently_and_what_waits_for_a_pin() {
    use Trigger::{Online, Push, Start, Timer};
    let all = [Timer, Push, Start, Online];
    let triggers = |holding: &Holding, seconds| {
        let judged = holding.judge(&at(seconds));
        all.map(|trigger| judged.refreshes(trigger))
    };
    let world = World::synced();
    assert_eq!(
        triggers(&world.holding, 0),
        [false, true, true, true],
        "valid"
    );
    assert_eq!(triggers(&world.holding, 3_300), [true; 4], "expiring");
    assert_eq!(triggers(&world.holding, 3_600), [false; 4], "expired");
    let off = world.holding.refused(&refusal(Reason::OfflineOff));
    assert_eq!(triggers(&off, 0), [false, true, true, true], "off");
    let revoked = world.holding.refused(&refusal(Reason::Revoked));
    assert_eq!(triggers(&revoked, 0), [false; 4], "revoked");
    let locked = world.holding.refused(&refusal(Reason::PinLocked));
    assert_eq!(triggers(&locked, 0), [false; 4], "locked");
    let beat = Beat {
        pin_version: 9,
        policy_version: 5,
        issued_at: NOW,
    };
    let stale = world.holding.beat(&beat).expect("news");
    assert_eq!(triggers(&stale, 0), [true; 4], "stale");
    assert_eq!(triggers(&World::new().holding, 0), [true; 4], "empty");
}
