//! What is remembered for a short while, in memory, and never more than so many at once.

use std::collections::HashMap;

use timeline::Timestamp;

/// Entries under their names, each until its time is over.
pub(super) struct Table<V> {
    entries: HashMap<String, Entry<V>>,
    capacity: usize,
    came: u64,
}

struct Entry<V> {
    value: V,
    expires_at: Timestamp,
    /// Its place in the order in which entries came.
    place: u64,
}

impl<V> Table<V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            entries: HashMap::new(),
            capacity,
            came: 0,
        }
    }

    /// Keeps an entry until `expires_at`, in the place of the one before of this name; false when
    /// the table is full of others that are still good.
    pub(super) fn insert(
        &mut self,
        name: String,
        value: V,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> bool {
        if !self.entries.contains_key(&name) && self.entries.len() >= self.capacity {
            self.forget_expired(now);
            if self.entries.len() >= self.capacity {
                return false;
            }
        }
        self.came += 1;
        let entry = Entry {
            value,
            expires_at,
            place: self.came,
        };
        self.entries.insert(name, entry);
        true
    }

    /// The entry, if its time is not over.
    pub(super) fn get_mut(&mut self, name: &str, now: Timestamp) -> Option<&mut V> {
        self.entries
            .get_mut(name)
            .filter(|entry| entry.expires_at > now)
            .map(|entry| &mut entry.value)
    }

    /// The entry, taken out of the table, if its time is not over.
    pub(super) fn take(&mut self, name: &str, now: Timestamp) -> Option<V> {
        let entry = self.entries.remove(name)?;
        (entry.expires_at > now).then_some(entry.value)
    }

    /// Drops every entry whose time is over.
    pub(super) fn forget_expired(&mut self, now: Timestamp) {
        self.entries.retain(|_, entry| entry.expires_at > now);
    }

    /// All entries with their names and ends, over or not, in any order.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&String, &mut V, Timestamp)> {
        self.entries
            .iter_mut()
            .map(|(name, entry)| (name, &mut entry.value, entry.expires_at))
    }

    /// Drops the oldest of the entries that are `wanted`, so that `most` remain.
    pub(super) fn keep_latest(&mut self, most: usize, wanted: impl Fn(&V) -> bool) {
        let entries = self.entries.values();
        let mut places: Vec<u64> = entries
            .filter(|entry| wanted(&entry.value))
            .map(|entry| entry.place)
            .collect();
        places.sort_unstable();
        places.truncate(places.len().saturating_sub(most));
        self.entries
            .retain(|_, entry| !places.contains(&entry.place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_handed_out_until_its_time_and_taken_once() {
        let mut table = Table::new(2);
        assert!(table.insert("a".into(), 1, Timestamp(10), Timestamp(0)));
        assert_eq!(table.get_mut("a", Timestamp(9)), Some(&mut 1));
        assert_eq!(table.get_mut("a", Timestamp(10)), None, "its time is over");
        assert_eq!(table.take("a", Timestamp(9)), Some(1));
        assert_eq!(table.take("a", Timestamp(9)), None, "it was taken");
        assert!(table.insert("b".into(), 2, Timestamp(10), Timestamp(0)));
        assert_eq!(table.take("b", Timestamp(10)), None, "too late");
        assert!(table.entries.is_empty(), "what came too late is gone");
    }

    #[test]
    fn a_full_table_lets_go_only_of_what_is_over() {
        let mut table = Table::new(2);
        assert!(table.insert("a".into(), 1, Timestamp(5), Timestamp(0)));
        assert!(table.insert("b".into(), 2, Timestamp(10), Timestamp(0)));
        assert!(!table.insert("c".into(), 3, Timestamp(10), Timestamp(4)));
        assert!(
            table.insert("b".into(), 4, Timestamp(10), Timestamp(4)),
            "one that is there already may be replaced"
        );
        assert!(table.insert("c".into(), 3, Timestamp(10), Timestamp(5)));
        assert_eq!(table.get_mut("a", Timestamp(0)), None);
        assert_eq!(table.get_mut("b", Timestamp(6)), Some(&mut 4));
    }

    #[test]
    fn the_oldest_of_some_give_way_in_the_order_in_which_they_came() {
        let mut table = Table::new(10);
        for (number, name) in ["a", "b", "c", "d"].into_iter().enumerate() {
            assert!(table.insert(name.into(), number, Timestamp(10), Timestamp(0)));
        }
        table.keep_latest(1, |number| *number != 1);
        let mut left: Vec<_> = table.iter_mut().map(|(name, _, _)| name.clone()).collect();
        left.sort();
        assert_eq!(left, ["b", "d"]);
        table.keep_latest(5, |_| true);
        assert_eq!(table.iter_mut().count(), 2);
    }
}
