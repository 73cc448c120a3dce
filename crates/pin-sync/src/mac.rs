//! HMAC-SHA256 (RFC 2104) under a key of at most one block.

use hmac::{Hmac, KeyInit as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// SHA-256's block: keys are filled up to it with zeros.
const BLOCK: usize = 64;

/// A code under `key`, to be fed; at most 64 bytes of the key count.
pub(crate) fn hmac(key: &[u8]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; BLOCK]);
    for (place, byte) in block.iter_mut().zip(key) {
        *place = *byte;
    }
    Hmac::<Sha256>::new((&*block).into())
}
