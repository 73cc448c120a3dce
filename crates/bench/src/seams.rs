//! What the tester bends: clocks, network, single messages, and the devices' memory and power.

use std::sync::Arc;

use device::DeviceId;
use serde_json::{Map, json};
use timeline::{Clock, Draft, Party, Timestamp};

use crate::{
    Bench, Error,
    api::{ArmedFault, ClockMotion, ClockState, Fault, FaultableMessage, NetworkState, SeamsState},
    bench::blocking,
    clock::VirtualClock,
    faults::catalogue,
    kinds, network,
};

/// The parties' clocks.
pub(crate) struct Clocks {
    pub(crate) device: Arc<VirtualClock>,
    pub(crate) client: Arc<VirtualClock>,
    pub(crate) relying_party: Arc<VirtualClock>,
}

impl Clocks {
    /// Three clocks over the machine's; with `start` they show that time and stand still.
    pub(crate) fn new(machine: &Arc<dyn Clock>, start: Option<Timestamp>) -> Self {
        let clock = || Arc::new(VirtualClock::new(machine.clone(), start));
        Self {
            device: clock(),
            client: clock(),
            relying_party: clock(),
        }
    }

    fn all(&self) -> [(Party, &VirtualClock); 3] {
        [
            (Party::Device, &self.device),
            (Party::Client, &self.client),
            (Party::RelyingParty, &self.relying_party),
        ]
    }
}

impl Bench {
    /// Moves the clocks of `parties`, of all three when none is named; all or none.
    ///
    /// # Errors
    /// [`Error::Motion`] when the motion makes no sense, or the bench itself is named, whose clock
    /// is the machine's.
    pub async fn clock_move(&self, parties: Vec<Party>, motion: ClockMotion) -> Result<(), Error> {
        if parties.contains(&Party::Bench) {
            return Err(Error::Motion("the bench itself keeps the machine's clock"));
        }
        let clocks: Vec<_> = self
            .0
            .clocks
            .all()
            .into_iter()
            .filter(|(party, _)| parties.is_empty() || parties.contains(party))
            .collect();
        let mut now = Map::new();
        for (party, clock) in &clocks {
            now.insert(name(*party), json!(clock.check(motion)?));
        }
        let parties: Vec<Party> = clocks.iter().map(|(party, _)| *party).collect();
        // Told first: what wakes up by it comes after it on the timeline.
        self.bend(
            kinds::CLOCK_MOVED,
            motion != ClockMotion::Reset,
            json!({ "parties": parties, "motion": motion, "now": now }),
        );
        for (_, clock) in clocks {
            clock.shift(motion)?;
        }
        self.note_change();
        Ok(())
    }

    /// Sets what lies between pages and the relying party. [`NetworkState::ServerDown`] stops the
    /// relying parties; any other state starts them again, at the same ports and on the same data.
    /// No other state touches what devices send: that is [`Bench::device_network_set`]'s.
    ///
    /// # Errors
    /// [`Error::Network`] when the state makes no sense, [`Error::NoWayOut`] when the first
    /// relying party failed to start and is to be stopped, [`Error::RelyingParty`] when one cannot
    /// start again.
    pub async fn network_set(&self, state: NetworkState) -> Result<(), Error> {
        network::check(&state, "/api/")?;
        let _turn = self.0.party_turn.lock().await;
        let was_down = self.0.network.state() == NetworkState::ServerDown;
        let goes_down = state == NetworkState::ServerDown;
        if goes_down && !was_down {
            self.expect_running()?;
        }
        self.0.network.set(state);
        match (was_down, goes_down) {
            (false, true) => self.switch_off_in_turn().await,
            (true, false) => self.switch_on_in_turn().await?,
            _ => {}
        }
        Ok(())
    }

    /// Lets something go wrong with a message that is to come.
    ///
    /// # Errors
    /// [`Error::Fault`] when no such message, field or effect can come.
    pub async fn fault_arm(&self, fault: Fault) -> Result<ArmedFault, Error> {
        self.0.faults.arm(fault)
    }

