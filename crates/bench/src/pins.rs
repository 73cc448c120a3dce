//! The accounts' PINs on the tester's devices: enrolling, synchronizing, checking, changing.

use device::{Device, DeviceId};
use serde_json::json;

use crate::{
    Bench, Error,
    api::{DeviceSettings, KeptStores, NetworkState, Scanned},
    bench::blocking,
    device_network::DeviceNetwork,
    kinds, shapes,
};

impl Bench {
    /// Does something that waits for a person or a relying party, for as long as the bench is open.
    pub(crate) async fn until_closed<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        tokio::select! {
            done = work => done,
            () = self.0.closed.cancelled() => Err(Error::Closing),
        }
    }
}

impl Bench {
    /// Changes what a device's owner chose.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`].
    pub async fn device_settings(
        &self,
        device: String,
        settings: DeviceSettings,
    ) -> Result<(), Error> {
        let settings = shapes::settings(settings);
        self.with(&device, move |device| Ok(device.set_settings(settings)?))
            .await
    }

    /// Shows a device a code: `touchstone-enrol:…` of a relying party's account page, or
    /// `touchstone-logon:…` of a workstation, which it then answers after its prompts.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`], [`Error::Closing`].
    pub async fn device_scan(&self, device: String, text: String) -> Result<Scanned, Error> {
        let scanned = self.at(&device, async move |device| device.scan(&text).await);
        Ok(match scanned.await? {
            device::Scanned::Pairing => Scanned::Pairing,
            device::Scanned::Logon => Scanned::Logon,
        })
    }

    /// Ends the enrolment under way, once the person confirmed it on the relying party's page.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`], [`Error::Closing`].
    pub async fn enrolment_continue(&self, device: String) -> Result<(), Error> {
        self.at(&device, async |device| device.continue_pairing().await)
            .await
    }

    /// Synchronizes the PIN of an enrolment now.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`], [`Error::Closing`].
    pub async fn enrolment_sync(&self, device: String, enrolment: String) -> Result<(), Error> {
        self.at(&device, async move |device| device.sync(&enrolment).await)
            .await
    }

    /// Asks for the account's PIN and lets the relying party check it.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`], [`Error::Closing`].
    pub async fn enrolment_verify(&self, device: String, enrolment: String) -> Result<(), Error> {
        self.at(&device, async move |device| {
            device.verify_online(&enrolment).await
        })
        .await
    }

    /// Asks for the account's first PIN, twice, and sets it at the relying party.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`], [`Error::Closing`].
    pub async fn enrolment_set_pin(&self, device: String, enrolment: String) -> Result<(), Error> {
        self.at(&device, async move |device| {
            device.set_pin_online(&enrolment).await
        })
        .await
    }

    /// Asks for the account's PIN and twice for a new one, and changes it at the relying party.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`], [`Error::Closing`].
    pub async fn enrolment_change_pin(
        &self,
        device: String,
        enrolment: String,
    ) -> Result<(), Error> {
        self.at(&device, async move |device| {
            device.change_pin_online(&enrolment).await
        })
        .await
    }

    /// Deletes an enrolment on a device, with all that is kept of its PIN.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`].
    pub async fn enrolment_forget(&self, device: String, enrolment: String) -> Result<(), Error> {
        self.at(&device, async move |device| {
            device.forget_enrolment(&enrolment).await
        })
        .await
    }

    /// Locks a device's app.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`].
    pub async fn device_lock_app(&self, device: String) -> Result<(), Error> {
        self.with(&device, |device| Ok(device.lock_app()?)).await
    }

    /// Asks for a PIN and unlocks a device's app.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`], [`Error::Closing`].
    pub async fn device_unlock_app(&self, device: String) -> Result<(), Error> {
        self.at(&device, async |device| device.unlock_app().await)
            .await
    }

    /// Sets what lies between a device and relying parties; all devices when none is named.
    ///
    /// # Errors
    /// [`Error::Network`] when the state makes no sense, [`Error::Device`] when there is no such
    /// device, [`Error::VaultShut`].
    pub async fn device_network_set(
        &self,
        device: Option<String>,
        state: NetworkState,
    ) -> Result<(), Error> {
        DeviceNetwork::check(&state)?;
        let bench = self.clone();
        blocking(move || {
            let devices: Vec<_> = bench.shelf()?.list()?.into_iter().map(|it| it.id).collect();
            let wanted = device.map(|device| DeviceId::parse(&device)).transpose()?;
            if let Some(wanted) = wanted.as_ref().filter(|wanted| !devices.contains(wanted)) {
                return Err(device::Error::NoSuchDevice(wanted.to_string()).into());
            }
            for device in wanted.map_or(devices, |wanted| vec![wanted]) {
                bench.0.device_network.set(&device, state.clone());
            }
            Ok(())
        })
        .await
    }

