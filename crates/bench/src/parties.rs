//! The relying parties of a bench: which there are, and what each lives in.

use std::sync::Arc;

use rp_server::{Random, network::Crossing};
use timeline::{Draft, Emit, Seq};

use crate::{
    Error, PartySetting, Setting, api::RelyingPartySummary, config::Settings, lots::Lots,
    network::Network, party::PartySlot,
};

/// A relying party of this bench.
pub(crate) struct Party {
    pub(crate) setting: PartySetting,
    pub(crate) slot: PartySlot,
    /// Its randomness, across its restarts.
    pub(crate) random: Arc<dyn Random>,
    /// False for the first one, which is the tester's own.
    pub(crate) further: bool,
}

impl Party {
    fn new(setting: PartySetting, further: bool, lots: &Lots) -> Self {
        let name = further.then_some(setting.rp_id.as_str());
        Self {
            slot: PartySlot::Starting,
            random: lots.relying_party(name),
            setting,
            further,
        }
    }

    /// As the window shows it.
    pub(crate) fn summary(&self) -> RelyingPartySummary {
        self.slot.summary(&self.setting, self.further)
    }
}

/// The relying parties of a bench; the first one is always there.
pub(crate) struct Parties(Vec<Party>);

impl Parties {
    /// Those of the setting, then those the tester added in earlier starts.
    pub(crate) fn new(setting: &Setting, remembered: &Settings, lots: &Lots) -> Self {
        let mut parties = Self(vec![Party::new(setting.relying_party.clone(), false, lots)]);
        let further = setting.further.iter().cloned();
        for further in further.chain(remembered.party_settings()) {
            // One that cannot be told from another is left out.
            let _ = parties.add(further, lots);
        }
        parties
    }

    /// Adds one.
    pub(crate) fn add(&mut self, setting: PartySetting, lots: &Lots) -> Result<(), Error> {
        if self.0.iter().any(|it| it.setting.rp_id == setting.rp_id) {
            return Err(Error::RelyingPartyName(format!(
                "there is one at {} already",
                setting.rp_id
            )));
        }
        self.0.push(Party::new(setting, true, lots));
        Ok(())
    }

    /// Takes one out of the list.
    pub(crate) fn remove(&mut self, rp_id: &str) -> Option<Party> {
        let place = self.0.iter().position(|it| it.setting.rp_id == rp_id)?;
        self.0[place].further.then(|| self.0.remove(place))
    }

    /// The one with this RP ID; the first one when none is named.
    pub(crate) fn get(&self, rp_id: Option<&str>) -> Result<&Party, Error> {
        let mut all = self.0.iter();
        let found = all.find(|it| rp_id.is_none_or(|rp_id| it.setting.rp_id == rp_id));
        found.ok_or_else(|| unknown(rp_id))
    }

    /// As [`Parties::get`].
    pub(crate) fn get_mut(&mut self, rp_id: Option<&str>) -> Result<&mut Party, Error> {
        let mut all = self.0.iter_mut();
        let found = all.find(|it| rp_id.is_none_or(|rp_id| it.setting.rp_id == rp_id));
        found.ok_or_else(|| unknown(rp_id))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Party> {
        self.0.iter()
    }
}

fn unknown(rp_id: Option<&str>) -> Error {
    Error::NoSuchRelyingParty(rp_id.unwrap_or_default().to_owned())
}

/// What the relying party's people call it, and the RP ID that follows from it: its letters and
/// digits in lower case under `localhost`.
pub(crate) fn named(name: &str) -> Result<PartySetting, Error> {
    let no = |why: &str| Err(Error::RelyingPartyName(why.to_owned()));
    let name = name.trim();
    if name.chars().count() > 64 {
        return no("its name has more than 64 characters");
    }
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let label = words.join("-").to_ascii_lowercase();
    match label.len() {
        0 => no("its name needs a letter from a to z or a digit, of which its address is made"),
        1..=63 => Ok(PartySetting {
            name: name.to_owned(),
            rp_id: format!("{label}.localhost"),
            ceremony_lifetime: None,
        }),
        _ => no("its address would have more than 63 characters"),
    }
}

/// A further relying party's own way to the timeline: its events say whose they are.
pub(crate) struct OwnEmit {
    pub(crate) emit: Arc<dyn Emit>,
    pub(crate) rp_id: String,
}

impl Emit for OwnEmit {
    fn emit(&self, mut draft: Draft) -> Seq {
        if let Some(members) = draft.body.as_object_mut() {
            members.insert("rpId".to_owned(), self.rp_id.as_str().into());
        }
        self.emit.emit(draft)
    }

    fn listens(&self) -> bool {
        self.emit.listens()
    }
}

/// What lies before one relying party: the network they share, which then knows whose messages
/// these are.
pub(crate) struct OwnNetwork {
    pub(crate) network: Arc<Network>,
    /// None for the first one.
    pub(crate) rp_id: Option<String>,
}

impl rp_server::Network for OwnNetwork {
    fn arrives<'a>(&'a self, request: &'a mut rp_server::Message) -> Crossing<'a> {
        Box::pin(self.network.request(self.rp_id.as_deref(), request))
    }

    fn leaves<'a>(
        &'a self,
        request: &'a rp_server::Message,
        answer: &'a mut rp_server::Message,
    ) -> Crossing<'a> {
        let rp_id = self.rp_id.as_deref();
        Box::pin(self.network.answer(rp_id, request, answer))
    }
}

impl PartySetting {
    /// A relying party that is to be called like this.
    ///
    /// # Errors
    /// [`Error::RelyingPartyName`] when no address can be made of the name.
    pub fn named(name: &str) -> Result<Self, Error> {
        named(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_an_address_of_its_letters_or_is_refused() {
        for (name, rp_id) in [
            ("Bank", "bank.localhost"),
            ("  Acme Bank 2 ", "acme-bank-2.localhost"),
            ("Käse & Co", "k-se-co.localhost"),
            ("../etc", "etc.localhost"),
        ] {
            assert_eq!(named(name).expect("an address").rp_id, rp_id);
        }
        for name in ["", "  ", "…", &"a".repeat(64), &"a b ".repeat(17)] {
            let error = named(name).expect_err("no address");
            assert_eq!(error.code(), "relyingPartyName", "{name}: {error}");
        }
    }
}
