//! How old a cache is. A device's clock can be set by whoever holds it, so no single clock is
//! believed: the age is the greatest of what any of them says.

use std::time::Duration;

use timeline::Timestamp;
use webauthn::cbor::Encoder;

use crate::cbor::{At, Map};
use crate::encoding::{millis, timestamp};

/// The age of a cache of which nothing tells the age: longer than any validity.
const LOST: Duration = Duration::from_nanos(u64::MAX);

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

    /// The later of two notes of one sync: no age that was noted anywhere is forgotten. A note of
    /// another sync says nothing about this one.
    #[must_use]
    pub fn later(self, other: Option<Self>) -> Self {
        let same_sync = |other: &Self| other.issued_at == self.issued_at;
        match other.filter(same_sync) {
            Some(other) if (other.age, other.latest_wall) >= (self.age, self.latest_wall) => other,
            _ => self,
        }
    }

    /// Notes what the clocks show; to be stored, so that no later reading, in this boot or after a
    /// restart, goes below it. Where nothing tells the time, the cache has expired for good: else a
    /// clock that comes back to where it was would hide all that went by meanwhile.
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
            false => Self {
                age: age.max(LOST),
                ..self
            },
        }
    }

    /// The time now as the server's clock would show it: `issuedAt` and the age. The PIN's own expiry
    /// and a workstation's challenge are judged by it.
    #[must_use]
    pub fn server_time(&self, now: &Reading) -> Timestamp {
        self.issued_at.plus(self.age(now).age)
    }
}

impl Seen {
    /// Its six members, under this key and the five after it.
    pub(crate) fn encode(&self, encoder: &mut Encoder, first: u8) {
        let key = |after: u8| i64::from(first + after);
        encoder
            .int(key(0))
            .uint(millis(self.issued_at))
            .int(key(1))
            .int(self.wall_at_sync.0)
            .int(key(2))
            .bytes(&self.boot)
            .int(key(3))
            .uint(nanos(self.since_boot))
            .int(key(4))
            .uint(nanos(self.age))
            .int(key(5))
            .int(self.latest_wall.0);
    }

    pub(crate) fn read(map: &Map<'_>, first: u8) -> Result<Self, At> {
        let wall = |key| Ok(Timestamp(map.i64(key)?));
        Ok(Self {
            issued_at: timestamp(map.u64(first)?),
            wall_at_sync: wall(first + 1)?,
            boot: map.array(first + 2)?,
            since_boot: Duration::from_nanos(map.u64(first + 3)?),
            age: Duration::from_nanos(map.u64(first + 4)?),
            latest_wall: wall(first + 5)?,
        })
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
