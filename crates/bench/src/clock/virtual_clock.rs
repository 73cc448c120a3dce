//! A party's clock.

use std::{sync::Arc, time::Duration};

use timeline::{Clock, Sleep, Timestamp};
use tokio::sync::watch;

use crate::{Error, api::ClockMotion};

/// The fastest a clock runs.
const FASTEST: f64 = 3600.0;

/// The last moment a clock can show, the end of the year 9999; after it, no date has four digits.
const LAST: Timestamp = Timestamp(253_402_300_799_999);

/// The longest that a sleeper trusts its reckoning before it looks at the clock again.
const LONGEST_NAP: Duration = Duration::from_secs(1);

/// A clock over the machine's, which the tester can move.
///
/// Its hands ([`Clock::now`]) follow the machine's at a distance, or run at a rate of their own.
/// Its monotonic time runs in real time while the hands stand still or follow, at their rate while
/// they run at one, and includes what was skipped; turning the hands does not touch it.
pub struct VirtualClock {
    machine: Arc<dyn Clock>,
    start: Option<Timestamp>,
    hands: watch::Sender<Hands>,
}

/// How the hands stood at the last motion, and how they go since.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hands {
    /// The machine's monotonic time at the last motion.
    since: Duration,
    /// The party's monotonic time at the last motion.
    monotonic: Duration,
    pace: Pace,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Pace {
    /// As the machine's clock, this many milliseconds ahead.
    Following(i64),
    /// From `wall` at the last motion, `rate` times as fast as real time.
    Running { wall: Timestamp, rate: f64 },
}

impl VirtualClock {
    /// A clock that shows the machine's time; with `start` one that shows that time and stands still.
    #[must_use]
    pub fn new(machine: Arc<dyn Clock>, start: Option<Timestamp>) -> Self {
        let hands = Hands {
            since: machine.monotonic(),
            monotonic: Duration::ZERO,
            pace: at_rest(start),
        };
        Self {
            machine,
            start,
            hands: watch::Sender::new(hands),
        }
    }

    /// Where a motion would leave the hands.
    ///
    /// # Errors
    /// [`Error::Motion`] when the motion makes no sense or leaves the years 1970 to 9999.
    pub fn check(&self, motion: ClockMotion) -> Result<Timestamp, Error> {
        let moved = self.moved(&self.hands.borrow(), motion)?;
        Ok(self.now_of(&moved))
    }

    /// Moves the clock and wakes whoever waited for that.
    ///
    /// # Errors
    /// As [`VirtualClock::check`].
    pub fn shift(&self, motion: ClockMotion) -> Result<(), Error> {
        let mut result = Ok(());
        self.hands
            .send_modify(|hands| match self.moved(hands, motion) {
                Ok(moved) => *hands = moved,
                Err(error) => result = Err(error),
            });
        result
    }

    /// How fast it runs: 0 stands still, 1 is real time.
    #[must_use]
    pub fn rate(&self) -> f64 {
        match self.hands.borrow().pace {
            Pace::Following(_) => 1.0,
            Pace::Running { rate, .. } => rate,
        }
    }

    /// Whether it goes otherwise than at the start.
    #[must_use]
    pub fn is_moved(&self) -> bool {
        self.hands.borrow().pace != at_rest(self.start)
    }

    fn moved(&self, hands: &Hands, motion: ClockMotion) -> Result<Hands, Error> {
        let since = self.machine.monotonic();
        let now = self.now_of(hands);
        let mut moved = Hands {
            since,
            monotonic: hands.monotonic_at(since),
            pace: hands.pace,
        };
        match motion {
            ClockMotion::Skip { millis } => {
                let millis = amount(millis)?;
                moved.monotonic = moved.monotonic.saturating_add(millis);
                moved.pace = self.turned(hands.pace, now.plus(millis))?;
            }
            ClockMotion::Back { millis } => {
                amount(millis)?;
                moved.pace = self.turned(hands.pace, Timestamp(now.0.saturating_sub(millis)))?;
            }
            ClockMotion::Set { to } => moved.pace = self.turned(hands.pace, to)?,
            ClockMotion::Run { rate } => moved.pace = self.running(now, rate)?,
            ClockMotion::Reset => moved.pace = at_rest(self.start),
        }
        Ok(moved)
    }

