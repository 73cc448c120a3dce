//! The desk: the bench that the window shows. That is the tester's own, until a
//! walk or a recording is opened; each of those gets a fresh one, and closing
//! it shows the tester's own again as it was.
//!
//! Its methods are the window's commands of the same names; their shapes are in
//! [`crate::api`].

mod board;
mod commands;
mod files;
mod library;
mod link;
mod player;
mod recording;
mod refused;
mod rooms;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bench::{Bench, Config};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    api::{PageOrder, Showing, WalkMode},
    engine::{Options, Runner, Walk},
    frame_page::FramePage,
    lock,
};

pub(crate) use link::{FrameLink, Told};
pub use refused::Refused;

use board::{Board, LastRuns};
use library::Library;
use player::Player;
use recording::Recording;
use rooms::Rooms;

/// The desk. Clones are the same desk.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    config: Config,
    /// The rest between two steps of a walk that plays.
    pace: Duration,
    own: Bench,
    rooms: Rooms,
    library: Library,
    shown: Mutex<Shown>,
    walk: Mutex<Option<Open>>,
    last: LastRuns,
    recording: Mutex<Option<Recording>>,
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

/// A walk that is open, or being opened.
struct Open {
    path: String,
    board: Arc<Board>,
    /// None while its bench is set up.
    player: Option<Player>,
    /// Ends the setting up.
    leave: CancellationToken,
}

impl Desk {
    /// Opens the tester's own bench and shows it; removes what runs that were killed left behind.
    /// A walk that plays rests for `pace` between two steps. Must be called within a tokio runtime.
    #[must_use]
    pub fn open(config: Config, pace: Duration) -> Self {
        let own = Bench::open(config.clone());
        let rooms = Rooms::new(config.data.join("runs"));
        rooms.remove_left_behind();
        Self(Arc::new(Inner {
            shown: Mutex::new(Shown {
                generation: 1,
                showing: Showing::Own,
                bench: own.clone(),
            }),
            own,
            pace,
            rooms,
            library: Library::new(config.data.join("walks")),
            config,
            walk: Mutex::default(),
            last: LastRuns::default(),
            recording: Mutex::default(),
            link: Arc::new(FrameLink::new()),
            turn: tokio::sync::Mutex::default(),
            changes: watch::Sender::new(0),
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
        self.leave_opening();
        let _turn = self.0.turn.lock().await;
        self.end_walk().await;
        self.end_recording().await;
        self.0.own.close().await;
    }

    /// Shows a bench, and says which generation that is.
    fn show(&self, showing: Showing, bench: Bench) -> u32 {
        let mut shown = lock(&self.0.shown);
        // The frame leaves its page, whose calls end with it.
        shown.bench.credentials_abort_all();
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

    /// Closes what is shown beside the tester's own bench, and opens the walk on a fresh one.
    async fn open_walk(&self, path: String, walk: Walk, mode: WalkMode) -> Result<(), Refused> {
        self.end_recording().await;
        self.end_walk().await;
        let walk = Arc::new(walk);
        let (changes, last) = (self.0.changes.clone(), self.0.last.clone());
        let board = Arc::new(Board::new(path.clone(), &walk, mode, changes, last));
        let leave = CancellationToken::new();
        *lock(&self.0.walk) = Some(Open {
            path,
            board: board.clone(),
            player: None,
            leave: leave.clone(),
        });
        self.note_change();
        match self.set_up(walk, board, leave).await {
            Ok(player) => {
                if let Some(open) = &mut *lock(&self.0.walk) {
                    open.player = Some(player);
                }
                self.note_change();
                Ok(())
            }
            Err(refused) => {
                *lock(&self.0.walk) = None;
                self.leave_shown().await;
                self.note_change();
                Err(refused)
            }
        }
    }

    async fn set_up(
        &self,
        walk: Arc<Walk>,
        board: Arc<Board>,
        leave: CancellationToken,
    ) -> Result<Player, Refused> {
        let room = self.0.rooms.room()?;
        let options = Options {
            seed: None,
            keep: Some(room.folder().to_owned()),
            leave: leave.clone(),
        };
        let runner = Runner::start(walk, options, |bench| {
            let generation = self.show(Showing::Walk, bench.clone());
            Arc::new(FramePage::new(self.0.link.clone(), generation))
        });
        match runner.await {
            Ok(runner) => Ok(Player::new(runner, board, room, self.0.pace)),
            Err(_) if leave.is_cancelled() => Err(Refused::Closed),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Shows the tester's own bench, and closes the one that was shown instead.
    async fn leave_shown(&self) {
        let bench = self.bench();
        if lock(&self.0.shown).showing != Showing::Own {
            self.show_own();
            bench.close().await;
        }
    }

    /// Whoever sets a walk's bench up stops doing so.
    fn leave_opening(&self) {
        if let Some(open) = &*lock(&self.0.walk) {
            open.leave.cancel();
        }
    }

    async fn end_walk(&self) {
        let Some(open) = lock(&self.0.walk).take() else {
            return;
        };
        self.show_own();
        if let Some(player) = open.player {
            player.close().await;
        }
    }

    async fn end_recording(&self) {
        let Some(recording) = lock(&self.0.recording).take() else {
            return;
        };
        self.show_own();
        recording.close().await;
    }
}
