//! The headless `touchstone` binary: a thin shell over the rooms of the house.

mod device;
mod keys;
mod rp;
mod serving;
mod verify;
mod walk;

use std::io;
use std::process::ExitCode;

use bench::clock::SystemClock;
use clap::{Parser, Subcommand};
use timeline::Clock as _;

/// Touchstone without its window: the parts of a passkey ceremony, one by one.
#[derive(Debug, Parser)]
#[command(name = "touchstone", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a software security key that other programs reach over UDP (CTAPHID, loopback only) or, on Linux, as a USB key
    Device(device::Arguments),
    /// List the keys that are plugged in, ask one who it is, and find what keeps keys away
    Keys(keys::Arguments),
    /// Run the relying party, with its pages, for any browser or program on this machine
    Rp(rp::Arguments),
    /// Judge a registration or an authentication, given as JSON on standard input
    ///
    /// Exit code: 0 verified, 1 refused, 2 unusable input; with --lines the highest of all.
    Verify(verify::Arguments),
    /// Play walks, flows written down as files, and say how they went
    ///
    /// Exit code: 0 every walk passed, 1 one failed, 2 unusable input, nothing to play, or a report that cannot be written, 130 stopped by ctrl-c.
    Walk(walk::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Device(arguments) => Ok(device::run(arguments)),
        Command::Keys(arguments) => Ok(keys::run(arguments)),
        Command::Rp(arguments) => Ok(rp::run(arguments)),
        Command::Walk(arguments) => Ok(walk::run(arguments)),
        Command::Verify(arguments) => verify::run(
            &arguments,
            SystemClock::new().now().0 / 1_000,
            io::stdin().lock(),
            io::stdout().lock(),
        ),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("touchstone: {error}");
        ExitCode::from(2)
    })
}
