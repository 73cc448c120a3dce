//! `run`: from a bare machine to the open bench.

use crate::commands::check::prepare;
use crate::failure::Failure;
use crate::phases::Phases;
use crate::{setup, shell};

/// Sets up, builds, opens the window; `arguments` go to the bench.
pub fn run(release: bool, arguments: &[&str]) -> Result<(), Failure> {
    if has_no_display() {
        return Err(Failure::NoDisplay);
    }
    prepare(&mut Phases::default(), &[setup::WINDOW])?;
    let mut cargo = shell::cargo();
    cargo.args([
        "run",
        "--package",
        "touchstone",
        "--bin",
        "touchstone-bench",
    ]);
    if release {
        cargo.arg("--release");
    }
    eprintln!("\n── the bench (its first build takes some minutes)");
    shell::run(cargo.arg("--").args(arguments))
}

fn has_no_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    std::env::consts::OS == "linux" && !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY")
}
