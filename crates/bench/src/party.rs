//! The relying party as the bench holds it: starting, running, or failed with a reason.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rp_server::{Config, Data, Error, Limits, Listeners, RelyingParty, Seams, Storage};
use timeline::{Clock, Emit};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::api::{Problem, RelyingPartySummary};

/// The first relying party's name and RP ID.
const NAME: &str = "Acme";
const RP_ID: &str = "localhost";

/// How the relying party stands.
pub(crate) enum PartySlot {
    /// It is being opened.
    Starting,
    /// It answers at this origin.
    Running(Running),
    /// It does not run.
    Failed(Problem),
}

/// A relying party that answers.
pub(crate) struct Running {
    origin: String,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    /// Opens the data in `folder`, the port, and serves.
    pub(crate) async fn start(
        folder: PathBuf,
        port: Option<u16>,
        emit: Arc<dyn Emit>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let opened = tokio::task::spawn_blocking(move || {
            Storage::open(&Data::Folder(folder), Limits::default())
        });
        let storage = opened.await.map_err(|_| Error::Closed)??;
        let listeners = Listeners::bind(port, &storage).await?;
        let config = Config::local(NAME, RP_ID, listeners.port());
        let party = RelyingParty::open(config, storage, Seams::new(emit, clock)).await?;
        let origin = party.origin().to_owned();
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(party.serve(listeners, shutdown.clone().cancelled_owned()));
        Ok(Self {
            origin,
            shutdown,
            task,
        })
    }

    /// Lets requests under way finish and closes the port and the data.
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        // A panic while serving was reported where it happened; the port is closed either way.
        let _ = self.task.await;
    }
}

impl PartySlot {
    /// As the window shows it.
    pub(crate) fn summary(&self) -> RelyingPartySummary {
        let (origin, problem) = match self {
            Self::Starting => (String::new(), None),
            Self::Running(running) => (running.origin.clone(), None),
            Self::Failed(problem) => (String::new(), Some(problem.clone())),
        };
        RelyingPartySummary {
            name: NAME.to_owned(),
            rp_id: RP_ID.to_owned(),
            origin,
            problem,
        }
    }
}

/// Renames `folder`, so that the next start begins anew; deletes nothing.
pub(crate) fn set_aside(folder: &Path, unix_millis: i64) -> std::io::Result<()> {
    let mut name = folder.as_os_str().to_owned();
    name.push(format!("-set-aside-{unix_millis}"));
    std::fs::rename(folder, name)
}

/// A port that is free on 127.0.0.1 right now.
pub(crate) fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?
        .local_addr()?
        .port())
}
