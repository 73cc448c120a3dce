//! `check` and `bindings`: everything that can be said without opening the window.

use std::process::Command;

use crate::failure::Failure;
use crate::phases::Phases;
use crate::setup::{self, Wanted};
use crate::{pages, shell};

/// Formatting, types of the front end, lints, generated bindings.
pub fn check() -> Result<(), Failure> {
    let mut phases = Phases::default();
    let outcome = prepare(&mut phases, &[setup::WINDOW])
        .and_then(|()| form(&mut phases))
        .and_then(|()| lints(&mut phases))
        .and_then(|()| {
            phases.run("generated bindings", || {
                shell::run(&mut binding_tests())?;
                PUBLISHED
                    .iter()
                    .try_for_each(|package| shell::run(&mut published_tests(package)))
            })
        });
    eprint!("\n{}", phases.table());
    outcome
}

/// Writes anew what is generated from the Rust code: the TypeScript bindings, the schema of walks
/// and their reference, the explanations of what keys say.
pub fn bindings() -> Result<(), Failure> {
    let mut phases = Phases::default();
    prepare(&mut phases, &[setup::WINDOW])?;
    phases.run("generated bindings, written anew", || {
        shell::run(binding_tests().env("TOUCHSTONE_WRITE_BINDINGS", "1"))?;
        for package in PUBLISHED {
            shell::run(published_tests(package).env("TOUCHSTONE_WRITE_BINDINGS", "1"))?;
        }
        Ok(())
    })
}

/// Sets the machine up and builds the pages: the window's package does not compile without them.
pub fn prepare(phases: &mut Phases, wanted: &[&'static [Wanted]]) -> Result<(), Failure> {
    phases.run("system packages", || setup::install(wanted))?;
    phases.run("front-end packages", setup::install_front_end)?;
    phases.run("pages", pages::build)
}

/// The checks that take seconds.
pub fn form(phases: &mut Phases) -> Result<(), Failure> {
    phases.run("formatting", || {
        shell::run(shell::cargo().args(["fmt", "--all", "--check"]))
    })?;
    phases.run("types of the front end", || {
        shell::run(setup::npm()?.args(["run", "check"]))
    })
}

/// The lints, which read all of the workspace and all it builds on.
pub fn lints(phases: &mut Phases) -> Result<(), Failure> {
    let clippy = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    phases.run("lints", || shell::run(shell::cargo().args(clippy)))
}

/// The window's test that compares the bindings in `ui` with the Rust types.
fn binding_tests() -> Command {
    let mut cargo = shell::cargo();
    cargo.args(["test", "--package", "touchstone", "bindings"]);
    cargo
}

/// The packages of which something is published: the schema and reference of walks, and the
/// explanations of what keys say.
const PUBLISHED: [&str; 2] = ["touchstone-walks", "touchstone-diagnostics"];

/// A package's test that compares what is published of it with what it has.
fn published_tests(package: &str) -> Command {
    let mut cargo = shell::cargo();
    cargo.args(["test", "--package", package, "--lib", "published"]);
    cargo
}
