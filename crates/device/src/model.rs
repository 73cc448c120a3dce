//! The kinds of device on the shelf.

use authenticator::Profile;
use serde::{Deserialize, Serialize};

/// A kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// A phone: it has a display and verifies its user with a device PIN.
    Phone,
    /// A security key: it has neither; it can be touched.
    Key,
    /// A security key whose PIN is entered on the computer (authenticatorClientPIN).
    PinKey,
    /// A security key with a fingerprint reader: its touch verifies its user.
    FingerprintKey,
}

impl Model {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Phone, Self::Key, Self::PinKey, Self::FingerprintKey];

    /// `phone`, `key`, `pin-key` or `fingerprint-key`; also its name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Key => "key",
            Self::PinKey => "pin-key",
            Self::FingerprintKey => "fingerprint-key",
        }
    }

    /// The kind with this name, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// What a person calls it, such as "Security key with PIN".
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Phone => "Phone",
            Self::Key => "Security key",
            Self::PinKey => "Security key with PIN",
            Self::FingerprintKey => "Security key with fingerprint",
        }
    }

    /// Whether it is a security key of some kind.
    #[must_use]
    pub fn is_key(self) -> bool {
        self != Self::Phone
    }

    /// What its authenticator is.
    #[must_use]
    pub fn profile(self) -> Profile {
        match self {
            Self::Phone => Profile::phone(),
            Self::Key => Profile::key(),
            Self::PinKey => Profile::pin_key(),
            Self::FingerprintKey => Profile::fingerprint_key(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Model;

    #[test]
    fn every_kind_keeps_its_name() {
        let named = Model::ALL.map(|it| {
            let json = serde_json::to_value(it).expect("a JSON form");
            assert_eq!(json, it.name());
            assert_eq!(serde_json::from_value::<Model>(json).ok(), Some(it));
            assert_eq!(Model::named(it.name()), Some(it));
            it.name()
        });
        assert_eq!(named, ["phone", "key", "pin-key", "fingerprint-key"]);
        assert_eq!(Model::named("pinKey"), None);
    }
}
