//! Keys and sealing. Pure but for the operating system's random bytes.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use data_encoding::HEXLOWER;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::Error;

const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;
// OWASP's figure for PBKDF2-HMAC-SHA256. Vaults on disk depend on it: should the crate ever recommend
// another, this must become a number in the vault's preamble.
const _: () = assert!(pbkdf2::Params::RECOMMENDED_ROUNDS == 600_000);

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Error::NoRandomness)?;
    Ok(bytes)
}

/// The 32 bytes from which every table's key comes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct VaultKey(Zeroizing<[u8; 32]>);

impl VaultKey {
    pub(crate) fn random() -> Result<Self, Error> {
        let mut key = Self(Zeroizing::new([0; 32]));
        getrandom::fill(key.0.as_mut_slice()).map_err(|_| Error::NoRandomness)?;
        Ok(key)
    }

    /// PBKDF2-HMAC-SHA256 (RFC 8018 §5.2), through the function that is compiled in its own crate and
    /// so is fast in a debug build too.
    pub(crate) fn from_passphrase(passphrase: &str, salt: &[u8]) -> Self {
        let mut key = Self(Zeroizing::new([0; 32]));
        pbkdf2::pbkdf2_hmac_with_params(
            passphrase.as_bytes(),
            salt,
            pbkdf2::Algorithm::Pbkdf2Sha256,
            pbkdf2::Params::RECOMMENDED,
            key.0.as_mut_slice(),
        );
        key
    }

    /// 64 hexadecimal digits: some keyrings store nothing but text.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(HEXLOWER.encode(self.0.as_slice()))
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let text = text.trim_ascii().as_bytes();
        let mut key = Self(Zeroizing::new([0; 32]));
        if HEXLOWER.decode_len(text.len()) != Ok(32) {
            return None;
        }
        HEXLOWER.decode_mut(text, key.0.as_mut_slice()).ok()?;
        Some(key)
    }
}

/// What a sealing key is for.
#[derive(Clone, Copy)]
pub(crate) enum Purpose<'a> {
    /// The records of one table.
    Table(&'a str),
    /// The items beside the database.
    Items,
    /// The record that tells whether a key is the vault's.
    KeyCheck,
}

/// Where a record rests. A record sealed for one place opens in no other.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'a str,
    pub(crate) id: &'a str,
    pub(crate) version: u64,
}

impl Place<'_> {
    /// Lengths before texts, so that no two places have the same bytes.
    fn associated_data(&self) -> Vec<u8> {
        let mut data = Vec::with_capacity(24 + self.table.len() + self.id.len());
        for text in [self.table, self.id] {
            data.extend_from_slice(&(text.len() as u64).to_be_bytes());
            data.extend_from_slice(text.as_bytes());
        }
        data.extend_from_slice(&self.version.to_be_bytes());
        data
    }
}

/// Seals and opens the records of one purpose in one installation.
pub(crate) struct Sealer(Aes256Gcm);

impl Sealer {
    pub(crate) fn new(key: &VaultKey, installation: &[u8], purpose: Purpose<'_>) -> Self {
        let (domain, name) = match purpose {
            Purpose::Table(name) => ("touchstone vault table ", name),
            Purpose::Items => ("touchstone vault items", ""),
            Purpose::KeyCheck => ("touchstone vault key check", ""),
        };
        let mut okm = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(Some(installation), key.0.as_slice())
            .expand_multi_info(&[domain.as_bytes(), name.as_bytes()], okm.as_mut_slice())
            .expect("32 bytes are within HKDF-SHA256's 8160");
        Self(Aes256Gcm::new((&*okm).into()))
    }

    /// nonce ‖ ciphertext ‖ tag.
    pub(crate) fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce = random::<NONCE_LEN>()?;
        let payload = Payload {
            msg: plain,
            aad: &place.associated_data(),
        };
        let sealed = self
            .0
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| Error::Database {
                detail: "the record is too large to seal".to_owned(),
            })?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// `None` when the bytes were not sealed with this key for this place.
    pub(crate) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        if sealed.len() < NONCE_LEN + TAG_LEN {
            return None;
        }
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let payload = Payload {
            msg: ciphertext,
            aad: &place.associated_data(),
        };
        self.0
            .decrypt(&Nonce::from(*nonce), payload)
            .ok()
            .map(Zeroizing::new)
    }
}

#[cfg(test)]
mod tests;
