//! `touchstone device`: a software security key that others reach over UDP.

use std::fmt::Display;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use bench::clock::SystemClock;
use device::{Device, Error, Model, Presence, Seams, Shelf, udp};
use timeline::Silent;
use vault::{KeyHome, Vault};

use crate::serving::{self, told_to_stop};

/// What `touchstone device` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where to listen: a loopback address and a port; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8111")]
    udp: SocketAddr,
    /// Who touches the key: `auto` (always yes), `deny` (always no) or `delay:MS` (yes, after MS milliseconds)
    #[arg(long, default_value = "auto")]
    presence: Presence,
    /// Keep the key's passkeys in this folder; without it they are gone when the program ends
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Obey the datagram that pulls the plug and puts it back, as test kits send it
    #[arg(long)]
    allow_power_cycle: bool,
}

/// Serves until ctrl-c or SIGTERM. Prints where the vault's key rests, then `listening on udp
/// ADDRESS:PORT` when ready; on failure a sentence on standard error and exit code 1.
pub fn run(arguments: Arguments) -> ExitCode {
    serving::run(serve(arguments))
}

/// Says a line to whoever reads. A key works on when nobody does.
fn tell(line: impl Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

async fn serve(arguments: Arguments) -> Result<(), Error> {
    let socket = udp::bind(arguments.udp).await?;
    let address = socket.local_addr().map_err(|source| Error::Socket {
        address: arguments.udp,
        source,
    })?;
    let vault = open_vault(arguments.state).await?;
    tell(vault.label());
    let seams =
        Seams::new(Arc::new(SystemClock::new()), Arc::new(Silent)).presence(arguments.presence);
    let key = key(&Shelf::new(vault, seams))?;
    let told_to_stop = told_to_stop();
    tell(format_args!("listening on udp {address}"));
    let options = udp::Options {
        allow_power_cycle: arguments.allow_power_cycle,
    };
    tokio::select! {
        outcome = udp::serve(key, socket, options) => outcome,
        () = told_to_stop => Ok(()),
    }
}

async fn open_vault(state: Option<PathBuf>) -> Result<Vault, Error> {
    let open = move || match state {
        Some(folder) => Vault::open(&folder, KeyHome::File(folder.join("vault.key"))),
        None => Vault::open(&PathBuf::new(), KeyHome::Memory),
    };
    let opened = tokio::task::spawn_blocking(open).await;
    Ok(
        opened
            .map_err(|failure| Error::Failed(format!("The vault did not open: {failure}.")))??,
    )
}

/// The first key in the vault, or a new one.
fn key(shelf: &Shelf) -> Result<Device, Error> {
    match shelf
        .list()?
        .into_iter()
        .find(|info| info.model == Model::Key)
    {
        Some(info) => shelf.open(&info.id),
        None => shelf.add("UDP key", Model::Key),
    }
}
