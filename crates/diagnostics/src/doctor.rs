//! What stands between this machine and a key. Reads `/sys`, `/dev` and `/proc`; changes nothing.

mod nodes;
mod others;
mod rules;
mod sandbox;
#[cfg(all(test, target_os = "linux"))]
mod tests;
mod usb;

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use device::uhid::{self, Missing};

use crate::shapes::{Finding, State};

/// The longest file that is read, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// What this machine has and lacks, what matters most first. Opens the nodes of FIDO keys and
/// `/dev/uhid` for a moment, to see whether it may; takes a few milliseconds of blocking work.
#[must_use]
pub fn doctor() -> Vec<Finding> {
    let mut findings = match std::env::consts::OS {
        "linux" => Machine::this().findings(),
        "macos" => vec![Finding::of("rights", "Rights to keys").ok(
            "macOS lets every program talk to FIDO keys on USB. There is nothing to set up.",
        )],
        "windows" => vec![
            Finding::of("rights", "Rights to keys")
                .state(
                    State::Unknown,
                    "Windows lets only programs that run as administrator talk to FIDO keys directly. If keys do not show up, start Touchstone as administrator.",
                )
                .run("Start-Process touchstone-bench.exe -Verb RunAs"),
        ],
        other => vec![Finding::of("rights", "Rights to keys").state(
            State::Unknown,
            format!("What {other} demands of programs that talk to keys is not known here."),
        )],
    };
    findings.push(uhid_finding(uhid::check()));
    findings
}

/// A Linux machine, or a tree of files that looks like one.
struct Machine {
    /// `/`.
    root: PathBuf,
    /// Opens a node for reading and writing, and closes it again.
    open: fn(&Path) -> io::Result<()>,
}

impl Machine {
    /// The machine that the program runs on.
    fn this() -> Self {
        Self {
            root: PathBuf::from("/"),
            open: |node| {
                OpenOptions::new()
                    .read(true)
                    .write(true)
                    .open(node)
                    .map(drop)
            },
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let nodes = nodes::fido(self);
        let rules = rules::read(self);
        let mut findings = nodes::findings(self, &rules, &nodes);
        findings.extend(usb::without_driver(self));
        findings.push(rules::finding(self, &rules, &nodes));
        findings.extend(others::holders(self, &nodes));
        findings.push(others::pcscd(self));
        findings.push(sandbox::finding(self));
        findings
    }

    /// The path of the machine's `path`, which does not begin with a slash.
    fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// The file's bytes up to a bound; none when it cannot be read.
    fn bytes(&self, path: impl AsRef<Path>) -> Option<Vec<u8>> {
        let file = fs::File::open(self.at(path)).ok()?;
        let mut bytes = Vec::new();
        file.take(LONGEST).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// The file as text without blanks around it; none when it cannot be read.
    fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        let bytes = self.bytes(path)?;
        Some(String::from_utf8_lossy(&bytes).trim().to_owned())
    }

    /// The names in a folder, in order; none of them when it cannot be read.
    fn names(&self, folder: impl AsRef<Path>) -> Vec<String> {
        let entries = fs::read_dir(self.at(folder)).into_iter().flatten();
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
        names
    }

    /// Whether there is such a file or folder.
    fn has(&self, path: impl AsRef<Path>) -> bool {
        self.at(path).symlink_metadata().is_ok()
    }
}

/// Whether our own devices can be plugged in as USB keys.
fn uhid_finding(checked: Result<(), Missing>) -> Finding {
    let finding = Finding::of("uhid", "Software devices as USB keys");
    match checked {
        Ok(()) => {
            finding.ok("A software device can be plugged in as a USB key, through /dev/uhid.")
        }
        Err(missing) => finding
            .state(State::Optional, missing.sentence())
            .run(missing.command()),
    }
}

impl Finding {
    pub(crate) fn of(what: &str, title: impl Into<String>) -> Self {
        Self {
            what: what.to_owned(),
            title: title.into(),
            state: State::Unknown,
            sentence: String::new(),
            command: None,
        }
    }

    pub(crate) fn state(self, state: State, sentence: impl Into<String>) -> Self {
        Self {
            state,
            sentence: sentence.into(),
            ..self
        }
    }

    pub(crate) fn ok(self, sentence: impl Into<String>) -> Self {
        self.state(State::Ok, sentence)
    }

    pub(crate) fn run(self, command: impl Into<String>) -> Self {
        Self {
            command: Some(command.into()),
            ..self
        }
    }
}
