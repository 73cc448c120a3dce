use proptest::prelude::*;

use super::*;

fn reading() -> impl Strategy<Value = Reading> {
    (-1_000i64..10_000, 0u8..3, 0u64..10_000).prop_map(|(wall, boot, since_boot)| Reading {
        wall: Timestamp(wall * 1_000),
        boot: [boot; 16],
        since_boot: Duration::from_secs(since_boot),
    })
}

proptest! {
    #[test]
    fn the_age_never_goes_back(sync in reading(), readings in proptest::collection::vec(reading(), 1..12)) {
        let mut seen = Seen::at_sync(Timestamp(5_000), sync);
        let mut last = (Duration::ZERO, seen.server_time(&sync));
        for now in readings {
            seen = seen.noted(&now);
            let current = (seen.age(&now).age, seen.server_time(&now));
            prop_assert!(current >= last, "{current:?} after {last:?}");
            last = current;
        }
    }

    #[test]
    fn in_one_boot_no_wall_clock_makes_the_age_less_than_the_time_that_went_by(
        sync in reading(), wall in reading(), passed in 0u64..100_000
    ) {
        let seen = Seen::at_sync(Timestamp(0), sync);
        let passed = Duration::from_secs(passed);
        let now = Reading { wall: wall.wall, boot: sync.boot, since_boot: sync.since_boot + passed };
        let age = seen.age(&now);
        prop_assert!(age.known && age.age >= passed);
    }
}

#[test]
fn after_a_restart_a_clock_behind_the_last_one_seen_tells_nothing() {
    let reading = |wall, boot| Reading {
        wall: Timestamp(wall),
        boot: [boot; 16],
        since_boot: Duration::ZERO,
    };
    let seen = Seen::at_sync(Timestamp(0), reading(1_000, 1)).noted(&reading(9_000, 1));
    assert!(
        seen.age(&reading(2_000, 1)).known,
        "the boot clock still tells"
    );
    assert!(!seen.age(&reading(8_999, 2)).known);
    assert!(seen.age(&reading(9_000, 2)).known);
}

#[test]
fn a_restart_takes_away_no_time_that_was_noted_and_time_goes_on_from_there() {
    let hour = |hours: u64| Duration::from_secs(hours * 3_600);
    let at = |boot, since_boot| Reading {
        wall: Timestamp(0),
        boot: [boot; 16],
        since_boot,
    };
    // The wall clock stands still throughout.
    let mut seen = Seen::at_sync(Timestamp(0), at(1, hour(5)));
    seen = seen.noted(&at(1, hour(12)));
    assert_eq!(seen.age(&at(2, hour(0))).age, hour(7), "as noted");
    seen = seen.noted(&at(2, hour(0)));
    assert_eq!(seen.age(&at(2, hour(3))).age, hour(10));
    seen = seen.noted(&at(2, hour(3)));
    seen = seen.noted(&at(3, hour(1)));
    assert_eq!(seen.age(&at(3, hour(4))).age, hour(13));
}

#[test]
fn a_cache_of_which_nothing_told_the_age_does_not_come_back_with_the_clock() {
    let reading = |wall, boot| Reading {
        wall: Timestamp(wall),
        boot: [boot; 16],
        since_boot: Duration::ZERO,
    };
    let seen = Seen::at_sync(Timestamp(0), reading(5_000, 1));
    let behind = reading(4_999, 2);
    let noted = seen.noted(&behind);
    assert!(!noted.age(&behind).known, "it does not come to be believed");
    let right_again = noted.age(&reading(5_000, 2));
    assert_eq!((right_again.known, right_again.age), (true, LOST));
    assert_eq!(noted.later(Some(seen)), noted);
}
