//! The relying party itself: its identity, its store, its clock and its listener.

use std::{future::Future, sync::Arc};

use timeline::{Draft, Party, Seq, Timestamp};

use crate::{
    Config, Data, Error, Limits, Listeners, Overview, Seams,
    config::Identity,
    http, random,
    store::{Sqlite, Store},
};

/// The relying party's data, opened and held; a [`RelyingParty`] stands on it.
pub struct Storage {
    pub(crate) store: Sqlite,
    pub(crate) limits: Limits,
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
        })
    }
}

/// A relying party: accounts, passkeys, sessions and pages under one RP ID.
pub struct RelyingParty {
    pub(crate) identity: Identity,
    pub(crate) limits: Limits,
    pub(crate) store: Box<dyn Store>,
    pub(crate) seams: Seams,
}

impl RelyingParty {
    /// Opens a relying party on its data.
    ///
    /// # Errors
    /// When RP ID and origins do not fit together, or the data cannot be written.
    pub async fn open(config: Config, storage: Storage, seams: Seams) -> Result<Arc<Self>, Error> {
        let identity = Identity::check(config)?;
        let Storage { store, limits } = storage;
        store.forget_expired_sessions(seams.clock.now()).await?;
        Ok(Arc::new(Self {
            identity,
            limits,
            store: Box::new(store),
            seams,
        }))
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
        listeners
            .serve(self.router(), keeps_connections, shutdown)
            .await;
    }

    /// All accounts with their passkeys, and how many sessions and ceremonies are open now.
    /// Neither tokens nor their hashes are in it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn overview(&self) -> Result<Overview, Error> {
        self.store.overview(self.now()).await
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
