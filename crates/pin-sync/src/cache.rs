//! The cache: what the keyring holds of one enrolment, all in one item, replaced in one write.

use std::fmt;
use std::time::Duration;

use hmac::Mac as _;
use serde::{Deserialize, Serialize};
use timeline::Timestamp;
use webauthn::cbor::Encoder;
use zeroize::Zeroizing;

use crate::Error;
use crate::cbor::{At, Map};
use crate::encoding::millis;
use crate::logon::ResponseKey;
use crate::mac::hmac;
use crate::payload::{LockKind, Pad};
use crate::pin::{Iterations, PinHash, Salt};
use crate::secret::secret;
use crate::seen::{Reading, Seen};
use crate::tries::Tries;

/// The version of the encoding.
const VERSION: u64 = 1;
/// More than any cache takes, so that writing one leaves no copy behind.
const ROOM: usize = 512;
/// The first key of what is noted of its age.
const SEEN: u8 = 22;

/// Where a cache stands; the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CacheState {
    /// The server's policy does not allow offline use; wiped.
    Disabled,
    /// Tries spent, locked by the server, or the keyring's item is gone.
    Locked,
    /// Nothing was synchronised yet, or the account has no PIN.
    Empty,
    /// The server has something newer.
    Stale,
    /// Its validity, or the PIN's own, has run out.
    Expired,
    /// Valid, and its end is near.
    Expiring,
    /// Valid.
    Valid,
}

impl CacheState {
    /// Whether it may answer.
    #[must_use]
    pub fn answers(self) -> bool {
        matches!(self, Self::Expiring | Self::Valid)
    }

    /// The word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Locked => "locked",
            Self::Empty => "empty",
            Self::Stale => "stale",
            Self::Expired => "expired",
            Self::Expiring => "expiring",
            Self::Valid => "valid",
        }
    }
}

impl fmt::Display for CacheState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

secret! {
    /// `Kv`, 32 random bytes in the vault: with the keyring alone no PIN can be tried.
    VerifierKey, 32
}

secret! {
    /// `HMAC-SHA256(Kv, pinHash)`: what the keyring keeps instead of the hash.
    Verifier, 32
}

impl Verifier {
    /// Makes one.
    #[must_use]
    pub fn of(key: &VerifierKey, hash: &PinHash) -> Self {
        Self::made(|verifier| {
            let code = hmac(key.as_bytes())
                .chain_update(hash.as_bytes())
                .finalize();
            verifier.copy_from_slice(&code.into_bytes());
        })
    }
}

/// Why a cache is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// Nothing was synchronised yet.
    NeverSynced,
    /// The policy does not allow offline use.
    Off,
    /// The account has no PIN.
    NoPin,
    /// The tries were spent, and the policy says to wipe then.
    Spent,
    /// The enrolment was revoked.
    Revoked,
}

impl Why {
    const ALL: [Self; 5] = [
        Self::NeverSynced,
        Self::Off,
        Self::NoPin,
        Self::Spent,
        Self::Revoked,
    ];

    fn number(self) -> u64 {
        match self {
            Self::NeverSynced => 1,
            Self::Off => 2,
            Self::NoPin => 3,
            Self::Spent => 4,
            Self::Revoked => 5,
        }
    }

    fn from_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.number() == number)
    }
}

/// The keyring's item. It exists from the enrolment on, so that a missing one is a loss.
#[derive(Debug, Clone)]
pub struct Cache {
    /// The keyring's copy of the wrong tries.
    pub tries: Tries,
    /// What it can answer with.
    pub contents: Contents,
}

/// What a cache holds.
#[derive(Debug, Clone)]
pub enum Contents {
    /// Nothing.
    Empty(Why),
    /// The last sync.
    Synced(Box<Synced>),
}

/// What a sync left.
#[derive(Debug, Clone)]
pub struct Synced {
    /// The PIN's salt.
    pub salt: Salt,
    /// Its iterations.
    pub iterations: Iterations,
    /// What a typed PIN's hash is held against.
    pub verifier: Verifier,
    /// The PIN's version.
    pub pin_version: u64,
    /// How long it may answer.
    pub validity: Duration,
    /// Wrong tries until it is locked.
    pub max_offline_attempts: u32,
    /// What happens then.
    pub lock_kind: LockKind,
    /// Policy version, `issuedAt`, the PIN's own expiry, and what the pad must know.
    pub pad: Pad,
    /// `Kr`.
    pub response: ResponseKey,
    /// The exchange that brought it.
    pub sync_counter: u64,
    /// Sign-ins after the PIN's own expiry, with this PIN version.
    pub extra_used: u32,
    /// Its age.
    pub seen: Seen,
}

