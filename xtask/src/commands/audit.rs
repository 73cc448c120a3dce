//! `audit`: what other people's code we build on, and on which terms.

use crate::failure::Failure;
use crate::shell;

/// Checks licences, bans and sources as `deny.toml` lays down, then the known advisories. Only the
/// advisories need a network, so they come last.
pub fn audit() -> Result<(), Failure> {
    if shell::output(shell::cargo().args(["deny", "--version"])).is_none() {
        eprintln!("Installing cargo-deny from crates.io, for this user (some minutes).");
        shell::run(shell::cargo().args(["install", "--locked", "cargo-deny"]))?;
    }
    let deny = ["deny", "--workspace", "check"];
    shell::run(
        shell::cargo()
            .args(deny)
            .args(["bans", "licenses", "sources"]),
    )?;
    eprintln!("Fetching the RustSec advisories.");
    shell::run(shell::cargo().args(deny).arg("advisories"))
}
