//! What is wrong with a policy, and where.

use std::ops::Range;

use serde::Serialize;

/// Why a policy's text cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error, utoipa::ToSchema)]
#[error("{file}:{line}:{column}: {message}")]
#[schema(as = PolicyProblem)]
pub struct Problem {
    /// The file's name, without its folder.
    pub file: String,
    /// Line of the key or value concerned, from 1.
    pub line: u32,
    /// Column of its first character, from 1, in characters.
    pub column: u32,
    /// What is wrong, as a sentence or two.
    pub message: String,
    /// The member it is about, such as `pin.validity`, where it is about one.
    pub member: Option<String>,
}

impl Problem {
    /// At the place in `text` where `span` begins; at its beginning without one.
    pub(super) fn at(text: &str, span: Option<Range<usize>>, message: String) -> Self {
        let start = span.map_or(0, |span| span.start.min(text.len()));
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self {
            file: super::FILE_NAME.to_owned(),
            line: count(before.matches('\n').count() + 1),
            column: count(before[line_start..].chars().count() + 1),
            message,
            member: None,
        }
    }

    /// The same, about this member.
    pub(super) fn about(self, member: &str) -> Self {
        Self {
            member: Some(member.to_owned()),
            ..self
        }
    }

    /// Of the file as a whole.
    pub(super) fn of_file(message: impl Into<String>) -> Self {
        Self::at("", None, message.into())
    }

    /// The same in a file of another name.
    pub(super) fn in_file(self, file: String) -> Self {
        Self { file, ..self }
    }
}
