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

/// What the last sync left behind, and how much age was seen since.
///
/// The age is the greatest of the wall clock's time since the sync, the boot clock's time since the
/// sync (in the same boot), and the age seen before. The two parties' wall clocks are never
/// compared, so that they may differ; a clock that stands still or goes back makes nothing younger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// When the server made the payload, by its clock.
    pub issued_at: Timestamp,
    /// The device's clocks at the sync.
    pub at_sync: Reading,
    /// The greatest age seen since.
    pub age: Duration,
    /// The latest wall clock seen since.
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
            at_sync: now,
            age: Duration::ZERO,
            latest_wall: now.wall,
        }
    }

    /// The age now.
    #[must_use]
    pub fn age(&self, now: &Reading) -> Age {
        let same_boot = now.boot == self.at_sync.boot;
        let by_boot_clock = match same_boot {
            true => now.since_boot.saturating_sub(self.at_sync.since_boot),
            false => Duration::ZERO,
        };
        let by_wall = now.wall.since(self.at_sync.wall);
        Age {
            age: self.age.max(by_wall).max(by_boot_clock),
            known: same_boot || now.wall >= self.latest_wall,
        }
    }

    /// Remembers what the clocks show; to be stored, so that a later reading cannot go below it.
    #[must_use]
    pub fn noted(self, now: &Reading) -> Self {
        Self {
            age: self.age(now).age,
            latest_wall: self.latest_wall.max(now.wall),
            ..self
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
