//! Real time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use timeline::{Clock, Sleep, Timestamp};

/// Real time, as the operating system tells it.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock whose monotonic time starts now.
    #[must_use]
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A machine set before 1970 shows the epoch: nothing here needs earlier times.
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        Timestamp(0).plus(since_epoch)
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep_until(&self, at: Timestamp) -> Sleep<'_> {
        Box::pin(async move {
            loop {
                let now = self.now();
                if now >= at {
                    return;
                }
                // Re-read the wall clock at least once a second: someone may have set it.
                tokio::time::sleep(at.since(now).min(Duration::from_secs(1))).await;
            }
        })
    }
}
