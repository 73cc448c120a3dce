//! How old a cache is. A device's clock can be set by whoever holds it, so no single clock is
//! believed: the age is the greatest of what any of them says.

use std::time::Duration;

use timeline::Timestamp;

/// What a device's clocks show at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The wall clock, which a person may set.
    pub wall: Timestamp,
    /// Which boot this is; another number after each start.
    pub boot: [u8; 16],
    /// Time since that boot, which nobody can set.
    pub since_boot: Duration,
}

/// What the last sync left behind, and how much age was noted since.
///
/// The age is the greatest of the wall clock's time since the sync, the age noted before, and that
/// with the boot clock's time since the note (in the same boot). The two parties' wall clocks are
/// never compared, so that they may differ; a clock that stands still or goes back makes nothing
/// younger, and neither does a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// When the server made the payload, by its clock.
    pub issued_at: Timestamp,
    /// The device's wall clock at the sync.
    pub wall_at_sync: Timestamp,
    /// The boot of the latest note; the sync is the first one.
    pub boot: [u8; 16],
    /// The boot clock at the latest note.
    pub since_boot: Duration,
    /// The age at the latest note.
    pub age: Duration,
    /// The latest wall clock noted.
    pub latest_wall: Timestamp,
}

/// A cache's age at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    /// Time since the sync.
    pub age: Duration,
    /// False after a restart whose wall clock is behind one already seen: then nothing tells how much
    /// time went by, and the cache counts as expired.
    pub known: bool,
}

impl Seen {
    /// After a sync: the age is nothing.
    #[must_use]
    pub fn at_sync(issued_at: Timestamp, now: Reading) -> Self {
        Self {
            issued_at,
            wall_at_sync: now.wall,
            boot: now.boot,
            since_boot: now.since_boot,
            age: Duration::ZERO,
            latest_wall: now.wall,
        }
    }

    /// The age now.
    #[must_use]
    pub fn age(&self, now: &Reading) -> Age {
        let same_boot = now.boot == self.boot;
        let since_note = match same_boot {
            true => now.since_boot.saturating_sub(self.since_boot),
            false => Duration::ZERO,
        };
        let by_wall = now.wall.since(self.wall_at_sync);
        Age {
            age: self.age.saturating_add(since_note).max(by_wall),
            known: same_boot || now.wall >= self.latest_wall,
        }
    }

    /// Notes what the clocks show; to be stored, so that no later reading, in this boot or after a
    /// restart, goes below it. Where nothing tells the time there is nothing to note.
    #[must_use]
    pub fn noted(self, now: &Reading) -> Self {
        let Age { age, known } = self.age(now);
        match known {
            true => Self {
                boot: now.boot,
                since_boot: now.since_boot,
                age,
                latest_wall: self.latest_wall.max(now.wall),
                ..self
            },
            false => self,
        }
    }

    /// The time now as the server's clock would show it: `issuedAt` and the age. The PIN's own expiry
    /// and a workstation's challenge are judged by it.
    #[must_use]
    pub fn server_time(&self, now: &Reading) -> Timestamp {
        self.issued_at.plus(self.age(now).age)
    }
}

#[cfg(test)]
mod tests;
