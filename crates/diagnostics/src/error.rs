//! Why a key could not be asked.

use client::ChannelError;
use ctap::Status;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No answer came through.
    #[error("{0}")]
    Channel(#[from] ChannelError),
    /// The key refused authenticatorGetInfo.
    #[error(
        "The key refused to say what it is: it answered authenticatorGetInfo with {0}. Unplug it, put it back, then retry."
    )]
    Refused(Status),
    /// The answer has not even a status byte.
    #[error(
        "The key answered authenticatorGetInfo with nothing at all. The fault is the key's; unplug it, put it back, then retry."
    )]
    Empty,
    /// The answer is not one CBOR map.
    #[error("The key's answer to authenticatorGetInfo cannot be read: {0} The fault is the key's.")]
    Unreadable(String),
}

impl Error {
    /// A stable name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Channel(error) => error.code(),
            Self::Refused(_) => "infoRefused",
            Self::Empty => "infoEmpty",
            Self::Unreadable(_) => "infoUnreadable",
        }
    }
}
