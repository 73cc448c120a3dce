//! A credential as the authenticator keeps it.

use std::fmt;

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::elliptic_curve::Generate as _;
use rand_core::TryCryptoRng;
use timeline::Timestamp;
use webauthn::cose::CoseKey;
use webauthn::id::{CredentialId, UserHandle};
use zeroize::Zeroizing;

use crate::Failure;

/// An ES256 private key: a scalar of 32 bytes, big endian. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct PrivateKey(Zeroizing<[u8; 32]>);

impl PrivateKey {
    /// Makes a key.
    pub(crate) fn generate<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<Self, Failure> {
        let key = SigningKey::try_generate_from_rng(rng).map_err(Failure::randomness)?;
        Ok(Self(Zeroizing::new(key.to_bytes().into())))
    }

    /// Takes a stored key back; `None` when the bytes are no scalar of P-256.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        SigningKey::from_slice(bytes)
            .ok()
            .map(|_| Self(Zeroizing::new(*bytes)))
    }

    /// The scalar, to be stored under seal.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The public key.
    pub(crate) fn public_key(&self) -> Result<CoseKey, Failure> {
        let point = self.signing_key()?.verifying_key().to_sec1_point(false);
        CoseKey::es256(point.as_bytes()).map_err(Failure::new)
    }

    /// An ECDSA signature with SHA-256 in DER, deterministic as in RFC 6979.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Failure> {
        let signature: DerSignature = self.signing_key()?.sign(message);
        Ok(signature.as_bytes().to_vec())
    }

    fn signing_key(&self) -> Result<SigningKey, Failure> {
        SigningKey::from_slice(self.0.as_slice()).map_err(|_| {
            Failure::new(
                "A stored private key is damaged; delete that passkey and create it again.",
            )
        })
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey")
    }
}

/// A public key credential source (WebAuthn L3 §4), ES256.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Its ID, 32 random bytes.
    pub id: CredentialId,
    /// Its key.
    pub private_key: PrivateKey,
    /// The relying party it is bound to; any text, as in CTAP.
    pub rp_id: String,
    /// That party's name, as it gave it.
    pub rp_name: Option<String>,
    /// `user.id`.
    pub user_handle: UserHandle,
    /// `user.name`.
    pub user_name: Option<String>,
    /// `user.displayName`.
    pub user_display_name: Option<String>,
    /// When it was made, by the device's clock.
    pub created: Timestamp,
    /// How many signatures it has made since.
    pub sign_count: u32,
    /// Whether the RP ID alone finds it.
    pub discoverable: bool,
}
