//! A Python of the tests' own, with python-fido2 in it: somebody else's client for our device.

use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::{project, shell};

const REQUIREMENT: &str = "fido2==2.2.1";

/// The interpreter that the tests start; they find it in `TOUCHSTONE_PYTHON`.
pub fn test_python() -> PathBuf {
    environment().join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    })
}

/// Makes that Python below the target folder, unless it is there.
pub fn make_test_python() -> Result<(), Failure> {
    let stamp = environment().join("touchstone-requirement.txt");
    let is_made = fs::read_to_string(&stamp).is_ok_and(|made| made == REQUIREMENT);
    if is_made && test_python().is_file() {
        return Ok(());
    }
    eprintln!("Making a Python for the tests, with {REQUIREMENT} from PyPI.");
    let python = if cfg!(windows) { "python" } else { "python3" };
    shell::run(
        shell::command(python)
            .args(["-m", "venv", "--clear"])
            .arg(environment()),
    )?;
    shell::run(shell::command(test_python()).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        REQUIREMENT,
    ]))?;
    fs::write(&stamp, REQUIREMENT).map_err(Failure::file(&stamp))
}

fn environment() -> PathBuf {
    project::target().join("venv")
}
