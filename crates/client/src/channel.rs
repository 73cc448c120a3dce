//! How CTAP2 commands reach an authenticator, whatever lies between.

use std::{future::Future, pin::Pin, time::Duration};

use timeline::Seq;
use tokio_util::sync::CancellationToken;
use webauthn::json::AuthenticatorAttachment;

pub use ctap::hid::KeepaliveStatus;

/// What [`Channel::transact`] returns.
pub type Transact<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, ChannelError>> + Send + 'a>>;

/// What [`Channel::gone`] returns.
pub type Gone<'a> = Pin<Box<dyn Future<Output = ChannelError> + Send + 'a>>;

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

    /// Whether the authenticator itself shows the user what it waits for. One that has only a light
    /// does not: the client then says that it wants to be touched.
    fn asks_user_itself(&self) -> bool {
        true
    }

    /// Names the event that the next exchanges come from. A channel that tells the timeline of its
    /// reports gives it as their cause; others need not listen.
    fn caused_by(&mut self, _cause: Option<Seq>) {}

    /// Returns when the authenticator is gone although nothing is asked of it, as while the user types
    /// its PIN. A channel that cannot tell waits for ever.
    fn gone(&mut self) -> Gone<'_> {
        Box::pin(std::future::pending())
    }
}

impl<C: Channel + ?Sized> Channel for Box<C> {
    fn transact<'a>(
        &'a mut self,
        command: &'a [u8],
        cancel: &'a CancellationToken,
        on_keepalive: &'a mut (dyn FnMut(KeepaliveStatus) + Send),
    ) -> Transact<'a> {
        (**self).transact(command, cancel, on_keepalive)
    }

    fn attachment(&self) -> AuthenticatorAttachment {
        (**self).attachment()
    }

    fn asks_user_itself(&self) -> bool {
        (**self).asks_user_itself()
    }

    fn caused_by(&mut self, cause: Option<Seq>) {
        (**self).caused_by(cause);
    }

    fn gone(&mut self) -> Gone<'_> {
        (**self).gone()
    }
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
    /// Packets came, but for longer than a device may be silent none of them was for this client.
    #[error(
        "The device sent packets for {} ms, none of them for this client. Unplug it, put it back, then retry.",
        .0.as_millis()
    )]
    Astray(Duration),
    /// The device kept saying that it works, or did not stop when it was asked to.
    #[error(
        "The device has been working for {} s without an answer. Unplug it, put it back, then retry.",
        .0.as_secs()
    )]
    Stuck(Duration),
    /// The device serves another client.
    #[error(
        "The device is busy with another program or page. Finish or cancel what it does there, then retry."
    )]
    Busy,
    /// The operating system lets this user neither read nor write the device's node.
    #[error(
        "This user has no right to open the key at {0}. Run `touchstone keys doctor`: it shows the command that gives it."
    )]
    NoRights(String),
    /// The device has no CTAP2, by its answer to CTAPHID_INIT.
    #[error("This key speaks U2F only and cannot hold passkeys. Pick another key.")]
    U2fOnly,
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
            Self::Astray(_) => "deviceAstray",
            Self::Stuck(_) => "deviceStuck",
            Self::Busy => "deviceBusy",
            Self::NoRights(_) => "deviceNoRights",
            Self::U2fOnly => "deviceU2fOnly",
            Self::Refused(_) => "deviceRefused",
            Self::Malformed(_) => "deviceMalformed",
            Self::TooLong(_) => "commandTooLong",
        }
    }
}
