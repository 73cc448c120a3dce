//! `measure`: how fast we are, as ratios to other people's parts in the same run.

use crate::commands::check::prepare;
use crate::commands::test::on_own_display;
use crate::failure::Failure;
use crate::phases::Phases;
use crate::{project, setup, shell};

/// How many events the long timeline has.
const LONG_TIMELINE: &str = "100000";

/// Builds and runs the workspace in `xtask/measure`, which tests never build; then, for a person,
/// has the window show a long timeline.
pub fn measure(arguments: &[&str]) -> Result<(), Failure> {
    let mut cargo = shell::cargo();
    cargo.args(["run", "--release", "--locked"]);
    cargo.args([
        "--manifest-path",
        "xtask/measure/Cargo.toml",
        "--target-dir",
    ]);
    cargo.arg(project::target().join("measure"));
    shell::run(cargo.arg("--").args(arguments))?;
    if arguments.is_empty() && std::env::consts::OS == "linux" {
        long_timeline()?;
    }
    Ok(())
}

fn long_timeline() -> Result<(), Failure> {
    prepare(&mut Phases::default(), &[setup::WINDOW, setup::TEST])?;
    let words = [
        "test",
        "--package",
        "touchstone",
        "--test",
        "window",
        "long_timeline",
        "--",
        "--nocapture",
    ];
    shell::run(on_own_display(&words).env("TOUCHSTONE_LONG_TIMELINE", LONG_TIMELINE))
}
