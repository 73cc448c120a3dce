//! The relying parties of a bench: starting, stopping, switching off and on, adding, removing,
//! looking in. Where an RP ID may be named, none means the first one.

use std::{path::PathBuf, sync::Arc};

use rp_server::RelyingParty;
use serde_json::json;
use timeline::Emit;

use crate::{
    Bench, Error,
    api::{NetworkState, Problem, RelyingPartySummary},
    bench::{blocking, lock},
    config::RememberedParty,
    kinds,
    parties::{self, OwnEmit, OwnNetwork},
    party::{self, PartySlot, Running},
};

impl Bench {
    /// The first relying party as it stands now; without an origin while it is being opened, or
    /// failed to.
    #[must_use]
    pub fn relying_party(&self) -> RelyingPartySummary {
        let parties = lock(&self.0.parties);
        let setting = &self.0.config.setting.relying_party;
        match parties.get(None) {
            Ok(party) => party.summary(),
            // The first one is always there.
            Err(_) => PartySlot::Starting.summary(setting, false),
        }
    }

    /// All of them, the first one first.
    #[must_use]
    pub fn relying_parties(&self) -> Vec<RelyingPartySummary> {
        let parties = lock(&self.0.parties);
        parties.iter().map(parties::Party::summary).collect()
    }

    /// What a relying party holds: `{accounts: [{id, username, displayName, passkeys, sessions,
    /// pin}], openCeremonies}`; no token, no hash.
    ///
    /// # Errors
    /// [`Error::NoSuchRelyingParty`], [`Error::NoWayOut`] when it does not run,
    /// [`Error::RelyingParty`] when its data cannot be read.
    pub async fn relying_party_overview(
        &self,
        rp_id: Option<String>,
    ) -> Result<serde_json::Value, Error> {
        let overview = self.running_party(rp_id.as_deref())?.overview().await?;
        serde_json::to_value(overview).map_err(|error| Error::Call(error.to_string()))
    }

    /// Adds a relying party that people call `name`, at `http://ADDRESS.localhost:PORT`, where the
    /// address is made of the name's letters and digits; the bench remembers it.
    ///
    /// # Errors
    /// [`Error::RelyingPartyName`], [`Error::NoWayOut`] while the relying parties are switched off,
    /// [`Error::RelyingParty`] when it cannot start: it is then not added.
    pub async fn relying_party_add(&self, name: String) -> Result<RelyingPartySummary, Error> {
        let setting = parties::named(&name)?;
        let _turn = self.0.party_turn.lock().await;
        if self.0.network.state() == NetworkState::ServerDown {
            return Err(Error::NoWayOut(
                "the server is down. Bring it back in the network's menu, then add one.",
            ));
        }
        let rp_id = setting.rp_id.clone();
        lock(&self.0.parties).add(setting.clone(), &self.0.lots)?;
        if let Err(error) = self.start_party_in_turn(Some(&rp_id), None).await {
            lock(&self.0.parties).remove(&rp_id);
            self.note_change();
            return Err(error);
        }
        lock(&self.0.settings)
            .relying_parties
            .push(RememberedParty {
                name: setting.name.clone(),
                rp_id: rp_id.clone(),
            });
        self.save_settings();
        let summary = lock(&self.0.parties).get(Some(&rp_id))?.summary();
        self.tell(
            kinds::RELYING_PARTY_ADDED,
            json!({ "rpId": rp_id, "name": setting.name, "origin": summary.origin }),
        );
        self.note_change();
        Ok(summary)
    }

    /// Stops a relying party that was added, and sets its data aside (renamed, not deleted).
    ///
    /// # Errors
    /// [`Error::NoSuchRelyingParty`], [`Error::NoWayOut`] for the first one, [`Error::Write`] when
    /// its folder cannot be renamed: it is then started again.
    pub async fn relying_party_remove(&self, rp_id: String) -> Result<(), Error> {
        let _turn = self.0.party_turn.lock().await;
        let (name, port) = {
            let parties = lock(&self.0.parties);
            let party = parties.get(Some(&rp_id))?;
            if !party.further {
                return Err(Error::NoWayOut(
                    "the first relying party stays. Start it over instead, when it fails.",
                ));
            }
            (party.setting.name.clone(), party.slot.port())
        };
        self.stop_party_in_turn(Some(&rp_id), PartySlot::Starting)
            .await;
        if let Err(error) = self.set_party_aside(&rp_id).await {
            // What stands in the way is shown with the relying party.
            let _ = self.start_party_in_turn(Some(&rp_id), port).await;
            return Err(error);
        }
        lock(&self.0.parties).remove(&rp_id);
        lock(&self.0.settings)
            .relying_parties
            .retain(|it| it.rp_id != rp_id);
        self.save_settings();
        self.tell(
            kinds::RELYING_PARTY_REMOVED,
            json!({ "rpId": rp_id, "name": name }),
        );
        self.note_change();
        Ok(())
    }

