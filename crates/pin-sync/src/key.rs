//! Keys on P-256. A public key is a point of 65 bytes, SEC1 uncompressed, on the curve and not the
//! identity; whoever holds one of these types holds a point that was checked.

use std::fmt;

use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::elliptic_curve::Generate as _;
use rand_core::TryCryptoRng;

use crate::{Error, apart};

/// How long a point is: `04 ‖ x ‖ y`.
pub const POINT_LENGTH: usize = 65;
/// How long a signature is: `r ‖ s`.
pub const SIGNATURE_LENGTH: usize = 64;

/// Which point of a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointName {
    /// The device's credential key.
    Kd,
    /// The server's key for the enrolment.
    Ks,
    /// The device's ephemeral key.
    Ed,
    /// The server's ephemeral key.
    Es,
}

impl fmt::Display for PointName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kd => "device's key Kd",
            Self::Ks => "server's key Ks",
            Self::Ed => "device's ephemeral key Ed",
            Self::Es => "server's ephemeral key Es",
        })
    }
}

/// Reads a point: 65 bytes, uncompressed, on the curve, not the identity.
pub(crate) fn point(name: PointName, bytes: &[u8]) -> Result<p256::PublicKey, Error> {
    if bytes.len() != POINT_LENGTH || bytes.first() != Some(&4) {
        return Err(Error::Point(name));
    }
    p256::PublicKey::from_sec1_bytes(bytes).map_err(|_| Error::Point(name))
}

/// The 65 bytes of a point.
pub(crate) fn point_bytes(key: &p256::PublicKey) -> [u8; POINT_LENGTH] {
    let point = p256::Sec1Point::from(key);
    let mut bytes = [0; POINT_LENGTH];
    // A key is never the identity, so that this is always the long form.
    bytes.copy_from_slice(point.as_bytes());
    bytes
}

/// An ES256 signature, `r ‖ s`, not checked yet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; SIGNATURE_LENGTH]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", data_encoding::HEXLOWER.encode(&self.0))
    }
}

/// A public ES256 key.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    key: p256::ecdsa::VerifyingKey,
    bytes: [u8; POINT_LENGTH],
}

impl VerifyingKey {
    /// Takes a point as it came.
    ///
    /// # Errors
    /// [`Error::Point`] when it is none of P-256, the identity, or not in the long form.
    pub fn from_sec1(name: PointName, bytes: &[u8]) -> Result<Self, Error> {
        let key = point(name, bytes)?;
        Ok(Self {
            bytes: point_bytes(&key),
            key: key.into(),
        })
    }

    /// The 65 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; POINT_LENGTH] {
        &self.bytes
    }

    /// Whether `signature` over `message` (hashed once with SHA-256) is this key's.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        p256::ecdsa::Signature::from_slice(&signature.0)
            .is_ok_and(|signature| self.key.verify(message, &signature).is_ok())
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = data_encoding::HEXLOWER.encode(&self.bytes);
        write!(f, "VerifyingKey({hex})")
    }
}

/// A private ES256 key. `Debug` shows nothing of it; wiped when dropped.
#[derive(Clone)]
pub struct SigningKey {
    key: Box<p256::ecdsa::SigningKey>,
    public: VerifyingKey,
}

impl SigningKey {
    /// Makes a key.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn generate<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<Self, Error> {
        apart(|| {
            p256::ecdsa::SigningKey::try_generate_from_rng(rng)
                .map(Self::of)
                .map_err(|_| Error::NoRandomness)
        })
    }

    /// Takes a stored scalar back, 32 bytes big endian.
    ///
    /// # Errors
    /// [`Error::PrivateKey`] when it is no scalar of P-256.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        // The library also takes shorter ones and fills them up.
        if bytes.len() != PrivateBytes::LENGTH {
            return Err(Error::PrivateKey);
        }
        apart(|| {
            p256::ecdsa::SigningKey::from_slice(bytes)
                .map(Self::of)
                .map_err(|_| Error::PrivateKey)
        })
    }

    fn of(key: p256::ecdsa::SigningKey) -> Self {
        let verifying = *key.verifying_key();
        let public = p256::PublicKey::from(verifying);
        Self {
            public: VerifyingKey {
                bytes: point_bytes(&public),
                key: verifying,
            },
            key: Box::new(key),
        }
    }

    /// The scalar, to be stored under seal.
    #[must_use]
    pub fn to_bytes(&self) -> PrivateBytes {
        apart(|| PrivateBytes::made(|bytes| bytes.copy_from_slice(&self.key.to_bytes())))
    }

    /// The public half.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }

    /// Signs `message` (hashed once with SHA-256); deterministic, RFC 6979.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        let signature: p256::ecdsa::Signature = apart(|| self.key.sign(message));
        Signature(signature.to_bytes().into())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

crate::secret::secret! {
    /// A private key's scalar, 32 bytes big endian.
    PrivateBytes, 32
}

#[cfg(test)]
mod tests;