impl Synced {
    /// Time left until it expires; zero at and after that moment, and when nothing tells the time.
    #[must_use]
    pub fn remaining(&self, now: &Reading) -> Duration {
        let age = self.seen.age(now);
        match age.known {
            true => self.validity.saturating_sub(age.age),
            false => Duration::ZERO,
        }
    }

    /// When it expires by the device's wall clock, if nobody sets that clock.
    #[must_use]
    pub fn valid_until(&self) -> Timestamp {
        self.seen.wall_at_sync.plus(self.validity)
    }
}

impl Cache {
    /// A cache without contents.
    #[must_use]
    pub fn empty(tries: Tries, why: Why) -> Self {
        Self {
            tries,
            contents: Contents::Empty(why),
        }
    }

    /// The last sync, if it is still here.
    #[must_use]
    pub fn synced(&self) -> Option<&Synced> {
        match &self.contents {
            Contents::Empty(_) => None,
            Contents::Synced(synced) => Some(synced),
        }
    }

    /// The item's bytes: a canonical CBOR map, versioned.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut encoder = Encoder::with_capacity(ROOM);
        match &self.contents {
            Contents::Empty(why) => {
                encoder.map(4);
                self.encode_head(&mut encoder);
                encoder.int(4).uint(why.number());
            }
            Contents::Synced(synced) => {
                encoder.map(25 + usize::from(synced.pad.pin_expires_at.is_some()));
                self.encode_head(&mut encoder);
                synced.encode(&mut encoder);
            }
        }
        Zeroizing::new(encoder.into_bytes())
    }

    fn encode_head(&self, encoder: &mut Encoder) {
        encoder
            .int(1)
            .uint(VERSION)
            .int(2)
            .uint(self.tries.epoch)
            .int(3)
            .uint(self.tries.failures.into());
    }

    /// Takes an item back.
    ///
    /// # Errors
    /// [`Error::Stored`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        Self::read(bytes).map_err(|_| Error::Stored("cache"))
    }

    fn read(bytes: &[u8]) -> Result<Self, At> {
        let map = Map::read(bytes, 27)?;
        if map.u64(1)? != VERSION {
            return Err(At(1));
        }
        let contents = match map.optional_u64(4)? {
            Some(why) => Contents::Empty(Why::from_number(why).ok_or(At(4))?),
            None => Contents::Synced(Box::new(Synced::read(&map)?)),
        };
        Ok(Self {
            tries: Tries {
                epoch: map.u64(2)?,
                failures: map.u32(3)?,
            },
            contents,
        })
    }
}

impl Synced {
    fn encode(&self, encoder: &mut Encoder) {
        let pad = &self.pad;
        encoder
            .int(5)
            .uint(pad.policy_version)
            .int(6)
            .uint(millis(pad.issued_at))
            .int(7)
            .uint(self.validity.as_secs())
            .int(8)
            .uint(self.max_offline_attempts.into())
            .int(9)
            .uint(self.pin_version);
        pad.encode_rules(encoder);
        encoder
            .int(15)
            .text(self.lock_kind.as_str())
            .int(16)
            .bytes(&self.salt.0)
            .int(17)
            .uint(self.iterations.count().into())
            .int(18)
            .bytes(self.verifier.as_bytes())
            .int(19)
            .bytes(self.response.as_bytes())
            .int(20)
            .uint(self.sync_counter)
            .int(21)
            .uint(self.extra_used.into());
        self.seen.encode(encoder, SEEN);
    }

    fn read(map: &Map<'_>) -> Result<Self, At> {
        Ok(Self {
            salt: Salt(map.array(16)?),
            // Whether few iterations are allowed was judged when they came.
            iterations: Iterations::new(map.u32(17)?, true).map_err(|_| At(17))?,
            verifier: Verifier::from_slice(map.bytes(18)?).ok_or(At(18))?,
            pin_version: map.u64(9)?,
            validity: Duration::from_secs(map.u64(7)?),
            max_offline_attempts: map.u32(8)?,
            lock_kind: LockKind::from_word(map.text(15)?).ok_or(At(15))?,
            pad: Pad::decode(map)?,
            response: ResponseKey::from_slice(map.bytes(19)?).ok_or(At(19))?,
            sync_counter: map.u64(20)?,
            extra_used: map.u32(21)?,
            seen: Seen::read(map, SEEN)?,
        })
    }
}

#[cfg(test)]
mod tests;
