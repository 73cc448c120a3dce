//! authenticatorClientPIN (CTAP 2.3 §6.5): as much as an authenticator needs to say which
//! subcommand it does not offer. PIN material in the request is not kept.

use crate::Status;
use crate::members::{Members, optional, read_map, required};

/// What the client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The PIN/UV auth protocol (0x01).
    pub pin_uv_auth_protocol: Option<u64>,
    /// The subcommand (0x02).
    pub subcommand: u64,
}

impl Request {
    pub(crate) fn decode(parameters: &[u8]) -> Result<Self, Status> {
        let map = read_map(parameters)?;
        Ok(Request {
            pin_uv_auth_protocol: optional(&map, 0x01)?,
            subcommand: required(&map, 0x02)?,
        })
    }

    pub(crate) fn encode(self) -> Vec<u8> {
        Members::default()
            .put_some(0x01, self.pin_uv_auth_protocol)
            .put(0x02, self.subcommand)
            .encode()
    }
}
