//! What a bench is started with, and what it remembers.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use client::KeysSetting;
use serde::{Deserialize, Serialize};
use timeline::Timestamp;

use crate::keys::PickedKey;

/// What a bench is started with.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data folder; made when absent.
    pub data: PathBuf,
    /// Where the vault's key rests; `None` takes the remembered home, the keyring at first.
    pub home: Option<HomeChoice>,
    /// The first relying party's port; `None` takes the one it had, or a free one.
    pub port: Option<u16>,
    /// Version of the web view, for the About page.
    pub web_view: Option<String>,
    /// Where keys are looked for, beside the software devices that are plugged in.
    pub keys: KeysSetting,
    /// The world the parties live in.
    pub setting: Setting,
}

/// The world the parties of a bench live in; by default the tester's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Who the first relying party is.
    pub relying_party: PartySetting,
    /// Who the further ones are, beside those the tester added.
    pub further: Vec<PartySetting>,
    /// Makes everything that is drawn by lot the same each time; none takes the system's randomness.
    /// For benches whose data begins empty: on older data the same keys would be made once more.
    pub seed: Option<u64>,
    /// Every clock shows this time and stands still; none follows the machine's clock.
    pub start: Option<Timestamp>,
    /// True for a bench without a first phone.
    pub empty: bool,
    /// How long a device waits for its person, by its own clock.
    pub prompt_time: Duration,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            relying_party: PartySetting::default(),
            further: Vec::new(),
            seed: None,
            start: None,
            empty: false,
            prompt_time: Duration::from_secs(120),
        }
    }
}

/// Who a relying party of a bench is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartySetting {
    /// The name people see.
    pub name: String,
    /// Its RP ID: `localhost` or `NAME.localhost`.
    pub rp_id: String,
    /// How long a challenge is good; none takes the relying party's own five minutes.
    pub ceremony_lifetime: Option<Duration>,
}

impl Default for PartySetting {
    fn default() -> Self {
        Self {
            name: "Acme".to_owned(),
            rp_id: "localhost".to_owned(),
            ceremony_lifetime: None,
        }
    }
}

/// Where the vault's key rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HomeChoice {
    /// In the operating system's keyring.
    #[default]
    Keyring,
    /// In a file only this user can read.
    File,
    /// Nowhere: derived from a passphrase each time.
    Passphrase,
    /// Nowhere: nothing is stored at all.
    Memory,
}

impl HomeChoice {
    /// `keyring`, `file`, `passphrase` or `memory`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::File => "file",
            Self::Passphrase => "passphrase",
            Self::Memory => "memory",
        }
    }
}

impl FromStr for HomeChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Keyring, Self::File, Self::Passphrase, Self::Memory]
            .into_iter()
            .find(|home| home.name() == text)
            .ok_or_else(|| "use keyring, file, passphrase or memory".to_owned())
    }
}

/// What a bench remembers between starts: choices, no secrets.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Settings {
    pub(crate) vault_home: HomeChoice,
    pub(crate) active_device: Option<String>,
    /// The key that is picked instead.
    pub(crate) active_key: Option<PickedKey>,
    /// Relying parties that the tester added, in the order of adding.
    pub(crate) relying_parties: Vec<RememberedParty>,
}

/// A relying party that the tester added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RememberedParty {
    pub(crate) name: String,
    pub(crate) rp_id: String,
}

impl Settings {
    /// The settings in `folder`; the defaults when there are none or they are damaged.
    pub(crate) fn load(folder: &Path) -> Self {
        fs::read(Self::path(folder))
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok())
            .unwrap_or_default()
    }

    /// The relying parties that the tester added; an address that came from elsewhere is left out.
    pub(crate) fn party_settings(&self) -> impl Iterator<Item = PartySetting> {
        let settings = self.relying_parties.iter().filter_map(|party| {
            let setting = crate::parties::named(&party.name).ok()?;
            (setting.rp_id == party.rp_id).then_some(setting)
        });
        settings.collect::<Vec<_>>().into_iter()
    }

    /// Replaces the settings in `folder` in one step.
    pub(crate) fn save(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, self)?;
        file.flush()?;
        file.as_file().sync_all()?;
        file.persist(Self::path(folder))
            .map_err(|error| error.error)?;
        Ok(())
    }

    fn path(folder: &Path) -> PathBuf {
        folder.join("bench.json")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_and_damaged_ones_fall_back_to_the_keyring() {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = Settings {
            vault_home: HomeChoice::File,
            active_device: Some("a".into()),
            active_key: None,
            relying_parties: vec![
                RememberedParty {
                    name: "Bank".into(),
                    rp_id: "bank.localhost".into(),
                },
                RememberedParty {
                    name: "Elsewhere".into(),
                    rp_id: "../../elsewhere".into(),
                },
            ],
        };
        settings
            .save(folder.path())
            .expect("the folder can be written");
        let loaded = Settings::load(folder.path());
        assert_eq!(loaded.vault_home, HomeChoice::File);
        let parties: Vec<_> = loaded.party_settings().map(|it| it.rp_id).collect();
        assert_eq!(
            parties,
            ["bank.localhost"],
            "no folder outside the bench's is opened"
        );
        fs::write(Settings::path(folder.path()), "{ torn").expect("the folder can be written");
        assert_eq!(
            Settings::load(folder.path()).vault_home,
            HomeChoice::Keyring
        );
    }
}
