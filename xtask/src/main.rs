//! The project's commands: `cargo xtask run`, `test`, `check` and the rest.
//!
//! What this room is for: to take a bare machine to a running bench or a passed test run with one
//! command, and to say what it does to the machine and why. It is the first thing that is built,
//! so it uses the standard library and nothing else.
//!
//! Terms:
//! - **set-up**: the packages of the system, of npm and of Python that a command needs; what is
//!   there already is left alone, so that a machine that is set up needs no network;
//! - **phase**: one step of a command, with a name and a measured time;
//! - **pages**: the two built front ends, `ui/dist/bench` (the window) and `ui/dist/rp` (the
//!   relying party's site).

mod commands;
mod failure;
mod pages;
mod phases;
mod project;
mod setup;
mod shell;
mod vm;

use std::process::ExitCode;

const USAGE: &str = "\
Touchstone's commands: cargo xtask COMMAND

  run [--release] [-- ARGS]  set up, build the pages, open the bench (ARGS go to it)
  test                       set up, run every check and every test
  check                      formatting, lints, types, generated bindings
  bindings                   write anew what the code generates: bindings, walks' schema and page
  shots                      take the screenshots of docs/pictures anew
  measure [--json]           speed against other people's parts, one line a figure
  vm [OPTIONS] -- COMMAND    run a command in a virtual machine that keys can be plugged into
  audit                      licences, bans and advisories, with cargo-deny
  help                       this text

CONTRIBUTING.md says where to start.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["vm", rest @ ..] => return commands::vm(rest),
        ["run"] => commands::run(false, &[]),
        ["run", "--", bench @ ..] => commands::run(false, bench),
        ["run", "--release"] => commands::run(true, &[]),
        ["run", "--release", "--", bench @ ..] => commands::run(true, bench),
        ["test"] => commands::test(),
        ["check"] => commands::check(),
        ["bindings"] => commands::bindings(),
        ["shots"] => commands::shots(),
        ["measure"] => commands::measure(&[]),
        ["measure", "--json"] => commands::measure(&["--json"]),
        ["audit"] => commands::audit(),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        [] => return usage("Which command?"),
        [command, ..] => {
            return usage(&format!(
                "`cargo xtask {}` is not a command, or `{command}` does not take these arguments.",
                words.join(" ")
            ));
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn usage(complaint: &str) -> ExitCode {
    eprintln!("{complaint}\n\n{USAGE}");
    ExitCode::from(2)
}
