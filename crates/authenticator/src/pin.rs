//! The PIN that clients enter, as it is kept.

use std::fmt;

use ctap::client_pin::pin_hash;
use zeroize::Zeroizing;

/// How often a PIN may be wrong until it is blocked (CTAP 2.3 §6.5.2.3).
pub const PIN_RETRIES: u32 = 8;

/// A PIN as it is kept. Its hash is as good as the PIN itself: to be stored under seal. `Debug` shows
/// nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin {
    /// LEFT(SHA-256(PIN), 16).
    pub hash: Zeroizing<[u8; 16]>,
    /// Tries left.
    pub retries: u32,
}

impl Pin {
    /// A new PIN, of UTF-8 text, with all its retries.
    pub(crate) fn new(text: &[u8]) -> Self {
        Self {
            hash: pin_hash(text),
            retries: PIN_RETRIES,
        }
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin")
    }
}
