//! Binary in JSON: unpadded base64url, of a length that is known or bounded.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::key::{SIGNATURE_LENGTH, Signature};

/// Most bytes of a ciphertext.
const MAX_BLOB: usize = 1024;

/// Exactly `N` bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Bytes<const N: usize>(pub [u8; N]);

impl<const N: usize> fmt::Debug for Bytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl<const N: usize> Serialize for Bytes<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl<'de, const N: usize> Deserialize<'de> for Bytes<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = decode(deserializer)?;
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| D::Error::custom(format!("expected {N} bytes")))
    }
}

/// Some bytes, 1,024 at most.
#[derive(Clone, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = decode(deserializer)?;
        match bytes.len() {
            0..=MAX_BLOB => Ok(Self(bytes)),
            _ => Err(D::Error::custom("too long")),
        }
    }
}

fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    BASE64URL_NOPAD
        .decode(text.as_bytes())
        .map_err(|_| D::Error::custom("no unpadded base64url"))
}

impl From<Signature> for Bytes<SIGNATURE_LENGTH> {
    fn from(signature: Signature) -> Self {
        Self(signature.0)
    }
}

impl From<Bytes<SIGNATURE_LENGTH>> for Signature {
    fn from(bytes: Bytes<SIGNATURE_LENGTH>) -> Self {
        Self(bytes.0)
    }
}
