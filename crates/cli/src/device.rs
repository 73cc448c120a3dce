//! `touchstone device`: a software security key that others reach over UDP, or as a USB key.

use std::fmt::Display;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use bench::clock::SystemClock;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use device::{Device, Error, Model, Presence, Seams, Shelf, udp, uhid};
use timeline::Silent;
use vault::{KeyHome, Vault};

use crate::serving::{self, told_to_stop};

/// What a new key is called.
const NAME: &str = "Touchstone key";

/// What `touchstone device` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where to listen: a loopback address and a port; port 0 picks a free one
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8111",
        conflicts_with = "uhid"
    )]
    udp: SocketAddr,
    /// Plug the key in as a USB key, which every FIDO client on this computer finds (Linux, /dev/uhid)
    #[arg(long)]
    uhid: bool,
    /// Say whether a key can be plugged in here as a USB key, and what helps if not; exit code 0 or 1
    #[arg(long, conflicts_with_all = ["udp", "profile", "name", "presence", "state", "allow_power_cycle"])]
    doctor: bool,
    /// What the key can do [default: key; with --uhid fingerprint-key]
    #[arg(long, value_parser = keys())]
    profile: Option<Model>,
    /// What the key is called; over USB, clients see it
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Who touches the key: `auto` (always yes), `deny` (always no) or `delay:MS` (yes, after MS milliseconds)
    #[arg(long, default_value = "auto")]
    presence: Presence,
    /// Keep the key's passkeys in this folder; without it they are gone when the program ends
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Obey the datagram that pulls the plug and puts it back, as test kits send it
    #[arg(long, conflicts_with = "uhid")]
    allow_power_cycle: bool,
}

impl Arguments {
    fn model(&self) -> Model {
        self.profile.unwrap_or(match self.uhid {
            true => Model::FingerprintKey,
            false => Model::Key,
        })
    }
}

/// Reads the name of a kind of key.
fn keys() -> impl TypedValueParser<Value = Model> {
    let names = Model::ALL.into_iter().filter(|it| it.is_key());
    PossibleValuesParser::new(names.map(Model::name))
        .try_map(|name| Model::named(&name).ok_or("there is no such key"))
}

/// Serves until ctrl-c or SIGTERM. Prints where the vault's key rests, then, when ready, `listening
/// on udp ADDRESS:PORT` or `plugged in as /dev/hidrawN (NAME)`; on failure a sentence on standard
/// error and exit code 1.
pub fn run(arguments: Arguments) -> ExitCode {
    if arguments.doctor {
        return doctor();
    }
    serving::run(async {
        if arguments.uhid {
            plug_in(arguments).await
        } else {
            listen(arguments).await
        }
    })
}

fn doctor() -> ExitCode {
    match uhid::check() {
        Ok(()) => {
            tell("A software key can be plugged in here as a USB key.");
            tell("  touchstone device --uhid");
            ExitCode::SUCCESS
        }
        Err(missing) => {
            tell(missing.sentence());
            tell(format_args!("  {}", missing.command()));
            ExitCode::FAILURE
        }
    }
}

/// Says a line to whoever reads. A key works on when nobody does.
fn tell(line: impl Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

async fn listen(arguments: Arguments) -> Result<(), Error> {
    let socket = udp::bind(arguments.udp).await?;
    let address = socket.local_addr().map_err(|source| Error::Socket {
        address: arguments.udp,
        source,
    })?;
    let key = ready_key(&arguments).await?;
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

async fn plug_in(arguments: Arguments) -> Result<(), Error> {
    uhid::check()?;
    let plugged = uhid::plug(ready_key(&arguments).await?).await?;
    let told_to_stop = told_to_stop();
    let (path, name) = (plugged.path().display(), plugged.name());
    tell(format_args!("plugged in as {path} ({name})"));
    tokio::select! {
        outcome = uhid::serve(plugged) => outcome,
        () = told_to_stop => Ok(()),
    }
}

/// Opens the vault, says where its key rests, and powers the security key up.
async fn ready_key(arguments: &Arguments) -> Result<Device, Error> {
    let vault = open_vault(arguments.state.clone()).await?;
    tell(vault.label());
    let seams =
        Seams::new(Arc::new(SystemClock::new()), Arc::new(Silent)).presence(arguments.presence);
    let shelf = Shelf::new(vault, seams);
    key(&shelf, arguments.model(), arguments.name.as_deref())
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

/// The first key of this kind in the vault, or a new one; with the name it is given.
fn key(shelf: &Shelf, model: Model, name: Option<&str>) -> Result<Device, Error> {
    let mut there = shelf.list()?.into_iter().filter(|it| it.model == model);
    let Some(info) = there.next() else {
        return shelf.add(name.unwrap_or(NAME), model);
    };
    let key = shelf.open(&info.id)?;
    if let Some(name) = name {
        key.rename(name)?;
    }
    Ok(key)
}
