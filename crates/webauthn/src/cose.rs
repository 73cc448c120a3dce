//! COSE keys (RFC 9052 §7, RFC 9053) as WebAuthn uses them: read strictly, written canonically.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::cbor::{self, Level};

macro_rules! algorithms {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal;)*) => {
        /// A signature algorithm that this room can read keys for, by its IANA COSE number.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Algorithm {
            $($(#[$doc])* $variant,)*
        }

        impl Algorithm {
            /// All of them, in the order a relying party usually prefers.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The IANA COSE number.
            pub const fn number(self) -> i64 {
                match self { $(Self::$variant => $number,)* }
            }

            /// The IANA name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The algorithm with this IANA COSE number.
            pub const fn from_number(number: i64) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

algorithms! {
    /// ECDSA with SHA-256; in WebAuthn with P-256 only (L3 §5.8.5).
    Es256 = -7, "ES256";
    /// EdDSA; in WebAuthn with Ed25519 only (L3 §5.8.5).
    EdDsa = -8, "EdDSA";
    /// ECDSA with SHA-384; in WebAuthn with P-384 only.
    Es384 = -35, "ES384";
    /// ECDSA with SHA-512; in WebAuthn with P-521 only.
    Es512 = -36, "ES512";
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256 = -257, "RS256";
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384 = -258, "RS384";
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512 = -259, "RS512";
    /// RSASSA-PSS with SHA-256.
    Ps256 = -37, "PS256";
    /// RSASSA-PSS with SHA-384.
    Ps384 = -38, "PS384";
    /// RSASSA-PSS with SHA-512.
    Ps512 = -39, "PS512";
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.number())
    }
}

impl Serialize for Algorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.number())
    }
}

impl<'de> Deserialize<'de> for Algorithm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i64::deserialize(deserializer)?;
        Self::from_number(number)
            .ok_or_else(|| de::Error::custom(Error::UnsupportedAlgorithm(Some(number))))
    }
}

/// The elliptic curves of the ECDSA algorithms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
}

impl Curve {
    /// Bytes of one coordinate.
    pub const fn coordinate_size(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The IANA COSE number of the curve.
    pub const fn number(self) -> i64 {
        match self {
            Self::P256 => 1,
            Self::P384 => 2,
            Self::P521 => 3,
        }
    }
}

/// The public numbers of a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Material {
    /// A point on `curve`, uncompressed as in SEC 1 (`04 ‖ x ‖ y`).
    Point {
        /// The curve the point lies on.
        curve: Curve,
        /// `04 ‖ x ‖ y`.
        sec1: Vec<u8>,
    },
    /// An Ed25519 public key as in RFC 8032.
    Ed25519([u8; 32]),
    /// An RSA public key; both numbers big-endian without leading zeros.
    Rsa {
        /// The modulus, 2048 to 8192 bits.
        n: Vec<u8>,
        /// The public exponent, odd, 3 to 2³³ − 1.
        e: Vec<u8>,
    },
}

/// A public key that was judged: kind, algorithm and curve agree, a point lies on its curve.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CoseKey {
    algorithm: Algorithm,
    material: Material,
}

impl CoseKey {
    /// Reads a COSE_Key that fills `bytes`; map keys in any order.
    pub fn decode(bytes: &[u8]) -> Result<Self, crate::Error> {
        let decoded = cbor::decode(bytes, Level::Attestation)?;
        Ok(Self::from_value(&decoded.value)?)
    }

    /// Judges a COSE_Key read before.
    pub fn from_value(value: &cbor::Value<'_>) -> Result<Self, Error> {
        decode::key(value)
    }

    /// A key from its numbers; the same judgement as for one that was read.
    pub fn new(algorithm: Algorithm, material: Material) -> Result<Self, Error> {
        decode::judge(algorithm, material)
    }

    /// An ES256 key from an uncompressed SEC 1 point.
    pub fn es256(sec1: &[u8]) -> Result<Self, Error> {
        Self::new(
            Algorithm::Es256,
            Material::Point {
                curve: Curve::P256,
                sec1: sec1.to_vec(),
            },
        )
    }

    /// The COSE_Key in CTAP2 canonical CBOR.
    pub fn encode(&self) -> Vec<u8> {
        encode::key(self)
    }

    /// The algorithm that the key is for.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key's numbers.
    pub fn material(&self) -> &Material {
        &self.material
    }

    /// The key as SubjectPublicKeyInfo in DER, as `getPublicKey()` of L3 §5.2.1 gives it.
    pub fn to_spki(&self) -> Vec<u8> {
        encode::spki(self)
    }
}

/// Why a COSE_Key is not usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a map, or a parameter of the wrong type or absent.
    #[error("The public key lacks a usable COSE parameter {0}.")]
    Parameter(&'static str),
    /// No known algorithm.
    #[error("The public key is for an algorithm that is not supported ({number}).", number = Number(*.0))]
    UnsupportedAlgorithm(Option<i64>),
    /// `kty`, `alg` and `crv` contradict each other.
    #[error("The public key contradicts itself: its kind or curve does not fit {0}.")]
    Mismatch(Algorithm),
    /// A compressed point, which WebAuthn forbids (L3 §5.8.5).
    #[error("The public key is a compressed point, which WebAuthn does not allow.")]
    Compressed,
    /// A coordinate of the wrong length.
    #[error("The public key has a coordinate of the wrong length for its curve.")]
    CoordinateLength,
    /// A point that does not lie on the curve.
    #[error("The public key is not a point on its curve.")]
    NotOnCurve,
    /// An RSA modulus or exponent out of bounds.
    #[error("The RSA public key is not usable: {0}.")]
    Rsa(&'static str),
    /// A private key where a public one belongs.
    #[error("The public key carries a private part.")]
    PrivatePart,
}

struct Number(Option<i64>);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(number) => write!(f, "COSE number {number}"),
            None => f.write_str("none is named"),
        }
    }
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Parameter(_) => "coseParameter",
            Self::UnsupportedAlgorithm(_) => "coseUnsupportedAlgorithm",
            Self::Mismatch(_) => "coseMismatch",
            Self::Compressed => "coseCompressedPoint",
            Self::CoordinateLength => "coseCoordinateLength",
            Self::NotOnCurve => "coseNotOnCurve",
            Self::Rsa(_) => "coseRsa",
            Self::PrivatePart => "cosePrivatePart",
        }
    }
}
