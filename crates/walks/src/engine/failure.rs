//! Why a step could not be done.

/// Why a step could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The bench refused.
    #[error(transparent)]
    Bench(#[from] bench::Error),
    /// Nobody asks what the step answers.
    #[error("{0}")]
    NotAsked(String),
    /// What the step names is not there.
    #[error("{0}")]
    Missing(String),
    /// The page cannot do this now.
    #[error("{0}")]
    Page(String),
    /// The run's time is up.
    #[error("The walk's {seconds} s were used up. The walk was waiting for {awaited}.")]
    Deadline {
        /// How long the whole walk may take, in seconds.
        seconds: u64,
        /// What it waited for.
        awaited: String,
    },
    /// The machine refused: a folder, a port.
    #[error("{0}")]
    Machine(String),
}

impl Failure {
    /// A stable name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Bench(error) => error.code(),
            Self::NotAsked(_) => "notAsked",
            Self::Missing(_) => "missing",
            Self::Page(_) => "pageRefused",
            Self::Deadline { .. } => "deadline",
            Self::Machine(_) => "machineRefused",
        }
    }
}
