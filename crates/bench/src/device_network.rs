//! What lies between devices and relying parties: each device has a link of its own, which the
//! tester sets. It knows where a message goes and never what is in it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use device::{Crossing, DeviceId, Fate, Passage};
use rand_chacha::ChaCha20Rng;
use serde_json::json;
use timeline::{Draft, Emit as _, Party, Seq};
use tokio::sync::watch;

use crate::{
    Error,
    api::{Direction, NetworkState},
    bench::lock,
    kinds,
    links::Linked,
    lots::Lots,
    network,
};

/// Where devices' requests go.
const PATHS: &str = "/pin/";

/// The links of all devices.
pub(crate) struct DeviceNetwork {
    links: Mutex<HashMap<DeviceId, Link>>,
    dice: Mutex<ChaCha20Rng>,
    linked: Arc<Linked>,
    changes: watch::Sender<u64>,
}

struct Link {
    state: NetworkState,
    online: watch::Sender<bool>,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            state: NetworkState::Online,
            online: watch::Sender::new(true),
        }
    }
}

impl DeviceNetwork {
    pub(crate) fn new(lots: &Lots, linked: Arc<Linked>, changes: watch::Sender<u64>) -> Self {
        Self {
            links: Mutex::default(),
            dice: Mutex::new(lots.dice("device network")),
            linked,
            changes,
        }
    }

    /// Whether a device's link can be like that.
    pub(crate) fn check(state: &NetworkState) -> Result<(), Error> {
        if *state == NetworkState::ServerDown {
            return Err(Error::Network(
                "a server is down for everybody; set that in the network's menu".to_owned(),
            ));
        }
        network::check(state, PATHS)
    }

    pub(crate) fn state(&self, device: &DeviceId) -> NetworkState {
        let links = lock(&self.links);
        links
            .get(device)
            .map(|link| link.state.clone())
            .unwrap_or_default()
    }

    /// Tells the timeline and then sets it.
    pub(crate) fn set(&self, device: &DeviceId, state: NetworkState) {
        self.set_by(device, state, None);
    }

    /// The device is gone.
    pub(crate) fn forget(&self, device: &DeviceId) {
        lock(&self.links).remove(device);
    }

    fn set_by(&self, device: &DeviceId, state: NetworkState, cause: Option<Seq>) {
        let draft = Draft::new(Party::Bench, kinds::DEVICE_NETWORK_SET).cause(cause);
        let mut draft = draft.body(json!({ "device": device, "state": state }));
        draft.deliberate = state != NetworkState::Online;
        self.linked.emit(draft);
        let mut links = lock(&self.links);
        let link = links.entry(device.clone()).or_default();
        let is_online = state != NetworkState::Offline;
        link.state = state;
        link.online.send_if_modified(|online| {
            let changed = *online != is_online;
            *online = is_online;
            changed
        });
        drop(links);
        self.note_change();
    }

    /// Whether chance takes this message.
    fn takes(&self, percent: u8) -> bool {
        network::takes(&mut lock(&self.dice), percent)
    }

    async fn request(&self, passage: Passage<'_>) -> Fate {
        let state = self.state(passage.device);
        match &state {
            NetworkState::Offline => {
                self.lost(passage, Direction::Request, &state, "the device is offline")
            }
            NetworkState::Lossy { percent } if self.takes(*percent) => self.lost(
                passage,
                Direction::Request,
                &state,
                "the network lost its request",
            ),
            NetworkState::Slow { millis } => {
                tokio::time::sleep(Duration::from_millis(*millis)).await;
                Fate::Deliver
            }
            _ => Fate::Deliver,
        }
    }

    fn answer(&self, passage: Passage<'_>) -> Fate {
        let state = self.state(passage.device);
        let why = "the network lost the answer";
        match &state {
            // It went offline while the relying party was at it.
            NetworkState::Offline => self.lost(
                passage,
                Direction::Response,
                &state,
                "the device is offline",
            ),
            NetworkState::Lossy { percent } if self.takes(*percent) => {
                self.lost(passage, Direction::Response, &state, why)
            }
            NetworkState::AnswerLost { .. } => match self.loses_answer(passage) {
                Some(state) => self.lost(passage, Direction::Response, &state, why),
                None => Fate::Deliver,
            },
            _ => Fate::Deliver,
        }
    }

    /// Whether this answer is one that gets lost; counts it.
    fn loses_answer(&self, passage: Passage<'_>) -> Option<NetworkState> {
        let mut links = lock(&self.links);
        let link = links.get_mut(passage.device)?;
        let before = link.state.clone();
        let NetworkState::AnswerLost { requests, path } = &mut link.state else {
            return None;
        };
        if path.as_deref().is_some_and(|only| only != passage.path) {
            return None;
        }
        // None is left while the last one's loss is being told.
        *requests = requests.checked_sub(1)?;
        let is_last = *requests == 0;
        drop(links);
        self.note_change();
        if is_last {
            self.set_by(passage.device, NetworkState::Online, passage.cause);
        }
        Some(before)
    }

    fn lost(
        &self,
        passage: Passage<'_>,
        direction: Direction,
        state: &NetworkState,
        why: &str,
    ) -> Fate {
        let body = json!({
            "message": format!("POST {}", passage.path),
            "direction": direction,
            "state": state,
            "device": passage.device,
        });
        let draft = Draft::new(Party::Bench, kinds::NETWORK_LOST).cause(passage.cause);
        self.linked.emit(draft.body(body).deliberate());
        Fate::Lose {
            why: why.to_owned(),
        }
    }

    fn note_change(&self) {
        self.changes
            .send_modify(|version| *version = version.wrapping_add(1));
    }
}

impl device::Network for DeviceNetwork {
    fn sends<'a>(&'a self, passage: Passage<'a>) -> Crossing<'a> {
        Box::pin(self.request(passage))
    }

    fn receives<'a>(&'a self, passage: Passage<'a>) -> Crossing<'a> {
        Box::pin(std::future::ready(self.answer(passage)))
    }

    fn online(&self, device: &DeviceId) -> watch::Receiver<bool> {
        let mut links = lock(&self.links);
        links.entry(device.clone()).or_default().online.subscribe()
    }
}
