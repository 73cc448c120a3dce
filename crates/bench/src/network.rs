//! What lies between pages and relying parties.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use rand_chacha::{ChaCha20Rng, rand_core::Rng as _};
use rp_server::network::{Fate, Message};
use serde_json::json;
use timeline::{Draft, Emit as _, Party, Seq};
use tokio::sync::watch;

use crate::{
    Error,
    api::{Direction, NetworkState},
    bench::lock,
    faults::{self, Faults, catalogue},
    kinds,
    lots::Lots,
};

/// The slowest network, in milliseconds.
const SLOWEST: u64 = 600_000;

/// The network, as the tester set it, and the faults on its messages.
pub(crate) struct Network {
    state: Mutex<NetworkState>,
    dice: Mutex<ChaCha20Rng>,
    faults: Arc<Faults>,
    changes: watch::Sender<u64>,
}

impl Network {
    pub(crate) fn new(lots: &Lots, faults: Arc<Faults>, changes: watch::Sender<u64>) -> Self {
        Self {
            state: Mutex::default(),
            dice: Mutex::new(lots.dice("network")),
            faults,
            changes,
        }
    }

    pub(crate) fn state(&self) -> NetworkState {
        lock(&self.state).clone()
    }

    /// Tells the timeline and then sets it.
    pub(crate) fn set(&self, state: NetworkState) {
        self.set_by(state, None);
    }

    fn set_by(&self, state: NetworkState, cause: Option<Seq>) {
        let draft = Draft::new(Party::Bench, kinds::NETWORK_SET).cause(cause);
        let mut draft = draft.body(json!({ "state": state }));
        draft.deliberate = state != NetworkState::Online;
        self.faults.linked.emit(draft);
        *lock(&self.state) = state;
        self.note_change();
    }

    /// Whether chance takes this message.
    fn takes(&self, percent: u8) -> bool {
        takes(&mut lock(&self.dice), percent)
    }

    /// Whether this answer is one that gets lost; counts it.
    fn loses_answer(&self, path: &str, cause: Option<Seq>) -> Option<NetworkState> {
        let mut state = lock(&self.state);
        let before = state.clone();
        let NetworkState::AnswerLost {
            requests,
            path: only,
        } = &mut *state
        else {
            return None;
        };
        if only.as_deref().is_some_and(|only| only != path) {
            return None;
        }
        // None is left while the last one's loss is being told.
        *requests = requests.checked_sub(1)?;
        let is_last = *requests == 0;
        drop(state);
        self.note_change();
        is_last.then(|| self.set_by(NetworkState::Online, cause));
        Some(before)
    }

    fn lost(
        &self,
        rp_id: Option<&str>,
        message: &Message,
        direction: Direction,
        state: &NetworkState,
        cause: Option<Seq>,
    ) -> Fate {
        let mut body = json!({
            "message": format!("{} {}", message.method, message.path),
            "direction": direction,
            "state": state,
        });
        if let Some(rp_id) = rp_id {
            body["rpId"] = json!(rp_id);
        }
        let draft = Draft::new(Party::Bench, kinds::NETWORK_LOST);
        self.faults
            .linked
            .emit(draft.cause(cause).body(body).deliberate());
        Fate::Lose
    }

    /// Lets a request to the relying party `rp_id` through, or not.
    pub(crate) async fn request(&self, rp_id: Option<&str>, request: &mut Message) -> Fate {
        let state = self.state();
        let is_api = is_api(request);
        let is_lost = match &state {
            // What devices send goes another way.
            NetworkState::Offline => !from_device(request),
            NetworkState::Lossy { percent } => is_api && self.takes(*percent),
            NetworkState::Slow { millis } if is_api => {
                tokio::time::sleep(Duration::from_millis(*millis)).await;
                false
            }
            _ => false,
        };
        let cause = self.faults.linked.giver(&request.body);
        if is_lost {
            return self.lost(rp_id, request, Direction::Request, &state, cause);
        }
        self.suffer(rp_id, request, Direction::Request, cause).await
    }

    /// Lets an answer of the relying party `rp_id` through, or not.
    pub(crate) async fn answer(
        &self,
        rp_id: Option<&str>,
        request: &Message,
        answer: &mut Message,
    ) -> Fate {
        let fate = self
            .suffer(rp_id, answer, Direction::Response, request.event)
            .await;
        if fate == Fate::Lose || !is_api(request) {
            return fate;
        }
        let lost = match self.state() {
            state @ NetworkState::Lossy { percent } => self.takes(percent).then_some(state),
            _ => self.loses_answer(&request.path, request.event),
        };
        match lost {
            Some(state) => self.lost(rp_id, request, Direction::Response, &state, request.event),
            None => fate,
        }
    }

    /// Lets the armed faults happen to a message.
    async fn suffer(
        &self,
        rp_id: Option<&str>,
        message: &mut Message,
        direction: Direction,
        cause: Option<Seq>,
    ) -> Fate {
        let Some(name) = catalogue::http_name(&message.method, &message.path) else {
            return Fate::Deliver;
        };
        let fared = self.faults.happen(faults::Message {
            name,
            direction,
            bytes: std::mem::take(&mut message.body),
            cause,
            command: None,
            rp_id,
        });
        message.body = fared.bytes;
        message.deliberate |= fared.deliberate;
        if fared.delay > Duration::ZERO {
            tokio::time::sleep(fared.delay).await;
        }
        match (fared.dropped, fared.twice) {
            (true, _) => Fate::Lose,
            (false, true) => Fate::Twice,
            (false, false) => Fate::Deliver,
        }
    }

    fn note_change(&self) {
        self.changes
            .send_modify(|version| *version = version.wrapping_add(1));
    }
}

fn is_api(message: &Message) -> bool {
    message.path.starts_with("/api/")
}

fn from_device(message: &Message) -> bool {
    message.path.starts_with("/pin/")
}

/// Why what lies between pages, or a device, and relying parties can never be so, as a sentence; none
/// when it can.
#[must_use]
pub fn problem(state: &NetworkState, of_device: bool) -> Option<String> {
    let checked = match of_device {
        true => crate::device_network::DeviceNetwork::check(state),
        false => check(state, "/api/"),
    };
    checked.err().map(|error| error.to_string())
}

/// Whether a state makes sense where requests go to paths that begin with `paths`.
pub(crate) fn check(state: &NetworkState, paths: &'static str) -> Result<(), Error> {
    let no = |why: &str| Err(Error::Network(why.to_owned()));
    match state {
        NetworkState::Slow { millis } if *millis > SLOWEST => {
            no("a request is at most 600,000 ms late")
        }
        NetworkState::Lossy { percent } if *percent > 100 => {
            no("of a hundred messages, 0 to 100 get lost")
        }
        NetworkState::AnswerLost { requests: 0, .. } => no("at least one answer must get lost"),
        NetworkState::AnswerLost {
            path: Some(path), ..
        } => catalogue::api_path(paths, path).or_else(|nearest| {
            let hint = nearest.map(|nearest| format!("; the nearest is {nearest}"));
            no(&format!(
                "relying parties have no path {path} here{}",
                hint.unwrap_or_default()
            ))
        }),
        _ => Ok(()),
    }
}

/// Whether chance takes a message, `percent` times of a hundred.
pub(crate) fn takes(dice: &mut ChaCha20Rng, percent: u8) -> bool {
    let drawn = (u64::from(dice.next_u32()) * 100) >> 32;
    drawn < u64::from(percent)
}
