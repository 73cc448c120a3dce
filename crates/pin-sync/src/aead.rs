//! AES-256-GCM with a random nonce of 96 bits.

use aes_gcm::aead::AeadInOut as _;
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use crate::Error;
use crate::secret::secret;

/// Bytes that sealing adds.
pub(crate) const TAG_LENGTH: usize = 16;

secret! {
    /// A key of AES-256.
    SealingKey, 32
}

impl SealingKey {
    /// Seals `plaintext` in place, which should have room for [`TAG_LENGTH`] more bytes.
    pub fn seal<R: TryCryptoRng + ?Sized>(
        &self,
        aad: &[u8],
        mut plaintext: Zeroizing<Vec<u8>>,
        rng: &mut R,
    ) -> Result<([u8; 12], Vec<u8>), Error> {
        let mut nonce = [0; 12];
        rng.try_fill_bytes(&mut nonce)
            .map_err(|_| Error::NoRandomness)?;
        // It fails only beyond 64 gigabytes; an empty ciphertext then opens nowhere.
        let sealed = self
            .cipher()
            .encrypt_in_place(&Nonce::from(nonce), aad, &mut *plaintext)
            .map(|()| std::mem::take(&mut *plaintext))
            .unwrap_or_default();
        Ok((nonce, sealed))
    }

    /// Opens what [`SealingKey::seal`] sealed with the same associated data.
    pub fn open(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        ciphertext: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        self.cipher()
            .decrypt_in_place(&Nonce::from(*nonce), aad, &mut *buffer)
            .ok()?;
        Some(buffer)
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(self.as_bytes().into())
    }
}

#[cfg(test)]
mod tests;
