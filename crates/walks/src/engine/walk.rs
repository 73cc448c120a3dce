//! A walk, read and checked.

use std::{path::PathBuf, time::Duration};

use bench::api::PlugWay;
use serde_json::{Map, Value};

use super::{Act, Cast, Expectation};

/// A walk: who takes part and what they do.
#[derive(Debug)]
pub struct Walk {
    /// The file it was read from.
    pub file: PathBuf,
    /// What it shows, in a few words.
    pub title: String,
    /// Why it is worth walking, for a stakeholder; may be empty.
    pub why: String,
    /// Where the run's randomness starts from.
    pub seed: u64,
    /// Real time that the whole run may take.
    pub deadline: Duration,
    /// Who takes part; its `start` is always there.
    pub cast: Cast,
    /// Names of the secrets that its acts use, in the order of their first use.
    pub secrets: Vec<String>,
    /// The relying party.
    pub party: bench::PartySetting,
    /// Relying parties beside it.
    pub further: Vec<bench::PartySetting>,
    /// What every relying party's policy says at the start; members left out have their defaults.
    pub policy: Map<String, Value>,
    /// What is done, in order; at least one.
    pub steps: Vec<Step>,
}

impl Walk {
    /// Whether a device is plugged in this way, from the start or in a step.
    #[must_use]
    pub fn plugs(&self, way: PlugWay) -> bool {
        let from_start = self.cast.devices.iter().map(|device| device.way);
        let later = self.steps.iter().map(|step| step.act.plugs());
        from_start.chain(later).any(|plugs| plugs == Some(way))
    }
}

/// A step: one act and what must be so afterwards.
#[derive(Debug)]
pub struct Step {
    /// What happens, in the walk's own words; the act's instruction where the file has none.
    pub title: String,
    /// A remark for who reads or watches.
    pub note: Option<String>,
    /// Line of the file on which the step begins.
    pub line: u32,
    /// The act's name: `page.sign-in`.
    pub act_name: &'static str,
    /// What is done.
    pub act: Box<dyn Act>,
    /// What must be so afterwards.
    pub expect: Vec<Expectation>,
}
