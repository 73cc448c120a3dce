//! The desk: the bench that the window shows. That is the tester's own, until a
//! walk or a recording is opened; each of those gets a fresh one, and closing
//! it shows the tester's own again as it was.
//!
//! Its methods are the window's commands of the same names; their shapes are in
//! [`crate::api`].

mod link;
mod recording;
mod refused;
mod rooms;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bench::{Bench, Config, api::SavedFile};
use tokio::sync::{broadcast, watch};

use crate::api::{
    DeskState, PageOrder, PageReport, ReportFormat, SavedWalk, Showing, WalkMode, WalkState,
    WalkSummary,
};

pub use refused::Refused;

pub(crate) use link::{FrameLink, Told};
use recording::Recording;
use rooms::Rooms;

/// The desk. Clones are the same desk.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    config: Config,
    own: Bench,
    rooms: Rooms,
    shown: Mutex<Shown>,
    recording: Mutex<Option<Recording>>,
    walk: Mutex<Option<WalkState>>,
    link: Arc<FrameLink>,
    /// Held by whoever opens or closes a bench.
    turn: tokio::sync::Mutex<()>,
    changes: watch::Sender<u64>,
}

struct Shown {
    generation: u32,
    showing: Showing,
    bench: Bench,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// Opens the tester's own bench and shows it; removes what runs that were killed left behind.
    /// Must be called within a tokio runtime.
    #[must_use]
    pub fn open(config: Config) -> Self {
        let own = Bench::open(config.clone());
        let rooms = Rooms::new(config.data.join("runs"));
        rooms.remove_left_behind();
        let changes = watch::Sender::new(0);
        Self(Arc::new(Inner {
            shown: Mutex::new(Shown {
                generation: 1,
                showing: Showing::Own,
                bench: own.clone(),
            }),
            own,
            rooms,
            config,
            recording: Mutex::default(),
            walk: Mutex::default(),
            link: Arc::new(FrameLink::new()),
            turn: tokio::sync::Mutex::default(),
            changes,
        }))
    }

    /// The bench that is shown.
    #[must_use]
    pub fn bench(&self) -> Bench {
        lock(&self.0.shown).bench.clone()
    }

    /// The bench that is shown, and its generation.
    #[must_use]
    pub fn shown(&self) -> (u32, Bench) {
        let shown = lock(&self.0.shown);
        (shown.generation, shown.bench.clone())
    }

    /// Rises whenever [`Desk::desk_state`] may have changed.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// What is to be done on the framed page, as it comes.
    #[must_use]
    pub fn page_orders(&self) -> broadcast::Receiver<PageOrder> {
        self.0.link.orders()
    }

    /// Closes every bench.
    pub async fn close(&self) {
        let _turn = self.0.turn.lock().await;
        self.end_recording().await;
        self.0.own.close().await;
    }

    fn show(&self, showing: Showing, bench: Bench) -> u32 {
        let mut shown = lock(&self.0.shown);
        shown.generation += 1;
        shown.showing = showing;
        shown.bench = bench;
        self.0.link.follow(shown.generation);
        let generation = shown.generation;
        drop(shown);
        self.note_change();
        generation
    }

    fn show_own(&self) {
        if lock(&self.0.shown).showing != Showing::Own {
            self.show(Showing::Own, self.0.own.clone());
        }
    }

    fn note_change(&self) {
        self.0
            .changes
            .send_modify(|version| *version = version.wrapping_add(1));
    }

    fn turn(&self) -> Result<tokio::sync::MutexGuard<'_, ()>, Refused> {
        self.0.turn.try_lock().map_err(|_| Refused::Busy)
    }

    async fn end_recording(&self) {
        let Some(recording) = lock(&self.0.recording).take() else {
            return;
        };
        self.show_own();
        recording.close().await;
    }
}

/// The window's commands.
impl Desk {
    /// Which bench is shown, and what is played or recorded on it.
    ///
    /// # Errors
    /// None today; the window's commands all may fail.
    pub async fn desk_state(&self) -> Result<DeskState, Refused> {
        let recording = lock(&self.0.recording).as_ref().map(Recording::state);
        let walk = lock(&self.0.walk).clone();
        let shown = lock(&self.0.shown);
        Ok(DeskState {
            generation: shown.generation,
            showing: shown.showing,
            walk,
            recording,
        })
    }

