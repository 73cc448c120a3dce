//! Who takes part in a walk.

use bench::api::PlugWay;
use serde_json::Value;
use timeline::{Event, Timestamp};

/// Who takes part, by the names that the walk gives them.
#[derive(Debug, Clone, Default)]
pub struct Cast {
    /// Devices in the order in which the bench got them; the first is in use at the start.
    pub devices: Vec<Player>,
    /// Accounts the walk speaks of; they exist once somebody creates them.
    pub accounts: Vec<Account>,
    /// The relying parties, the first one first.
    pub parties: Vec<bench::PartySetting>,
    /// When the walk begins.
    pub start: Option<Timestamp>,
}

/// A device of the cast.
#[derive(Debug, Clone)]
pub struct Player {
    /// Its name in the walk, and on the bench.
    pub name: String,
    /// `phone`, `key`, `pin-key` or `fingerprint-key`.
    pub profile: String,
    /// How it is plugged in from the start; none when the client reaches it in the same process.
    pub way: Option<PlugWay>,
    /// Its id on the bench; empty until the run has added it.
    pub id: String,
}

/// An account of the cast.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its user name.
    pub name: String,
    /// What people call it.
    pub display_name: String,
}

impl Cast {
    /// The device of this name.
    #[must_use]
    pub fn device(&self, name: &str) -> Option<&Player> {
        self.devices.iter().find(|device| device.name == name)
    }

    /// The device with this id on the bench.
    #[must_use]
    pub fn device_by_id(&self, id: &str) -> Option<&Player> {
        self.devices.iter().find(|device| device.id == id)
    }

    /// The RP ID of the relying party of this name.
    #[must_use]
    pub fn rp_id(&self, party: &str) -> Option<&str> {
        let found = self.parties.iter().find(|known| known.name == party);
        found.map(|found| found.rp_id.as_str())
    }

    /// The name of the relying party that an event is about: those of further ones say whose they
    /// are.
    #[must_use]
    pub fn party_of(&self, event: &Event) -> Option<&str> {
        let found = match event.body.get("rpId").and_then(Value::as_str) {
            Some(rp_id) => self.parties.iter().find(|known| known.rp_id == rp_id),
            None => self.parties.first(),
        };
        found.map(|found| found.name.as_str())
    }

    /// The account of this name.
    #[must_use]
    pub fn account(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name == name)
    }
}
