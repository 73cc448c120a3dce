//! Authenticator data (L3 §6.1): what the authenticator says it did.

use crate::Error;
use crate::cbor::{self, Level, Value};
use crate::cose::CoseKey;
use crate::id::Aaguid;

/// The flags byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(pub u8);

impl Flags {
    /// User present.
    pub const UP: Self = Self(0x01);
    /// User verified.
    pub const UV: Self = Self(0x04);
    /// Backup eligible.
    pub const BE: Self = Self(0x08);
    /// Backup state: backed up now.
    pub const BS: Self = Self(0x10);
    /// Attested credential data included.
    pub const AT: Self = Self(0x40);
    /// Extension data included.
    pub const ED: Self = Self(0x80);
    /// Bits 1 and 5, reserved for future use.
    pub const RESERVED: Self = Self(0x22);

    /// Whether all of `flags` are set.
    pub const fn has(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// Both together.
    pub const fn with(self, flags: Self) -> Self {
        Self(self.0 | flags.0)
    }

    /// These without `flags`.
    pub const fn without(self, flags: Self) -> Self {
        Self(self.0 & !flags.0)
    }

    /// The names of the flags that are set, in bit order; reserved bits as `RFU1` and `RFU2`.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        const NAMES: [&str; 8] = ["UP", "RFU1", "UV", "BE", "BS", "RFU2", "AT", "ED"];
        (0..8)
            .filter(move |bit| self.0 >> bit & 1 == 1)
            .map(|bit| NAMES[bit])
    }
}

/// Authenticator data, taken apart or to be put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatorData<'a> {
    /// SHA-256 of the RP ID.
    pub rp_id_hash: [u8; 32],
    /// The flags; [`AuthenticatorData::encode`] sets AT and ED by what is there.
    pub flags: Flags,
    /// The signature counter.
    pub sign_count: u32,
    /// The new credential, at registration.
    pub attested: Option<AttestedCredentialData<'a>>,
    /// The authenticator's extension outputs, a map.
    pub extensions: Option<Value<'a>>,
    /// Whether all CBOR inside had its keys in CTAP2 canonical order.
    pub canonical_order: bool,
}

/// Attested credential data (L3 §6.5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestedCredentialData<'a> {
    /// The authenticator's model.
    pub aaguid: Aaguid,
    /// The credential ID, up to 65535 bytes by the encoding; the relying party allows 1023.
    pub credential_id: &'a [u8],
    /// The public key, a COSE_Key in CBOR, not yet judged.
    pub public_key: &'a [u8],
}

impl AttestedCredentialData<'_> {
    /// Reads and judges the public key.
    pub fn key(&self) -> Result<CoseKey, Error> {
        CoseKey::decode(self.public_key)
    }
}

impl<'a> AuthenticatorData<'a> {
    /// Takes the bytes apart; every byte must belong to something.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut rest = bytes;
        let head = "it is shorter than 37 bytes";
        let rp_id_hash = *take_array::<32>(&mut rest, head)?;
        let flags = Flags(take_array::<1>(&mut rest, head)?[0]);
        let sign_count = u32::from_be_bytes(*take_array::<4>(&mut rest, head)?);
        let mut canonical_order = true;
        let attested = match flags.has(Flags::AT) {
            true => Some(attested(&mut rest, &mut canonical_order)?),
            false => None,
        };
        let extensions = match flags.has(Flags::ED) {
            true => Some(extensions(&mut rest, &mut canonical_order)?),
            false => None,
        };
        if !rest.is_empty() {
            return Err(Error::AuthenticatorData(
                "bytes follow that its flags do not announce",
            ));
        }
        Ok(Self {
            rp_id_hash,
            flags,
            sign_count,
            attested,
            extensions,
            canonical_order,
        })
    }

    /// The bytes, with AT and ED set by what is there.
    pub fn encode(&self) -> Vec<u8> {
        let mut flags = self.flags.without(Flags::AT).without(Flags::ED);
        let mut tail = Vec::new();
        if let Some(attested) = &self.attested {
            flags = flags.with(Flags::AT);
            tail.extend_from_slice(&attested.aaguid.0);
            let length = u16::try_from(attested.credential_id.len()).unwrap_or(u16::MAX);
            tail.extend_from_slice(&length.to_be_bytes());
            tail.extend_from_slice(&attested.credential_id[..length.into()]);
            tail.extend_from_slice(attested.public_key);
        }
        if let Some(extensions) = &self.extensions {
            flags = flags.with(Flags::ED);
            tail.extend_from_slice(&extensions.encode());
        }
        let mut bytes = Vec::with_capacity(37 + tail.len());
        bytes.extend_from_slice(&self.rp_id_hash);
        bytes.push(flags.0);
        bytes.extend_from_slice(&self.sign_count.to_be_bytes());
        bytes.extend_from_slice(&tail);
        bytes
    }
}

fn take_array<'a, const N: usize>(
    rest: &mut &'a [u8],
    why: &'static str,
) -> Result<&'a [u8; N], Error> {
    let (taken, left) = rest
        .split_first_chunk()
        .ok_or(Error::AuthenticatorData(why))?;
    *rest = left;
    Ok(taken)
}

fn attested<'a>(
    rest: &mut &'a [u8],
    canonical_order: &mut bool,
) -> Result<AttestedCredentialData<'a>, Error> {
    let cut_short = "its attested credential data is cut short";
    let aaguid = Aaguid(*take_array::<16>(rest, cut_short)?);
    let length = usize::from(u16::from_be_bytes(*take_array::<2>(rest, cut_short)?));
    let (credential_id, left) = rest
        .split_at_checked(length)
        .ok_or(Error::AuthenticatorData(cut_short))?;
    let (key, read) = cbor::decode_prefix(left, Level::Attestation)?;
    *canonical_order &= key.canonical_order;
    let (public_key, left) = left.split_at(read);
    *rest = left;
    Ok(AttestedCredentialData {
        aaguid,
        credential_id,
        public_key,
    })
}

fn extensions<'a>(rest: &mut &'a [u8], canonical_order: &mut bool) -> Result<Value<'a>, Error> {
    let (decoded, read) = cbor::decode_prefix(rest, Level::Attestation)?;
    *canonical_order &= decoded.canonical_order;
    *rest = &rest[read..];
    let named = |(key, _): &(Value<'_>, Value<'_>)| key.as_text().is_some();
    match decoded.value.as_map() {
        Some(pairs) if pairs.iter().all(named) => Ok(decoded.value),
        _ => Err(Error::AuthenticatorData(
            "its extension data is not a map of names",
        )),
    }
}

#[cfg(test)]
mod tests;
