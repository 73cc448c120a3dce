//! `touchstone rp`: the relying party alone, for any browser or program on this machine.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use bench::clock::SystemClock;
use rp_server::{Config, Data, Error, Limits, Listeners, RelyingParty, Seams, Storage};
use timeline::Silent;
use tracing_subscriber::EnvFilter;

use crate::serving::{self, told_to_stop};

const NAME: &str = "Touchstone";

/// Runs the relying party, with its pages, on this machine's own addresses.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The port to listen on, 0 for any free one; without it the port of the last start with the same --data
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Keep accounts, passkeys and sessions in this folder; without it they are gone when the program ends
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The policy's file, read again whenever it changes; without it policy.toml in the folder of --data
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The RP ID; without it the host of the first --origin, or localhost
    #[arg(long, value_name = "ID")]
    rp_id: Option<String>,
    /// An origin that its pages may have, the first being the one shown; without it http://RP-ID:PORT
    #[arg(long = "origin", value_name = "URL")]
    origins: Vec<String>,
}

/// Serves until ctrl-c or SIGTERM. Prints where data, policy and the administrator's token are, then
/// `relying party at ORIGIN` when it listens; on failure a sentence on standard error and exit code 1.
pub fn run(arguments: Arguments) -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    serving::run(serve(arguments))
}

async fn serve(arguments: Arguments) -> Result<(), Error> {
    let data = arguments.data.clone().map_or(Data::Memory, Data::Folder);
    let storage = Storage::open(&data, Limits::default())?;
    let listeners = Listeners::bind(arguments.port, &storage).await?;
    let config = arguments.config(listeners.port());
    let seams = Seams::new(Arc::new(Silent), Arc::new(SystemClock::new()));
    let party = RelyingParty::open(config, storage, seams).await?;
    let told_to_stop = told_to_stop();
    announce(&data, &party);
    party.serve(listeners, told_to_stop).await;
    Ok(())
}

fn announce(data: &Data, party: &RelyingParty) {
    let home = match data {
        Data::Folder(folder) => format!("data in {}", folder.display()),
        Data::Memory => {
            "data in memory; it is gone when this program ends (--data DIR keeps it)".to_owned()
        }
    };
    let policy = match party.policy_file() {
        Some(file) => format!("policy in {}", file.display()),
        None => "policy in memory (--policy FILE or --data DIR keeps it in a file)".to_owned(),
    };
    let token = match party.admin_token_file() {
        Some(file) => format!("administrator's token in {}", file.display()),
        // Nowhere else could it be read; it is gone when this program ends.
        None => format!("administrator's token {}", *party.admin_token()),
    };
    if let Some(problem) = party.policy_problem() {
        eprintln!("touchstone: {problem} The last good policy stays in force.");
    }
    let origin = party.origin();
    // Whoever started it may have closed the other end; serving goes on.
    let _ = writeln!(
        io::stdout().lock(),
        "{home}\n{policy}\n{token}\nrelying party at {origin}"
    );
}

impl Arguments {
    fn config(self, port: u16) -> Config {
        let rp_id = self
            .rp_id
            .or_else(|| self.origins.first().and_then(|origin| host(origin)));
        let local = Config::local(NAME, rp_id.unwrap_or_else(|| "localhost".to_owned()), port);
        Config {
            origins: match self.origins {
                none if none.is_empty() => local.origins,
                origins => origins,
            },
            policy_file: self.policy,
            ..local
        }
    }
}

/// An origin's host; what is wrong with an unusable one is said when the relying party opens.
fn host(origin: &str) -> Option<String> {
    origin
        .split_once("://")?
        .1
        .split([':', '/'])
        .next()
        .map(str::to_owned)
}
