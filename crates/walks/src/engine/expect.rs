//! Expectations: what must be so after a step.

use std::fmt;

use serde_json::Value;
use timeline::Seq;

use super::{Doing, Stage};

/// Something that expectations are about.
pub trait Subject: fmt::Debug + Send + Sync {
    /// What there is to see: every candidate, the oldest first. `since` is the last event before
    /// the step.
    fn look<'a>(&'a self, stage: &'a Stage, since: Seq) -> Doing<'a, Vec<Found>>;

    /// What it is, to begin a sentence with: `rp.verification`, `passkeys of phone`.
    fn name(&self) -> String;
}

/// A candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What there is to compare.
    pub value: Value,
    /// The event that says so.
    pub event: Option<Seq>,
}
