//! `test`: every check and every test, on a machine that may be bare.

use std::process::Command;

use crate::commands::check::{form, lints, prepare};
use crate::failure::Failure;
use crate::phases::Phases;
use crate::{setup, shell, vm};

/// Sets up, checks, runs all tests. The last lines printed are cargo's own.
pub fn test() -> Result<(), Failure> {
    let mut phases = Phases::default();
    let outcome = before_the_tests(&mut phases).and_then(|()| {
        eprint!("\n{}", phases.table());
        phases.run("tests", || {
            let mut words = suite();
            words.push("--no-fail-fast");
            shell::run(on_own_display(&words).env("TOUCHSTONE_PYTHON", setup::test_python()))
        })
    });
    let kept = phases.keep();
    outcome.and(kept)
}

/// Everything up to the built test programs, what fails soonest first.
fn before_the_tests(phases: &mut Phases) -> Result<(), Failure> {
    prepare(phases, &[setup::WINDOW, setup::TEST])?;
    phases.run("Python for the tests", setup::make_test_python)?;
    phases.run("virtual machine for the tests", vm::prepare)?;
    form(phases)?;
    phases.run("tests of the front end", || {
        shell::run(setup::npm()?.args(["run", "test"]))
    })?;
    lints(phases)?;
    phases.run("build of the tests", || {
        shell::run(shell::cargo().args(suite()).arg("--no-run"))
    })
}

/// The arguments for all tests that this system can run. The window's need Linux, the only system
/// whose web view can be driven without a display.
fn suite() -> Vec<&'static str> {
    let mut words = vec!["test", "--workspace", "--lib", "--bins", "--tests"];
    if std::env::consts::OS != "linux" {
        eprintln!("The window's tests run on Linux only; all others run here.");
        words.extend(["--exclude", "touchstone"]);
    }
    words
}

/// Cargo with a display and a session bus of its own, where the system has such things.
pub fn on_own_display(words: &[&str]) -> Command {
    let mut cargo = shell::cargo();
    if std::env::consts::OS != "linux" {
        cargo.args(words);
        return cargo;
    }
    let mut command = shell::command("xvfb-run");
    command.args([
        "-a",
        "-s",
        "-screen 0 1440x900x24",
        "dbus-run-session",
        "--",
    ]);
    command.arg(cargo.get_program()).args(words);
    command
}
