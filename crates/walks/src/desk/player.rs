//! Plays an open walk: does what the window asks, one step at a time.

use std::{sync::Arc, time::Duration};

use bench::Bench;
use timeline::{Event, Seq};
use tokio::{sync::mpsc, task::JoinHandle};

use super::{Refused, board::Board, rooms::Room};
use crate::{
    api::WalkMode,
    engine::{Run, Runner},
};

/// What the window asks of whoever plays the walk.
enum Order {
    /// Do the next step; [`Board::take_step`] has reserved it.
    Step,
    /// Something on the board has changed: look again.
    Look,
    /// End the run.
    Close,
}

/// A walk on its bench.
pub(super) struct Player {
    board: Arc<Board>,
    bench: Bench,
    orders: mpsc::UnboundedSender<Order>,
    attending: JoinHandle<()>,
    _room: Room,
}

impl Player {
    /// Attends to the walk; `pace` is the rest between two steps that are played.
    pub(super) fn new(runner: Runner, board: Arc<Board>, room: Room, pace: Duration) -> Self {
        let bench = runner.bench().clone();
        let (orders, taken) = mpsc::unbounded_channel();
        board.publish(&runner);
        Self {
            bench,
            orders,
            attending: tokio::spawn(attend(runner, taken, board.clone(), pace)),
            board,
            _room: room,
        }
    }

    pub(super) fn step(&self) -> Result<(), Refused> {
        self.board.take_step(false)?;
        self.tell(Order::Step);
        Ok(())
    }

    pub(super) fn play(&self) -> Result<(), Refused> {
        self.board.take_step(true)?;
        self.tell(Order::Step);
        Ok(())
    }

    /// After the step that is being done, if one is.
    pub(super) fn pause(&self) {
        self.board.change(|state| state.playing = false);
        self.tell(Order::Look);
    }

    pub(super) fn mode(&self, mode: WalkMode) {
        self.board.change(|state| {
            state.mode = mode;
            state.playing &= mode == WalkMode::Play;
        });
        self.tell(Order::Look);
    }

    fn tell(&self, order: Order) {
        // Whoever attends ends with this alone.
        let _ = self.orders.send(order);
    }

    /// The run as it stands, with its events.
    pub(super) fn run(&self) -> Result<Run, Refused> {
        let mut run = self.board.run().ok_or(Refused::Busy)?;
        let events = self.bench.timeline().range(Seq(0), usize::MAX);
        let events = events.map_err(bench::Error::from)?;
        run.events = events
            .into_iter()
            .map(Arc::unwrap_or_clone)
            .collect::<Vec<Event>>();
        Ok(run)
    }

    /// Ends the run, in the middle of a step too, and closes its bench.
    pub(super) async fn close(self) {
        self.tell(Order::Close);
        // A panic of an act was reported where it happened; the bench is closed either way.
        if self.attending.await.is_err() {
            self.bench.close().await;
        }
    }
}

async fn attend(
    mut runner: Runner,
    mut orders: mpsc::UnboundedReceiver<Order>,
    board: Arc<Board>,
    pace: Duration,
) {
    loop {
        match next(&mut runner, &mut orders, &board, pace).await {
            Some(Order::Look) => {}
            Some(Order::Step) => {
                board.begin(runner.position(), true);
                let stepping = runner.step();
                if closed_meanwhile(stepping, &mut orders).await {
                    break;
                }
                board.publish(&runner);
            }
            Some(Order::Close) | None => break,
        }
    }
    runner.finish().await;
}

/// Waits for what is to be done next: what the window asks, the next step of a walk that plays,
/// or, in "you do it", the tester's own act.
async fn next(
    runner: &mut Runner,
    orders: &mut mpsc::UnboundedReceiver<Order>,
    board: &Board,
    pace: Duration,
) -> Option<Order> {
    let Some(position) = runner.position() else {
        return orders.recv().await;
    };
    if board.playing() {
        return tokio::select! {
            biased;
            order = orders.recv() => order,
            () = tokio::time::sleep(pace) => Some(Order::Step),
        };
    }
    if board.mode() == WalkMode::Play {
        return orders.recv().await;
    }
    board.begin(Some(position), false);
    tokio::select! {
        biased;
        order = orders.recv() => order,
        _ = runner.watch() => {
            board.publish(runner);
            Some(Order::Look)
        }
    }
}

/// True when the walk was closed before the step ended.
async fn closed_meanwhile(step: impl Future, orders: &mut mpsc::UnboundedReceiver<Order>) -> bool {
    tokio::pin!(step);
    loop {
        tokio::select! {
            _ = &mut step => return false,
            order = orders.recv() => if matches!(order, Some(Order::Close) | None) {
                return true;
            }
        }
    }
}
