use proptest::prelude::*;

use super::*;
use crate::{ManualClock, Party, Timestamp};

fn recorder(capacity: usize) -> Recorder {
    Recorder::new(Arc::new(ManualClock::new(Timestamp(0))), capacity)
}

fn numbered(recorder: &Recorder, count: usize) {
    for n in 0..count {
        recorder.emit(
            Draft::new(Party::Bench, "test.event")
                .raw(vec![n as u8])
                .body(serde_json::json!({ "n": n })),
        );
    }
}

#[test]
fn what_falls_out_of_memory_is_read_back_from_disk() {
    let recorder = recorder(10);
    numbered(&recorder, 100);
    let all = recorder
        .range(Seq(0), 1_000)
        .expect("the spill file is readable");
    assert_eq!(all.len(), 100, "nothing is lost");
    for (index, event) in all.iter().enumerate() {
        assert_eq!(event.seq, Seq(index as u64 + 1));
        assert_eq!(event.raw.as_deref(), Some(&[index as u8][..]));
    }
    let one = recorder.get(Seq(7)).expect("readable").expect("kept");
    assert_eq!(one.body["n"], 6);
    assert_eq!(recorder.get(Seq(101)).expect("readable"), None);
    assert_eq!(recorder.get(Seq(0)).expect("readable"), None);
}

#[test]
fn numbers_go_on_after_clearing_and_old_ones_are_gone() {
    let recorder = recorder(2);
    numbered(&recorder, 5);
    recorder.clear();
    numbered(&recorder, 4);
    let all = recorder.range(Seq(0), 1_000).expect("readable");
    assert_eq!(
        all.iter().map(|event| event.seq.0).collect::<Vec<_>>(),
        [6, 7, 8, 9]
    );
}

#[test]
fn a_cause_from_the_future_or_from_nobody_is_dropped() {
    let recorder = recorder(8);
    recorder.emit(Draft::new(Party::Client, "test.event").cause(Seq(0)));
    let second = recorder.emit(Draft::new(Party::Client, "test.event").cause(Seq(99)));
    let third = recorder.emit(Draft::new(Party::Client, "test.event").cause(second));
    assert_eq!(
        recorder.get(second).expect("readable").expect("kept").cause,
        None
    );
    assert_eq!(
        recorder.get(third).expect("readable").expect("kept").cause,
        Some(second)
    );
}

#[test]
fn a_subscriber_sees_events_in_order_from_many_threads() {
    let recorder = Arc::new(recorder(50));
    let mut live = recorder.subscribe();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| numbered(&recorder, 100));
        }
    });
    for expected in 1..=400 {
        assert_eq!(
            live.try_recv().expect("all 400 are waiting").seq,
            Seq(expected)
        );
    }
}

#[test]
fn effects_are_found_in_memory_and_on_disk() {
    let recorder = recorder(4);
    let first = recorder.emit(Draft::new(Party::Client, "test.event"));
    for n in 0..50 {
        let cause = (n % 10 == 0).then_some(first);
        recorder.emit(Draft::new(Party::Client, "test.event").cause(cause));
    }
    let numbers = |limit| -> Vec<u64> {
        let found = recorder.effects(first, limit);
        found.iter().map(|seq| seq.0).collect()
    };
    assert_eq!(numbers(100), [2, 12, 22, 32, 42]);
    assert_eq!(numbers(2), [2, 12]);
    assert_eq!(
        recorder.effects(Seq(0), 100),
        [],
        "what has no cause is nobody's effect"
    );
    assert_eq!(recorder.effects(Seq(u64::MAX), 100), []);
    recorder.clear();
    let cleared = recorder.emit(Draft::new(Party::Client, "test.event").cause(first));
    assert_eq!(recorder.first(), cleared);
    assert_eq!(recorder.effects(first, 100), [cleared]);
}

#[test]
fn the_first_kept_event_is_the_one_a_range_begins_with() {
    let recorder = recorder(3);
    assert_eq!(recorder.first(), Seq(1), "the next one's number");
    numbered(&recorder, 20);
    assert_eq!(recorder.first(), Seq(1), "on disk");
    recorder.clear();
    assert_eq!(recorder.first(), Seq(21));
    numbered(&recorder, 2);
    assert_eq!(recorder.first(), Seq(21));
    let all = recorder.range(Seq(0), 100).expect("readable");
    assert_eq!(all[0].seq, Seq(21));
    assert_eq!(recorder.range(Seq(u64::MAX), 9).expect("readable"), []);
}

proptest! {
    #[test]
    fn any_range_is_a_window_on_the_whole(capacity in 1usize..20, count in 0usize..60, after in 0u64..70, limit in 0usize..70) {
        let recorder = recorder(capacity);
        numbered(&recorder, count);
        let window: Vec<u64> = recorder.range(Seq(after), limit).expect("readable").iter().map(|event| event.seq.0).collect();
        let whole: Vec<u64> = (after + 1..=count as u64).take(limit).collect();
        prop_assert_eq!(window, whole);
    }
}
