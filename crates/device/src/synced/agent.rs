//! What a phone holds of its enrolments while it is powered up.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pin_sync::exchange::Purpose;
use pin_sync::judge::{Reason, Trigger};
use pin_sync::seen::Reading;
use rand_core::TryRng as _;
use serde_json::{Value, json};
use timeline::{Seq, Timestamp};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use vault::Vault;

use super::background::Due;
use super::info::{EnrolmentInfo, ShownCode, StreamState};
use super::link::Link;
use super::pairing::Pairing;
use super::stores::{Copy, Enrolments};
use super::stream::Said;
use crate::user::draft;
use crate::{DeviceId, Error, Rng, Seams};

/// The agent of one phone. It outlives no device: its tasks end when the device is dropped.
pub(crate) struct Agent {
    pub(super) device: DeviceId,
    pub(super) seams: Seams,
    pub(super) enrolments: Enrolments,
    pub(super) link: Link,
    pub(super) online: watch::Receiver<bool>,
    pub(super) wake: Arc<Notify>,
    pub(super) ends: CancellationToken,
    changes: Arc<watch::Sender<u64>>,
    works: Arc<AtomicUsize>,
    pub(super) state: Mutex<State>,
    pub(super) started: AtomicBool,
    rng: Mutex<Rng>,
}

/// Ends an agent's tasks when it is dropped.
pub(crate) type Ends = DropGuard;

#[derive(Default)]
pub(super) struct State {
    /// Drawn at each start of the device.
    pub boot: Option<[u8; 16]>,
    pub running: BTreeMap<String, Running>,
    pub infos: Option<Vec<EnrolmentInfo>>,
    pub pairing: Option<Pairing>,
    pub shown: Option<ShownCode>,
    pub kept: Option<Copy>,
    /// When the agent has something to do.
    pub due: Option<Due>,
    /// Whether somebody woke the agent and it has not looked yet.
    pub is_woken: bool,
    /// What the agent last knew of the network.
    pub was_online: bool,
    /// Whether what coming back to the network calls for was begun.
    pub has_met_network: bool,
    /// Whether the agent has looked since the device was started.
    pub has_looked: bool,
}

/// What goes on with one enrolment.
#[derive(Default)]
pub(super) struct Running {
    pub busy: Option<Purpose>,
    pub stream: StreamState,
    /// When its stream is opened again, or found silent, by the device's clock.
    pub stream_due: Option<Timestamp>,
    /// What somebody in between says on its open stream.
    pub said: Option<mpsc::Sender<Said>>,
    /// Ends the task that keeps its stream.
    pub listening: Option<DropGuard>,
    pub problem: Option<String>,
    /// How it stood when it was last told.
    pub told: Option<Reason>,
    /// Why a silent refresh is wanted.
    pub wanted: Option<Trigger>,
    /// Synchronizations so far.
    pub syncs: u64,
    /// Refreshes that failed in a row.
    pub failures: u32,
    /// No refresh before this, by the device's clock.
    pub not_before: Option<Timestamp>,
    /// Whether the relying party said something after which asking again is pointless.
    pub is_halted: bool,
    /// One exchange at a time.
    pub turn: Arc<tokio::sync::Mutex<()>>,
}

impl Running {
    /// Whether its stream is being opened, and not only waits to be.
    fn is_opening(&self) -> bool {
        let is_open = self.stream == StreamState::Open;
        self.listening.is_some() && !is_open && self.stream_due.is_none()
    }
}

