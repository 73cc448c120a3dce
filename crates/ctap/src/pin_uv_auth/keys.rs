//! The key agreement: ECDH on P-256.

use std::fmt;

use p256::elliptic_curve::Generate as _;
use rand_core::TryCryptoRng;
use webauthn::cbor::Value;

use super::{Protocol, SharedSecret};
use crate::Status;
use crate::members::{FromValue, Members, required};

/// COSE: ECDH-ES + HKDF-256, which §6.5.6 asks for although another derivation is used.
const ALGORITHM: i64 = -25;
/// COSE: a key with two coordinates.
const EC2: i64 = 2;
/// COSE: P-256.
const P_256: i64 = 1;

/// One side's key pair. `Debug` shows nothing of it; wiped when dropped.
pub struct KeyAgreement(p256::SecretKey);

impl KeyAgreement {
    /// Makes a key pair.
    ///
    /// # Errors
    /// What `rng` says.
    pub fn generate<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<Self, R::Error> {
        p256::SecretKey::try_generate_from_rng(rng).map(Self)
    }

    /// The half for the other side.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.public_key())
    }

    /// What both sides come to (`encapsulate` for the client, `decapsulate` for the authenticator).
    #[must_use]
    pub fn shared_secret(&self, protocol: Protocol, peer: &PublicKey) -> SharedSecret {
        let z = p256::ecdh::diffie_hellman(self.0.to_nonzero_scalar(), peer.0.as_affine());
        SharedSecret::derive(protocol, z.raw_secret_bytes())
    }

    #[cfg(test)]
    pub(crate) fn from_scalar(scalar: &[u8]) -> Self {
        Self(p256::SecretKey::from_slice(scalar).expect("a scalar of P-256"))
    }
}

impl fmt::Debug for KeyAgreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyAgreement")
    }
}

/// The other side's half: a point that was found on the curve.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicKey(p256::PublicKey);

impl PublicKey {
    /// The key from its coordinates, or `None` when they are no point of P-256.
    #[must_use]
    pub fn from_coordinates(x: &[u8; 32], y: &[u8; 32]) -> Option<Self> {
        let sec1 = [&[4], x.as_slice(), y].concat();
        p256::PublicKey::from_sec1_bytes(&sec1).ok().map(Self)
    }
}

impl FromValue for PublicKey {
    /// A COSE_Key of exactly the shape that §6.5.6 lays down; CTAP1_ERR_INVALID_PARAMETER for any
    /// other key, and for a point off the curve.
    fn from_value(value: &Value<'_>) -> Result<Self, Status> {
        let members = value.as_map().ok_or(Status::CborUnexpectedType)?;
        let number = |key: i64| required::<i64>(value, key);
        let (kind, algorithm, curve) = (number(1)?, number(3)?, number(-1)?);
        let coordinate = |key: i64| -> Result<[u8; 32], Status> {
            let bytes: Vec<u8> = required(value, key)?;
            bytes.try_into().map_err(|_| Status::InvalidParameter)
        };
        let (x, y) = (coordinate(-2)?, coordinate(-3)?);
        if (kind, algorithm, curve) != (EC2, ALGORITHM, P_256) || members.len() != 5 {
            return Err(Status::InvalidParameter);
        }
        Self::from_coordinates(&x, &y).ok_or(Status::InvalidParameter)
    }
}

impl From<&PublicKey> for Value<'static> {
    fn from(key: &PublicKey) -> Self {
        let sec1 = p256::Sec1Point::from(&key.0);
        let (_, coordinates) = sec1.as_bytes().split_at(1);
        let (x, y) = coordinates.split_at(coordinates.len() / 2);
        Members::default()
            .put(1, EC2)
            .put(3, ALGORITHM)
            .put(-1, P_256)
            .put(-2, x.to_vec())
            .put(-3, y.to_vec())
            .value()
    }
}