    /// Takes an armed fault away.
    ///
    /// # Errors
    /// [`Error::NoSuchFault`].
    pub async fn fault_disarm(&self, id: u32) -> Result<(), Error> {
        self.0.faults.disarm(id)
    }

    /// Takes every armed fault away.
    ///
    /// # Errors
    /// None today; the window's commands all may fail.
    pub async fn fault_clear(&self) -> Result<(), Error> {
        self.0.faults.clear();
        Ok(())
    }

    /// The messages that faults can name, with their fields.
    ///
    /// # Errors
    /// None today; the window's commands all may fail.
    pub async fn fault_catalogue(&self) -> Result<Vec<FaultableMessage>, Error> {
        Ok(catalogue::shapes())
    }

    /// Whether somebody waits for a message that was dropped on purpose and will not come.
    #[must_use]
    pub fn stalled(&self) -> bool {
        self.0.faults.are_stalled()
    }

    /// Copies the passkeys of `from` to `to`, keys and counters and all: `to` is then a clone that
    /// counts on its own. Says how many.
    ///
    /// # Errors
    /// [`Error::Device`] when there is no such device, [`Error::Call`] for a copy onto itself,
    /// [`Error::VaultShut`].
    pub async fn device_copy_passkeys(&self, from: String, to: String) -> Result<u32, Error> {
        if from == to {
            return Err(Error::Call(
                "a device cannot be copied onto itself; name another one".to_owned(),
            ));
        }
        let (bench, ids) = (
            self.clone(),
            (DeviceId::parse(&from)?, DeviceId::parse(&to)?),
        );
        let copied = blocking(move || {
            let shelf = bench.shelf()?;
            Ok(shelf.open(&ids.0)?.copy_passkeys(&shelf.open(&ids.1)?)?)
        })
        .await?;
        self.bend(
            kinds::DEVICE_CLONED,
            true,
            json!({ "from": from, "to": to, "passkeys": copied }),
        );
        self.note_change();
        Ok(u32::try_from(copied).unwrap_or(u32::MAX))
    }

    /// Takes a device's power away and gives it back, once the command under way has ended.
    ///
    /// # Errors
    /// [`Error::Device`] when there is no such device, [`Error::VaultShut`].
    pub async fn device_power_cycle(&self, device: String) -> Result<(), Error> {
        let (device, info) = self
            .with(&device, |device| {
                let info = device.info()?;
                Ok((device, info))
            })
            .await?;
        device.power_cycle().await;
        if let Some(plugged) = self.0.plugs.of(&info.id) {
            (self.0.prompts).keep_wrong_pins(|stayed| stayed != plugged.key);
        }
        self.tell(
            kinds::DEVICE_POWER_CYCLED,
            json!({ "device": info.id, "name": info.name }),
        );
        self.note_change();
        Ok(())
    }

    pub(crate) fn seams_state(&self) -> SeamsState {
        let machine = self.0.clock.now();
        let clocks = self.0.clocks.all().map(|(party, clock)| {
            let now = clock.now();
            ClockState {
                party,
                now,
                offset_millis: now.0.saturating_sub(machine.0),
                rate: clock.rate(),
                moved: clock.is_moved(),
            }
        });
        SeamsState {
            clocks: clocks.into(),
            network: self.0.network.state(),
            faults: self.0.faults.armed(),
        }
    }

    /// Tells the timeline what was bent.
    pub(crate) fn bend(&self, kind: &'static str, deliberate: bool, body: serde_json::Value) {
        let mut draft = Draft::new(Party::Bench, kind).body(body);
        draft.deliberate = deliberate;
        self.0.emit.emit(draft);
    }
}

fn name(party: Party) -> String {
    match json!(party) {
        serde_json::Value::String(name) => name,
        other => other.to_string(),
    }
}
