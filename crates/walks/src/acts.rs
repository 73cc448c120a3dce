//! Acts and subjects, one file a room.

use crate::engine::Registry;

/// Every act and subject there is.
#[must_use]
pub fn registry() -> Registry {
    Registry::default()
}