    /// Starts a relying party again, on request at another port. One that was switched off is
    /// switched on, with all the others.
    ///
    /// # Errors
    /// [`Error::NoSuchRelyingParty`]: what else stands in the way is part of
    /// [`Bench::bench_state`].
    pub async fn relying_party_retry(
        &self,
        rp_id: Option<String>,
        another_port: bool,
    ) -> Result<(), Error> {
        let _turn = self.0.party_turn.lock().await;
        let rp_id = rp_id.as_deref();
        let known = self.port_of(rp_id)?;
        let port = if another_port {
            party::free_port().ok()
        } else {
            known
        };
        if self.0.network.state() == NetworkState::ServerDown {
            self.0.network.set(NetworkState::Online);
        }
        // What stands in the way is shown with the relying party.
        let _ = self.start_party_in_turn(rp_id, port).await;
        let _ = self.switch_on_in_turn().await;
        Ok(())
    }

    /// Stops a relying party and starts it again, at the same port and on the same data.
    ///
    /// # Errors
    /// [`Error::NoSuchRelyingParty`], [`Error::NoWayOut`] when it does not run,
    /// [`Error::RelyingParty`] when it does not start again.
    pub async fn relying_party_restart(&self, rp_id: Option<String>) -> Result<(), Error> {
        let _turn = self.0.party_turn.lock().await;
        let rp_id = rp_id.as_deref();
        self.running_party(rp_id)?;
        let (further, port) = {
            let parties = lock(&self.0.parties);
            let party = parties.get(rp_id)?;
            let further = party.further.then(|| party.setting.rp_id.clone());
            (further, party.slot.port())
        };
        let body = further.map_or(serde_json::Value::Null, |rp_id| json!({ "rpId": rp_id }));
        self.tell(kinds::RELYING_PARTY_RESTARTED, body);
        self.start_party_in_turn(rp_id, port).await
    }

    /// Sets a relying party's data aside (renamed, not deleted) and starts it with none.
    ///
    /// # Errors
    /// [`Error::NoSuchRelyingParty`], [`Error::NoWayOut`] unless it failed, [`Error::Write`] when
    /// its folder cannot be renamed.
    pub async fn relying_party_start_over(&self, rp_id: Option<String>) -> Result<(), Error> {
        let _turn = self.0.party_turn.lock().await;
        let rp_id = rp_id.as_deref();
        let folder_of = {
            let parties = lock(&self.0.parties);
            let party = parties.get(rp_id)?;
            if !matches!(party.slot, PartySlot::Failed(_)) {
                return Err(Error::NoWayOut("the relying party did not fail."));
            }
            party.setting.rp_id.clone()
        };
        self.set_party_aside(&folder_of).await?;
        let port = self.port_of(rp_id)?;
        // What stands in the way is shown with the relying party.
        let _ = self.start_party_in_turn(rp_id, port).await;
        Ok(())
    }

    /// The relying party itself, to look into.
    pub(crate) fn running_party(&self, rp_id: Option<&str>) -> Result<Arc<RelyingParty>, Error> {
        let parties = lock(&self.0.parties);
        let running = parties.get(rp_id)?.slot.running().map(Running::party);
        running.ok_or(NOT_RUNNING)
    }

    async fn set_party_aside(&self, rp_id: &str) -> Result<(), Error> {
        let (folder, now) = (self.party_folder(rp_id), self.0.clock.now().0);
        blocking(move || {
            party::set_aside(&folder, now).map_err(|source| Error::Write {
                path: folder,
                source,
            })
        })
        .await
    }

    /// The port it has or had, or is to have.
    fn port_of(&self, rp_id: Option<&str>) -> Result<Option<u16>, Error> {
        let parties = lock(&self.0.parties);
        let party = parties.get(rp_id)?;
        let wished = self.0.config.port.filter(|_| !party.further);
        Ok(party.slot.port().or(wished))
    }

