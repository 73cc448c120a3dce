use proptest::prelude::*;

use super::*;
use crate::world::World;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn a_record_comes_back_as_it_was_stored(
        numbers: [u64; 6], failures: u32, extra: u32, locked in proptest::option::of(any::<u64>()),
        age in proptest::option::of(any::<u64>()), seed: u8
    ) {
        let mut record = World::of("acme.example", seed.into()).holding.record;
        record.sync_counter = numbers[0];
        record.highest = Highest {
            pin_version: numbers[1],
            policy_version: numbers[2],
            issued_at: Timestamp(i64::try_from(numbers[3] >> 1).expect("63 bits")),
            unlock_epoch: numbers[4],
        };
        record.synced_at = Timestamp(i64::try_from(numbers[5] >> 1).expect("63 bits"));
        record.tries = Tries { epoch: numbers[5], failures };
        record.locked_in = locked;
        record.extra_used = (numbers[0], extra);
        record.seen = age.map(|age| Seen {
            issued_at: record.synced_at,
            wall_at_sync: Timestamp(-5),
            boot: [seed; 16],
            since_boot: std::time::Duration::from_nanos(numbers[1]),
            age: std::time::Duration::from_nanos(age),
            latest_wall: Timestamp(7),
        });
        let bytes = record.encode();
        let back = Record::decode(&bytes).expect("what was written");
        prop_assert_eq!(&back.binding, &record.binding);
        prop_assert_eq!(back.highest, record.highest);
        prop_assert_eq!(back.locked_in, locked);
        prop_assert_eq!(back.seen, record.seen);
        prop_assert_eq!(&back.encode()[..], &bytes[..]);
        prop_assert!(bytes.capacity() == ROOM, "it grew, and left a copy behind");
    }
}

#[test]
fn a_damaged_record_is_refused() {
    let record = World::new().holding.record;
    let bytes = record.encode();
    for cut in 0..bytes.len() {
        assert!(Record::decode(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    let stranger = World::of("acme.example", 99).holding.record;
    let mixed = Record {
        kd: stranger.kd,
        ..record
    };
    let refused = Record::decode(&mixed.encode()).expect_err("two keys");
    assert_eq!(refused, Error::Stored("record"));
}

#[test]
fn the_longest_names_have_room() {
    let long = "x".repeat(crate::enrolment::MAX_NAME);
    let mut record = World::new().holding.record;
    let binding = &record.binding;
    let names = Names::new(&long, &long, &long, &long).expect("names");
    let (kd, ks) = (binding.device_key().clone(), binding.server_key().clone());
    record.binding = Binding::new(names, kd, ks, false);
    let bytes = record.encode();
    assert_eq!(bytes.capacity(), ROOM);
    assert!(Record::decode(&bytes).is_ok());
}
