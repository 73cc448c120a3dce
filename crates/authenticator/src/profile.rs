//! What kind of authenticator this is.

use webauthn::id::Aaguid;

/// Touchstone's AAGUID, `52af4a5f-6dc2-4b65-8b5a-50d8c62c867f`: drawn at random once, the same in
/// every installation and for every profile, as one model of device.
pub const AAGUID: Aaguid = Aaguid([
    0x52, 0xaf, 0x4a, 0x5f, 0x6d, 0xc2, 0x4b, 0x65, 0x8b, 0x5a, 0x50, 0xd8, 0xc6, 0x2c, 0x86, 0x7f,
]);

/// A kind of authenticator. What it says of itself in getInfo and what it does both follow from
/// here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its model.
    pub aaguid: Aaguid,
    /// Whether it shows accounts and lets the user choose among them.
    pub display: bool,
    /// Whether it can verify its user by itself.
    pub built_in_user_verification: bool,
    /// Whether it verifies the user for every new credential, asked or not, as phones do.
    pub always_verifies_creation: bool,
    /// `AuthenticatorTransport` values, in lexical order.
    pub transports: Vec<String>,
    /// How many discoverable credentials it can hold.
    pub max_discoverable: usize,
    /// How many other credentials it can hold.
    pub max_non_discoverable: usize,
}

impl Profile {
    /// A phone: a display, user verification of its own, reached from a computer by hybrid transport
    /// or as the platform's own authenticator.
    #[must_use]
    pub fn phone() -> Self {
        Self {
            aaguid: AAGUID,
            display: true,
            built_in_user_verification: true,
            always_verifies_creation: true,
            transports: vec!["hybrid".into(), "internal".into()],
            max_discoverable: 200,
            max_non_discoverable: 1_000,
        }
    }

    /// A security key: it can be touched, and no more.
    #[must_use]
    pub fn key() -> Self {
        Self {
            aaguid: AAGUID,
            display: false,
            built_in_user_verification: false,
            always_verifies_creation: false,
            transports: vec!["usb".into()],
            max_discoverable: 100,
            max_non_discoverable: 1_000,
        }
    }
}
