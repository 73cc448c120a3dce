//! What is remembered for a short while, in memory, and never more than so many at once.

use std::collections::HashMap;

use timeline::Timestamp;

/// Entries under their names, each until its time is over.
pub(super) struct Table<V> {
    entries: HashMap<String, (V, Timestamp)>,
    capacity: usize,
}

impl<V> Table<V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            entries: HashMap::new(),
            capacity,
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
        self.entries.insert(name, (value, expires_at));
        true
    }

    /// The entry, if its time is not over.
    pub(super) fn get_mut(&mut self, name: &str, now: Timestamp) -> Option<&mut V> {
        self.entries
            .get_mut(name)
            .filter(|(_, expires_at)| *expires_at > now)
            .map(|(value, _)| value)
    }

    /// The entry, taken out of the table, if its time is not over.
    pub(super) fn take(&mut self, name: &str, now: Timestamp) -> Option<V> {
        let (value, expires_at) = self.entries.remove(name)?;
        (expires_at > now).then_some(value)
    }

    /// Drops every entry whose time is over.
    pub(super) fn forget_expired(&mut self, now: Timestamp) {
        self.entries.retain(|_, (_, expires_at)| *expires_at > now);
    }

    /// All entries with their names and ends, over or not.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&String, &mut V, Timestamp)> {
        self.entries
            .iter_mut()
            .map(|(name, (value, expires_at))| (name, value, *expires_at))
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.entries.remove(name);
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
}
