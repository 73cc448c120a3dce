//! The shared secret, and what travels under it.

use std::fmt;

use aes::Aes256;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rand_core::TryCryptoRng;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::Protocol;
use crate::Status;

/// AES's block, and protocol 2's initialization vector.
const BLOCK: usize = 16;
/// How many bytes of a code protocol 1 sends.
const SHORT_CODE: usize = 16;

/// What both sides derived. `Debug` shows nothing of it; wiped when dropped.
pub struct SharedSecret {
    protocol: Protocol,
    hmac_key: Zeroizing<[u8; 32]>,
    aes_key: Zeroizing<[u8; 32]>,
}

impl SharedSecret {
    /// `kdf` of §6.5.6 and §6.5.7 over the x-coordinate of the shared point.
    pub(super) fn derive(protocol: Protocol, z: &[u8]) -> Self {
        let mut hmac_key = Zeroizing::new([0; 32]);
        let mut aes_key = Zeroizing::new([0; 32]);
        match protocol {
            Protocol::One => {
                Sha256::new_with_prefix(z).finalize_into((&mut *hmac_key).into());
                aes_key.copy_from_slice(&*hmac_key);
            }
            Protocol::Two => {
                let hkdf = Hkdf::<Sha256>::new(Some(&[0; 32]), z);
                for (info, key) in [
                    ("CTAP2 HMAC key", &mut hmac_key),
                    ("CTAP2 AES key", &mut aes_key),
                ] {
                    hkdf.expand(info.as_bytes(), &mut **key)
                        .expect("HKDF-SHA-256 gives up to 8160 bytes");
                }
            }
        }
        Self {
            protocol,
            hmac_key,
            aes_key,
        }
    }

    /// The protocol that the secret is for.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// `encrypt`: AES-256-CBC without padding; protocol 2 draws an initialization vector from `rng`
    /// and puts it in front.
    ///
    /// # Errors
    /// CTAP1_ERR_INVALID_LENGTH for a text that is not whole blocks of 16 bytes; CTAP1_ERR_OTHER
    /// when `rng` gives nothing.
    pub fn encrypt<R: TryCryptoRng + ?Sized>(
        &self,
        rng: &mut R,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Status> {
        let mut iv = [0; BLOCK];
        let mut message = Vec::with_capacity(BLOCK + plaintext.len());
        if self.protocol == Protocol::Two {
            rng.try_fill_bytes(&mut iv).map_err(|_| Status::Other)?;
            message.extend(iv);
        }
        let start = message.len();
        message.extend(plaintext);
        let blocks = whole_blocks(&mut message[start..])?;
        cbc::Encryptor::<Aes256>::new((&*self.aes_key).into(), (&iv).into())
            .encrypt_blocks(aes::cipher::Array::cast_slice_from_core_mut(blocks));
        Ok(message)
    }

    /// `decrypt`: undoes [`SharedSecret::encrypt`]. Nothing says whether the key was right.
    ///
    /// # Errors
    /// CTAP1_ERR_INVALID_LENGTH for a message that is not whole blocks, or too short for its
    /// initialization vector.
    pub fn decrypt(&self, message: &[u8]) -> Result<Zeroizing<Vec<u8>>, Status> {
        let (iv, ciphertext) = match self.protocol {
            Protocol::One => ([0; BLOCK], message),
            Protocol::Two => {
                let (iv, ciphertext) = message.split_first_chunk().ok_or(Status::InvalidLength)?;
                (*iv, ciphertext)
            }
        };
        let mut text = Zeroizing::new(ciphertext.to_vec());
        let blocks = whole_blocks(&mut text)?;
        cbc::Decryptor::<Aes256>::new((&*self.aes_key).into(), (&iv).into())
            .decrypt_blocks(aes::cipher::Array::cast_slice_from_core_mut(blocks));
        Ok(text)
    }

    /// `authenticate` with the secret's own key: a code of 16 bytes (protocol 1) or 32 (protocol 2).
    #[must_use]
    pub fn authenticate(&self, message: &[u8]) -> Vec<u8> {
        code(self.protocol, &*self.hmac_key, message)
    }

    /// `verify` with the secret's own key, in constant time.
    #[must_use]
    pub fn verify(&self, message: &[u8], code: &[u8]) -> bool {
        verify(self.protocol, &*self.hmac_key, message, code)
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedSecret")
    }
}

fn whole_blocks(bytes: &mut [u8]) -> Result<&mut [[u8; BLOCK]], Status> {
    match bytes.as_chunks_mut() {
        (blocks, []) => Ok(blocks),
        _ => Err(Status::InvalidLength),
    }
}

pub(super) fn code(protocol: Protocol, key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut code = hmac(key, message).finalize().into_bytes().to_vec();
    if protocol == Protocol::One {
        code.truncate(SHORT_CODE);
    }
    code
}

pub(super) fn verify(protocol: Protocol, key: &[u8], message: &[u8], code: &[u8]) -> bool {
    let mac = hmac(key, message);
    match protocol {
        Protocol::One => code.len() == SHORT_CODE && mac.verify_truncated_left(code).is_ok(),
        Protocol::Two => mac.verify_slice(code).is_ok(),
    }
}

fn hmac(key: &[u8], message: &[u8]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key)
        .expect("HMAC takes keys of any length")
        .chain_update(message)
}
