//! Keys outside the process: which are plugged in, which is picked, what they say of themselves.

mod picked;
mod touch;
mod wrong_pins;

use std::{collections::HashSet, sync::Arc};

use client::{FoundKey, KeyChannel, KeyId, KeysSetting, Tap};
use serde_json::json;
use tokio_util::sync::CancellationToken;

pub(crate) use self::{
    picked::{Active, PickedKey},
    wrong_pins::WrongPins,
};
use crate::{
    Bench, Error,
    api::{Finding, KeySummary, Report},
    bench::blocking,
    kinds,
};

impl Bench {
    /// What a key says of itself, each statement explained. Nobody has to touch it. The window asks
    /// this again after every call, so that its reports are no events.
    ///
    /// # Errors
    /// [`Error::NoSuchKey`], [`Error::Key`], [`Error::KeyReport`]; [`Error::Closing`].
    pub async fn key_info(&self, key: String) -> Result<Report, Error> {
        let found = self.found(&key)?;
        let mut channel = self.open_with(&found.id, Tap::silent()).await?;
        let (init, cancel) = (*channel.init_response(), CancellationToken::new());
        let clock = &*self.0.clock;
        let asking = diagnostics::report(found, Some(&init), &mut channel, clock, &cancel);
        self.until_closed(async { Ok(asking.await?) }).await
    }

    /// Makes a key show which one it is, by its light.
    ///
    /// # Errors
    /// [`Error::NoSuchKey`]; [`Error::Key`], also when the key cannot do it; [`Error::Closing`].
    pub async fn key_wink(&self, key: String) -> Result<(), Error> {
        let found = self.found(&key)?;
        let mut channel = self.open_key(&found.id).await?;
        self.until_closed(async { Ok(channel.wink().await?) })
            .await?;
        let bench = self.clone();
        blocking(move || {
            let body = json!({ "key": found.id, "name": bench.name_of(&found) });
            bench.tell(kinds::KEY_WINKED, body);
            Ok(())
        })
        .await
    }

    /// What stands, or does not stand, between this machine and keys, with the commands that help.
    ///
    /// # Errors
    /// [`Error::Closing`].
    pub async fn keys_doctor(&self) -> Result<Vec<Finding>, Error> {
        blocking(|| Ok(diagnostics::doctor())).await
    }

    /// The keys that are plugged in.
    pub(crate) fn key_summaries(&self) -> Vec<KeySummary> {
        let found = self.0.keys.list().into_iter();
        found.map(|found| self.key_summary(found)).collect()
    }

    fn key_summary(&self, found: FoundKey) -> KeySummary {
        let device = self.0.plugs.at(found.id.as_str());
        KeySummary {
            name: self.name_of(&found),
            id: found.id.to_string(),
            manufacturer: found.manufacturer,
            product: found.product,
            serial: found.serial,
            vendor_id: found.vendor_id,
            product_id: found.product_id,
            bus: found.bus,
            path: found.path,
            problem: found.problem,
            device: device.map(|device| device.id().to_string()),
        }
    }

    /// What people call a key: a software device's own name, or what the key says; blocks on the disk.
    fn name_of(&self, found: &FoundKey) -> String {
        let device = self.0.plugs.at(found.id.as_str());
        let info = device.and_then(|device| device.info().ok());
        info.map_or_else(|| found.name.clone(), |info| info.name)
    }

    fn found(&self, key: &str) -> Result<FoundKey, Error> {
        let mut found = self.0.keys.list().into_iter();
        let found = found.find(|found| found.id.as_str() == key);
        found.ok_or_else(|| Error::NoSuchKey(key.to_owned()))
    }

    /// A channel to a key, whose reports the timeline hears of.
    pub(crate) async fn open_key(&self, key: &KeyId) -> Result<KeyChannel, Error> {
        let tap = Tap::new(self.0.emit.clone(), self.0.clocks.client.clone());
        self.open_with(key, tap).await
    }

    async fn open_with(&self, key: &KeyId, tap: Tap) -> Result<KeyChannel, Error> {
        let opening = self.0.keys.open(key, tap);
        self.until_closed(async { Ok(opening.await?) }).await
    }

    /// Tells the window of keys that come and go, and the timeline of those that are no software
    /// devices, which tell that themselves.
    pub(crate) fn watch_keys(&self) {
        let mut changes = self.0.keys.changes();
        let bench = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            let mut known: Vec<FoundKey> = Vec::new();
            loop {
                let Some(bench) = bench.upgrade().map(Bench) else {
                    return;
                };
                bench.note_change();
                let there = bench.0.keys.list();
                let stayed = |key: &str| there.iter().any(|found| found.id.as_str() == key);
                bench.0.prompts.keep_wrong_pins(stayed);
                bench.tell_keys(&mut known).await;
                drop(bench);
                if changes.changed().await.is_err() {
                    return;
                }
            }
        });
    }

    async fn tell_keys(&self, known: &mut Vec<FoundKey>) {
        // Whoever plugs a device in has noted it when the turn comes.
        let _turn = self.0.plugs.turn().await;
        let mut now = self.0.keys.list();
        now.retain(|found| self.0.plugs.at(found.id.as_str()).is_none());
        let told = |kind: &'static str, found: &FoundKey| {
            let body = json!({
                "key": found.id, "name": found.name, "bus": found.bus, "path": found.path,
            });
            self.tell(kind, body);
        };
        for gone in known.iter().filter(|known| !has(&now, known)) {
            told(kinds::KEY_UNPLUGGED, gone);
        }
        for new in now.iter().filter(|found| !has(known, found)) {
            told(kinds::KEY_PLUGGED, new);
        }
        *known = now;
    }
}

/// Looks at each address once, however often it was named: a key is listed once.
pub(crate) fn each_once(mut setting: KeysSetting) -> KeysSetting {
    let mut seen = HashSet::new();
    setting.udp.retain(|address| seen.insert(*address));
    setting
}

fn has(keys: &[FoundKey], wanted: &FoundKey) -> bool {
    keys.iter().any(|key| key.id == wanted.id)
}
