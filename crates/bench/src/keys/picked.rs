//! Which key is picked: one that is unplugged stays so, and is known again when it comes back.

use client::{FoundKey, KeyId};
use device::{Device, DeviceId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Bench, Error,
    api::DeviceSummary,
    bench::{blocking, lock},
    kinds,
};

/// A key that was picked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PickedKey {
    /// What it was called when it was last seen.
    id: String,
    name: String,
    product: Option<String>,
    serial: Option<String>,
    vendor_id: Option<u16>,
    product_id: Option<u16>,
    /// The software device that was plugged in there.
    device: Option<String>,
}

/// What answers the next ceremony.
pub(crate) enum Active {
    /// A software device in this process.
    Device(Device),
    /// A key outside it.
    Key(KeyId),
}

impl Bench {
    /// What answers the next ceremony; blocks on the disk.
    pub(crate) fn active(&self) -> Result<Active, Error> {
        let picked = lock(&self.0.settings).active_key.clone();
        if let Some(picked) = picked {
            let found = self.plugged_again(&picked);
            return match found {
                Some(found) => Ok(Active::Key(found.id)),
                None => Err(Error::Unplugged(picked.name)),
            };
        }
        let device = self.active_device()?;
        Ok(match self.0.plugs.of(device.id()) {
            Some(plugged) => Active::Key(
                plugged
                    .key
                    .parse()
                    .map_err(|error: client::NotAKeyId| Error::Call(error.to_string()))?,
            ),
            None => Active::Device(device),
        })
    }

    /// The id of what answers the next ceremony; of a key that is not plugged in also its name, and
    /// which software device it was.
    pub(crate) fn active_among(
        &self,
        devices: &[DeviceSummary],
    ) -> (Option<String>, Option<(String, Option<String>)>) {
        let (device, picked) = {
            let settings = lock(&self.0.settings);
            (settings.active_device.clone(), settings.active_key.clone())
        };
        if let Some(picked) = picked {
            return match self.plugged_again(&picked) {
                Some(found) => (Some(found.id.to_string()), None),
                None => (Some(picked.id), Some((picked.name, picked.device))),
            };
        }
        let mut all = devices.iter();
        let active = all.find(|it| Some(&it.id) == device.as_ref());
        let active = active
            .or(devices.first())
            .map(|device| match &device.plugged {
                Some(plugged) => plugged.key.clone(),
                None => device.id.clone(),
            });
        (active, None)
    }

    /// Picks a key that is plugged in.
    pub(crate) async fn pick_key(&self, key: String) -> Result<(), Error> {
        let bench = self.clone();
        blocking(move || bench.picked(&key)).await
    }

    fn picked(&self, key: &str) -> Result<(), Error> {
        let found = self.found(key)?;
        self.remember_key(key);
        let device = self.0.plugs.at(key);
        let device = device.map(|device| device.id().to_string());
        let body = json!({ "device": device, "key": key, "name": self.name_of(&found) });
        self.tell(kinds::DEVICE_PICKED, body);
        Ok(())
    }

    /// True when this device answers the next ceremony, in this process or as the key that it was.
    pub(crate) fn in_use_is(&self, device: &DeviceId) -> bool {
        let picked = lock(&self.0.settings).active_key.clone();
        match picked {
            Some(picked) => picked.device.as_deref() == Some(device.as_str()),
            None => (self.active_device()).is_ok_and(|active| active.id() == device),
        }
    }

    /// Remembers that this key is picked; blocks on the disk.
    pub(crate) fn remember_key(&self, key: &str) {
        let Ok(found) = self.found(key) else {
            return;
        };
        let device = self.0.plugs.at(key);
        let picked = PickedKey {
            id: key.to_owned(),
            name: self.name_of(&found),
            product: found.product,
            serial: found.serial,
            vendor_id: found.vendor_id,
            product_id: found.product_id,
            device: device.map(|device| device.id().to_string()),
        };
        lock(&self.0.settings).active_key = Some(picked);
        self.save_settings();
        self.note_change();
    }

    /// Forgets the key that a device was, because the device goes away.
    pub(crate) fn forget_picked(&self, device: &str) {
        let mut settings = lock(&self.0.settings);
        let its = |picked: &PickedKey| picked.device.as_deref() == Some(device);
        if settings.active_key.as_ref().is_some_and(its) {
            settings.active_key = None;
            drop(settings);
            self.save_settings();
        }
    }

    /// The picked key among those that are plugged in, wherever it is now.
    fn plugged_again(&self, picked: &PickedKey) -> Option<FoundKey> {
        let list = self.0.keys.list();
        if let Some(device) = &picked.device {
            let plugged = self.0.plugs.of(&DeviceId::parse(device).ok()?)?;
            return list
                .into_iter()
                .find(|found| found.id.as_str() == plugged.key);
        }
        let alike: Vec<_> = (list.into_iter())
            .filter(|found| self.0.plugs.at(found.id.as_str()).is_none())
            .filter(|found| picked.is_like(found))
            .collect();
        let same = alike.iter().find(|found| found.id.as_str() == picked.id);
        match (same, alike.as_slice()) {
            (Some(same), _) => Some(same.clone()),
            // At another node: only where it cannot be mistaken for another key.
            (None, [one]) if one.vendor_id.is_some() => Some(one.clone()),
            _ => None,
        }
    }
}

impl PickedKey {
    fn is_like(&self, found: &FoundKey) -> bool {
        (self.vendor_id, self.product_id) == (found.vendor_id, found.product_id)
            && (&self.product, &self.serial) == (&found.product, &found.serial)
    }
}
