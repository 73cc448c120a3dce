//! Where random bytes come from: the one place that draws them, and the seam behind which it lies.

use crate::Error;

/// A source of random bytes: every challenge, ceremony id, user handle and session token is drawn
/// from it.
///
/// It outlives a restart of the relying party: a source that began anew would hand out the same
/// challenges twice.
pub trait Random: Send + Sync {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// [`Error::NoRandomness`] when there are none to be had.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error>;
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        getrandom::fill(bytes).map_err(|_| Error::NoRandomness)
    }
}

/// Draws an array.
pub(crate) fn draw<const N: usize>(random: &dyn Random) -> Result<[u8; N], Error> {
    let mut drawn = [0; N];
    random.fill(&mut drawn)?;
    Ok(drawn)
}
