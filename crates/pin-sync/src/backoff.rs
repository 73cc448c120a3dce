//! When to try a silent refresh again.

use std::time::Duration;

/// The first wait, at most.
const FIRST: Duration = Duration::from_secs(2);
/// The longest wait.
pub const LONGEST: Duration = Duration::from_secs(5 * 60);

/// How long to wait after `failures` failed refreshes in a row (1 for the first). It doubles from two
/// seconds to five minutes; `random`, drawn anew each time, takes away up to half, so that devices
/// which lost the server together do not come back together.
#[must_use]
pub fn after(failures: u32, random: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let most = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    let part = f64::from(random) / (f64::from(u32::MAX) + 1.0);
    most - most.div_f64(2.0).mul_f64(part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn doubles_from_two_seconds_to_five_minutes() {
        let waits: Vec<u64> = (0..=10).map(|n| after(n, 0).as_secs()).collect();
        assert_eq!(waits, [2, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    }

    proptest! {
        #[test]
        fn jitter_takes_away_at_most_half(failures: u32, random: u32) {
            let most = after(failures, 0);
            let wait = after(failures, random);
            prop_assert!(wait <= most && wait >= most / 2, "{wait:?} of {most:?}");
            prop_assert!(wait <= LONGEST && wait >= FIRST / 2);
        }
    }
}
