//! The relying party of a bench: starting, stopping, switching off and on, looking in.

use std::path::PathBuf;

use crate::{
    Bench, Error,
    api::{NetworkState, Problem, RelyingPartySummary},
    bench::{blocking, lock},
    kinds,
    party::{self, PartySlot, Running},
};

impl Bench {
    /// The relying party as it stands now; without an origin while it is being opened, or failed to.
    #[must_use]
    pub fn relying_party(&self) -> RelyingPartySummary {
        lock(&self.0.party).summary(&self.0.config.setting.relying_party)
    }

    /// What the relying party holds: `{accounts: [{id, username, displayName, passkeys, sessions}],
    /// openCeremonies}`; no token, no hash.
    ///
    /// # Errors
    /// [`Error::NoWayOut`] when it does not run, [`Error::RelyingParty`] when its data cannot be read.
    pub async fn relying_party_overview(&self) -> Result<serde_json::Value, Error> {
        let party = lock(&self.0.party)
            .running()
            .map(Running::party)
            .ok_or(NOT_RUNNING)?;
        let overview = party.overview().await?;
        serde_json::to_value(overview).map_err(|error| Error::Call(error.to_string()))
    }

    /// Starts the relying party again, on request at another port. One that was switched off is
    /// switched on.
    ///
    /// # Errors
    /// None: what stands in the way is part of [`Bench::bench_state`].
    pub async fn relying_party_retry(&self, another_port: bool) -> Result<(), Error> {
        let _turn = self.0.party_turn.lock().await;
        let port = if another_port {
            party::free_port().ok()
        } else {
            lock(&self.0.party).port().or(self.0.config.port)
        };
        if self.0.network.state() == NetworkState::ServerDown {
            self.0.network.set(NetworkState::Online);
        }
        // What stands in the way is shown with the relying party.
        let _ = self.start_party_in_turn(port).await;
        Ok(())
    }

    /// Stops the relying party and starts it again, at the same port and on the same data.
    ///
    /// # Errors
    /// [`Error::NoWayOut`] when it does not run, [`Error::RelyingParty`] when it does not start again.
    pub async fn relying_party_restart(&self) -> Result<(), Error> {
        let _turn = self.0.party_turn.lock().await;
        self.expect_running()?;
        self.tell(kinds::RELYING_PARTY_RESTARTED, serde_json::Value::Null);
        let port = lock(&self.0.party).port();
        self.start_party_in_turn(port).await
    }

    /// Sets the relying party's data aside (renamed, not deleted) and starts it with none.
    ///
    /// # Errors
    /// [`Error::NoWayOut`] unless it failed, [`Error::Write`] when its folder cannot be renamed.
    pub async fn relying_party_start_over(&self) -> Result<(), Error> {
        let _turn = self.0.party_turn.lock().await;
        if !matches!(*lock(&self.0.party), PartySlot::Failed(_)) {
            return Err(Error::NoWayOut("the relying party did not fail."));
        }
        let (folder, now) = (self.party_folder(), self.0.clock.now().0);
        blocking(move || {
            party::set_aside(&folder, now).map_err(|source| Error::Write {
                path: folder,
                source,
            })
        })
        .await?;
        // What stands in the way is shown with the relying party.
        let _ = self.start_party_in_turn(self.0.config.port).await;
        Ok(())
    }

    /// Opens the data and the port, after whoever is at it.
    pub(crate) async fn start_party(&self, port: Option<u16>) {
        let _turn = self.0.party_turn.lock().await;
        // What stands in the way is shown with the relying party.
        let _ = self.start_party_in_turn(port).await;
    }

    pub(crate) async fn start_party_in_turn(&self, port: Option<u16>) -> Result<(), Error> {
        self.stop_party_in_turn(PartySlot::Starting).await;
        let inner = &self.0;
        if inner.closed.is_cancelled() {
            return Err(Error::Closing);
        }
        let seams = rp_server::Seams::new(inner.emit.clone(), inner.clocks.relying_party.clone())
            .network(inner.network.clone())
            .random(inner.party_random.clone());
        let setting = &inner.config.setting.relying_party;
        let started = Running::start(self.party_folder(), port, setting, seams).await;
        let (slot, result) = match started {
            Ok(running) => (PartySlot::Running(running), Ok(())),
            Err(error) => {
                let error = Error::from(error);
                (PartySlot::Failed(Problem::of(&error)), Err(error))
            }
        };
        *lock(&self.0.party) = slot;
        self.note_change();
        result
    }

    /// Leaves `slot` in the relying party's place.
    pub(crate) async fn stop_party_in_turn(&self, slot: PartySlot) {
        let stopped = std::mem::replace(&mut *lock(&self.0.party), slot);
        self.note_change();
        if let PartySlot::Running(running) = stopped {
            running.stop().await;
        }
    }

    pub(crate) fn expect_running(&self) -> Result<(), Error> {
        match lock(&self.0.party).running() {
            Some(_) => Ok(()),
            None => Err(NOT_RUNNING),
        }
    }

    /// Closes the port and keeps it in mind.
    pub(crate) async fn switch_off_in_turn(&self) {
        let off = lock(&self.0.party).running().map(Running::switched_off);
        if let Some(off) = off {
            self.stop_party_in_turn(off).await;
        }
    }

    /// Opens the port that was closed.
    pub(crate) async fn switch_on_in_turn(&self) -> Result<(), Error> {
        let port = lock(&self.0.party).port().or(self.0.config.port);
        self.start_party_in_turn(port).await
    }

    fn party_folder(&self) -> PathBuf {
        self.0.config.data.join("rp").join("localhost")
    }
}

const NOT_RUNNING: Error =
    Error::NoWayOut("the relying party does not run. Start it in its pane, then try again.");
