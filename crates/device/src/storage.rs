//! What a device keeps in the vault: one row of table `device`, one of `pin`, one of `settings`, and one of `passkey`
//! for each credential.

mod info;
mod passkeys;
mod pins;
mod settings;

pub use info::{DeviceId, Info};
pub(crate) use info::{list, read, remove, write};
pub(crate) use passkeys::{Passkeys, Stored};
pub(crate) use pins::{PinRecord, change, find};
pub(crate) use settings::{SettingsRecord, change_settings, settings};

/// Erases a device's passkeys, PIN and settings within a transaction; its name stays.
fn wipe_within(t: &vault::Transaction<'_>, device: &DeviceId) -> Result<(), vault::Error> {
    for (row, _) in passkeys::rows(t, device)? {
        t.delete(passkeys::TABLE, &row)?;
    }
    t.delete(pins::TABLE, device.as_str())?;
    t.delete(settings::TABLE, device.as_str())?;
    Ok(())
}

/// Erases a device's passkeys, PIN and settings in one step; its name stays.
pub(crate) fn wipe(vault: &vault::Vault, device: &DeviceId) -> Result<(), vault::Error> {
    vault.transaction(|t| wipe_within(t, device))
}
