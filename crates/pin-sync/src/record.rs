//! The record: what the vault holds of one enrolment on the device.

use timeline::Timestamp;
use webauthn::cbor::Encoder;
use zeroize::Zeroizing;

use crate::Error;
use crate::cache::VerifierKey;
use crate::cbor::{At, Map};
use crate::encoding::{millis, timestamp};
use crate::enrolment::{Binding, Names};
use crate::key::{PointName, SigningKey, VerifyingKey};
use crate::seen::Seen;
use crate::tries::Tries;

/// The version of the encoding.
const VERSION: u64 = 1;
/// More than any record takes: four names of 255 bytes, keys and numbers.
const ROOM: usize = 2048;
/// The first key of what is noted of the cache's age.
const SEEN: u8 = 22;

/// The highest of everything that a device has accepted under the server's signature. Nothing of it
/// ever goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Highest {
    /// The PIN's version.
    pub pin_version: u64,
    /// The policy's version.
    pub policy_version: u64,
    /// When a payload or refusal was made, by the server's clock.
    pub issued_at: Timestamp,
    /// The unlock epoch.
    pub unlock_epoch: u64,
}

impl Default for Highest {
    fn default() -> Self {
        Self {
            pin_version: 0,
            policy_version: 0,
            issued_at: Timestamp(0),
            unlock_epoch: 0,
        }
    }
}

impl Highest {
    /// The higher of each.
    #[must_use]
    pub fn raised(self, other: Self) -> Self {
        Self {
            pin_version: self.pin_version.max(other.pin_version),
            policy_version: self.policy_version.max(other.policy_version),
            issued_at: self.issued_at.max(other.issued_at),
            unlock_epoch: self.unlock_epoch.max(other.unlock_epoch),
        }
    }

    /// Refuses what is older than this in any of the four.
    ///
    /// # Errors
    /// [`Error::OlderPinVersion`], [`Error::OlderPolicyVersion`], [`Error::OlderIssuedAt`],
    /// [`Error::OlderUnlockEpoch`].
    pub fn admit(&self, got: &Self) -> Result<(), Error> {
        if got.pin_version < self.pin_version {
            let (got, seen) = (got.pin_version, self.pin_version);
            return Err(Error::OlderPinVersion { got, seen });
        }
        if got.policy_version < self.policy_version {
            let (got, seen) = (got.policy_version, self.policy_version);
            return Err(Error::OlderPolicyVersion { got, seen });
        }
        if got.issued_at < self.issued_at {
            return Err(Error::OlderIssuedAt);
        }
        if got.unlock_epoch < self.unlock_epoch {
            let (got, seen) = (got.unlock_epoch, self.unlock_epoch);
            return Err(Error::OlderUnlockEpoch { got, seen });
        }
        Ok(())
    }
}

/// The vault's record.
#[derive(Debug, Clone)]
pub struct Record {
    /// Names and public keys.
    pub binding: Binding,
    /// `Kd`, private.
    pub kd: SigningKey,
    /// `Kv`.
    pub kv: VerifierKey,
    /// The last counter used; raised and stored before a request leaves.
    pub sync_counter: u64,
    /// The highest of everything accepted.
    pub highest: Highest,
    /// When the last payload that became the cache was made, by the server's clock; past it, when
    /// the server took the cache away.
    pub synced_at: Timestamp,
    /// The vault's copy of the wrong tries.
    pub tries: Tries,
    /// The unlock epoch in which the server said that the PIN is locked; it holds until a higher one.
    pub locked_in: Option<u64>,
    /// Sign-ins after the PIN's own expiry: the PIN version, and how many.
    pub extra_used: (u64, u32),
    /// The vault's copy of the cache's age, so that an older keyring makes nothing younger; `None`
    /// before the first sync, and in records from before there was one.
    pub seen: Option<Seen>,
}

impl Record {
    /// The record of a new enrolment.
    #[must_use]
    pub fn new(binding: Binding, kd: SigningKey, kv: VerifierKey) -> Self {
        Self {
            binding,
            kd,
            kv,
            sync_counter: 0,
            highest: Highest::default(),
            synced_at: Timestamp(0),
            tries: Tries::default(),
            locked_in: None,
            extra_used: (0, 0),
            seen: None,
        }
    }