    /// Opens the data and the ports of all of them, after whoever is at it.
    pub(crate) async fn start_parties(&self) {
        let _turn = self.0.party_turn.lock().await;
        for rp_id in self.rp_ids() {
            let port = self.port_of(Some(&rp_id)).unwrap_or_default();
            // What stands in the way is shown with the relying party.
            let _ = self.start_party_in_turn(Some(&rp_id), port).await;
        }
    }

    fn rp_ids(&self) -> Vec<String> {
        let parties = lock(&self.0.parties);
        parties.iter().map(|it| it.setting.rp_id.clone()).collect()
    }

    pub(crate) async fn start_party_in_turn(
        &self,
        rp_id: Option<&str>,
        port: Option<u16>,
    ) -> Result<(), Error> {
        self.stop_party_in_turn(rp_id, PartySlot::Starting).await;
        let inner = &self.0;
        if inner.closed.is_cancelled() {
            return Err(Error::Closing);
        }
        let (setting, random, further) = {
            let parties = lock(&inner.parties);
            let party = parties.get(rp_id)?;
            (party.setting.clone(), party.random.clone(), party.further)
        };
        let further = further.then(|| setting.rp_id.clone());
        let emit = match &further {
            Some(rp_id) => Arc::new(OwnEmit {
                emit: inner.emit.clone(),
                rp_id: rp_id.clone(),
            }),
            None => inner.emit.clone() as Arc<dyn Emit>,
        };
        let network = OwnNetwork {
            network: inner.network.clone(),
            rp_id: further,
        };
        let seams = rp_server::Seams::new(emit, inner.clocks.relying_party.clone())
            .network(Arc::new(network))
            .random(random);
        let folder = self.party_folder(&setting.rp_id);
        let (slot, result) = match Running::start(folder, port, &setting, seams).await {
            Ok(running) => (PartySlot::Running(running), Ok(())),
            Err(error) => {
                let error = Error::from(error);
                (PartySlot::Failed(Problem::of(&error)), Err(error))
            }
        };
        lock(&inner.parties).get_mut(rp_id)?.slot = slot;
        self.note_change();
        result
    }

    /// Leaves `slot` in a relying party's place.
    async fn stop_party_in_turn(&self, rp_id: Option<&str>, slot: PartySlot) {
        let stopped = match lock(&self.0.parties).get_mut(rp_id) {
            Ok(party) => std::mem::replace(&mut party.slot, slot),
            Err(_) => return,
        };
        self.note_change();
        if let PartySlot::Running(running) = stopped {
            running.stop().await;
        }
    }

    /// Closes all ports.
    pub(crate) async fn stop_parties_in_turn(&self) {
        for rp_id in self.rp_ids() {
            self.stop_party_in_turn(Some(&rp_id), PartySlot::Starting)
                .await;
        }
    }

    pub(crate) fn expect_running(&self) -> Result<(), Error> {
        self.running_party(None).map(drop)
    }

    /// Closes the ports and keeps them in mind.
    pub(crate) async fn switch_off_in_turn(&self) {
        for rp_id in self.rp_ids() {
            let off = {
                let parties = lock(&self.0.parties);
                let running = parties.get(Some(&rp_id)).ok();
                running.and_then(|it| Some(it.slot.running()?.switched_off()))
            };
            if let Some(off) = off {
                self.stop_party_in_turn(Some(&rp_id), off).await;
            }
        }
    }

    /// Opens the ports that were closed; tells of the first that cannot be opened.
    pub(crate) async fn switch_on_in_turn(&self) -> Result<(), Error> {
        let off: Vec<_> = {
            let parties = lock(&self.0.parties);
            let off = parties
                .iter()
                .filter(|it| matches!(it.slot, PartySlot::Off { .. }));
            off.map(|it| (it.setting.rp_id.clone(), it.slot.port()))
                .collect()
        };
        let mut result = Ok(());
        for (rp_id, port) in off {
            let started = self.start_party_in_turn(Some(&rp_id), port).await;
            result = result.and(started);
        }
        result
    }

    /// Where a relying party's data is. The first one's folder has the name it always had.
    fn party_folder(&self, rp_id: &str) -> PathBuf {
        let is_first = self.0.config.setting.relying_party.rp_id == rp_id;
        let name = if is_first { "localhost" } else { rp_id };
        self.0.config.data.join("rp").join(name)
    }
}

const NOT_RUNNING: Error =
    Error::NoWayOut("the relying party does not run. Start it in its pane, then try again.");
