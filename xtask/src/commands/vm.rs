//! `vm`: a command in a virtual machine of its own.

use std::process::ExitCode;

use crate::failure::Failure;
use crate::vm::{self, HELP, Options};

/// Its time was up, as `timeout` says it.
const TIME_UP: u8 = 124;
/// The machine, not the command, failed.
const FAILED: u8 = 125;

/// Boots, runs the command behind `--` and ends with its exit code.
pub fn vm(words: &[&str]) -> ExitCode {
    if let ["--help" | "-h" | "help"] = words {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let options = match Options::parse(words) {
        Ok(options) => options,
        Err(complaint) => {
            eprintln!("{complaint}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match vm::run(&options) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::from(match failure {
                Failure::TimeUp { .. } => TIME_UP,
                _ => FAILED,
            })
        }
    }
}
