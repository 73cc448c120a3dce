//! Why the desk did not do what it was asked.

use bench::api::Problem;

/// Why the desk did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// Another bench is being opened or closed.
    #[error("Another bench is being opened or closed. Wait a moment, then try again.")]
    Busy,
    /// A recording is under way.
    #[error("A recording is under way. Save it or discard it first.")]
    Recording,
    /// There is nothing to save or to discard.
    #[error("Nothing is being recorded. Start a recording first.")]
    NoRecording,
    /// This part of the desk is not furnished yet.
    #[error("Walks cannot be played in this window yet. Play them with `touchstone walk`.")]
    NotYet,
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
            Self::Recording => "recordingUnderWay",
            Self::NoRecording => "noRecording",
            Self::NotYet => "notYet",
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