    /// The pace whose hands show `now` at this moment.
    fn turned(&self, pace: Pace, now: Timestamp) -> Result<Pace, Error> {
        if !(0..=LAST.0).contains(&now.0) {
            return Err(Error::Motion(
                "the clock would leave the years 1970 to 9999",
            ));
        }
        Ok(match pace {
            Pace::Following(_) => Pace::Following(now.0.saturating_sub(self.machine.now().0)),
            Pace::Running { rate, .. } => Pace::Running { wall: now, rate },
        })
    }

    fn running(&self, now: Timestamp, rate: f64) -> Result<Pace, Error> {
        if !(0.0..=FASTEST).contains(&rate) {
            return Err(Error::Motion(
                "a clock runs 0 to 3600 times as fast as real time",
            ));
        }
        if rate == 1.0 {
            return self.turned(Pace::Following(0), now);
        }
        Ok(Pace::Running { wall: now, rate })
    }

    fn now_of(&self, hands: &Hands) -> Timestamp {
        let now = match hands.pace {
            Pace::Following(ahead) => Timestamp(self.machine.now().0.saturating_add(ahead)),
            Pace::Running { wall, rate } => wall.plus(times(
                self.machine.monotonic().saturating_sub(hands.since),
                rate,
            )),
        };
        now.min(LAST)
    }

    /// How long, in real time, until the hands reach `at`; `None` when they stand still.
    fn until(&self, hands: &Hands, at: Timestamp) -> Option<Duration> {
        let left = at.since(self.now_of(hands));
        match hands.pace {
            Pace::Following(_) => Some(left),
            Pace::Running { rate: 0.0, .. } => None,
            Pace::Running { rate, .. } => Some(times(left, 1.0 / rate)),
        }
    }
}

impl Hands {
    fn monotonic_at(&self, machine: Duration) -> Duration {
        let passed = machine.saturating_sub(self.since);
        self.monotonic.saturating_add(match self.pace {
            Pace::Running { rate, .. } if rate > 0.0 => times(passed, rate),
            Pace::Running { .. } | Pace::Following(_) => passed,
        })
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.now_of(&self.hands.borrow())
    }

    fn monotonic(&self) -> Duration {
        let hands = self.hands.borrow();
        hands.monotonic_at(self.machine.monotonic())
    }

    fn sleep_until(&self, at: Timestamp) -> Sleep<'_> {
        let mut motions = self.hands.subscribe();
        Box::pin(async move {
            loop {
                let nap = {
                    let hands = motions.borrow_and_update();
                    if self.now_of(&hands) >= at {
                        return;
                    }
                    self.until(&hands, at)
                };
                let napped = async {
                    match nap {
                        // The machine's clock may be set meanwhile, so no nap is long.
                        Some(nap) => {
                            let nap = nap.clamp(Duration::from_millis(1), LONGEST_NAP);
                            tokio::time::sleep(nap).await;
                        }
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    () = napped => {}
                    // The clock itself holds the sender: this cannot fail while it sleeps.
                    _ = motions.changed() => {}
                }
            }
        })
    }
}

fn at_rest(start: Option<Timestamp>) -> Pace {
    match start {
        Some(wall) => Pace::Running { wall, rate: 0.0 },
        None => Pace::Following(0),
    }
}

fn amount(millis: i64) -> Result<Duration, Error> {
    u64::try_from(millis)
        .map(Duration::from_millis)
        .map_err(|_| {
            Error::Motion("an amount of time is not negative; skip goes forward, back goes back")
        })
}

fn times(duration: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}
