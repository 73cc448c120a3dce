//! PIN/UV auth protocols 1 and 2 (CTAP 2.3 §6.5.4 to §6.5.7): how a PIN and a token travel between a
//! client and an authenticator, for both of them.
//!
//! Each side makes a [`KeyAgreement`] key; both come to the same [`SharedSecret`], under which PINs
//! and the [`Token`] travel. Secrets are wiped when dropped, and their `Debug` shows nothing.

mod keys;
mod secret;
mod token;

pub use keys::{KeyAgreement, PublicKey};
pub use secret::SharedSecret;
pub use token::Token;

/// Which PIN/UV auth protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Protocol 1 (§6.5.6): one key for all, no initialization vector, codes of 16 bytes.
    One,
    /// Protocol 2 (§6.5.7): a key for each purpose, a random initialization vector, codes of 32 bytes.
    Two,
}

impl Protocol {
    /// The protocol's number on the wire.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    /// The protocol of a number on the wire, or `None` when it is none of these two.
    #[must_use]
    pub const fn from_number(number: u64) -> Option<Self> {
        match number {
            1 => Some(Self::One),
            2 => Some(Self::Two),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
