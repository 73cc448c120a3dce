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
            Failure::NotAllowed { install } => write!(
                f,
                "packages are missing, this user is not root and there is no sudo. \
                 Have someone who may run: {install}"
            ),
        }
    }
}
