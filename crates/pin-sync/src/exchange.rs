//! The exchange: one signed ephemeral key agreement on P-256, and the four keys it leaves.

pub mod device;
pub mod server;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

use std::fmt;

use p256::ecdh::EphemeralSecret;
use p256::elliptic_curve::Generate as _;
use rand_core::TryCryptoRng;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::Error;
use crate::ack::ConfirmKey;
use crate::aead::SealingKey;
use crate::encoding::{Parts, label, sha256};
use crate::enrolment::Binding;
use crate::key::{POINT_LENGTH, point_bytes};
use crate::logon::ResponseKey;

/// What an exchange is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// To fetch the payload.
    Sync,
    /// To have a PIN checked online.
    Verify,
    /// To set the first PIN, or the one after a reset.
    Set,
    /// To change the PIN.
    Change,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sync, Self::Verify, Self::Set, Self::Change];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Verify => "verify",
            Self::Set => "set",
            Self::Change => "change",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `SHA-256(M ‖ lp(nonceS) ‖ lp(Es))`: both sides' part of one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transcript(pub [u8; 32]);

impl Transcript {
    fn of(message: &[u8], nonce_s: &[u8; 32], es: &[u8; POINT_LENGTH]) -> Self {
        let parts = Parts::default().part(nonce_s).part(es).into_bytes();
        Self(sha256(&[message, &parts].concat()))
    }

    /// What `Ks` signs of an answer: `lp("…/NAME") lp(transcript) lp(gcmNonce) lp(SHA-256 ciphertext)`.
    pub(crate) fn sealed(&self, name: &str, gcm_nonce: &[u8; 12], ciphertext: &[u8]) -> Vec<u8> {
        Parts::labelled(name)
            .part(&self.0)
            .part(gcm_nonce)
            .part(&sha256(ciphertext))
            .into_bytes()
    }
}

/// `M = lp("…/device") lp(purpose) lp(rpId) lp(SHA-256 Kd) lp(SHA-256 Ks) lp(enrolmentId) lp(deviceId)
/// lp(syncCounter) lp(nonceD) lp(Ed)`: what `Kd` signs of a request.
fn message(
    binding: &Binding,
    purpose: Purpose,
    sync_counter: u64,
    nonce_d: &[u8; 32],
    ed: &[u8; POINT_LENGTH],
) -> Vec<u8> {
    let names = binding.names();
    Parts::labelled("device")
        .text(purpose.as_str())
        .text(names.rp_id())
        .part(&sha256(binding.device_key().as_bytes()))
        .part(&sha256(binding.server_key().as_bytes()))
        .text(names.enrolment_id())
        .text(names.device_id())
        .number(sync_counter)
        .part(nonce_d)
        .part(ed)
        .into_bytes()
}

/// The keys of one exchange; wiped when dropped.
struct Keys {
    payload: SealingKey,
    online: SealingKey,
    confirm: ConfirmKey,
    response: ResponseKey,
}

impl Keys {
    /// HKDF-SHA256 (RFC 5869): salt `nonceD ‖ nonceS`, key material `Z`, info `label ‖ transcript`.
    fn derive(
        own: &EphemeralSecret,
        other: &p256::PublicKey,
        nonce_d: &[u8; 32],
        nonce_s: &[u8; 32],
        transcript: &Transcript,
    ) -> Self {
        let salt = [nonce_d.as_slice(), nonce_s.as_slice()].concat();
        let hkdf = own.diffie_hellman(other).extract::<Sha256>(Some(&salt));
        let expand = |name: &str, key: &mut [u8; 32]| {
            // One block: HKDF refuses only beyond 255 of them.
            let _ = hkdf.expand_multi_info(&[label(name).as_bytes(), &transcript.0], key);
        };
        Self {
            payload: SealingKey::made(|key| expand("payload", key)),
            online: SealingKey::made(|key| expand("online", key)),
            confirm: ConfirmKey::made(|key| expand("confirm", key)),
            response: ResponseKey::made(|key| expand("response", key)),
        }
    }
}

fn ephemeral<R: TryCryptoRng + ?Sized>(
    rng: &mut R,
) -> Result<(Box<EphemeralSecret>, [u8; POINT_LENGTH]), Error> {
    let secret = EphemeralSecret::try_generate_from_rng(rng).map_err(|_| Error::NoRandomness)?;
    let secret = Box::new(secret);
    let point = point_bytes(&secret.public_key());
    Ok((secret, point))
}

fn nonce<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<[u8; 32], Error> {
    let mut nonce = [0; 32];
    rng.try_fill_bytes(&mut nonce)
        .map_err(|_| Error::NoRandomness)?;
    Ok(nonce)
}
