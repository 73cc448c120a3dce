//! The one place that draws random bytes.

use crate::Error;

/// Fills an array from the operating system's generator.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut drawn = [0; N];
    getrandom::fill(&mut drawn).map_err(|_| Error::NoRandomness)?;
    Ok(drawn)
}
