use super::*;
use crate::tries::Tries;
use crate::world::{World, at, payload, pin};

/// Three relying parties on one phone: two share a PIN, the third has another.
fn phone() -> [Holding; 3] {
    let mut shared = World::of("acme.example", 1);
    let mut same = World::of("bank.example", 2);
    let mut other = World::of("club.example", 3);
    other.payload = payload(&pin("1379"), &mut other.rng);
    [&mut shared, &mut same, &mut other].map(|world| {
        world.sync(&at(0)).expect("a sync");
        world.holding.clone()
    })
}

fn enter(holdings: &[Holding], typed: &str) -> (Vec<bool>, Vec<Holding>) {
    let entry = Entry::begin(holdings, &at(1));
    let answers = entry.compute(&pin(typed));
    let settled = entry.settle(answers, &at(1));
    settled
        .into_iter()
        .map(|it| (it.matched.is_some(), it.holding))
        .unzip()
}

fn failures(holdings: &[Holding]) -> Vec<u32> {
    holdings.iter().map(|it| it.tries().failures).collect()
}

#[test]
fn the_result_is_the_set_that_matched() {
    let phone = phone();
    assert_eq!(enter(&phone, "2580").0, [true, true, false]);
    assert_eq!(enter(&phone, "1379").0, [false, false, true]);
    assert_eq!(enter(&phone, "0000").0, [false, false, false]);
}

#[test]
fn who_matched_goes_to_zero_and_the_others_back_to_what_they_were() {
    let phone = phone();
    let (_, phone) = enter(&phone, "0000");
    assert_eq!(failures(&phone), [1, 1, 1], "none matched: each spent one");
    let (_, phone) = enter(&phone, "1379");
    assert_eq!(failures(&phone), [1, 1, 0]);
    let (_, phone) = enter(&phone, "2580");
    assert_eq!(failures(&phone), [0, 0, 0]);
}

#[test]
fn one_try_is_spent_in_both_copies_before_anything_is_computed() {
    let phone = phone();
    let entry = Entry::begin(&phone, &at(1));
    let one = Tries {
        epoch: 1,
        failures: 1,
    };
    for spent in entry.spent() {
        assert_eq!(spent.record.tries, one);
        assert_eq!(spent.cache.as_ref().map(|cache| cache.tries), Some(one));
    }
    assert_eq!(entry.spent().count(), 3);
}

#[test]
fn who_cannot_answer_is_left_out_and_loses_nothing() {
    let mut phone = phone();
    phone[1].cache = None;
    let entry = Entry::begin(&phone, &at(1));
    assert_eq!(entry.spent().count(), 2);
    let late = Entry::begin(&phone, &at(3_600));
    assert!(late.is_empty());
    let answers = late.compute(&pin("2580"));
    assert!(late.settle(answers, &at(3_600)).is_empty());
}

#[test]
fn the_hash_of_a_pin_that_matched_is_the_servers() {
    let mut world = World::synced();
    let entry = Entry::begin([&world.holding], &at(1));
    let answers = entry.compute(&pin("2580"));
    let settled = entry.settle(answers, &at(1)).pop().expect("one");
    let matched = settled.matched.expect("the right PIN");
    assert!(matched.same_as(&world.payload.pin_hash));
    world.holding = settled.holding;
}
