//! The thread that looks.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::Duration,
};

use tokio::sync::oneshot;

use super::{Seen, lock, nodes::Nodes, places::Places};
use crate::FoundKey;

/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(super) enum Order {
    /// The setting has changed.
    Wake,
    /// Look now and say when it is done.
    Look(oneshot::Sender<()>),
}

pub(super) struct Look {
    seen: Arc<Seen>,
    nodes: Nodes,
    places: Places,
}

impl Look {
    pub fn new(seen: Arc<Seen>) -> Self {
        Self {
            seen,
            nodes: Nodes::default(),
            places: Places::default(),
        }
    }

    /// Looks until the last owner of the queue's other end is gone.
    pub fn run(mut self, queue: &Receiver<Order>) {
        let mut asked: Vec<oneshot::Sender<()>> = Vec::new();
        loop {
            let idle = self.look();
            for done in asked.drain(..) {
                // Whoever asked may have left.
                let _ = done.send(());
            }
            let next = if idle {
                queue.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                queue.recv_timeout(PAUSE)
            };
            match next {
                Ok(Order::Look(done)) => asked.push(done),
                Ok(Order::Wake) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Looks once; true when there is nowhere to look.
    fn look(&mut self) -> bool {
        let setting = lock(&self.seen.setting).clone();
        let mut found = if setting.hid {
            self.nodes.look()
        } else {
            Vec::new()
        };
        let places = self.places.look(&setting.udp);
        found.extend(places.into_iter().map(FoundKey::over_udp));
        let changed = {
            let mut known = lock(&self.seen.found);
            let changed = *known != found;
            *known = found;
            changed
        };
        if changed {
            self.seen.changes.send_modify(|count| *count += 1);
        }
        !setting.hid && setting.udp.is_empty()
    }
}