    /// Puts a push on the open stream of a device's enrolment that its relying party did not sign, as
    /// somebody does who sits in between.
    ///
    /// # Errors
    /// [`Error::Device`] when there is no such enrolment or its stream is not open,
    /// [`Error::VaultShut`].
    pub async fn device_forge_push(&self, device: String, enrolment: String) -> Result<(), Error> {
        self.bend(
            kinds::PUSH_FORGED,
            true,
            json!({ "device": device, "enrolmentId": enrolment }),
        );
        self.at(&device, async move |device| {
            device.forge_push(&enrolment).await
        })
        .await
    }

    /// Copies what a device's two stores hold now, to be put back later.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`].
    pub async fn device_stores_keep(&self, device: String) -> Result<(), Error> {
        self.at(&device, async |device| device.keep_stores().await)
            .await?;
        self.bend(kinds::STORES_KEPT, true, json!({ "device": device }));
        Ok(())
    }

    /// Puts back what a device's stores held when they were kept, as a restored backup does.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`].
    pub async fn device_stores_restore(
        &self,
        device: String,
        which: KeptStores,
    ) -> Result<(), Error> {
        let stores = shapes::stores(which);
        self.at(&device, async move |device| {
            device.restore_stores(stores).await
        })
        .await?;
        self.bend(
            kinds::STORES_RESTORED,
            true,
            json!({ "device": device, "which": which }),
        );
        Ok(())
    }

    /// Copies the enrolments of `from` to `to`, keys and counters and all. Says how many.
    ///
    /// # Errors
    /// [`Error::Device`] when there is no such device, [`Error::Call`] for a copy onto itself,
    /// [`Error::VaultShut`].
    pub async fn device_copy_enrolments(&self, from: String, to: String) -> Result<u32, Error> {
        if from == to {
            return Err(Error::Call(
                "a device cannot be copied onto itself; name another one".to_owned(),
            ));
        }
        let other = self.with(&to, Ok).await?;
        let copied = self.at(&from, async move |device| {
            device.copy_enrolments(&other).await
        });
        let copied = copied.await?;
        self.bend(
            kinds::ENROLMENTS_COPIED,
            true,
            json!({ "from": from, "to": to, "enrolments": copied }),
        );
        Ok(u32::try_from(copied).unwrap_or(u32::MAX))
    }

    /// Whether anything still moves at devices by itself: one of them works, or news of a relying
    /// party are on their way to one.
    #[must_use]
    pub fn settling(&self) -> bool {
        let listening = self.listening();
        let listens = |id: &str| listening.iter().any(|it| it.enrolment_id == id);
        // First: a device that takes news is busy before they count as taken.
        let awaits_news = self.0.faults.linked.awaits_news(listens);
        let devices = self.shelf().map(|shelf| shelf.powered_up());
        let is_busy = devices
            .into_iter()
            .flatten()
            .any(|device| device.agent_busy());
        // A device may not have noticed yet that a relying party does not run any more.
        let is_left = |it: &device::EnrolmentInfo| self.running_party(Some(&it.rp_id)).is_err();
        awaits_news || is_busy || listening.iter().any(is_left) || self.keepalive_travels()
    }

    /// Whether a call has not heard yet what became of its key: a device that is plugged in asks its
    /// person, or no longer asks, or was unplugged.
    fn keepalive_travels(&self) -> bool {
        let mut calls = self.0.prompts.calls().into_iter();
        calls.any(|(key, waits)| match self.0.plugs.at(&key) {
            Some(device) => device.prompts().current().is_some() != waits,
            None => !self
                .0
                .keys
                .list()
                .iter()
                .any(|found| found.id.as_str() == key),
        })
    }

    /// The enrolments whose device listens to its relying party.
    fn listening(&self) -> Vec<device::EnrolmentInfo> {
        let devices = self.shelf().map(|shelf| shelf.powered_up());
        let enrolments = (devices.into_iter().flatten())
            .flat_map(|device| device.enrolments().unwrap_or_default());
        enrolments
            .filter(|enrolment| enrolment.stream == device::StreamState::Open)
            .collect()
    }

    /// Lets a device do something that waits for its person or a relying party.
    async fn at<T>(
        &self,
        device: &str,
        work: impl AsyncFnOnce(Device) -> Result<T, device::Error>,
    ) -> Result<T, Error> {
        let device = self.with(device, Ok).await?;
        let done = self.until_closed(async { Ok(work(device).await?) }).await;
        self.note_change();
        done
    }
}
