//! The second round: what a person typed, and what the server says about it.

use serde::{Deserialize, Serialize};
use webauthn::cbor::Encoder;
use zeroize::Zeroizing;

use crate::Error;
use crate::aead::TAG_LENGTH;
use crate::cbor::{At, Map};
use crate::exchange::{Purpose, Transcript};
use crate::pin::{MAX_BYTES, Pin};

/// What was typed: sealed as {1: PIN}, or {1: old PIN, 2: new PIN}.
#[derive(Debug, Clone)]
pub enum Typed {
    /// For `verify` and `set`.
    Pin(Pin),
    /// For `change`.
    Change {
        /// The PIN until now.
        old: Pin,
        /// The PIN from now on.
        new: Pin,
    },
}

impl Typed {
    pub(crate) fn fits(&self, purpose: Purpose) -> bool {
        match self {
            Self::Pin(_) => matches!(purpose, Purpose::Verify | Purpose::Set),
            Self::Change { .. } => purpose == Purpose::Change,
        }
    }

    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        // Room for all, so that growing leaves no copy behind.
        let mut encoder = Encoder::with_capacity(2 * MAX_BYTES + 16 + TAG_LENGTH);
        match self {
            Self::Pin(pin) => encoder.map(1).int(1).text(pin.as_str()),
            Self::Change { old, new } => encoder
                .map(2)
                .int(1)
                .text(old.as_str())
                .int(2)
                .text(new.as_str()),
        };
        Zeroizing::new(encoder.into_bytes())
    }

    /// A PIN that is not in NFC is malformed: the device composes.
    pub(crate) fn decode(bytes: &[u8], purpose: Purpose) -> Result<Self, Error> {
        let malformed = |_| Error::OnlineMalformed;
        let map = Map::read(bytes, 2).map_err(malformed)?;
        let pin = |key| {
            let text = map.text(key).map_err(malformed)?;
            match Pin::new(text) {
                Ok(pin) if pin.as_str() == text => Ok(pin),
                _ => Err(Error::OnlineMalformed),
            }
        };
        match (purpose, map.has(2)) {
            (Purpose::Verify | Purpose::Set, false) => Ok(Self::Pin(pin(1)?)),
            (Purpose::Change, true) => Ok(Self::Change {
                old: pin(1)?,
                new: pin(2)?,
            }),
            _ => Err(Error::OnlineMalformed),
        }
    }
}

/// What the server says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// The PIN is right, or set, or changed.
    Ok,
    /// The PIN is wrong.
    WrongPin,
    /// The PIN is locked.
    Locked,
    /// There is no PIN.
    NoPin,
    /// There is a PIN already.
    AlreadySet,
    /// The new PIN is too short.
    TooShort,
    /// The new PIN is too long.
    TooLong,
    /// The new PIN has characters that the policy does not allow.
    Charset,
    /// The new PIN is too easy to guess.
    Blocklisted,
    /// The new PIN was used before.
    InHistory,
    /// The new PIN is the old one.
    SamePin,
    /// The policy does not allow it at this time.
    OffNow,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Ok,
        Self::WrongPin,
        Self::Locked,
        Self::NoPin,
        Self::AlreadySet,
        Self::TooShort,
        Self::TooLong,
        Self::Charset,
        Self::Blocklisted,
        Self::InHistory,
        Self::SamePin,
        Self::OffNow,
    ];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::WrongPin => "wrongPin",
            Self::Locked => "locked",
            Self::NoPin => "noPin",
            Self::AlreadySet => "alreadySet",
            Self::TooShort => "tooShort",
            Self::TooLong => "tooLong",
            Self::Charset => "charset",
            Self::Blocklisted => "blocklisted",
            Self::InHistory => "inHistory",
            Self::SamePin => "samePin",
            Self::OffNow => "offNow",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// The answer of the second round: {1: verdict, 2: attempts left?, 3: PIN version?, 4: unlock epoch?,
/// 5: detail?}.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What the server says.
    pub verdict: Verdict,
    /// Online tries left, after a wrong PIN.
    pub attempts_left: Option<u32>,
    /// The PIN's version now.
    pub pin_version: Option<u64>,
    /// The unlock epoch now.
    pub unlock_epoch: Option<u64>,
    /// A sentence about the new PIN; never a PIN.
    pub detail: Option<String>,
}

impl Outcome {
    /// A verdict and nothing else.
    #[must_use]
    pub fn of(verdict: Verdict) -> Self {
        Self {
            verdict,
            attempts_left: None,
            pin_version: None,
            unlock_epoch: None,
            detail: None,
        }
    }

    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let optional = [
            self.attempts_left.is_some(),
            self.pin_version.is_some(),
            self.unlock_epoch.is_some(),
            self.detail.is_some(),
        ];
        let mut encoder = Encoder::default();
        encoder.map(1 + optional.into_iter().filter(|some| *some).count());
        encoder.int(1).text(self.verdict.as_str());
        if let Some(attempts_left) = self.attempts_left {
            encoder.int(2).uint(attempts_left.into());
        }
        if let Some(pin_version) = self.pin_version {
            encoder.int(3).uint(pin_version);
        }
        if let Some(unlock_epoch) = self.unlock_epoch {
            encoder.int(4).uint(unlock_epoch);
        }
        if let Some(detail) = &self.detail {
            encoder.int(5).text(detail);
        }
        Zeroizing::new(encoder.into_bytes())
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        Self::read(bytes).map_err(|_| Error::OnlineAnswerMalformed)
    }

    fn read(bytes: &[u8]) -> Result<Self, At> {
        let map = Map::read(bytes, 5)?;
        Ok(Self {
            verdict: Verdict::from_word(map.text(1)?).ok_or(At(1))?,
            attempts_left: map.has(2).then(|| map.u32(2)).transpose()?,
            pin_version: map.optional_u64(3)?,
            unlock_epoch: map.optional_u64(4)?,
            detail: match map.has(5) {
                true => Some(map.text(5)?.to_owned()),
                false => None,
            },
        })
    }
}

/// The associated data of an answer: `transcript ‖ "answer"`; of a request: the transcript.
pub(crate) fn answer_aad(transcript: &Transcript) -> Vec<u8> {
    [transcript.0.as_slice(), b"answer"].concat()
}

#[cfg(test)]
mod tests;