impl Agent {
    /// The agent of a device, and what ends it.
    pub(crate) fn new(
        vault: Vault,
        device: DeviceId,
        seams: Seams,
        changes: Arc<watch::Sender<u64>>,
    ) -> (Arc<Self>, Ends) {
        let ends = CancellationToken::new();
        let online = seams.network.online(&device);
        let state = State {
            was_online: *online.borrow(),
            ..State::default()
        };
        let agent = Self {
            rng: Mutex::new((seams.rng)(Some(&device))),
            link: Link::new(device.clone(), seams.clone()),
            enrolments: Enrolments::new(vault, device.clone()),
            device,
            seams,
            online,
            wake: Arc::default(),
            ends: ends.clone(),
            changes,
            works: Arc::default(),
            state: Mutex::new(state),
            started: AtomicBool::new(false),
        };
        (Arc::new(agent), ends.drop_guard())
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what goes on with an enrolment, and shows it.
    pub(super) fn running<T>(&self, id: &str, work: impl FnOnce(&mut Running) -> T) -> T {
        let mut state = self.state();
        let running = state.running.entry(id.to_owned()).or_default();
        let result = work(running);
        let (stream, busy, problem) = (running.stream, running.busy, running.problem.clone());
        let infos = state.infos.iter_mut().flatten();
        for info in infos.filter(|info| info.enrolment_id == id) {
            (info.stream, info.busy, info.problem) = (stream, busy, problem.clone());
        }
        drop(state);
        self.note_change();
        result
    }

    pub(super) fn note_change(&self) {
        self.changes
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Wakes the agent.
    pub(super) fn poke(&self) {
        self.state().is_woken = true;
        self.wake.notify_one();
    }

    /// Counts as work until dropped.
    pub(super) fn work(&self) -> Work {
        self.works.fetch_add(1, Ordering::SeqCst);
        Work(self.works.clone())
    }

    /// Whether the agent does something, or is about to. False for one that only waits for time to
    /// pass or the network to come back.
    pub(crate) fn is_busy(&self) -> bool {
        let state = self.state();
        let has_started = self.started.load(Ordering::SeqCst);
        let now = self.seams.clock.now();
        let mut streams = state.running.values().filter_map(|it| it.stream_due);
        let is_due = state.due.is_some_and(|due| due.is_now(&*self.seams.clock))
            || streams.any(|due| due <= now);
        let is_online = *self.online.borrow();
        let mut all = state.running.values();
        let is_turning = all.any(|it| match is_online {
            true => it.is_opening(),
            false => it.stream == StreamState::Open,
        });
        is_turning
            || self.works.load(Ordering::SeqCst) > 0
            || has_started && (state.is_woken || is_due || state.was_online != is_online)
    }

    /// What the device's clocks show.
    pub(super) fn reading(&self) -> Result<Reading, Error> {
        let known = self.state().boot;
        let boot = match known {
            Some(boot) => boot,
            None => {
                let drawn = self.random()?;
                *self.state().boot.get_or_insert(drawn)
            }
        };
        Ok(Reading {
            wall: self.seams.clock.now(),
            boot,
            since_boot: self.seams.clock.monotonic(),
        })
    }

    /// The device was switched off and on: another boot, and nothing under way is remembered.
    pub(crate) fn power_cycle(&self) {
        let mut state = self.state();
        state.boot = None;
        state.has_looked = false;
        for running in state.running.values_mut() {
            *running = Running {
                told: running.told,
                turn: running.turn.clone(),
                ..Running::default()
            };
        }
        state.pairing = None;
        state.shown = None;
        drop(state);
        self.note_change();
        self.poke();
    }

    /// Everything of the device was erased.
    pub(crate) fn wiped(&self) {
        let mut state = self.state();
        state.running.clear();
        state.infos = None;
        state.pairing = None;
        state.shown = None;
        drop(state);
        self.poke();
    }

    /// The agent's own source of randomness.
    pub(super) fn with_rng<T>(&self, work: impl FnOnce(&mut Rng) -> T) -> T {
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut rng)
    }

    pub(super) fn random<const N: usize>(&self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        self.with_rng(|rng| rng.try_fill_bytes(&mut bytes))
            .map_err(|error| Error::Randomness(error.to_string()))?;
        Ok(bytes)
    }

    /// Emits an event of this device.
    pub(super) fn tell(&self, kind: &'static str, body: Value, cause: Option<Seq>) -> Seq {
        self.tell_raw(kind, body, cause, None)
    }

    pub(super) fn tell_raw(
        &self,
        kind: &'static str,
        mut body: Value,
        cause: Option<Seq>,
        raw: Option<Vec<u8>>,
    ) -> Seq {
        if let Value::Object(members) = &mut body {
            members.insert("device".to_owned(), json!(self.device));
        }
        let mut draft = draft(kind, body).at(self.seams.clock.now()).cause(cause);
        draft.raw = raw;
        self.seams.emit.emit(draft)
    }

    /// Runs what blocks on the stores, away from the threads that serve everyone else.
    pub(super) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let agent = self.clone();
        // A blocking task ends early only when the runtime shuts down.
        tokio::task::spawn_blocking(move || work(&agent))
            .await
            .map_err(|_| Error::Busy)?
    }
}

/// A piece of work, until dropped.
pub(super) struct Work(Arc<AtomicUsize>);

impl Drop for Work {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent").finish_non_exhaustive()
    }
}
