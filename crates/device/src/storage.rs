//! What a device keeps in the vault: one row of table `device`, one of `pin` or `key-pin`, one of
//! `settings`, and one of `passkey` for each credential.

mod info;
mod key_pins;
mod passkeys;
mod pins;
mod settings;

use crate::synced;

pub use info::{DeviceId, Info};
pub(crate) use info::{exists, list, read, remove, write};
pub(crate) use key_pins::key_pin;
pub(crate) use passkeys::{Passkeys, Stored};
pub(crate) use pins::{PinRecord, change, find};
pub(crate) use settings::{SettingsRecord, change_settings, settings};

/// Erases a device's passkeys, PIN, enrolments and settings within a transaction; its name stays.
fn wipe_within(t: &vault::Transaction<'_>, device: &DeviceId) -> Result<(), vault::Error> {
    for (row, _) in passkeys::rows(t, device)? {
        t.delete(passkeys::TABLE, &row)?;
    }
    t.delete(pins::TABLE, device.as_str())?;
    t.delete(key_pins::TABLE, device.as_str())?;
    t.delete(settings::TABLE, device.as_str())?;
    synced::delete_records(t, device)
}

/// Erases a device's passkeys, PIN and settings in one step, and before it what is beside the vault
/// of its enrolments; its name stays.
pub(crate) fn wipe(vault: &vault::Vault, device: &DeviceId) -> Result<(), vault::Error> {
    let _alone = vault.alone();
    synced::delete_items(vault, device)?;
    vault.transaction(|t| wipe_within(t, device))
}
