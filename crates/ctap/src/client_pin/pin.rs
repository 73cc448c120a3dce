//! The two forms in which a PIN travels (CTAP 2.3 §6.5.5.5, §6.5.5.6): padded, and hashed.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::Status;

/// The most bytes of a PIN, in UTF-8.
pub const PIN_MAX_BYTES: usize = 63;
/// How long a padded PIN is.
const PADDED: usize = 64;

/// LEFT(SHA-256(PIN), 16): what is sent, and kept, for a PIN. As good as the PIN to whoever can try
/// all PINs.
#[must_use]
pub fn pin_hash(pin: &[u8]) -> Zeroizing<[u8; 16]> {
    let mut whole = Zeroizing::new([0; 32]);
    Sha256::new_with_prefix(pin).finalize_into((&mut *whole).into());
    let mut left = Zeroizing::new([0; 16]);
    left.copy_from_slice(&whole[..16]);
    left
}

/// The PIN with zeros behind it, 64 bytes; `None` when it has more than 63.
#[must_use]
pub fn pad(pin: &[u8]) -> Option<Zeroizing<[u8; PADDED]>> {
    let mut padded = Zeroizing::new([0; PADDED]);
    let place = padded.get_mut(..pin.len())?;
    place.copy_from_slice(pin);
    (pin.len() <= PIN_MAX_BYTES).then_some(padded)
}

/// The PIN without the zeros behind it.
///
/// # Errors
/// CTAP1_ERR_INVALID_PARAMETER unless `padded` has 64 bytes (§6.5.5.5);
/// CTAP2_ERR_PIN_POLICY_VIOLATION when no zero is behind the PIN.
pub fn unpad(padded: &[u8]) -> Result<&[u8], Status> {
    if padded.len() != PADDED {
        return Err(Status::InvalidParameter);
    }
    let length = padded
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    match &padded[..length] {
        pin if pin.len() <= PIN_MAX_BYTES => Ok(pin),
        _ => Err(Status::PinPolicyViolation),
    }
}
