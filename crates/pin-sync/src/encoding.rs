//! `lp(x)`: a length of four bytes, big endian, and the bytes. Everything signed, hashed or bound is
//! a run of these behind a label, so that no two messages of different kinds are ever the same bytes.

use sha2::{Digest as _, Sha256};

/// The profile's name, and the front of every label.
pub const PROFILE: &str = "touchstone-pin-sync-v1";

/// `touchstone-pin-sync-v1/NAME`.
pub(crate) fn label(name: &str) -> String {
    format!("{PROFILE}/{name}")
}

/// A run of length-prefixed parts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parts(Vec<u8>);

impl Parts {
    /// Begins with the label `touchstone-pin-sync-v1/NAME`.
    pub fn labelled(name: &str) -> Self {
        Self::default().part(label(name).as_bytes())
    }

    pub fn part(mut self, bytes: &[u8]) -> Self {
        // Nothing here comes near four gigabytes: bodies are bounded long before.
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    pub fn text(self, text: &str) -> Self {
        self.part(text.as_bytes())
    }

    /// A u64, big endian.
    pub fn number(self, number: u64) -> Self {
        self.part(&number.to_be_bytes())
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Milliseconds since 1970 as they are signed; a clock set before that counts as zero.
pub(crate) fn millis(time: timeline::Timestamp) -> u64 {
    u64::try_from(time.0).unwrap_or(0)
}

/// The way back from [`millis`]; saturates at the end of time.
pub(crate) fn timestamp(millis: u64) -> timeline::Timestamp {
    timeline::Timestamp(i64::try_from(millis).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_part_is_its_length_and_its_bytes() {
        let bytes = Parts::default()
            .text("ab")
            .part(&[])
            .number(258)
            .into_bytes();
        assert_eq!(
            bytes,
            [
                0, 0, 0, 2, b'a', b'b', 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 1, 2
            ]
        );
    }

    proptest! {
        #[test]
        fn moving_bytes_from_one_part_to_the_next_changes_the_run(
            bytes in proptest::collection::vec(any::<u8>(), 1..40), first in 0usize..40, second in 0usize..40
        ) {
            let (first, second) = (first % bytes.len(), second % bytes.len());
            prop_assume!(first != second);
            let cut = |at: usize| Parts::default().part(&bytes[..at]).part(&bytes[at..]).into_bytes();
            prop_assert_ne!(cut(first), cut(second));
        }
    }
}
