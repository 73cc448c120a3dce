//! The kinds of device on the shelf.

use authenticator::Profile;
use serde::{Deserialize, Serialize};

/// A kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Model {
    /// A phone: it has a display and verifies its user with a device PIN.
    Phone,
    /// A security key: it has neither; it can be touched.
    Key,
}

impl Model {
    /// `phone` or `key`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Key => "key",
        }
    }

    /// What its authenticator is.
    #[must_use]
    pub fn profile(self) -> Profile {
        match self {
            Self::Phone => Profile::phone(),
            Self::Key => Profile::key(),
        }
    }
}
