//! The relying party itself: its identity, its store, its clock and its listener.

use std::{future::Future, path::PathBuf, sync::Arc};

use timeline::{Draft, Party, Seq, Timestamp};

use crate::{
    Config, Data, Error, Limits, Listeners, Seams,
    admin::Administration,
    config::Identity,
    http,
    logon::OpenLogons,
    pin,
    policy::PolicyInForce,
    random,
    store::{Sqlite, Store},
};

/// The relying party's data, opened and held; a [`RelyingParty`] stands on it.
pub struct Storage {
    pub(crate) store: Sqlite,
    pub(crate) limits: Limits,
    /// Where files beside the database lie; none in memory.
    pub(crate) folder: Option<PathBuf>,
}

impl Storage {
    /// Opens the data, creating what is missing.
    ///
    /// # Errors
    /// When the folder is read-only, held by another process or unusable; when the database is
    /// damaged, locked, or written by a later version; when the disk is full.
    pub fn open(data: &Data, limits: Limits) -> Result<Self, Error> {
        Ok(Self {
            store: Sqlite::open(data, limits)?,
            limits,
            folder: match data {
                Data::Folder(folder) => Some(folder.clone()),
                Data::Memory => None,
            },
        })
    }
}

/// A relying party: accounts, passkeys, sessions and pages under one RP ID.
pub struct RelyingParty {
    pub(crate) identity: Identity,
    pub(crate) limits: Limits,
    pub(crate) store: Box<dyn Store>,
    pub(crate) seams: Seams,
    /// Where files beside the database lie; none in memory.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) policy: PolicyInForce,
    pub(crate) administration: Administration,
    pub(crate) logons: OpenLogons,
    pub(crate) pin: pin::Memory,
}

impl RelyingParty {
    /// Opens a relying party on its data.
    ///
    /// # Errors
    /// When RP ID and origins do not fit together, when the policy cannot be used and there was none
    /// before, or the data cannot be written.
    pub async fn open(config: Config, storage: Storage, seams: Seams) -> Result<Arc<Self>, Error> {
        let policy_file = config.policy_file.clone();
        let identity = Identity::check(config)?;
        let Storage {
            store,
            limits,
            folder,
        } = storage;
        store.forget_expired_sessions(seams.clock.now()).await?;
        let (policy, news) =
            PolicyInForce::open(policy_file, folder.clone(), &store, seams.clock.now()).await?;
        let administration = Administration::open(folder.as_deref(), &store).await?;
        let pin = pin::open(folder.as_deref(), &store, &limits).await?;
        let party = Arc::new(Self {
            identity,
            limits,
            store: Box::new(store),
            seams,
            folder,
            policy,
            administration,
            logons: OpenLogons::default(),
            pin,
        });
        if let Some(news) = news {
            party.announce_policy(news, None);
        }
        Ok(party)
    }

    /// The origin of its pages, `http://localhost:PORT` or as configured.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.identity.home().as_str()
    }

    /// Its RP ID.
    #[must_use]
    pub fn rp_id(&self) -> &str {
        self.identity.rp_id.as_str()
    }

    /// Pages and API, with every check of the front door.
    pub fn router(self: &Arc<Self>) -> axum::Router {
        http::router(self.clone())
    }

    /// Serves until `shutdown` completes, then lets requests under way finish.
    pub async fn serve(
        self: Arc<Self>,
        listeners: Listeners,
        shutdown: impl Future<Output = ()> + Send,
    ) {
        let keeps_connections = self.seams.network.is_direct();
        let shutdown = async {
            shutdown.await;
            self.pin.streams.close();
        };
        let served = listeners.serve(self.router(), keeps_connections, shutdown);
        tokio::select! {
            () = served => {}
            () = self.watch_policy() => {}
            () = self.forget_in_time() => {}
        }
        self.pin.streams.ended().await;
    }

    /// Whether anybody reads the timeline.
    pub(crate) fn is_watched(&self) -> bool {
        self.seams.emit.listens()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.seams.clock.now()
    }

    /// Emits an event, if anybody listens.
    pub(crate) fn tell(
        &self,
        kind: &'static str,
        cause: Option<Seq>,
        body: impl FnOnce() -> serde_json::Value,
    ) {
        if self.is_watched() {
            self.emit(
                Draft::new(Party::RelyingParty, kind)
                    .cause(cause)
                    .body(body()),
            );
        }
    }

    pub(crate) fn emit(&self, draft: Draft) -> Seq {
        self.record(draft.at(self.now()))
    }

    /// Emits an event that has its time already.
    pub(crate) fn record(&self, draft: Draft) -> Seq {
        self.seams.emit.emit(draft)
    }

    /// Draws random bytes.
    pub(crate) fn draw<const N: usize>(&self) -> Result<[u8; N], Error> {
        random::draw(&*self.seams.random)
    }
}
