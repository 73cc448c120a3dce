//! `audit`: what other people's code we build on, and on which terms.

use crate::failure::Failure;
use crate::shell;

/// Checks licences, bans, sources and advisories as `deny.toml` lays down.
pub fn audit() -> Result<(), Failure> {
    if shell::output(shell::cargo().args(["deny", "--version"])).is_none() {
        eprintln!("Installing cargo-deny from crates.io, for this user (some minutes).");
        shell::run(shell::cargo().args(["install", "--locked", "cargo-deny"]))?;
    }
    shell::run(shell::cargo().args(["deny", "--workspace", "check"]))
}
