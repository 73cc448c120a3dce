//! Time as the parties see it. No room asks the operating system.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// Wall-clock time in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(type = "number"))]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This time moved forward by `duration`; saturates at the end of time.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// What [`Clock::sleep_until`] returns.
pub type Sleep<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A party's clock: each has its own, and the tester may move it.
pub trait Clock: Send + Sync {
    /// Wall-clock time.
    fn now(&self) -> Timestamp;

    /// Time since some fixed instant; never goes back.
    fn monotonic(&self) -> Duration;

    /// Returns when [`Clock::now`] has reached `at`.
    fn sleep_until(&self, at: Timestamp) -> Sleep<'_>;
}

/// A clock that stands still until it is told otherwise.
#[derive(Debug)]
pub struct ManualClock {
    state: watch::Sender<(Timestamp, Duration)>,
}

impl ManualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            state: watch::Sender::new((now, Duration::ZERO)),
        }
    }

    /// Lets `duration` pass.
    pub fn advance(&self, duration: Duration) {
        self.state.send_modify(|(now, monotonic)| {
            *now = now.plus(duration);
            *monotonic = monotonic.saturating_add(duration);
        });
    }

    /// Turns the hands to `now`, forward or back; monotonic time does not move.
    pub fn set(&self, now: Timestamp) {
        self.state.send_modify(|state| state.0 = now);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.state.borrow().0
    }

    fn monotonic(&self) -> Duration {
        self.state.borrow().1
    }

    fn sleep_until(&self, at: Timestamp) -> Sleep<'_> {
        let mut changes = self.state.subscribe();
        Box::pin(async move {
            while changes.borrow_and_update().0 < at {
                if changes.changed().await.is_err() {
                    return;
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_clock_is_moved_past_its_time() {
        let clock = std::sync::Arc::new(ManualClock::new(Timestamp(1_000)));
        let sleeper = {
            let clock = clock.clone();
            tokio::spawn(async move { clock.sleep_until(Timestamp(3_000)).await })
        };
        tokio::task::yield_now().await;
        clock.advance(Duration::from_millis(1_999));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished(), "one millisecond is still to go");
        clock.advance(Duration::from_millis(1));
        sleeper.await.expect("the sleeper does not panic");
        clock.set(Timestamp(0));
        assert_eq!(
            clock.monotonic(),
            Duration::from_secs(2),
            "turning the hands is not time passing"
        );
    }

    #[test]
    fn differences_and_sums_saturate() {
        assert_eq!(
            Timestamp(5).since(Timestamp(9)),
            Duration::ZERO,
            "a later time is not negative ago"
        );
        assert_eq!(
            Timestamp(i64::MAX).plus(Duration::from_secs(1)),
            Timestamp(i64::MAX)
        );
    }
}
