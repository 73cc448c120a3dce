//! What kind of authenticator this is.

use webauthn::id::Aaguid;

/// Touchstone's AAGUID, `52af4a5f-6dc2-4b65-8b5a-50d8c62c867f`: drawn at random once, the same in
/// every installation and for every profile, as one model of device.
pub const AAGUID: Aaguid = Aaguid([
    0x52, 0xaf, 0x4a, 0x5f, 0x6d, 0xc2, 0x4b, 0x65, 0x8b, 0x5a, 0x50, 0xd8, 0xc6, 0x2c, 0x86, 0x7f,
]);

/// The version that all profiles speak.
const FIDO_2_0: &str = "FIDO_2_0";

/// A usual limit of USB keys, 21 reports of CTAPHID. A software key needs one, too: of a client that
/// writes faster than the key reads, the kernel's uhid keeps 31 reports and drops the rest.
const USB_MESSAGE: u64 = 1_200;

/// A kind of authenticator. What it says of itself in getInfo and what it does both follow from
/// here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its model.
    pub aaguid: Aaguid,
    /// Versions of the protocol (CTAP 2.3 §6.4), the oldest first; each demands things that must be
    /// there.
    pub versions: Vec<String>,
    /// Whether it shows accounts and lets the user choose among them.
    pub display: bool,
    /// Whether it can verify its user by itself.
    pub built_in_user_verification: bool,
    /// Whether it takes a PIN that is entered at the client (CTAP 2.3 §6.5).
    pub client_pin: bool,
    /// Whether it hands out pinUvAuthTokens with permissions, for a PIN or for its own verification.
    pub pin_uv_auth_token: bool,
    /// Whether it verifies the user for every new credential, asked or not, as phones do.
    pub always_verifies_creation: bool,
    /// `AuthenticatorTransport` values, in lexical order.
    pub transports: Vec<String>,
    /// The longest message it says it takes, in bytes.
    pub max_message: u64,
    /// How many credentials a list may hold, and how long their IDs may be, in bytes (ours have 32): a
    /// full list leaves room in a message.
    pub max_list: (u64, u64),
    /// How many discoverable credentials it can hold.
    pub max_discoverable: usize,
    /// How many other credentials it can hold.
    pub max_non_discoverable: usize,
}

impl Profile {
    /// Whether it knows PIN/UV auth protocols.
    pub(crate) fn has_pin_uv_auth(&self) -> bool {
        self.client_pin || self.pin_uv_auth_token
    }

    /// A phone: a display, user verification of its own, reached from a computer by hybrid transport
    /// or as the platform's own authenticator.
    #[must_use]
    pub fn phone() -> Self {
        Self {
            aaguid: AAGUID,
            versions: vec![FIDO_2_0.into()],
            display: true,
            built_in_user_verification: true,
            client_pin: false,
            pin_uv_auth_token: false,
            always_verifies_creation: true,
            transports: vec!["hybrid".into(), "internal".into()],
            max_message: ctap::hid::MAX_PAYLOAD as u64,
            max_list: (24, 255),
            max_discoverable: 200,
            max_non_discoverable: 1_000,
        }
    }

    /// A security key: it can be touched, and no more.
    #[must_use]
    pub fn key() -> Self {
        Self {
            aaguid: AAGUID,
            versions: vec![FIDO_2_0.into()],
            display: false,
            built_in_user_verification: false,
            client_pin: false,
            pin_uv_auth_token: false,
            always_verifies_creation: false,
            transports: vec!["usb".into()],
            max_message: USB_MESSAGE,
            max_list: (8, 64),
            max_discoverable: 100,
            max_non_discoverable: 1_000,
        }
    }

    /// A security key with a PIN that is entered at the client. It speaks PIN/UV auth protocols 1 and
    /// 2 and hands out tokens with permissions, but FIDO_2_1 demands more of a key with discoverable
    /// credentials than that (hmac-secret, credProtect, credential management), so it says FIDO_2_0.
    #[must_use]
    pub fn pin_key() -> Self {
        Self {
            client_pin: true,
            pin_uv_auth_token: true,
            ..Self::key()
        }
    }

    /// A security key with a fingerprint reader, without display and PIN. Whoever touches it is
    /// verified, so that it makes no passkey without verification.
    #[must_use]
    pub fn fingerprint_key() -> Self {
        Self {
            built_in_user_verification: true,
            pin_uv_auth_token: true,
            always_verifies_creation: true,
            ..Self::key()
        }
    }
}
