//! How often a stranger, and an enrolment, may ask: buckets that fill with the relying party's time.

use std::{collections::HashMap, hash::Hash};

use timeline::Timestamp;

/// Buckets at once; when one more is needed, those that are full again are forgotten.
const BUCKETS: usize = 10_000;
/// A request's worth, so that a bucket can fill by the millisecond.
const REQUEST: u64 = 60_000;

/// One bucket for each asker.
pub(super) struct Rates<K> {
    buckets: HashMap<K, Bucket>,
    per_minute: u64,
}

struct Bucket {
    left: u64,
    at: Timestamp,
}

impl<K: Hash + Eq> Rates<K> {
    /// Lets `per_minute` requests pass at once, and as many again in every minute.
    pub(super) fn new(per_minute: u32) -> Self {
        Self {
            buckets: HashMap::new(),
            per_minute: u64::from(per_minute),
        }
    }

    /// Whether one more request of this asker passes; it is counted if it does.
    pub(super) fn admit(&mut self, asker: K, now: Timestamp) -> bool {
        if self.buckets.len() >= BUCKETS && !self.buckets.contains_key(&asker) {
            let (per_minute, full) = (self.per_minute, self.full());
            self.buckets
                .retain(|_, bucket| bucket.left_at(now, per_minute) < full);
            if self.buckets.len() >= BUCKETS {
                return false;
            }
        }
        let (per_minute, full) = (self.per_minute, self.full());
        let bucket = self.buckets.entry(asker).or_insert(Bucket {
            left: full,
            at: now,
        });
        bucket.left = bucket.left_at(now, per_minute);
        bucket.at = now;
        match bucket.left.checked_sub(REQUEST) {
            Some(left) => {
                bucket.left = left;
                true
            }
            None => false,
        }
    }

    fn full(&self) -> u64 {
        self.per_minute * REQUEST
    }
}

impl Bucket {
    /// A clock that was turned back fills nothing until it runs on from there.
    fn left_at(&self, now: Timestamp, per_minute: u64) -> u64 {
        let passed = u64::try_from(now.since(self.at).as_millis()).unwrap_or(u64::MAX);
        self.left
            .saturating_add(passed.saturating_mul(per_minute))
            .min(per_minute * REQUEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_pass_at_once_as_in_a_minute_and_one_more_when_its_time_has_come() {
        let mut rates = Rates::new(3);
        let now = Timestamp(1_000_000);
        let passed = (0..5).filter(|_| rates.admit("a", now)).count();
        assert_eq!(passed, 3);
        assert!(rates.admit("b", now), "each asker has a bucket");
        let soon = Timestamp(now.0 + 19_999);
        assert!(!rates.admit("a", soon), "a third of a minute is not over");
        assert!(rates.admit("a", Timestamp(now.0 + 20_000)));
        assert!(!rates.admit("a", Timestamp(now.0 + 20_001)));
        let later = Timestamp(now.0 + 10_000_000);
        let passed = (0..5).filter(|_| rates.admit("a", later)).count();
        assert_eq!(passed, 3, "a bucket never holds more than a minute's");
    }

    #[test]
    fn a_clock_turned_back_neither_fills_nor_stops_a_bucket() {
        let mut rates = Rates::new(1);
        assert!(rates.admit("a", Timestamp(1_000_000)));
        assert!(!rates.admit("a", Timestamp(0)));
        assert!(rates.admit("a", Timestamp(60_000)));
    }

    #[test]
    fn strangers_cannot_make_it_remember_without_end() {
        let mut rates = Rates::new(1);
        let now = Timestamp(0);
        let passed = (0..BUCKETS + 50)
            .filter(|asker| rates.admit(*asker, now))
            .count();
        assert_eq!(passed, BUCKETS);
        assert!(
            rates.admit(usize::MAX, Timestamp(60_000)),
            "all are full again"
        );
        assert_eq!(rates.buckets.len(), 1);
    }
}
