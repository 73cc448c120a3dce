//! CTAPHID (CTAP 2.3 §11.2): messages of up to 7609 bytes in 64-byte reports. Pure: reports in,
//! reports out; time is an argument.
//!
//! A **report** is one 64-byte packet. A **message** is a command code and its payload on a
//! **channel**. A **transaction** is a request message and its response; a device runs one at a
//! time.

mod device;
mod packet;

pub use device::{
    Action, Config, Device, KEEPALIVE_INTERVAL, Outgoing, TRANSACTION_TIMEOUT, Transaction,
};
pub use packet::{Assembler, Packet, fragment};

use std::fmt;

/// The length of one report, in bytes.
pub const REPORT_LENGTH: usize = 64;
/// The longest message payload: 57 bytes in the first packet and 59 in each of 128 more.
pub const MAX_PAYLOAD: usize = 57 + 128 * 59;
/// The CTAPHID protocol version that INIT answers with.
pub const PROTOCOL_VERSION: u8 = 2;

/// One CTAPHID packet as it travels, without a report id.
pub type Report = [u8; REPORT_LENGTH];

/// A logical channel between one client and the device (§11.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChannelId(pub u32);

impl ChannelId {
    /// Where a client without a channel asks for one.
    pub const BROADCAST: ChannelId = ChannelId(0xFFFF_FFFF);
    /// Reserved: never a valid channel.
    pub const RESERVED: ChannelId = ChannelId(0);
}

impl fmt::Display for ChannelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// A CTAPHID command (§11.2.9), without the bit that marks an initialization packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Echo.
    Ping,
    /// A CTAP1/U2F message.
    Msg,
    /// Reserve the device for one channel.
    Lock,
    /// Allocate or resynchronise a channel.
    Init,
    /// Show which device this is.
    Wink,
    /// A CTAP2 command.
    Cbor,
    /// Give up the command that is being processed.
    Cancel,
    /// Sent by the device while it works.
    Keepalive,
    /// The request failed below CTAP.
    Error,
    /// Any other code, the vendor range included; seven bits.
    Other(u8),
}

impl Command {
    /// The seven-bit code.
    pub const fn code(self) -> u8 {
        match self {
            Command::Ping => 0x01,
            Command::Msg => 0x03,
            Command::Lock => 0x04,
            Command::Init => 0x06,
            Command::Wink => 0x08,
            Command::Cbor => 0x10,
            Command::Cancel => 0x11,
            Command::Keepalive => 0x3B,
            Command::Error => 0x3F,
            Command::Other(code) => code & 0x7F,
        }
    }
}

impl From<u8> for Command {
    fn from(code: u8) -> Self {
        match code & 0x7F {
            0x01 => Command::Ping,
            0x03 => Command::Msg,
            0x04 => Command::Lock,
            0x06 => Command::Init,
            0x08 => Command::Wink,
            0x10 => Command::Cbor,
            0x11 => Command::Cancel,
            0x3B => Command::Keepalive,
            0x3F => Command::Error,
            other => Command::Other(other),
        }
    }
}

/// The payload byte of CTAPHID_ERROR (§11.2.9.1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErrorCode {
    /// The command is not known or not offered.
    #[error("ERR_INVALID_CMD: the device does not offer this CTAPHID command")]
    InvalidCmd,
    /// A parameter is not valid.
    #[error("ERR_INVALID_PAR: a parameter of the CTAPHID command is not valid")]
    InvalidPar,
    /// The length field is not valid for the command.
    #[error("ERR_INVALID_LEN: the CTAPHID message has a length that is not valid")]
    InvalidLen,
    /// A packet came out of order.
    #[error("ERR_INVALID_SEQ: a CTAPHID packet came out of order")]
    InvalidSeq,
    /// The message was not completed in time.
    #[error("ERR_MSG_TIMEOUT: the CTAPHID message was not completed in time")]
    MsgTimeout,
    /// Another transaction is under way.
    #[error("ERR_CHANNEL_BUSY: the device is busy with another transaction; try again shortly")]
    ChannelBusy,
    /// The command needs a lock.
    #[error("ERR_LOCK_REQUIRED: the command needs a channel lock")]
    LockRequired,
    /// The channel was never allocated, or is reserved.
    #[error("ERR_INVALID_CHANNEL: the CTAPHID channel is not valid; open a new one")]
    InvalidChannel,
    /// Anything else.
    #[error("ERR_OTHER: the device gave no reason (CTAPHID error 0x{0:02X})")]
    Other(u8),
}

