//! What can go wrong in a command, as one sentence that says what to do next.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a command stopped.
#[derive(Debug)]
pub enum Failure {
    /// A program that was started ended with another status than 0.
    Exited { line: String, status: String },
    /// A program could not be started at all.
    NotStarted { program: String, cause: io::Error },
    /// A program that the command needs is not on this machine, or is too old.
    Absent { program: String, advice: String },
    /// A file or folder could not be read or written.
    File { path: PathBuf, cause: io::Error },
    /// There is no display to open a window on.
    NoDisplay,
    /// The command wants another system than this one.
    OtherSystem {
        wanted: &'static str,
        system: &'static str,
    },
    /// The virtual machine was ended because its time was up.
    TimeUp { seconds: u64, console: String },
    /// The virtual machine ended before the command did.
    MachineFailed { status: String, console: String },
    /// Packages are missing and this user may not install them.
    NotAllowed { install: String },
}

impl Failure {
    /// Turns an I/O error about `path` into a failure that names it.
    pub fn file(path: &Path) -> impl FnOnce(io::Error) -> Failure {
        let path = path.to_owned();
        move |cause| Failure::File { path, cause }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Exited { line, status } => {
                write!(f, "`{line}` failed ({status}); its own words are above.")
            }
            Failure::NotStarted { program, cause } => {
                write!(f, "`{program}` could not be started: {cause}.")
            }
            Failure::Absent { program, advice } => {
                write!(
                    f,
                    "`{program}` is not on this machine, or is too old. {advice}"
                )
            }
            Failure::File { path, cause } => {
                write!(
                    f,
                    "{} could not be read or written: {cause}.",
                    path.display()
                )
            }
            Failure::NoDisplay => write!(
                f,
                "there is no display to open the window on (DISPLAY and WAYLAND_DISPLAY are \
                 empty). Start it from a desktop session, or under `xvfb-run -a`."
            ),
            Failure::OtherSystem { wanted, system } => {
                write!(f, "{wanted}: it needs {system}, which this is not.")
            }
            Failure::TimeUp { seconds, console } => write!(
                f,
                "the virtual machine was ended after {seconds} s, its time limit (--timeout). \
                 Its console's last words:\n{console}"
            ),
            Failure::MachineFailed { status, console } => write!(
                f,
                "the virtual machine ended ({status}) before the command did. \
                 Its console's last words:\n{console}"
            ),
            Failure::NotAllowed { install } => write!(
                f,
                "packages are missing, this user is not root and there is no sudo. \
                 Have someone who may run: {install}"
            ),
        }
    }
}
