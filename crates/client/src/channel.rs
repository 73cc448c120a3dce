//! How CTAP2 commands reach an authenticator, whatever lies between.

use std::{future::Future, pin::Pin, time::Duration};

use tokio_util::sync::CancellationToken;
use webauthn::json::AuthenticatorAttachment;

pub use ctap::hid::KeepaliveStatus;

/// What [`Channel::transact`] returns.
pub type Transact<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, ChannelError>> + Send + 'a>>;

/// A way to one authenticator.
pub trait Channel: Send {
    /// Sends one CTAP2 command (code byte, then CBOR) and waits for the answer (status byte, then
    /// CBOR). Keepalive statuses go to `on_keepalive`.
    ///
    /// When `cancel` fires, the channel sends CTAPHID_CANCEL or its equal and still waits for the
    /// answer, which is then normally CTAP2_ERR_KEEPALIVE_CANCEL. Dropping the future cancels too.
    fn transact<'a>(
        &'a mut self,
        command: &'a [u8],
        cancel: &'a CancellationToken,
        on_keepalive: &'a mut (dyn FnMut(KeepaliveStatus) + Send),
    ) -> Transact<'a>;

    /// Whether the authenticator is part of the machine (`platform`) or can roam
    /// (`cross-platform`), L3 §5.4.5.
    fn attachment(&self) -> AuthenticatorAttachment;
}

/// Why a command got no CTAP answer.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// Nothing is at the other end any more.
    #[error("The device is gone: {0}. Connect it again and retry.")]
    Gone(String),
    /// No packet came for longer than a device may be silent.
    #[error("The device has been silent for {} ms. Check that it is running, then retry.", .0.as_millis())]
    Silent(Duration),
    /// The device refused below CTAP.
    #[error("The device refused the message: {0}.")]
    Refused(#[from] ctap::hid::ErrorCode),
    /// The device broke the transport's rules.
    #[error("The device sent something that is not CTAPHID: {0}.")]
    Malformed(&'static str),
    /// The command is longer than the transport carries.
    #[error(
        "The command has {0} bytes, more than the device can take. Shorten the credential lists."
    )]
    TooLong(usize),
}

impl ChannelError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Gone(_) => "deviceGone",
            Self::Silent(_) => "deviceSilent",
            Self::Refused(_) => "deviceRefused",
            Self::Malformed(_) => "deviceMalformed",
            Self::TooLong(_) => "commandTooLong",
        }
    }
}