    /// The record's bytes, to be stored under seal: a canonical CBOR map, versioned.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut encoder = Encoder::with_capacity(ROOM);
        let more = usize::from(self.locked_in.is_some()) + self.seen.map_or(0, |_| 6);
        encoder.map(20 + more);
        encoder.int(1).uint(VERSION);
        self.encode_binding(&mut encoder);
        encoder
            .int(9)
            .bytes(self.kd.to_bytes().as_bytes())
            .int(10)
            .bytes(self.kv.as_bytes())
            .int(11)
            .uint(self.sync_counter)
            .int(12)
            .uint(self.highest.pin_version)
            .int(13)
            .uint(self.highest.policy_version)
            .int(14)
            .uint(millis(self.highest.issued_at))
            .int(15)
            .uint(self.highest.unlock_epoch)
            .int(16)
            .uint(self.tries.epoch)
            .int(17)
            .uint(self.tries.failures.into())
            .int(18)
            .uint(self.extra_used.0)
            .int(19)
            .uint(self.extra_used.1.into())
            .int(20)
            .uint(millis(self.synced_at));
        if let Some(epoch) = self.locked_in {
            encoder.int(21).uint(epoch);
        }
        if let Some(seen) = &self.seen {
            seen.encode(&mut encoder, SEEN);
        }
        Zeroizing::new(encoder.into_bytes())
    }

    fn encode_binding(&self, encoder: &mut Encoder) {
        let names = self.binding.names();
        encoder
            .int(2)
            .text(names.rp_id())
            .int(3)
            .text(names.account_id())
            .int(4)
            .text(names.device_id())
            .int(5)
            .text(names.enrolment_id())
            .int(6)
            .bytes(self.binding.device_key().as_bytes())
            .int(7)
            .bytes(self.binding.server_key().as_bytes())
            .int(8)
            .bool(self.binding.test_iterations());
    }

    /// Takes a record back.
    ///
    /// # Errors
    /// [`Error::Stored`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let damaged = |_| Error::Stored("record");
        let map = Map::read(bytes, 27).map_err(damaged)?;
        let kd = map.bytes(9).map_err(damaged)?;
        let kd = SigningKey::from_bytes(kd)?;
        let record = Self::read(&map, kd).map_err(damaged)?;
        match record.binding.device_key() == record.kd.verifying_key() {
            true => Ok(record),
            false => Err(Error::Stored("record")),
        }
    }

    fn read(map: &Map<'_>, kd: SigningKey) -> Result<Self, At> {
        if map.u64(1)? != VERSION {
            return Err(At(1));
        }
        Ok(Self {
            binding: Self::read_binding(map)?,
            kd,
            kv: VerifierKey::from_slice(map.bytes(10)?).ok_or(At(10))?,
            sync_counter: map.u64(11)?,
            highest: Highest {
                pin_version: map.u64(12)?,
                policy_version: map.u64(13)?,
                issued_at: timestamp(map.u64(14)?),
                unlock_epoch: map.u64(15)?,
            },
            tries: Tries {
                epoch: map.u64(16)?,
                failures: map.u32(17)?,
            },
            synced_at: timestamp(map.u64(20)?),
            locked_in: map.optional_u64(21)?,
            extra_used: (map.u64(18)?, map.u32(19)?),
            seen: map.has(SEEN).then(|| Seen::read(map, SEEN)).transpose()?,
        })
    }

    fn read_binding(map: &Map<'_>) -> Result<Binding, At> {
        let names = Names::new(map.text(2)?, map.text(3)?, map.text(4)?, map.text(5)?)
            .map_err(|_| At(2))?;
        let kd = VerifyingKey::from_sec1(PointName::Kd, map.bytes(6)?).map_err(|_| At(6))?;
        let ks = VerifyingKey::from_sec1(PointName::Ks, map.bytes(7)?).map_err(|_| At(7))?;
        Ok(Binding::new(names, kd, ks, map.bool(8)?))
    }
}

#[cfg(test)]
mod tests;
