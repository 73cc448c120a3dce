//! Keys at the operating system's HID nodes.

#[cfg(any(not(target_os = "linux"), test))]
mod listed;
#[cfg(target_os = "linux")]
mod sysfs;

use super::{FoundKey, found::is_harmless, rights};

#[cfg(not(target_os = "linux"))]
use listed::{Trace, enumerate, trace};
#[cfg(target_os = "linux")]
use sysfs::{Trace, enumerate, trace};

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

/// How much of a key's text is taken, in characters.
const LONGEST: usize = 128;

/// What a key says about itself, on one line: what would break it or deceive a reader is escaped.
fn text(said: Option<&str>) -> Option<String> {
    let said = said?.trim_matches(|it: char| it.is_whitespace() || it.is_control());
    let mut shown = String::new();
    for character in said.chars().take(LONGEST) {
        match is_harmless(character) {
            true => shown.push(character),
            false => shown.extend(character.escape_unicode()),
        }
    }
    (!shown.is_empty()).then_some(shown)
}
