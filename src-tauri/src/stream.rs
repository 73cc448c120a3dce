//! Carries what happens at the desk to the window: which bench is shown, that
//! bench's state whenever it changes, its timeline in small batches, and what
//! is to be done on the framed page.

use std::{sync::Arc, time::Duration};

use bench::Bench;
use tauri::{AppHandle, Emitter};
use timeline::Event;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    task::JoinSet,
};
use walks::{
    api::{PageOrder, TimelineBatch},
    desk::Desk,
};

use crate::WINDOW;

/// Events that come within this time travel together.
const BATCH: Duration = Duration::from_millis(16);

/// Starts the streams; they end with the desk.
pub(crate) fn forward(app: &AppHandle, desk: &Desk) {
    tauri::async_runtime::spawn(follow(app.clone(), desk.clone()));
    tauri::async_runtime::spawn(page_orders(app.clone(), desk.page_orders()));
}

/// Tells the window which bench is shown, and follows that one.
async fn follow(app: AppHandle, desk: Desk) {
    let mut changes = desk.changes();
    let mut followed = None;
    let mut streams = JoinSet::new();
    loop {
        let (generation, bench) = desk.shown();
        let other = followed.replace(generation) != Some(generation);
        if other {
            // Nothing of the bench before may come after the news of this one.
            streams.shutdown().await;
        }
        if let Ok(state) = desk.desk_state().await {
            if state.generation != generation {
                continue;
            }
            // The window may be closing: then nobody needs the state.
            let _ = app.emit_to(WINDOW, "desk-state", state);
        }
        if other {
            let live = bench.timeline().subscribe();
            streams.spawn(states(app.clone(), bench));
            streams.spawn(events(app.clone(), generation, live));
        }
        if changes.changed().await.is_err() {
            return;
        }
    }
}

async fn states(app: AppHandle, bench: Bench) {
    let mut changes = bench.changes();
    loop {
        if let Ok(state) = bench.bench_state().await {
            let _ = app.emit_to(WINDOW, "bench-state", state);
        }
        if changes.changed().await.is_err() {
            return;
        }
    }
}

async fn events(app: AppHandle, generation: u32, mut live: Receiver<Arc<Event>>) {
    loop {
        let mut batch = Vec::new();
        match live.recv().await {
            Ok(event) => batch.push(event),
            // The window sees the gap in the numbers and reads it back by `timeline_range`.
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        }
        tokio::time::sleep(BATCH).await;
        while let Ok(event) = live.try_recv() {
            batch.push(event);
        }
        let events = batch.into_iter().map(Arc::unwrap_or_clone).collect();
        let _ = app.emit_to(
            WINDOW,
            "bench-timeline",
            TimelineBatch { generation, events },
        );
    }
}

async fn page_orders(app: AppHandle, mut orders: Receiver<PageOrder>) {
    loop {
        match orders.recv().await {
            Ok(order) => {
                let _ = app.emit_to(WINDOW, "page-act", order);
            }
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}
