//! Why a walk's file cannot be used.

use std::path::PathBuf;

/// Why a walk's file cannot be used, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}:{column}: {message}", file.display())]
pub struct Unusable {
    /// The file.
    pub file: PathBuf,
    /// Line of the key or value concerned, from 1.
    pub line: u32,
    /// Column of its first character, from 1, in characters.
    pub column: u32,
    /// What is wrong, as a sentence; it ends with the nearest valid word where there is one.
    pub message: String,
}

impl Unusable {
    /// A stable name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "walkUnusable"
    }
}
