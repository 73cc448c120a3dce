//! The devices of one vault.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rand_core::TryRng as _;
use vault::Vault;

use crate::device::checked_name;
use crate::{Device, DeviceId, Error, Info, Model, Seams, storage};

/// The devices of one vault. Clones share them.
#[derive(Debug, Clone)]
pub struct Shelf {
    vault: Vault,
    seams: Seams,
    open: Arc<Mutex<HashMap<DeviceId, Device>>>,
}

impl Shelf {
    /// The devices of `vault`, to be run with `seams`.
    #[must_use]
    pub fn new(vault: Vault, seams: Seams) -> Self {
        Self {
            vault,
            seams,
            open: Arc::default(),
        }
    }

    /// All devices in the order they were added.
    ///
    /// # Errors
    /// [`Error::Vault`], [`Error::Damaged`].
    pub fn list(&self) -> Result<Vec<Info>, Error> {
        storage::list(&self.vault)
    }

    /// Adds a device without passkeys and PIN.
    ///
    /// # Errors
    /// [`Error::Name`], [`Error::Vault`], [`Error::Randomness`].
    pub fn add(&self, name: &str, model: Model) -> Result<Device, Error> {
        let mut id = [0; 8];
        let drawn = (self.seams.rng)(None).try_fill_bytes(&mut id);
        drawn.map_err(|error| Error::Randomness(error.to_string()))?;
        let info = Info {
            id: DeviceId::from_bytes(id),
            name: checked_name(name)?,
            model,
            created: self.seams.clock.now(),
        };
        storage::write(&self.vault, &info)?;
        self.open(&info.id)
    }

    /// Powers a device up, or gives the one that is up already.
    ///
    /// # Errors
    /// [`Error::NoSuchDevice`], [`Error::Vault`], [`Error::Damaged`].
    pub fn open(&self, id: &DeviceId) -> Result<Device, Error> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(device) = open.get(id) {
            return Ok(device.clone());
        }
        let info = storage::read(&self.vault, id)?;
        let device = Device::power_up(self.vault.clone(), self.seams.clone(), &info);
        open.insert(id.clone(), device.clone());
        Ok(device)
    }

    /// The devices that are powered up.
    #[must_use]
    pub fn powered_up(&self) -> Vec<Device> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.values().cloned().collect()
    }

    /// Removes a device with everything on it. Whoever still holds it finds it empty.
    ///
    /// # Errors
    /// [`Error::NoSuchDevice`], [`Error::Vault`].
    pub fn remove(&self, id: &DeviceId) -> Result<(), Error> {
        let gone = self
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(id);
        if !storage::remove(&self.vault, id)? {
            return Err(Error::NoSuchDevice(id.to_string()));
        }
        if let Some(device) = gone {
            device.0.agent.wiped();
            device.note_change();
        }
        Ok(())
    }
}
