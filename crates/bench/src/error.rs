//! Why the bench did not do what it was asked.

use std::{io, path::PathBuf};

use crate::api::Problem;

/// Why the bench did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No device can be used while the vault is shut.
    #[error("Devices cannot be used: {0}")]
    VaultShut(String),
    /// The vault is still being opened.
    #[error("The vault is still being opened. Wait a moment, then try again.")]
    VaultOpening,
    /// No such way out now.
    #[error("That is not possible now: {0}")]
    NoWayOut(&'static str),
    /// A passphrase is needed and none was given.
    #[error("Type the passphrase of this vault, then try again.")]
    PassphraseMissing,
    /// A device refused.
    #[error(transparent)]
    Device(#[from] device::Error),
    /// No device is picked.
    #[error("No device is picked. Pick one, or add one, in the device pane.")]
    NoDevice,
    /// No key of this name is plugged in.
    #[error("{0} is not plugged in. Name one of the keys that the bench shows.")]
    NoSuchKey(String),
    /// The picked key is not plugged in.
    #[error("The key {0} is not plugged in. Plug it in, or pick another device, then try again.")]
    Unplugged(String),
    /// A key did not answer, or not as it should.
    #[error(transparent)]
    Key(#[from] client::ChannelError),
    /// A key cannot be asked who it is.
    #[error(transparent)]
    KeyReport(#[from] diagnostics::Error),
    /// There is no key to choose from.
    #[error("No key is plugged in that can be used. Plug one in, then try again.")]
    NoKey,
    /// No key was touched.
    #[error("No key was touched. Start again, and touch the one you mean.")]
    NotTouched,
    /// A device is plugged in already, in another way.
    #[error("The device is plugged in already, as {0}. Unplug it first.")]
    PluggedElsewhere(String),
    /// A device that is to be unplugged is not plugged in.
    #[error("The device is not plugged in.")]
    NotPlugged,
    /// A device was plugged in, and the client does not see it.
    #[error(
        "The device was plugged in, but no key appeared at {0}. Look at what `touchstone keys doctor` says, then try again."
    )]
    KeyUnseen(String),
    /// The page gave its call up.
    #[error("The page gave the call up.")]
    Aborted,
    /// The call cannot be understood.
    #[error("The page's call cannot be understood: {0}.")]
    Call(String),
    /// The timeline could not be read.
    #[error(transparent)]
    Timeline(#[from] timeline::Error),
    /// A file could not be written.
    #[error("{} could not be written: {source}. Free some space or choose another data folder.", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The relying party does not run.
    #[error(transparent)]
    RelyingParty(#[from] rp_server::Error),
    /// No relying party can be called that.
    #[error("No relying party was added: {0}. Choose another name.")]
    RelyingPartyName(String),
    /// No relying party has this RP ID.
    #[error("There is no relying party {0} on the bench. Name one of those it shows.")]
    NoSuchRelyingParty(String),
    /// A relying party did not answer.
    #[error(
        "{rp_id} could not be asked: {why}. See that it runs and the network is good, then try again."
    )]
    Away {
        /// The relying party.
        rp_id: String,
        /// What happened.
        why: String,
    },
    /// A relying party said no.
    #[error("{message}")]
    Refused {
        /// The name it gave to why.
        code: String,
        /// Its sentence.
        message: String,
    },
    /// The device gave no assertion for a reset.
    #[error("The PIN was not reset: {0} Try again on the device.")]
    NotReset(String),
    /// A clock cannot be moved like that.
    #[error("No clock was moved: {0}. Choose another motion.")]
    Motion(&'static str),
    /// The network cannot be set like that.
    #[error("The network stays as it was: {0}.")]
    Network(String),
    /// The fault makes no sense.
    #[error("The fault was not armed: {0}.")]
    Fault(String),
    /// No fault of this number waits.
    #[error("There is no armed fault {0}. It may have happened already, or was disarmed.")]
    NoSuchFault(u32),
    /// The timeline cannot be searched like that.
    #[error("The timeline was not searched: {0}. Ask for less.")]
    Query(&'static str),
    /// A task of the bench ended without an answer.
    #[error("The bench is closing. Start it again.")]
    Closing,
}

impl Error {
    /// A stable name for the window.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::RelyingPartyName(_) => "relyingPartyName",
            Self::NoSuchRelyingParty(_) => "noSuchRelyingParty",
            Self::Away { .. } => "relyingPartyAway",
            Self::Refused { .. } => "relyingPartyRefused",
            Self::NotReset(_) => "notReset",
            Self::VaultShut(_) => "vaultShut",
            Self::VaultOpening => "vaultOpening",
            Self::NoWayOut(_) => "noWayOut",
            Self::PassphraseMissing => "passphraseMissing",
            Self::Device(error) => error.code(),
            Self::NoDevice => "noDevice",
            Self::NoSuchKey(_) => "noSuchKey",
            Self::Unplugged(_) => "keyUnplugged",
            Self::Key(error) => error.code(),
            Self::KeyReport(error) => error.code(),
            Self::NoKey => "noKey",
            Self::NotTouched => "noKeyTouched",
            Self::PluggedElsewhere(_) => "pluggedElsewhere",
            Self::NotPlugged => "notPlugged",
            Self::KeyUnseen(_) => "keyUnseen",
            Self::Aborted => "aborted",
            Self::Call(_) => "malformedCall",
            Self::Timeline(error) => error.code(),
            Self::Write { .. } => "writeFailed",
            Self::RelyingParty(error) => error.code(),
            Self::Motion(_) => "clockMotion",
            Self::Network(_) => "networkState",
            Self::Fault(_) => "malformedFault",
            Self::NoSuchFault(_) => "noSuchFault",
            Self::Query(_) => "queryRefused",
            Self::Closing => "closing",
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::of(&error)
    }
}

impl Problem {
    pub(crate) fn of(error: &Error) -> Self {
        Self {
            code: error.code().to_owned(),
            message: error.to_string(),
        }
    }
}
