//! The devices themselves.

use std::fmt;

use serde::{Deserialize, Serialize};
use timeline::Timestamp;
use vault::{Transaction, Vault};

use super::wipe_within;
use crate::{Error, Model, synced};

const TABLE: &str = "device";

/// Names a device within its vault: 16 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceId(String);

impl DeviceId {
    pub(crate) fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(format!("{:016x}", u64::from_be_bytes(bytes)))
    }

    /// Reads what [`DeviceId::as_str`] wrote.
    ///
    /// # Errors
    /// [`Error::NoSuchDevice`] when the text cannot name a device.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let is_digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if text.len() == 16 && text.bytes().all(is_digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::NoSuchDevice(text.chars().take(40).collect()))
        }
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a device is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Info {
    /// Its id, for ever.
    pub id: DeviceId,
    /// The owner's name for it.
    pub name: String,
    /// Its kind.
    pub model: Model,
    /// When it was added.
    pub created: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Record {
    name: String,
    model: Model,
    created: Timestamp,
    /// Its place in the order of adding.
    place: u64,
}

/// The vault's devices in the order they were added.
pub(crate) fn list(vault: &Vault) -> Result<Vec<Info>, Error> {
    let rows = vault.transaction(|t| t.list(TABLE))?;
    let mut devices = rows
        .into_iter()
        .map(|(id, bytes)| Ok((parse(&id, &bytes)?, DeviceId::parse(&id)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    devices.sort_by(|(a, a_id), (b, b_id)| (a.place, a_id).cmp(&(b.place, b_id)));
    Ok(devices
        .into_iter()
        .map(|(record, id)| info(id, record))
        .collect())
}

/// One device.
pub(crate) fn read(vault: &Vault, id: &DeviceId) -> Result<Info, Error> {
    let bytes = vault
        .transaction(|t| t.get(TABLE, id.as_str()))?
        .ok_or_else(|| Error::NoSuchDevice(id.to_string()))?;
    Ok(info(id.clone(), parse(id.as_str(), &bytes)?))
}

/// Adds a device, or renames it when it is there.
pub(crate) fn write(vault: &Vault, device: &Info) -> Result<(), Error> {
    vault.transaction(|t| {
        let place = match t
            .get(TABLE, device.id.as_str())?
            .and_then(|old| place(&old))
        {
            Some(place) => place,
            None => next_place(t)?,
        };
        let record = Record {
            name: device.name.clone(),
            model: device.model,
            created: device.created,
            place,
        };
        // A struct of text and numbers always has a JSON form.
        let bytes = serde_json::to_vec(&record).unwrap_or_default();
        t.put(TABLE, device.id.as_str(), &bytes)
    })?;
    Ok(())
}

/// Removes a device with all it stores; says whether it was there.
pub(crate) fn remove(vault: &Vault, id: &DeviceId) -> Result<bool, Error> {
    let _alone = vault.alone();
    synced::delete_items(vault, id)?;
    Ok(vault.transaction(|t| {
        wipe_within(t, id)?;
        t.delete(TABLE, id.as_str())
    })?)
}

/// Whether the device is (still) there. Whatever is stored for a device asks this first, so that a
/// command that outlives its device leaves nothing behind.
pub(crate) fn exists(t: &Transaction<'_>, id: &DeviceId) -> Result<bool, vault::Error> {
    Ok(t.get(TABLE, id.as_str())?.is_some())
}

fn next_place(t: &Transaction<'_>) -> Result<u64, vault::Error> {
    let places = t
        .list(TABLE)?
        .into_iter()
        .filter_map(|(_, bytes)| place(&bytes));
    Ok(places.max().map_or(0, |last| last.saturating_add(1)))
}

fn place(bytes: &[u8]) -> Option<u64> {
    serde_json::from_slice::<Record>(bytes)
        .ok()
        .map(|record| record.place)
}

fn parse(id: &str, bytes: &[u8]) -> Result<Record, Error> {
    serde_json::from_slice(bytes).map_err(|_| Error::Damaged {
        what: "device",
        id: id.to_owned(),
    })
}

fn info(id: DeviceId, record: Record) -> Info {
    Info {
        id,
        name: record.name,
        model: record.model,
        created: record.created,
    }
}
