//! The accounts' PINs on the tester's devices: enrolling, synchronizing, checking, changing.

use device::DeviceId;

use crate::{
    Bench, Error,
    api::{DeviceSettings, KeptStores, NetworkState, Scanned},
    bench::blocking,
    device_network::DeviceNetwork,
    shapes,
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

fn later<T>() -> Result<T, Error> {
    Err(Error::NoWayOut("devices cannot do that yet."))
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
        let _ = (device, text);
        later()
    }

    /// Ends the enrolment under way, once the person confirmed it on the relying party's page.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`], [`Error::Closing`].
    pub async fn enrolment_continue(&self, device: String) -> Result<(), Error> {
        let _ = device;
        later()
    }

    /// Synchronizes the PIN of an enrolment now.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`], [`Error::Closing`].
    pub async fn enrolment_sync(&self, device: String, enrolment: String) -> Result<(), Error> {
        let _ = (device, enrolment);
        later()
    }

    /// Asks for the account's PIN and lets the relying party check it.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`], [`Error::Closing`].
    pub async fn enrolment_verify(&self, device: String, enrolment: String) -> Result<(), Error> {
        let _ = (device, enrolment);
        later()
    }

    /// Asks for the account's first PIN, twice, and sets it at the relying party.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`], [`Error::Closing`].
    pub async fn enrolment_set_pin(&self, device: String, enrolment: String) -> Result<(), Error> {
        let _ = (device, enrolment);
        later()
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
        let _ = (device, enrolment);
        later()
    }

    /// Deletes an enrolment on a device, with all that is kept of its PIN.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`].
    pub async fn enrolment_forget(&self, device: String, enrolment: String) -> Result<(), Error> {
        let _ = (device, enrolment);
        later()
    }

    /// Takes the account's PIN away in the device's app, after a passkey's assertion in which
    /// something else than this PIN verified the user.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`], [`Error::Closing`].
    pub async fn enrolment_reset_pin(
        &self,
        device: String,
        enrolment: String,
    ) -> Result<(), Error> {
        let _ = (device, enrolment);
        later()
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
        let device = self.with(&device, Ok).await?;
        self.until_closed(async { Ok(device.unlock_app().await?) })
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

    /// Copies what a device's two stores hold now, to be put back later.
    ///
    /// # Errors
    /// [`Error::Device`], [`Error::VaultShut`].
    pub async fn device_stores_keep(&self, device: String) -> Result<(), Error> {
        let _ = device;
        later()
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
        let _ = (device, which);
        later()
    }

    /// Copies the enrolments of `from` to `to`, keys and counters and all. Says how many.
    ///
    /// # Errors
    /// [`Error::Device`] when there is no such device, [`Error::Call`] for a copy onto itself,
    /// [`Error::VaultShut`].
    pub async fn device_copy_enrolments(&self, from: String, to: String) -> Result<u32, Error> {
        let _ = (from, to);
        later()
    }
}
