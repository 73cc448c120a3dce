//! What a phone's owner chose, and how often the fingerprint reader saw a wrong finger.

use serde::{Deserialize, Serialize};
use vault::{Transaction, Vault};

use super::DeviceId;
use super::info::exists;
use crate::{Error, Settings};

pub(super) const TABLE: &str = "settings";

/// A phone without one is as it was when new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SettingsRecord {
    /// What the owner chose.
    pub(crate) settings: Settings,
    /// Wrong fingers since the last success of finger or PIN.
    pub(crate) wrong_fingers: u32,
}

/// The device's record.
pub(crate) fn settings(vault: &Vault, device: &DeviceId) -> Result<SettingsRecord, Error> {
    vault
        .transaction(|t| read(t, device))
        .map_err(Error::from)?
}

/// Changes the record in one transaction; gives the one before and the one after.
pub(crate) fn change_settings(
    vault: &Vault,
    device: &DeviceId,
    work: impl FnOnce(SettingsRecord) -> SettingsRecord,
) -> Result<(SettingsRecord, SettingsRecord), Error> {
    vault
        .transaction(|t| {
            let old = match read(t, device)? {
                Ok(old) => old,
                Err(error) => return Ok(Err(error)),
            };
            let new = work(old);
            if new == old {
                return Ok(Ok((old, new)));
            }
            if !exists(t, device)? {
                return Ok(Err(Error::NoSuchDevice(device.to_string())));
            }
            // A struct of switches and a number always has a JSON form.
            let bytes = serde_json::to_vec(&new).unwrap_or_default();
            t.put(TABLE, device.as_str(), &bytes)?;
            Ok(Ok((old, new)))
        })
        .map_err(Error::from)?
}

/// A record that cannot be read is never taken for that of a new phone: it would verify with less.
fn read(
    t: &Transaction<'_>,
    device: &DeviceId,
) -> Result<Result<SettingsRecord, Error>, vault::Error> {
    Ok(match t.get(TABLE, device.as_str())? {
        None => Ok(SettingsRecord::default()),
        Some(bytes) => serde_json::from_slice(&bytes).map_err(|_| Error::Damaged {
            what: "settings of device",
            id: device.to_string(),
        }),
    })
}
