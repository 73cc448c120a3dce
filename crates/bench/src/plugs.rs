//! Software devices that are plugged in: the client then reaches them as keys outside the process.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Mutex,
    time::Duration,
};

use client::KeyId;
use device::{Device, DeviceId, udp, uhid};
use tokio::task::JoinHandle;

use crate::{
    Bench, Error,
    api::{PlugWay, Plugged, Problem},
    bench::{blocking, lock},
};

/// How long a key may take to be seen, or to be gone, in real time.
const SEEN: Duration = Duration::from_secs(5);

/// The devices that are plugged in.
#[derive(Default)]
pub(crate) struct Plugs {
    plugs: Mutex<HashMap<DeviceId, Plug>>,
    /// Held by whoever plugs one in or unplugs it.
    turn: tokio::sync::Mutex<()>,
}

struct Plug {
    device: Device,
    plugged: Plugged,
    serving: JoinHandle<()>,
}

impl Plugs {
    /// Where the device is plugged in.
    pub(crate) fn of(&self, device: &DeviceId) -> Option<Plugged> {
        let plugs = lock(&self.plugs);
        plugs.get(device).map(|plug| plug.plugged.clone())
    }

    /// The device that is plugged in there.
    pub(crate) fn at(&self, key: &str) -> Option<Device> {
        let plugs = lock(&self.plugs);
        let mut plugs = plugs.values();
        let found = plugs.find(|plug| plug.plugged.key == key);
        found.map(|plug| plug.device.clone())
    }

    /// Waits until nobody plugs a device in or unplugs it.
    pub(crate) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Unplugs every device.
    pub(crate) fn clear(&self) {
        for plug in std::mem::take(&mut *lock(&self.plugs)).into_values() {
            plug.serving.abort();
        }
    }
}

/// Whether this machine can plug a software device in like that.
///
/// # Errors
/// What is missing, and what to do.
pub fn can_plug(way: PlugWay) -> Result<(), Problem> {
    match way {
        PlugWay::Udp => Ok(()),
        PlugWay::Hid => {
            uhid::check().map_err(|missing| Error::from(device::Error::from(missing)).into())
        }
    }
}

impl Bench {
    /// Plugs a software device in, which starts with a power cycle: from then on it is used as the
    /// key that is named here. A device that is in use stays so, as that key.
    ///
    /// # Errors
    /// [`Error::PluggedElsewhere`] when it is plugged in the other way, [`Error::Device`]: no such
    /// device, or this machine cannot do it; [`Error::KeyUnseen`], [`Error::VaultShut`].
    pub async fn device_plug(&self, device: String, way: PlugWay) -> Result<String, Error> {
        let device = self.with(&device, Ok).await?;
        let _turn = self.0.plugs.turn().await;
        let id = device.id().clone();
        if let Some(plugged) = self.0.plugs.of(&id) {
            return match plugged.way == way {
                true => Ok(plugged.key),
                false => Err(Error::PluggedElsewhere(plugged.key)),
            };
        }
        let in_use = {
            let bench = self.clone();
            blocking(move || Ok(bench.in_use_is(&id))).await?
        };
        let key = match way {
            PlugWay::Udp => self.plug_over_udp(device.clone()).await?,
            PlugWay::Hid => self.plug_as_hid(device.clone()).await?,
        };
        if !self.sees(&key, true).await {
            self.take_out(device.id()).await;
            return Err(Error::KeyUnseen(key));
        }
        if in_use {
            let (bench, key) = (self.clone(), key.clone());
            blocking(move || {
                bench.remember_key(&key);
                Ok(())
            })
            .await?;
        }
        self.note_change();
        Ok(key)
    }

    /// Unplugs a software device. What a client has under way there ends at once.
    ///
    /// # Errors
    /// [`Error::NotPlugged`]; [`Error::Device`] when there is no such device, [`Error::VaultShut`].
    pub async fn device_unplug(&self, device: String) -> Result<(), Error> {
        let device = self.with(&device, Ok).await?;
        let _turn = self.0.plugs.turn().await;
        match self.take_out(device.id()).await {
            Some(key) => {
                self.sees(&key, false).await;
                self.note_change();
                Ok(())
            }
            None => Err(Error::NotPlugged),
        }
    }

    /// Ends the serving of a device, if it is plugged in; says which key it was.
    pub(crate) async fn take_out(&self, device: &DeviceId) -> Option<String> {
        let plug = lock(&self.0.plugs.plugs).remove(device)?;
        plug.serving.abort();
        // It ends by being aborted, or has ended by itself.
        let _ = plug.serving.await;
        if let Some(address) = address(&plug.plugged.key) {
            self.0.keys.remove_udp(address);
        }
        let key = plug.plugged.key;
        (self.0.prompts).keep_wrong_pins(|stayed| stayed != key);
        Some(key)
    }

    async fn plug_over_udp(&self, device: Device) -> Result<String, Error> {
        let socket = udp::bind((Ipv4Addr::LOCALHOST, 0).into()).await?;
        let address = socket
            .local_addr()
            .map_err(|error| Error::KeyUnseen(error.to_string()))?;
        let served = device.clone();
        let serving = async move { udp::serve(served, socket, udp::Options::default()).await };
        let key = KeyId::udp(address).to_string();
        self.serve(device, PlugWay::Udp, key.clone(), serving);
        self.0.keys.add_udp(address);
        Ok(key)
    }

    async fn plug_as_hid(&self, device: Device) -> Result<String, Error> {
        let plugged = uhid::plug(device.clone()).await?;
        let key = KeyId::hid(&plugged.path().to_string_lossy()).to_string();
        self.serve(device, PlugWay::Hid, key.clone(), uhid::serve(plugged));
        Ok(key)
    }

    fn serve(
        &self,
        device: Device,
        way: PlugWay,
        key: String,
        serving: impl Future<Output = Result<(), device::Error>> + Send + 'static,
    ) {
        let (bench, id) = (std::sync::Arc::downgrade(&self.0), device.id().clone());
        let mut plugs = lock(&self.0.plugs.plugs);
        let serving = tokio::spawn(async move {
            // Whatever broke off unplugged the device, and the timeline says so.
            let _ = serving.await;
            if let Some(bench) = bench.upgrade().map(Bench) {
                let gone = lock(&bench.0.plugs.plugs).remove(&id);
                if let Some(address) = gone.and_then(|plug| address(&plug.plugged.key)) {
                    bench.0.keys.remove_udp(address);
                }
                bench.note_change();
            }
        });
        let plugged = Plugged { way, key };
        plugs.insert(
            device.id().clone(),
            Plug {
                device,
                plugged,
                serving,
            },
        );
    }

    /// Waits until the client sees the key, or no longer does; false when it takes too long.
    async fn sees(&self, key: &str, wanted: bool) -> bool {
        let mut changes = self.0.keys.changes();
        let seen = async {
            loop {
                changes.borrow_and_update();
                let found = self.0.keys.look().await;
                if found.iter().any(|found| found.id.as_str() == key) == wanted {
                    return true;
                }
                if changes.changed().await.is_err() {
                    return false;
                }
            }
        };
        tokio::time::timeout(SEEN, seen).await.unwrap_or(false)
    }
}

fn address(key: &str) -> Option<SocketAddr> {
    key.parse::<KeyId>().ok()?.address()
}
