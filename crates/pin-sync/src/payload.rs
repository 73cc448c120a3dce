//! What an exchange delivers, as canonical CBOR.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use timeline::Timestamp;
use webauthn::cbor::Encoder;
use zeroize::Zeroizing;

use crate::aead::TAG_LENGTH;
use crate::cbor::{At, Map};
use crate::encoding::{millis, timestamp};
use crate::exchange::Purpose;
use crate::pin::{Iterations, MAX_BYTES, PinHash, Salt};
use crate::record::Highest;
use crate::{Error, pin};

/// More than any payload takes, so that writing one leaves no copy behind.
const ROOM: usize = 256;
/// The longest validity that is told from "for ever": a hundred years.
const MAX_VALIDITY_SECONDS: u64 = 100 * 366 * 86_400;

/// What characters a PIN is made of, as the pad must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Charset {
    /// 0 to 9.
    Digits,
    /// Any text.
    Any,
}

impl Charset {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::Any => "any",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Digits, Self::Any]
            .into_iter()
            .find(|it| it.as_str() == word)
    }
}

/// What becomes of a cache whose tries are spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockKind {
    /// It stays, locked.
    Indefinite,
    /// It is wiped at once; after a correct online PIN it comes anew.
    WipeAndResync,
}

impl LockKind {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Indefinite => "indefinite",
            Self::WipeAndResync => "wipe-and-resync",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Indefinite, Self::WipeAndResync]
            .into_iter()
            .find(|it| it.as_str() == word)
    }
}

/// What a pad must know before a PIN is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pad {
    /// The policy in force.
    pub policy_version: u64,
    /// When the server made this, by its clock.
    pub issued_at: Timestamp,
    /// When the PIN grows too old, by the server's clock; `None` when it does not age.
    pub pin_expires_at: Option<Timestamp>,
    /// Sign-ins still allowed after that.
    pub extra_uses_left: u32,
    /// Fewest characters of a PIN.
    pub min_length: u8,
    /// Most characters of a PIN; 63 at most.
    pub max_length: u8,
    /// Which characters.
    pub charset: Charset,
}

/// What a sync delivers.
#[derive(Debug, Clone)]
pub struct Payload {
    /// The PIN's hash.
    pub pin_hash: PinHash,
    /// Its salt.
    pub salt: Salt,
    /// Its iterations.
    pub iterations: Iterations,
    /// The PIN's version, from 1.
    pub pin_version: u64,
    /// How long the cache may answer; whole seconds. Zero: not at all.
    pub validity: Duration,
    /// Wrong tries until the cache is locked.
    pub max_offline_attempts: u32,
    /// Raised at the server by a correct online PIN or a reset, and by nothing else.
    pub unlock_epoch: u64,
    /// What becomes of the cache when the tries are spent.
    pub lock_kind: LockKind,
    /// What the pad must know.
    pub pad: Pad,
}

/// What an exchange carries: everything for `sync`, the pad's part for the others.
#[derive(Debug, Clone)]
pub enum Delivery {
    /// For `sync`.
    Sync(Box<Payload>),
    /// For `verify`, `set` and `change`.
    Pad(Pad),
}

impl Delivery {
    /// The pad's part, which every purpose has.
    #[must_use]
    pub fn pad(&self) -> &Pad {
        match self {
            Self::Sync(payload) => &payload.pad,
            Self::Pad(pad) => pad,
        }
    }

    /// Whether this is what `purpose` asks for.
    #[must_use]
    pub fn fits(&self, purpose: Purpose) -> bool {
        matches!(self, Self::Sync(_)) == (purpose == Purpose::Sync)
    }

    /// The canonical map, with room for a tag.
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut encoder = Encoder::with_capacity(ROOM + TAG_LENGTH);
        match self {
            Self::Sync(payload) => payload.encode(&mut encoder),
            Self::Pad(pad) => {
                encoder.map(6 + usize::from(pad.pin_expires_at.is_some()));
                pad.encode_versions(&mut encoder);
                pad.encode_rules(&mut encoder);
            }
        }
        Zeroizing::new(encoder.into_bytes())
    }

    /// Reads what opened. Iterations below the default need the enrolment's test flag.
    pub(crate) fn decode(
        bytes: &[u8],
        purpose: Purpose,
        test_iterations: bool,
    ) -> Result<Self, Error> {
        let map = Map::read(bytes, 15).map_err(malformed)?;
        if map.has(1) != (purpose == Purpose::Sync) {
            return Err(Error::PayloadPurpose);
        }
        match purpose {
            Purpose::Sync => {
                Payload::decode(&map, test_iterations).map(|payload| Self::Sync(Box::new(payload)))
            }
            _ if [2, 3, 4, 7, 8, 9, 15].iter().any(|key| map.has(*key)) => {
                Err(Error::PayloadPurpose)
            }
            _ => Pad::decode(&map).map(Self::Pad).map_err(malformed),
        }
    }
}

