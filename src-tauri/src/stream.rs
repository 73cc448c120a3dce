//! Carries what happens on the bench to the window: the state whenever it
//! changes, the timeline in small batches.

use std::{sync::Arc, time::Duration};

use bench::Bench;
use tauri::{AppHandle, Emitter};
use timeline::Event;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::WINDOW;

/// Events that come within this time travel together.
const BATCH: Duration = Duration::from_millis(16);

/// Starts both streams; they end with the bench.
pub(crate) fn forward(app: &AppHandle, bench: &Bench) {
    tauri::async_runtime::spawn(states(app.clone(), bench.clone()));
    tauri::async_runtime::spawn(events(app.clone(), bench.timeline().subscribe()));
}

async fn states(app: AppHandle, bench: Bench) {
    let mut changes = bench.changes();
    while changes.changed().await.is_ok() {
        if let Ok(state) = bench.bench_state().await {
            // The window may be closing: then nobody needs the state.
            let _ = app.emit_to(WINDOW, "bench-state", state);
        }
    }
}

async fn events(app: AppHandle, mut live: Receiver<Arc<Event>>) {
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
        let batch: Vec<&Event> = batch.iter().map(AsRef::as_ref).collect();
        let _ = app.emit_to(WINDOW, "bench-timeline", batch);
    }
}
