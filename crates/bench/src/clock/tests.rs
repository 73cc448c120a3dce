use std::{sync::Arc, time::Duration};

use proptest::prelude::*;
use timeline::{Clock as _, ManualClock, Timestamp};

use super::{SystemClock, VirtualClock};
use crate::api::ClockMotion;

const MACHINE: i64 = 1_700_000_000_000;
const START: i64 = 1_600_000_000_000;

#[derive(Debug, Clone, Copy)]
enum Happening {
    /// Real time passes, in seconds.
    Passes(u32),
    /// Somebody sets the machine's clock, so many seconds after [`MACHINE`].
    MachineSet(u32),
    Motion(ClockMotion),
}

/// What the clock's page says about it, in whole milliseconds.
struct Model {
    machine: i64,
    wall: i64,
    monotonic: i64,
    rate: f64,
    follows: bool,
    start: Option<i64>,
}

impl Model {
    fn new(start: Option<i64>) -> Self {
        let mut model = Self {
            machine: MACHINE,
            wall: 0,
            monotonic: 0,
            rate: 0.0,
            follows: false,
            start,
        };
        model.rest();
        model
    }

    fn rest(&mut self) {
        self.wall = self.start.unwrap_or(self.machine);
        self.follows = self.start.is_none();
        self.rate = if self.follows { 1.0 } else { 0.0 };
    }

    fn happens(&mut self, happening: Happening) {
        match happening {
            Happening::Passes(seconds) => {
                let millis = i64::from(seconds) * 1000;
                let at_rate = (millis as f64 * self.rate) as i64;
                self.machine += millis;
                self.wall += at_rate;
                self.monotonic += if self.rate > 0.0 { at_rate } else { millis };
            }
            Happening::MachineSet(seconds) => {
                let machine = MACHINE + i64::from(seconds) * 1000;
                if self.follows {
                    self.wall += machine - self.machine;
                }
                self.machine = machine;
            }
            Happening::Motion(ClockMotion::Skip { millis }) => {
                self.wall += millis;
                self.monotonic += millis;
            }
            Happening::Motion(ClockMotion::Back { millis }) => self.wall -= millis,
            Happening::Motion(ClockMotion::Set { to }) => self.wall = to.0,
            Happening::Motion(ClockMotion::Run { rate }) => {
                self.follows = rate == 1.0;
                self.rate = rate;
            }
            Happening::Motion(ClockMotion::Reset) => self.rest(),
        }
    }
}

fn motions() -> impl Strategy<Value = ClockMotion> {
    prop_oneof![
        (0i64..10_000_000).prop_map(|millis| ClockMotion::Skip { millis }),
        (0i64..10_000_000).prop_map(|millis| ClockMotion::Back { millis }),
        (START..MACHINE).prop_map(|to| ClockMotion::Set { to: Timestamp(to) }),
        prop::sample::select(vec![0.0, 0.5, 1.0, 2.0, 60.0, 3600.0])
            .prop_map(|rate| ClockMotion::Run { rate }),
        Just(ClockMotion::Reset),
    ]
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let one = prop_oneof![
        (0u32..100_000).prop_map(Happening::Passes),
        (0u32..100_000).prop_map(Happening::MachineSet),
        motions().prop_map(Happening::Motion),
    ];
    prop::collection::vec(one, 0..40)
}