impl ErrorCode {
    /// The byte on the wire.
    pub const fn code(self) -> u8 {
        match self {
            ErrorCode::InvalidCmd => 0x01,
            ErrorCode::InvalidPar => 0x02,
            ErrorCode::InvalidLen => 0x03,
            ErrorCode::InvalidSeq => 0x04,
            ErrorCode::MsgTimeout => 0x05,
            ErrorCode::ChannelBusy => 0x06,
            ErrorCode::LockRequired => 0x0A,
            ErrorCode::InvalidChannel => 0x0B,
            ErrorCode::Other(code) => code,
        }
    }
}

impl From<u8> for ErrorCode {
    fn from(code: u8) -> Self {
        match code {
            0x01 => ErrorCode::InvalidCmd,
            0x02 => ErrorCode::InvalidPar,
            0x03 => ErrorCode::InvalidLen,
            0x04 => ErrorCode::InvalidSeq,
            0x05 => ErrorCode::MsgTimeout,
            0x06 => ErrorCode::ChannelBusy,
            0x0A => ErrorCode::LockRequired,
            0x0B => ErrorCode::InvalidChannel,
            other => ErrorCode::Other(other),
        }
    }
}

/// What a device says it is waiting for (§11.2.9.1.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepaliveStatus {
    /// It is still working.
    Processing,
    /// It waits for the user.
    UpNeeded,
}

impl KeepaliveStatus {
    /// The byte on the wire.
    pub const fn code(self) -> u8 {
        match self {
            KeepaliveStatus::Processing => 1,
            KeepaliveStatus::UpNeeded => 2,
        }
    }

    /// Reads the byte; a value outside the specification counts as processing.
    pub const fn from_code(code: u8) -> Self {
        match code {
            2 => KeepaliveStatus::UpNeeded,
            _ => KeepaliveStatus::Processing,
        }
    }
}

/// A whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The channel it travels on.
    pub channel: ChannelId,
    /// What it asks or answers.
    pub command: Command,
    /// At most [`MAX_PAYLOAD`] bytes.
    pub payload: Vec<u8>,
}

/// What a device can do (§11.2.9.1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(pub u8);

impl Capabilities {
    /// The device offers CTAPHID_WINK.
    pub const WINK: u8 = 0x01;
    /// The device offers CTAPHID_CBOR.
    pub const CBOR: u8 = 0x04;
    /// The device does *not* offer CTAPHID_MSG.
    pub const NMSG: u8 = 0x08;

    /// Whether all bits of `flag` are set.
    pub const fn has(self, flag: u8) -> bool {
        self.0 & flag == flag
    }
}

/// The payload of the answer to CTAPHID_INIT (§11.2.9.1.3), 17 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InitResponse {
    /// The client's nonce, echoed.
    pub nonce: [u8; 8],
    /// The channel to use from now on.
    pub channel: ChannelId,
    /// The CTAPHID protocol version.
    pub protocol_version: u8,
    /// The device's version: major, minor, build.
    pub device_version: [u8; 3],
    /// What the device can do.
    pub capabilities: Capabilities,
}

impl InitResponse {
    /// The 17 bytes on the wire.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(17);
        bytes.extend_from_slice(&self.nonce);
        bytes.extend_from_slice(&self.channel.0.to_be_bytes());
        bytes.push(self.protocol_version);
        bytes.extend_from_slice(&self.device_version);
        bytes.push(self.capabilities.0);
        bytes
    }

    /// Reads the payload; later versions may append members, so longer is accepted.
    pub fn decode(payload: &[u8]) -> Result<Self, ErrorCode> {
        let (nonce, rest) = payload
            .split_first_chunk::<8>()
            .ok_or(ErrorCode::InvalidLen)?;
        let (channel, rest) = rest.split_first_chunk::<4>().ok_or(ErrorCode::InvalidLen)?;
        let [protocol_version, major, minor, build, capabilities, ..] = *rest else {
            return Err(ErrorCode::InvalidLen);
        };
        Ok(InitResponse {
            nonce: *nonce,
            channel: ChannelId(u32::from_be_bytes(*channel)),
            protocol_version,
            device_version: [major, minor, build],
            capabilities: Capabilities(capabilities),
        })
    }
}

#[cfg(test)]
mod tests;
