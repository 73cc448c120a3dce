//! What a phone's owner chose.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Device, Error, Model, fingerprint, kinds, storage};

/// What a phone's owner chose. A new phone has the default: its own PIN, no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// Which PIN verifies the user of a passkey.
    pub verification: Verification,
    /// A fingerprint is enrolled, and asked for before the PIN.
    pub fingerprint: bool,
    /// The PIN of any enrolment verifies the user for the passkeys of every relying party. Off, it
    /// counts for its own party only.
    pub any_enrolment: bool,
    /// The PIN app is locked at power-up, and opens with a PIN.
    pub app_lock: bool,
}

/// Which PIN verifies the user of a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verification {
    /// The device's own.
    #[default]
    DevicePin,
    /// The PINs of accounts that are synchronized to the phone.
    SyncedPin,
}

impl Device {
    /// What its owner chose; always the default on a key.
    ///
    /// # Errors
    /// [`Error::Vault`], [`Error::Damaged`].
    pub fn settings(&self) -> Result<Settings, Error> {
        Ok(storage::settings(&self.0.vault, self.id())?.settings)
    }

    /// Changes what a phone does. Switching the app's lock on locks it at once; a fingerprint reader
    /// that is locked stays so.
    ///
    /// # Errors
    /// [`Error::NoSettings`] on a key, [`Error::AppLocked`] when a locked app's lock is to be
    /// switched off, [`Error::NoSuchDevice`], [`Error::Vault`], [`Error::Damaged`].
    pub fn set_settings(&self, settings: Settings) -> Result<(), Error> {
        if self.model() != Model::Phone {
            return Err(Error::NoSettings);
        }
        if !settings.app_lock {
            self.needs_open_app()?;
        }
        let change = |old| storage::SettingsRecord { settings, ..old };
        let (old, new) = storage::change_settings(&self.0.vault, self.id(), change)?;
        if old == new {
            return Ok(());
        }
        self.emit(
            kinds::SETTINGS_CHANGED,
            json!({ "device": self.id(), "settings": settings }),
        );
        if settings.app_lock && !old.settings.app_lock {
            self.shut_app("settings");
        }
        self.note_change();
        Ok(())
    }

    /// True when wrong fingers locked the fingerprint reader, so that only a PIN unlocks it.
    ///
    /// # Errors
    /// [`Error::Vault`], [`Error::Damaged`].
    pub fn fingerprint_locked(&self) -> Result<bool, Error> {
        let record = storage::settings(&self.0.vault, self.id())?;
        Ok(fingerprint::tries_left(&record) == 0)
    }
}
