//! Ceremonies that were begun and not yet finished: bounded, in memory, each handed out once.
//!
//! A restart forgets them: the visitor is asked to start again, and no challenge outlives its
//! process. What was *finished* is in the database, so that a used challenge stays used.

use std::collections::{HashMap, VecDeque};

use timeline::Timestamp;

use super::{Ceremony, CeremonyId, Claim, Kind};

/// The table of open ceremonies.
#[derive(Debug)]
pub(super) struct OpenCeremonies {
    by_id: HashMap<CeremonyId, Entry>,
    /// Ids in the order they were begun; may name ceremonies that are gone.
    order: VecDeque<CeremonyId>,
    capacity: usize,
    capacity_per_account: usize,
}

#[derive(Debug)]
struct Entry {
    ceremony: Ceremony,
    claimed: bool,
}

impl OpenCeremonies {
    pub(super) fn new(capacity: usize, capacity_per_account: usize) -> Self {
        Self {
            by_id: HashMap::new(),
            order: VecDeque::new(),
            capacity,
            capacity_per_account,
        }
    }

    /// Keeps a ceremony; false when the table is full of ceremonies that are still good.
    pub(super) fn insert(&mut self, ceremony: Ceremony, now: Timestamp) -> bool {
        if let Some(account) = ceremony.account() {
            self.make_room_for_account(&account.clone());
        }
        if self.by_id.len() >= self.capacity {
            self.by_id
                .retain(|_, entry| entry.ceremony.expires_at > now);
            self.forget_gone();
        }
        if self.by_id.len() >= self.capacity {
            return false;
        }
        if self.order.len() > self.by_id.len().saturating_mul(2).saturating_add(1024) {
            self.forget_gone();
        }
        self.order.push_back(ceremony.id);
        self.by_id.insert(
            ceremony.id,
            Entry {
                ceremony,
                claimed: false,
            },
        );
        true
    }

    /// Hands the ceremony out, once.
    pub(super) fn claim(&mut self, id: CeremonyId, kind: Kind, now: Timestamp) -> Claim {
        match self.by_id.get_mut(&id) {
            Some(entry) if entry.ceremony.kind() != kind => Claim::Unknown,
            Some(entry) if entry.claimed => Claim::Used,
            Some(entry) => {
                entry.claimed = true;
                let ceremony = entry.ceremony.clone();
                if ceremony.expires_at <= now {
                    Claim::Expired(ceremony)
                } else {
                    Claim::Open(ceremony)
                }
            }
            None => Claim::Unknown,
        }
    }

    /// How many are still good and unclaimed.
    pub(super) fn count(&self, now: Timestamp) -> u32 {
        let open = self
            .by_id
            .values()
            .filter(|entry| !entry.claimed && entry.ceremony.expires_at > now);
        u32::try_from(open.count()).unwrap_or(u32::MAX)
    }

    /// Forgets a ceremony whose end is in the database.
    pub(super) fn close(&mut self, id: CeremonyId) {
        self.by_id.remove(&id);
    }

    /// Drops an account's oldest unclaimed ceremonies until one more fits.
    fn make_room_for_account(&mut self, account: &webauthn::id::UserHandle) {
        let of_account: Vec<CeremonyId> = self
            .order
            .iter()
            .filter(|id| {
                self.by_id.get(id).is_some_and(|entry| {
                    !entry.claimed && entry.ceremony.account() == Some(account)
                })
            })
            .copied()
            .collect();
        let surplus = (of_account.len() + 1).saturating_sub(self.capacity_per_account);
        for id in of_account.iter().take(surplus) {
            self.by_id.remove(id);
        }
    }

    fn forget_gone(&mut self) {
        self.order.retain(|id| self.by_id.contains_key(id));
    }
}