    /// Every walk there is.
    ///
    /// # Errors
    /// [`Refused::NotYet`].
    pub async fn walk_list(&self) -> Result<Vec<WalkSummary>, Refused> {
        Err(Refused::NotYet)
    }

    /// Opens a walk on a fresh bench and shows that.
    ///
    /// # Errors
    /// [`Refused::NotYet`].
    pub async fn walk_open(&self, path: String) -> Result<(), Refused> {
        let _ = path;
        Err(Refused::NotYet)
    }

    /// Does the next step.
    ///
    /// # Errors
    /// [`Refused::NotYet`].
    pub async fn walk_step(&self) -> Result<(), Refused> {
        Err(Refused::NotYet)
    }

    /// Does one step after the other until one fails or none is left.
    ///
    /// # Errors
    /// [`Refused::NotYet`].
    pub async fn walk_play(&self) -> Result<(), Refused> {
        Err(Refused::NotYet)
    }

    /// Stops after the step that is being done.
    ///
    /// # Errors
    /// [`Refused::NotYet`].
    pub async fn walk_pause(&self) -> Result<(), Refused> {
        Err(Refused::NotYet)
    }

    /// Reads the walk's file again and opens it on a fresh bench.
    ///
    /// # Errors
    /// [`Refused::NotYet`].
    pub async fn walk_restart(&self) -> Result<(), Refused> {
        Err(Refused::NotYet)
    }

    /// Closes the walk with its bench and shows the tester's own again.
    ///
    /// # Errors
    /// [`Refused::NotYet`].
    pub async fn walk_close(&self) -> Result<(), Refused> {
        Err(Refused::NotYet)
    }

    /// Chooses who does the steps.
    ///
    /// # Errors
    /// [`Refused::NotYet`].
    pub async fn walk_mode(&self, mode: WalkMode) -> Result<(), Refused> {
        let _ = mode;
        Err(Refused::NotYet)
    }

    /// Writes a report of the run as it stands to the export folder.
    ///
    /// # Errors
    /// [`Refused::NotYet`].
    pub async fn walk_save_report(&self, format: ReportFormat) -> Result<SavedFile, Refused> {
        let _ = format;
        Err(Refused::NotYet)
    }

    /// Shows a fresh bench with one device of the profile `phone` or `key` and records what the
    /// tester does on it.
    ///
    /// # Errors
    /// [`Refused::Recording`] while one is recorded, [`Refused::Busy`], [`Refused::Machine`].
    pub async fn recording_start(&self, profile: String) -> Result<(), Refused> {
        let _turn = self.turn()?;
        if lock(&self.0.recording).is_some() {
            return Err(Refused::Recording);
        }
        let recording = Recording::start(&self.0.config, &self.0.rooms, profile).await?;
        self.show(Showing::Recording, recording.bench().clone());
        *lock(&self.0.recording) = Some(recording);
        self.note_change();
        Ok(())
    }

    /// The walk that was recorded so far, as its file will be.
    ///
    /// # Errors
    /// [`Refused::NotYet`].
    pub async fn recording_preview(&self) -> Result<String, Refused> {
        Err(Refused::NotYet)
    }

    /// Saves the recording as a walk in the tester's folder, and shows the tester's own bench again.
    ///
    /// # Errors
    /// [`Refused::NotYet`].
    pub async fn recording_save(&self, title: String, why: String) -> Result<SavedWalk, Refused> {
        let _ = (title, why);
        Err(Refused::NotYet)
    }

    /// Forgets the recording and shows the tester's own bench again.
    ///
    /// # Errors
    /// [`Refused::NoRecording`], [`Refused::Busy`].
    pub async fn recording_discard(&self) -> Result<(), Refused> {
        let _turn = self.turn()?;
        if lock(&self.0.recording).is_none() {
            return Err(Refused::NoRecording);
        }
        self.end_recording().await;
        Ok(())
    }

    /// Takes what the framed page says of itself.
    ///
    /// # Errors
    /// None today; the window's commands all may fail.
    pub async fn page_told(&self, report: PageReport) -> Result<(), Refused> {
        self.0.link.told(report);
        Ok(())
    }
}
