//! The tester's devices: adding, choosing, changing, removing, and answering their prompts.

use client::KeyId;
use device::{Device, DeviceId, Model, Shelf};
use serde_json::json;
use vault::Vault;
use webauthn::id::CredentialId;

use crate::{
    Bench, Error,
    api::{DeviceSummary, Prompt, PromptAnswer},
    bench::{blocking, lock},
    kinds, shapes,
    vault_slot::Obstacle,
};

/// The name of the device a fresh bench has.
const FIRST_DEVICE: &str = "Phone A";

impl Bench {
    /// Adds a device of the profile `phone`, `key`, `pin-key` or `fingerprint-key`, and picks it.
    ///
    /// # Errors
    /// [`Error::Device`] for a bad name, [`Error::Call`] for an unknown profile, [`Error::VaultShut`].
    pub async fn device_add(&self, name: String, profile: String) -> Result<DeviceSummary, Error> {
        let model = Model::named(&profile).ok_or_else(|| {
            let names = Model::ALL.map(Model::name).join(", ");
            Error::Call(format!(
                "\"{profile}\" is no device profile; use one of {names}"
            ))
        })?;
        let bench = self.clone();
        let summary = blocking(move || {
            let device = bench.shelf()?.add(&name, model)?;
            bench.watch(&device);
            bench.summary(&device, &device.info()?)
        })
        .await?;
        self.tell(
            kinds::DEVICE_ADDED,
            json!({ "device": summary.id, "name": summary.name, "profile": summary.profile }),
        );
        self.remember_active(&summary.id);
        Ok(summary)
    }

    /// Gives a device another name.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`].
    pub async fn device_rename(&self, device: String, name: String) -> Result<(), Error> {
        let body = json!({ "device": device, "name": name });
        self.with(&device, move |device| Ok(device.rename(&name)?))
            .await?;
        self.tell(kinds::DEVICE_RENAMED, body);
        Ok(())
    }

    /// Chooses the device, or the key, that answers the next ceremony. A device that is plugged in is
    /// used as the key that it is there.
    ///
    /// # Errors
    /// [`Error::Device`] when there is no such device, [`Error::NoSuchKey`], [`Error::VaultShut`].
    pub async fn device_pick(&self, device: String) -> Result<(), Error> {
        if device.parse::<KeyId>().is_ok() {
            return self.pick_key(device).await;
        }
        let info = self.with(&device, |device| Ok(device.info()?)).await?;
        if let Some(plugged) = self.0.plugs.of(&info.id) {
            return self.pick_key(plugged.key).await;
        }
        self.tell(
            kinds::DEVICE_PICKED,
            json!({ "device": device, "name": info.name }),
        );
        self.remember_active(&device);
        Ok(())
    }

    /// Asks for the device's PIN and then twice for a new one, at its prompts.
    ///
    /// # Errors
    /// [`Error::Device`]: declined, timed out, blocked, busy, or no phone; [`Error::Closing`].
    pub async fn device_change_pin(&self, device: String) -> Result<(), Error> {
        let device = self.with(&device, Ok).await?;
        self.until_closed(async { Ok(device.change_pin().await?) })
            .await
    }

    /// Deletes a device's passkeys and PIN.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`].
    pub async fn device_wipe(&self, device: String) -> Result<(), Error> {
        self.with(&device, |device| Ok(device.wipe()?)).await
    }

    /// Deletes a device with all it holds.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`].
    pub async fn device_remove(&self, device: String) -> Result<(), Error> {
        let turn = self.0.plugs.turn().await;
        self.take_out(&DeviceId::parse(&device)?).await;
        drop(turn);
        self.forget_picked(&device);
        let bench = self.clone();
        let info = blocking(move || {
            let (shelf, id) = (bench.shelf()?, DeviceId::parse(&device)?);
            let device = shelf.open(&id)?;
            let info = device.info()?;
            shelf.remove(&id)?;
            bench.0.device_network.forget(&id);
            // Nobody sees its prompt any more, so it is declined instead of waited for.
            if let Some(prompt) = device.prompts().current() {
                let _ = device.prompts().answer(prompt.id, device::Answer::Decline);
            }
            Ok(info)
        })
        .await?;
        self.tell(
            kinds::DEVICE_REMOVED,
            json!({ "device": info.id, "name": info.name }),
        );
        self.note_change();
        Ok(())
    }

    /// Gives a passkey the tester's own name; an empty one takes it away.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`].
    pub async fn passkey_rename(
        &self,
        device: String,
        credential_id: String,
        label: String,
    ) -> Result<(), Error> {
        let id = credential(&credential_id)?;
        self.with(&device, move |device| {
            let label = Some(label.trim()).filter(|label| !label.is_empty());
            Ok(device.label_passkey(&id, label)?)
        })
        .await
    }

    /// Deletes a passkey from its device; the relying party does not learn of it.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`].
    pub async fn passkey_delete(&self, device: String, credential_id: String) -> Result<(), Error> {
        let id = credential(&credential_id)?;
        self.with(&device, move |device| Ok(device.delete_passkey(&id)?))
            .await
    }

