//! A PIN, its salt and its hash.

use std::fmt;

use icu_normalizer::ComposingNormalizerBorrowed;
use pbkdf2::{Algorithm, Params, pbkdf2_hmac_with_params};
use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use crate::secret::secret;
use crate::{Error, apart};

/// Most bytes of a PIN, in UTF-8 after NFC.
pub const MAX_BYTES: usize = 63;
/// What a person could type that still composes to [`MAX_BYTES`], and a bound on the work.
const MAX_TYPED: usize = 4 * MAX_BYTES;
/// Composing never makes a text more than three times as long in UTF-8.
const ROOM: usize = 3 * MAX_TYPED;

/// A PIN: UTF-8 in NFC, not trimmed, 1 to 63 bytes. Wiped when dropped; `Debug` shows nothing.
#[derive(Clone)]
pub struct Pin(Zeroizing<String>);

impl Pin {
    /// Takes what was typed.
    ///
    /// # Errors
    /// [`Error::PinEmpty`], [`Error::PinTooLong`].
    pub fn new(typed: &str) -> Result<Self, Error> {
        if typed.len() > MAX_TYPED {
            return Err(Error::PinTooLong);
        }
        // Room for all, so that growing leaves no copy behind.
        let mut pin = Zeroizing::new(String::with_capacity(ROOM));
        ComposingNormalizerBorrowed::new_nfc()
            .normalize_iter(typed.chars())
            .for_each(|character| pin.push(character));
        match pin.len() {
            0 => Err(Error::PinEmpty),
            1..=MAX_BYTES => Ok(Self(pin)),
            _ => Err(Error::PinTooLong),
        }
    }

    /// Takes what was typed, as bytes.
    ///
    /// # Errors
    /// [`Error::PinNotText`] when they are no UTF-8; and those of [`Pin::new`].
    pub fn from_utf8(typed: &[u8]) -> Result<Self, Error> {
        Self::new(std::str::from_utf8(typed).map_err(|_| Error::PinNotText)?)
    }

    /// The text, for rules about it and for the sealed message, and nowhere else.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many characters a person would count, near enough: Unicode scalar values.
    #[must_use]
    pub fn length(&self) -> usize {
        self.0.chars().count()
    }

    /// PBKDF2-HMAC-SHA256 (RFC 8018 §5.2), 32 bytes. Takes a tenth of a second and more: call it on
    /// a thread that may block.
    #[must_use]
    pub fn hash(&self, salt: &Salt, iterations: Iterations) -> PinHash {
        let hashed = |hash: &mut [u8; PinHash::LENGTH]| {
            // Not generic, so that it is compiled in its own crate, and optimised even in a debug build.
            pbkdf2_hmac_with_params(
                self.0.as_bytes(),
                &salt.0,
                Algorithm::Pbkdf2Sha256,
                iterations.0,
                hash,
            );
        };
        apart(|| PinHash::made(hashed))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin")
    }
}

secret! {
    /// PBKDF2-HMAC-SHA256 of a PIN: as good as the PIN to whoever can try all PINs.
    PinHash, 32
}

/// The salt of a PIN's hash, 16 random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 16]);

impl Salt {
    /// Draws a salt.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn random<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<Self, Error> {
        let mut salt = [0; 16];
        rng.try_fill_bytes(&mut salt)
            .map_err(|_| Error::NoRandomness)?;
        Ok(Self(salt))
    }
}

/// How often PBKDF2 hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Iterations(Params);

impl Iterations {
    /// The default, and the fewest that a device takes outside a test: 600,000.
    pub const DEFAULT: Self = Self(Params::RECOMMENDED);
    /// The fewest ever, with the server's signed test flag only: 1,000.
    pub const FEWEST_IN_TESTS: u32 = Params::MIN_ROUNDS;
    /// The most, a bound on the work that a server can put on a device.
    pub const MOST: u32 = 10_000_000;

    /// `count` iterations; fewer than the default only when `test_iterations` was signed at enrolment.
    ///
    /// # Errors
    /// [`Error::TooFewIterations`], [`Error::TooManyIterations`].
    pub fn new(count: u32, test_iterations: bool) -> Result<Self, Error> {
        let fewest = match test_iterations {
            true => Self::FEWEST_IN_TESTS,
            false => Params::RECOMMENDED_ROUNDS,
        };
        if count < fewest {
            return Err(Error::TooFewIterations { count, fewest });
        }
        if count > Self::MOST {
            return Err(Error::TooManyIterations { count });
        }
        Params::new(count)
            .map(Self)
            .map_err(|_| Error::TooFewIterations { count, fewest })
    }

    /// The number.
    #[must_use]
    pub fn count(self) -> u32 {
        self.0.rounds()
    }
}

#[cfg(test)]
mod tests;
