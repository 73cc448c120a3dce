//! The pinUvAuthToken: proof that the user was verified.

use std::fmt;

use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use super::secret::{code, verify};
use super::{Protocol, SharedSecret};
use crate::Status;

/// A pinUvAuthToken. `Debug` shows nothing of it; wiped when dropped.
#[derive(Clone)]
pub struct Token(Zeroizing<Vec<u8>>);

impl Token {
    /// How long a token is that we make, and any of protocol 2.
    pub const LENGTH: usize = 32;
    /// How long a token of protocol 1 may be, too.
    const SHORT: usize = 16;

    /// Makes a token of 32 bytes (`resetPinUvAuthToken`).
    ///
    /// # Errors
    /// What `rng` says.
    pub fn generate<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<Self, R::Error> {
        let mut bytes = Zeroizing::new(vec![0; Self::LENGTH]);
        rng.try_fill_bytes(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The token as it travels to the client.
    ///
    /// # Errors
    /// CTAP1_ERR_OTHER when `rng` gives nothing.
    pub fn seal<R: TryCryptoRng + ?Sized>(
        &self,
        secret: &SharedSecret,
        rng: &mut R,
    ) -> Result<Vec<u8>, Status> {
        secret.encrypt(rng, &self.0)
    }

    /// Reads a token that came under `secret`.
    ///
    /// # Errors
    /// CTAP1_ERR_INVALID_LENGTH unless it has 32 bytes, or 16 under protocol 1.
    pub fn open(secret: &SharedSecret, sealed: &[u8]) -> Result<Self, Status> {
        let bytes = secret.decrypt(sealed)?;
        match (secret.protocol(), bytes.len()) {
            (_, Self::LENGTH) | (Protocol::One, Self::SHORT) => Ok(Self(bytes)),
            _ => Err(Status::InvalidLength),
        }
    }

    /// `authenticate` with the token: the pinUvAuthParam for `message`.
    #[must_use]
    pub fn authenticate(&self, protocol: Protocol, message: &[u8]) -> Vec<u8> {
        code(protocol, &self.0, message)
    }

    /// `verify` with the token, in constant time.
    #[must_use]
    pub fn verify(&self, protocol: Protocol, message: &[u8], param: &[u8]) -> bool {
        verify(protocol, &self.0, message, param)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}
