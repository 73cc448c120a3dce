//! The simulated fingerprint reader: how many wrong fingers it takes, and what unlocks it.

use vault::Vault;

use crate::storage::{self, SettingsRecord};
use crate::{DeviceId, Error};

/// Wrong fingers until only a PIN will do.
pub(crate) const TRIES: u32 = 3;

/// How often a finger may still be wrong; 0 when the reader is locked.
pub(crate) fn tries_left(record: &SettingsRecord) -> u32 {
    TRIES.saturating_sub(record.wrong_fingers)
}

/// Notes what the reader saw, on disk before anyone learns of it; gives the tries left. A reader that
/// is locked takes no finger, the right one neither: then nothing is left.
pub(crate) fn note(vault: &Vault, device: &DeviceId, matches: bool) -> Result<u32, Error> {
    let (_, new) = storage::change_settings(vault, device, |old| match tries_left(&old) {
        0 => old,
        _ if matches => unlocked(old),
        _ => SettingsRecord {
            wrong_fingers: old.wrong_fingers.saturating_add(1),
            ..old
        },
    })?;
    Ok(tries_left(&new))
}

/// A PIN verified the user: the reader takes fingers again.
pub(crate) fn unlock(vault: &Vault, device: &DeviceId) -> Result<(), Error> {
    storage::change_settings(vault, device, unlocked)?;
    Ok(())
}

fn unlocked(record: SettingsRecord) -> SettingsRecord {
    SettingsRecord {
        wrong_fingers: 0,
        ..record
    }
}
