//! `touchstone keys`: which keys are plugged in, who they are, and what keeps them away.

mod doctor;
mod info;
mod list;
mod page;

use std::fmt::Display;
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Subcommand;
use client::{Keys, KeysSetting};

/// What `touchstone keys` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the keys that are plugged in
    ///
    /// Exit code: 0 done, also without a key; 1 nothing answers at an address of --udp.
    List(Asked),
    /// Ask a key who it is and what it can do, and explain its answer; it need not be touched
    ///
    /// Exit code: 0 done, 1 no such key or no usable answer, 2 several keys and none is named.
    Info(info::Arguments),
    /// Say what keeps keys away from this program, and the command that helps
    ///
    /// Exit code: 0 nothing does, 1 something does.
    Doctor(Asked),
}

/// What all of them take.
#[derive(Debug, clap::Args)]
struct Asked {
    /// Also look for a key here, as emulators and `touchstone device --udp` serve it; may be given several times
    #[arg(long, value_name = "ADDRESS:PORT")]
    udp: Vec<SocketAddr>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Asked {
    fn keys(&self) -> Keys {
        Keys::watch(KeysSetting {
            hid: true,
            udp: self.udp.clone(),
        })
    }
}

/// Prints what was asked for; a failure is a sentence on standard error.
pub fn run(arguments: Arguments) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(format_args!("no threads could be started: {error}."));
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        match arguments.command {
            Command::List(asked) => list::run(&asked).await,
            Command::Info(arguments) => info::run(arguments).await,
            Command::Doctor(asked) => doctor::run(&asked).await,
        }
    })
}

/// Prints to whoever reads; the exit code says it to whoever does not.
fn tell(text: impl Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn complain(sentence: impl Display) {
    let _ = writeln!(std::io::stderr(), "touchstone: {sentence}");
}

/// Prints a shape as JSON, for programs.
fn tell_json(shape: &impl serde::Serialize) -> ExitCode {
    match serde_json::to_string_pretty(shape) {
        Ok(json) => {
            tell(json);
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(format_args!(
                "the answer cannot be written as JSON: {error}."
            ));
            ExitCode::FAILURE
        }
    }
}

/// What is said of an address where no key is.
fn nothing_at(address: SocketAddr) -> String {
    format!(
        "Nothing answers CTAPHID at udp {address}. Start a key there, for example: touchstone device --udp {address}"
    )
}
