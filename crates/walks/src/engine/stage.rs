//! Where a run takes place.

use std::{collections::HashMap, fmt, sync::Arc};

use bench::Bench;

use super::{Cast, Page};

/// The fresh bench of a run, with its page and its secrets.
pub struct Stage {
    /// The bench; nothing of the tester's own is on it.
    pub bench: Bench,
    /// The relying party's page.
    pub page: Arc<dyn Page>,
    /// Who takes part.
    pub cast: Cast,
    /// Throw-away secrets by their names.
    pub secrets: Secrets,
}

/// Throw-away secrets, made anew for every run; a walk only names them (`secret:alice`).
#[derive(Default)]
pub struct Secrets(pub(crate) HashMap<String, String>);

impl Secrets {
    /// The digits that this name stands for.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}
