//! authenticatorClientPIN (CTAP 2.3 §6.5.5): its subcommands, permissions, request and response, and
//! the forms in which a PIN travels.

mod permissions;
mod pin;

use std::fmt;

pub use permissions::Permissions;
pub use pin::{PIN_MAX_BYTES, pad, pin_hash, unpad};

use crate::Status;
use crate::members::{FromValue, Members, optional, read_map, required};
use crate::pin_uv_auth::PublicKey;
use webauthn::cbor::Value;

macro_rules! subcommands {
    ($($variant:ident = $number:literal $name:literal $doc:literal,)*) => {
        /// What the client asks for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Subcommand {
            $(#[doc = $doc] $variant,)*
        }

        impl Subcommand {
            /// Every subcommand, by number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The number on the wire.
            #[must_use]
            pub const fn number(self) -> u64 {
                match self { $(Self::$variant => $number,)* }
            }

            /// The specification's name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

subcommands! {
    GetPinRetries = 0x01 "getPINRetries" "How many tries at the PIN are left.",
    GetKeyAgreement = 0x02 "getKeyAgreement" "The authenticator's public key.",
    SetPin = 0x03 "setPIN" "The first PIN.",
    ChangePin = 0x04 "changePIN" "A new PIN for the old one.",
    GetPinToken = 0x05 "getPinToken" "A token for the PIN, as CTAP 2.0 has it.",
    GetTokenUsingUv = 0x06 "getPinUvAuthTokenUsingUvWithPermissions" "A token for built-in user verification.",
    GetUvRetries = 0x07 "getUVRetries" "How many tries at built-in user verification are left.",
    GetTokenUsingPin = 0x09 "getPinUvAuthTokenUsingPinWithPermissions" "A token for the PIN, with permissions.",
}

impl FromValue for Subcommand {
    fn from_value(value: &Value<'_>) -> Result<Self, Status> {
        let number = u64::from_value(value)?;
        let mut all = Self::ALL.iter().copied();
        all.find(|subcommand| subcommand.number() == number)
            .ok_or(Status::InvalidSubcommand)
    }
}

/// The request. `Debug` tells which encrypted members there are, and not what is in them.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The PIN/UV auth protocol's number (0x01).
    pub pin_uv_auth_protocol: Option<u64>,
    /// The subcommand (0x02).
    pub subcommand: Subcommand,
    /// The client's public key (0x03).
    pub key_agreement: Option<PublicKey>,
    /// The code over the encrypted PINs (0x04).
    pub pin_uv_auth_param: Option<Vec<u8>>,
    /// The new PIN, padded and encrypted (0x05).
    pub new_pin_enc: Option<Vec<u8>>,
    /// The current PIN's hash, encrypted (0x06).
    pub pin_hash_enc: Option<Vec<u8>>,
    /// What the token shall be good for (0x09).
    pub permissions: Option<Permissions>,
    /// The relying party that the token shall be good for (0x0A).
    pub rp_id: Option<String>,
}

impl Request {
    /// A request with the subcommand alone.
    #[must_use]
    pub fn new(subcommand: Subcommand) -> Self {
        Request {
            pin_uv_auth_protocol: None,
            subcommand,
            key_agreement: None,
            pin_uv_auth_param: None,
            new_pin_enc: None,
            pin_hash_enc: None,
            permissions: None,
            rp_id: None,
        }
    }

    pub(crate) fn decode(parameters: &[u8]) -> Result<Self, Status> {
        let map = read_map(parameters)?;
        Ok(Request {
            pin_uv_auth_protocol: optional(&map, 0x01)?,
            subcommand: required(&map, 0x02)?,
            key_agreement: optional(&map, 0x03)?,
            pin_uv_auth_param: optional(&map, 0x04)?,
            new_pin_enc: optional(&map, 0x05)?,
            pin_hash_enc: optional(&map, 0x06)?,
            permissions: optional(&map, 0x09)?,
            rp_id: optional(&map, 0x0A)?,
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        Members::default()
            .put_some(0x01, self.pin_uv_auth_protocol)
            .put(0x02, self.subcommand.number())
            .put_some(0x03, self.key_agreement.as_ref())
            .put_some(0x04, self.pin_uv_auth_param.as_deref())
            .put_some(0x05, self.new_pin_enc.as_deref())
            .put_some(0x06, self.pin_hash_enc.as_deref())
            .put_some(0x09, self.permissions.map(Permissions::bits))
            .put_some(0x0A, self.rp_id.as_deref())
            .encode()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("pin_uv_auth_protocol", &self.pin_uv_auth_protocol)
            .field("subcommand", &self.subcommand)
            .field("new_pin_enc", &self.new_pin_enc.as_ref().map(Vec::len))
            .field("pin_hash_enc", &self.pin_hash_enc.as_ref().map(Vec::len))
            .field("permissions", &self.permissions)
            .field("rp_id", &self.rp_id)
            .finish_non_exhaustive()
    }
}

/// The response; each subcommand gives its own members. `Debug` shows nothing of the token.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// The authenticator's public key (0x01).
    pub key_agreement: Option<PublicKey>,
    /// The token, encrypted (0x02).
    pub pin_uv_auth_token: Option<Vec<u8>>,
    /// Tries at the PIN that are left (0x03).
    pub pin_retries: Option<u64>,
    /// A power cycle is needed before the next try (0x04).
    pub power_cycle_state: Option<bool>,
    /// Tries at built-in user verification that are left (0x05).
    pub uv_retries: Option<u64>,
}

impl Response {
    /// Reads the CBOR after the status byte; nothing at all is an empty response.
    ///
    /// # Errors
    /// CTAP2_ERR_INVALID_CBOR, CTAP2_ERR_CBOR_UNEXPECTED_TYPE, and CTAP1_ERR_INVALID_PARAMETER for
    /// a key that is none of P-256.
    pub fn decode(cbor: &[u8]) -> Result<Self, Status> {
        if cbor.is_empty() {
            return Ok(Response::default());
        }
        let map = read_map(cbor)?;
        Ok(Response {
            key_agreement: optional(&map, 0x01)?,
            pin_uv_auth_token: optional(&map, 0x02)?,
            pin_retries: optional(&map, 0x03)?,
            power_cycle_state: optional(&map, 0x04)?,
            uv_retries: optional(&map, 0x05)?,
        })
    }

    /// The canonical CBOR after the status byte; empty for an empty response.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        if *self == Response::default() {
            return Vec::new();
        }
        Members::default()
            .put_some(0x01, self.key_agreement.as_ref())
            .put_some(0x02, self.pin_uv_auth_token.as_deref())
            .put_some(0x03, self.pin_retries)
            .put_some(0x04, self.power_cycle_state)
            .put_some(0x05, self.uv_retries)
            .encode()
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("key_agreement", &self.key_agreement)
            .field("pin_retries", &self.pin_retries)
            .field("power_cycle_state", &self.power_cycle_state)
            .field("uv_retries", &self.uv_retries)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
