//! Keys at the operating system's HID nodes.

#[cfg(any(not(target_os = "linux"), test))]
mod listed;
#[cfg(target_os = "linux")]
mod sysfs;

use super::{FoundKey, rights};

#[cfg(not(target_os = "linux"))]
use listed::{Trace, enumerate, trace};
#[cfg(target_os = "linux")]
use sysfs::{Trace, enumerate, trace};

/// FIDO's usage page (CTAP 2.3 §11.2.8).
const FIDO: u16 = 0xF1D0;

/// The nodes as they were at the last look.
#[derive(Default)]
pub(super) struct Nodes {
    trace: Option<Trace>,
    found: Vec<FoundKey>,
}

impl Nodes {
    /// The keys there are now. Where the system shows cheaply that nothing changed, nothing is
    /// enumerated, and no key is opened to see whether it can be.
    pub fn look(&mut self) -> Vec<FoundKey> {
        let trace = trace();
        if trace.is_none() || trace != self.trace {
            self.found = enumerate();
            for key in &mut self.found {
                key.problem = rights::problem(key);
            }
        }
        self.trace = trace;
        self.found.clone()
    }
}

/// What a key says about itself, without what would break a line or deceive a reader.
fn text(said: Option<&str>) -> Option<String> {
    let printable: String = said?
        .chars()
        .filter(|it| !it.is_control())
        .take(128)
        .collect();
    let printable = printable.trim();
    (!printable.is_empty()).then(|| printable.to_owned())
}