proptest! {
    #[test]
    fn the_hands_follow_the_arithmetic_and_monotonic_time_never_goes_back(
        happenings in happenings(),
        stands_still in any::<bool>(),
    ) {
        let machine = Arc::new(ManualClock::new(Timestamp(MACHINE)));
        let start = stands_still.then_some(START);
        let clock = VirtualClock::new(machine.clone(), start.map(Timestamp));
        let mut model = Model::new(start);
        let mut before = Duration::ZERO;
        for happening in happenings {
            match happening {
                Happening::Passes(seconds) => machine.advance(Duration::from_secs(seconds.into())),
                Happening::MachineSet(seconds) => {
                    machine.set(Timestamp(MACHINE + i64::from(seconds) * 1000));
                }
                Happening::Motion(motion) => {
                    let told = clock.check(motion).expect("within the years");
                    clock.shift(motion).expect("within the years");
                    prop_assert_eq!(clock.now(), told, "it moves to where it said");
                }
            }
            model.happens(happening);
            prop_assert_eq!(clock.now().0, model.wall, "after {:?}", happening);
            let monotonic = clock.monotonic();
            prop_assert_eq!(monotonic.as_millis() as i64, model.monotonic);
            prop_assert!(monotonic >= before);
            before = monotonic;
        }
    }

    #[test]
    fn a_sleeper_wakes_at_the_motion_that_reaches_its_time_and_at_none_before(
        motions in prop::collection::vec(motions(), 1..20),
        after in 1i64..20_000_000,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let machine = Arc::new(ManualClock::new(Timestamp(MACHINE)));
            let clock = Arc::new(VirtualClock::new(machine, Some(Timestamp(START))));
            let at = Timestamp(START + after);
            let sleeper = tokio::spawn({
                let clock = clock.clone();
                async move { clock.sleep_until(at).await }
            });
            tokio::task::yield_now().await;
            for motion in motions {
                clock.shift(motion).expect("within the years");
                let reached = clock.now() >= at;
                for _ in 0..4 {
                    tokio::task::yield_now().await;
                }
                assert_eq!(sleeper.is_finished(), reached, "after {motion:?}");
                if reached {
                    break;
                }
            }
            sleeper.abort();
        });
    }
}

#[tokio::test]
async fn a_sleeper_honours_the_rate_also_when_it_changes_while_it_sleeps() {
    let clock = Arc::new(VirtualClock::new(
        Arc::new(SystemClock::new()),
        Some(Timestamp(START)),
    ));
    let at = Timestamp(START).plus(Duration::from_secs(100));
    let sleeper = tokio::spawn({
        let clock = clock.clone();
        async move { clock.sleep_until(at).await }
    });
    tokio::task::yield_now().await;
    clock
        .shift(ClockMotion::Run { rate: 3600.0 })
        .expect("a rate");
    sleeper.await.expect("no panic");
    assert!(clock.now() >= at, "it does not wake early");
    clock.shift(ClockMotion::Run { rate: 0.0 }).expect("a rate");
    let stood = clock.now();
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(clock.now(), stood, "it stands still again");
}

#[test]
fn motions_without_sense_move_nothing_and_say_so() {
    let machine = Arc::new(ManualClock::new(Timestamp(MACHINE)));
    let clock = VirtualClock::new(machine, None);
    for motion in [
        ClockMotion::Skip { millis: -1 },
        ClockMotion::Back { millis: -1 },
        ClockMotion::Skip { millis: i64::MAX },
        ClockMotion::Back { millis: i64::MAX },
        ClockMotion::Set { to: Timestamp(-1) },
        ClockMotion::Set {
            to: Timestamp(i64::MAX),
        },
        ClockMotion::Run { rate: -0.5 },
        ClockMotion::Run { rate: 3600.5 },
        ClockMotion::Run { rate: f64::NAN },
        ClockMotion::Run {
            rate: f64::INFINITY,
        },
    ] {
        let error = clock.shift(motion).expect_err("no sense");
        assert_eq!(error.code(), "clockMotion", "{motion:?}: {error}");
        assert_eq!(
            clock.check(motion).expect_err("no sense").code(),
            "clockMotion"
        );
    }
    assert_eq!(clock.now(), Timestamp(MACHINE));
    assert_eq!(clock.monotonic(), Duration::ZERO);
    assert!(!clock.is_moved());
}

#[test]
fn a_clock_knows_whether_it_was_moved() {
    for start in [None, Some(Timestamp(START))] {
        let machine = Arc::new(ManualClock::new(Timestamp(MACHINE)));
        let clock = VirtualClock::new(machine.clone(), start);
        machine.advance(Duration::from_secs(5));
        assert!(!clock.is_moved(), "time that passes is no motion");
        for motion in [
            ClockMotion::Skip { millis: 1 },
            ClockMotion::Back { millis: 1 },
            ClockMotion::Run { rate: 2.0 },
        ] {
            clock.shift(motion).expect("sense");
            assert!(clock.is_moved(), "{start:?} {motion:?}");
            clock.shift(ClockMotion::Reset).expect("sense");
            assert!(!clock.is_moved());
        }
    }
}