    /// What the person does at the prompt that [`Bench::bench_state`] shows.
    ///
    /// # Errors
    /// [`Error::Device`] when that prompt is gone.
    pub async fn prompt_answer(&self, prompt: u32, answer: PromptAnswer) -> Result<(), Error> {
        if self.0.prompts.answer(prompt, &answer) {
            return Ok(());
        }
        let bench = self.clone();
        let asking = blocking(move || Ok(bench.asking())).await?;
        match asking {
            // What fits no question of a device changes nothing there.
            Some(device) => match shapes::answer(answer) {
                Some(answer) => Ok(device.prompts().answer(prompt.into(), answer)?),
                None => Ok(()),
            },
            None => Err(device::Error::PromptGone.into()),
        }
    }

    /// What a device, or the client, asks the person right now; blocks on the disk.
    #[must_use]
    pub fn prompt(&self) -> Option<Prompt> {
        let asked = self.asking().and_then(|device| device.prompts().current());
        let prompts = &self.0.prompts;
        prompts
            .question()
            .or_else(|| asked.map(shapes::prompt))
            .or_else(|| prompts.touch())
    }

    /// The device whose prompt the window shows.
    fn asking(&self) -> Option<Device> {
        let devices = self.powered_up().ok()?;
        devices
            .into_iter()
            .map(|(device, _)| device)
            .find(|device| device.prompts().current().is_some())
    }

    /// The device in this process that is in use; blocks on the disk.
    pub(crate) fn active_device(&self) -> Result<Device, Error> {
        let remembered = lock(&self.0.settings).active_device.clone();
        let mut devices = self.powered_up()?;
        let place = devices
            .iter()
            .position(|(device, _)| Some(device.id().as_str()) == remembered.as_deref());
        match place.or((!devices.is_empty()).then_some(0)) {
            Some(place) => Ok(devices.swap_remove(place).0),
            None => Err(Error::NoDevice),
        }
    }

    /// Every device with its passkeys; blocks on the disk.
    pub(crate) fn devices(&self) -> Result<Vec<DeviceSummary>, Error> {
        self.powered_up()?
            .iter()
            .map(|(device, info)| self.summary(device, info))
            .collect()
    }

    fn summary(&self, device: &Device, info: &device::Info) -> Result<DeviceSummary, Error> {
        let network = self.0.device_network.state(device.id());
        let plugged = self.0.plugs.of(device.id());
        shapes::device_summary(device, info, network, plugged)
    }

    fn powered_up(&self) -> Result<Vec<(Device, device::Info)>, Error> {
        let shelf = self.shelf()?;
        shelf
            .list()?
            .into_iter()
            .map(|info| Ok((shelf.open(&info.id)?, info)))
            .collect()
    }

    pub(crate) fn shelf(&self) -> Result<Shelf, Error> {
        lock(&self.0.vault).shelf()
    }

    /// The devices of a vault that was just opened, with a first phone in a fresh one.
    pub(crate) fn shelf_of(&self, vault: Vault) -> Result<Shelf, Obstacle> {
        let shelf = Shelf::new(vault, self.device_seams());
        let powered_up = || {
            if !self.0.config.setting.empty && shelf.list()?.is_empty() {
                shelf.add(FIRST_DEVICE, Model::Phone)?;
            }
            shelf
                .list()?
                .iter()
                .map(|info| shelf.open(&info.id))
                .collect::<Result<Vec<_>, device::Error>>()
        };
        let devices = powered_up().map_err(|error| Obstacle::unreadable(&error))?;
        for device in &devices {
            self.watch(device);
        }
        Ok(shelf)
    }

    /// Tells the window of the device's changes and prompts as long as both live.
    fn watch(&self, device: &Device) {
        let (mut changes, mut prompts) = (device.changes(), device.prompts().watch());
        let bench = std::sync::Arc::downgrade(&self.0);
        tokio::spawn(async move {
            loop {
                let alive = tokio::select! {
                    changed = changes.changed() => changed.is_ok(),
                    changed = prompts.changed() => changed.is_ok(),
                };
                let Some(bench) = bench.upgrade().filter(|_| alive) else {
                    return;
                };
                Bench(bench).note_change();
            }
        });
    }

    pub(crate) async fn with<T: Send + 'static>(
        &self,
        device: &str,
        work: impl FnOnce(Device) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (bench, id) = (self.clone(), DeviceId::parse(device)?);
        let done = blocking(move || work(bench.shelf()?.open(&id)?)).await;
        self.note_change();
        done
    }

    fn remember_active(&self, device: &str) {
        let mut settings = lock(&self.0.settings);
        settings.active_device = Some(device.to_owned());
        settings.active_key = None;
        drop(settings);
        self.save_settings();
        self.note_change();
    }
}

fn credential(text: &str) -> Result<CredentialId, Error> {
    CredentialId::parse(text).map_err(|error| Error::Call(error.to_string()))
}
