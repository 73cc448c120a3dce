//! A recording: a fresh bench on which the tester acts, and the tape that runs with it.

mod draft;
mod tape;

use std::sync::{Arc, Mutex};

use bench::{Bench, Config, HomeChoice, KeysSetting, PartySetting, Setting, clock::SystemClock};
use timeline::{Clock as _, Recorder, Seq};
use tokio::{sync::watch, task::JoinHandle};

use super::{
    Refused, lock,
    rooms::{Room, Rooms},
};
use crate::{acts, api::RecordingState, engine::Registry};

use tape::Tape;

/// The RP ID of a recording's relying party, as that of every walk.
const RP_ID: &str = "acme.localhost";

/// A recording starts its randomness from one of so many numbers, which the walk then has: a lossy
/// network loses the same messages when it is played.
const SEEDS: u64 = 1_000_000;

/// A recording under way.
pub(super) struct Recording {
    bench: Bench,
    tape: Arc<Mutex<Tape>>,
    listening: JoinHandle<()>,
    _room: Room,
}

impl Recording {
    /// A fresh bench with one device of this profile, whose timeline is recorded from then on.
    pub(super) async fn start(
        config: &Config,
        rooms: &Rooms,
        profile: &str,
        changes: watch::Sender<u64>,
    ) -> Result<Self, Refused> {
        let room = rooms.room()?;
        let party = PartySetting {
            rp_id: RP_ID.to_owned(),
            ..PartySetting::default()
        };
        let seed = SystemClock::new().now().0.unsigned_abs() % SEEDS;
        let bench = Bench::open(Config {
            data: room.folder().to_owned(),
            home: Some(HomeChoice::Memory),
            port: None,
            web_view: config.web_view.clone(),
            keys: KeysSetting::default(),
            setting: Setting {
                relying_party: party.clone(),
                seed: Some(seed),
                empty: true,
                ..Setting::default()
            },
        });
        match with_device(&bench, profile).await {
            Ok(id) => {
                let tape = Arc::new(Mutex::new(Tape::new(
                    profile,
                    id,
                    party,
                    seed,
                    acts::registry(),
                )));
                let timeline = bench.timeline().clone();
                Ok(Self {
                    listening: tokio::spawn(listen(timeline, tape.clone(), changes)),
                    bench,
                    tape,
                    _room: room,
                })
            }
            Err(refused) => {
                bench.close().await;
                Err(refused)
            }
        }
    }

    pub(super) fn bench(&self) -> &Bench {
        &self.bench
    }

    pub(super) fn state(&self) -> RecordingState {
        let tape = self.heard();
        RecordingState {
            steps: draft::steps(&tape),
            ignored: tape.ignored(),
        }
    }

    /// The walk as its file will be.
    pub(super) fn toml(
        &self,
        title: &str,
        why: &str,
        registry: &Registry,
    ) -> Result<String, Refused> {
        draft::walk(&self.heard(), title, why, registry)
    }

    /// The tape, with all that has happened so far.
    fn heard(&self) -> std::sync::MutexGuard<'_, Tape> {
        let mut tape = lock(&self.tape);
        take_all(self.bench.timeline(), &mut tape);
        tape
    }

    pub(super) async fn close(self) {
        self.listening.abort();
        self.bench.close().await;
    }
}

/// Waits until the bench can be used, adds a device named after its profile, and says its id.
async fn with_device(bench: &Bench, profile: &str) -> Result<String, Refused> {
    let opened = bench.opened().await;
    opened.map_err(|problem| Refused::Machine(problem.message))?;
    let device = bench.device_add(profile.to_owned(), profile.to_owned());
    Ok(device.await?.id)
}

/// Runs the tape as long as the bench lives.
async fn listen(timeline: Arc<Recorder>, tape: Arc<Mutex<Tape>>, changes: watch::Sender<u64>) {
    let mut live = timeline.subscribe();
    loop {
        if take_all(&timeline, &mut lock(&tape)) {
            changes.send_modify(|version| *version = version.wrapping_add(1));
        }
        // Told or fallen behind: either way there is more to read.
        if let Err(tokio::sync::broadcast::error::RecvError::Closed) = live.recv().await {
            return;
        }
    }
}

/// True when the recording shows something else afterwards.
fn take_all(timeline: &Recorder, tape: &mut Tape) -> bool {
    let fresh = timeline.range(Seq(tape.last()), usize::MAX);
    let before = (tape.acts().len(), tape.ignored());
    for event in fresh.unwrap_or_default() {
        tape.take(Arc::unwrap_or_clone(event));
    }
    before != (tape.acts().len(), tape.ignored())
}
