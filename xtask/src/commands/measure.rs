//! `measure`: how fast we are, as ratios to other people's parts in the same run.

use crate::failure::Failure;
use crate::{project, shell};

/// Builds and runs the workspace in `xtask/measure`, which tests never build.
pub fn measure(arguments: &[&str]) -> Result<(), Failure> {
    let mut cargo = shell::cargo();
    cargo.args(["run", "--release", "--locked"]);
    cargo.args([
        "--manifest-path",
        "xtask/measure/Cargo.toml",
        "--target-dir",
    ]);
    cargo.arg(project::target().join("measure"));
    shell::run(cargo.arg("--").args(arguments))
}
