//! A relying party as the bench holds it: starting, running, or failed with a reason.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rp_server::{Config, Data, Error, Limits, Listeners, RelyingParty, Seams, Storage};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    PartySetting,
    api::{Problem, RelyingPartySummary},
};

/// How the relying party stands.
pub(crate) enum PartySlot {
    /// It is being opened.
    Starting,
    /// It answers at this origin.
    Running(Running),
    /// The tester switched it off.
    Off {
        /// Where it answered, and will again.
        origin: String,
        /// Its port.
        port: u16,
    },
    /// It does not run.
    Failed(Problem),
}

/// A relying party that answers.
pub(crate) struct Running {
    party: Arc<RelyingParty>,
    port: u16,
    /// Ends the serving when it is dropped, too.
    shutdown: DropGuard,
    task: JoinHandle<()>,
}

impl Running {
    /// Opens the data in `folder`, the port, and serves.
    pub(crate) async fn start(
        folder: PathBuf,
        port: Option<u16>,
        setting: &PartySetting,
        seams: Seams,
    ) -> Result<Self, Error> {
        let mut limits = Limits::default();
        if let Some(lifetime) = setting.ceremony_lifetime {
            limits.ceremony_lifetime = lifetime;
        }
        let opened =
            tokio::task::spawn_blocking(move || Storage::open(&Data::Folder(folder), limits));
        let storage = opened.await.map_err(|_| Error::Closed)??;
        let listeners = Listeners::bind(port, &storage).await?;
        let port = listeners.port();
        let config = Config::local(&setting.name, &setting.rp_id, port);
        let party = RelyingParty::open(config, storage, seams).await?;
        let shutdown = CancellationToken::new();
        let serving = party
            .clone()
            .serve(listeners, shutdown.clone().cancelled_owned());
        Ok(Self {
            party,
            port,
            shutdown: shutdown.drop_guard(),
            task: tokio::spawn(serving),
        })
    }

    /// The relying party itself, to look into.
    pub(crate) fn party(&self) -> Arc<RelyingParty> {
        self.party.clone()
    }

    /// What stands in its place while it is switched off.
    pub(crate) fn switched_off(&self) -> PartySlot {
        PartySlot::Off {
            origin: self.party.origin().to_owned(),
            port: self.port,
        }
    }

    /// Lets requests under way finish and closes the port and the data.
    pub(crate) async fn stop(self) {
        drop(self.shutdown);
        // A panic while serving was reported where it happened; the port is closed either way.
        let _ = self.task.await;
    }
}

impl PartySlot {
    /// As the window shows it.
    pub(crate) fn summary(&self, setting: &PartySetting, further: bool) -> RelyingPartySummary {
        let (origin, problem) = match self {
            Self::Starting => (String::new(), None),
            Self::Running(running) => (running.party.origin().to_owned(), None),
            Self::Off { origin, .. } => (origin.clone(), None),
            Self::Failed(problem) => (String::new(), Some(problem.clone())),
        };
        RelyingPartySummary {
            name: setting.name.clone(),
            rp_id: setting.rp_id.clone(),
            origin,
            further,
            problem,
        }
    }

    /// Whether it came to stand or failed; none while it is being opened.
    pub(crate) fn standing(&self) -> Option<Result<(), Problem>> {
        match self {
            Self::Starting => None,
            Self::Running(_) | Self::Off { .. } => Some(Ok(())),
            Self::Failed(problem) => Some(Err(problem.clone())),
        }
    }

    pub(crate) fn running(&self) -> Option<&Running> {
        match self {
            Self::Running(running) => Some(running),
            Self::Starting | Self::Off { .. } | Self::Failed(_) => None,
        }
    }

    /// The port it has, or had when it was switched off.
    pub(crate) fn port(&self) -> Option<u16> {
        match self {
            Self::Running(Running { port, .. }) | Self::Off { port, .. } => Some(*port),
            Self::Starting | Self::Failed(_) => None,
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
