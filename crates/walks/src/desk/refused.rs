//! Why the desk did not do what it was asked.

use bench::api::Problem;

use crate::engine::{Failure, Unusable};

/// Why the desk did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// Another bench is being opened or closed.
    #[error("Another bench is being opened or closed. Wait a moment, then try again.")]
    Busy,
    /// No walk is open.
    #[error("No walk is open. Open one first.")]
    NoWalk,
    /// There is no walk of this name.
    #[error("There is no walk {0} any more. Open the list of walks again.")]
    UnknownWalk(String),
    /// A step is under way.
    #[error("A step of the walk is being done. Wait until it has ended.")]
    Stepping,
    /// The walk plays by itself.
    #[error("The walk plays by itself. Pause it first.")]
    Playing,
    /// No step is left.
    #[error("{0} Run it again to begin anew.")]
    AtEnd(&'static str),
    /// The walk was closed while its bench was set up.
    #[error("The walk was closed before it began.")]
    Closed,
    /// A recording is under way.
    #[error("A recording is under way. Save it or discard it first.")]
    Recording,
    /// There is nothing to save or to discard.
    #[error("Nothing is being recorded. Start a recording first.")]
    NoRecording,
    /// A recording without an act.
    #[error(
        "Nothing was recorded yet that a walk could repeat. Act on the page or the device first."
    )]
    NothingRecorded,
    /// A walk needs a title.
    #[error("The walk has no title yet. Say in a few words what it shows.")]
    NoTitle,
    /// The walk's file cannot be used.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// The walk's bench could not be set up.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The bench refused.
    #[error(transparent)]
    Bench(#[from] bench::Error),
    /// The machine refused: a folder, a file.
    #[error("{0}")]
    Machine(String),
}

impl Refused {
    /// A stable name for the window.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Busy => "deskBusy",
            Self::NoWalk => "noWalk",
            Self::UnknownWalk(_) => "unknownWalk",
            Self::Stepping => "walkStepping",
            Self::Playing => "walkPlaying",
            Self::AtEnd(_) => "walkAtEnd",
            Self::Closed => "walkClosed",
            Self::Recording => "recordingUnderWay",
            Self::NoRecording => "noRecording",
            Self::NothingRecorded => "nothingRecorded",
            Self::NoTitle => "noTitle",
            Self::Unusable(unusable) => unusable.code(),
            Self::Failed(failure) => failure.code(),
            Self::Bench(error) => error.code(),
            Self::Machine(_) => "machineRefused",
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        Self {
            code: refused.code().to_owned(),
            message: refused.to_string(),
        }
    }
}
