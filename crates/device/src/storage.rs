//! What a device keeps in the vault: one row of table `device`, one of `pin`, and one of `passkey`
//! for each credential.

mod info;
mod passkeys;
mod pins;

pub use info::{DeviceId, Info};
pub(crate) use info::{list, read, remove, write};
pub(crate) use passkeys::{Passkeys, Stored};
pub(crate) use pins::{PinRecord, change, find};

/// Erases a device's passkeys and PIN within a transaction; its name stays.
fn wipe_within(t: &vault::Transaction<'_>, device: &DeviceId) -> Result<(), vault::Error> {
    for (row, _) in passkeys::rows(t, device)? {
        t.delete(passkeys::TABLE, &row)?;
    }
    t.delete(pins::TABLE, device.as_str())?;
    Ok(())
}

/// Erases a device's passkeys and PIN in one step; its name stays.
pub(crate) fn wipe(vault: &vault::Vault, device: &DeviceId) -> Result<(), vault::Error> {
    vault.transaction(|t| wipe_within(t, device))
}
