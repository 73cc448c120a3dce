//! The relying party's randomness, in the form in which crate `pin_sync` takes it.

use rand_core::{TryCryptoRng, TryRng};

use crate::{Error, Random};

/// Draws from the relying party's [`Random`].
pub(crate) struct Draw<'a>(pub &'a dyn Random);

impl TryRng for Draw<'_> {
    type Error = Error;

    fn try_next_u32(&mut self) -> Result<u32, Error> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Error> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.0.fill(bytes)
    }
}

impl TryCryptoRng for Draw<'_> {}