fn malformed(at: At) -> Error {
    Error::PayloadMalformed(at.0)
}

impl Payload {
    /// What of it may never go back.
    #[must_use]
    pub fn versions(&self) -> Highest {
        Highest {
            pin_version: self.pin_version,
            policy_version: self.pad.policy_version,
            issued_at: self.pad.issued_at,
            unlock_epoch: self.unlock_epoch,
        }
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder
            .map(14 + usize::from(self.pad.pin_expires_at.is_some()))
            .int(1)
            .bytes(self.pin_hash.as_bytes())
            .int(2)
            .bytes(&self.salt.0)
            .int(3)
            .uint(self.iterations.count().into())
            .int(4)
            .uint(self.pin_version);
        self.pad.encode_versions(encoder);
        encoder
            .int(7)
            .uint(self.validity.as_secs())
            .int(8)
            .uint(self.max_offline_attempts.into())
            .int(9)
            .uint(self.unlock_epoch);
        self.pad.encode_rules(encoder);
        encoder.int(15).text(self.lock_kind.as_str());
    }

    fn decode(map: &Map<'_>, test_iterations: bool) -> Result<Self, Error> {
        let count = map.u32(3).map_err(malformed)?;
        let iterations = Iterations::new(count, test_iterations)?;
        Self::decode_with(map, iterations).map_err(malformed)
    }

    fn decode_with(map: &Map<'_>, iterations: Iterations) -> Result<Self, At> {
        let seconds = map.u64(7)?;
        if seconds > MAX_VALIDITY_SECONDS {
            return Err(At(7));
        }
        Ok(Self {
            pin_hash: PinHash::from_slice(map.bytes(1)?).ok_or(At(1))?,
            salt: Salt(map.array(2)?),
            iterations,
            pin_version: map.u64(4)?,
            validity: Duration::from_secs(seconds),
            max_offline_attempts: map.u32(8)?,
            unlock_epoch: map.u64(9)?,
            lock_kind: LockKind::from_word(map.text(15)?).ok_or(At(15))?,
            pad: Pad::decode(map)?,
        })
    }
}

impl Pad {
    /// Keys 5 and 6.
    pub(crate) fn encode_versions(&self, encoder: &mut Encoder) {
        encoder
            .int(5)
            .uint(self.policy_version)
            .int(6)
            .uint(millis(self.issued_at));
    }

    /// Keys 10 (left out when the PIN does not age) to 14.
    pub(crate) fn encode_rules(&self, encoder: &mut Encoder) {
        if let Some(expires) = self.pin_expires_at {
            encoder.int(10).uint(millis(expires));
        }
        encoder
            .int(11)
            .uint(self.extra_uses_left.into())
            .int(12)
            .uint(self.min_length.into())
            .int(13)
            .uint(self.max_length.into())
            .int(14)
            .text(self.charset.as_str());
    }

    pub(crate) fn decode(map: &Map<'_>) -> Result<Self, At> {
        let length = |key| u8::try_from(map.u64(key)?).map_err(|_| At(key));
        let (min_length, max_length) = (length(12)?, length(13)?);
        if min_length == 0 {
            return Err(At(12));
        }
        if max_length < min_length || usize::from(max_length) > pin::MAX_BYTES {
            return Err(At(13));
        }
        Ok(Self {
            policy_version: map.u64(5)?,
            issued_at: timestamp(map.u64(6)?),
            pin_expires_at: map.optional_u64(10)?.map(timestamp),
            extra_uses_left: map.u32(11)?,
            min_length,
            max_length,
            charset: Charset::from_word(map.text(14)?).ok_or(At(14))?,
        })
    }
}

const _: () = assert!(MAX_BYTES <= u8::MAX as usize);

#[cfg(test)]
mod tests;
