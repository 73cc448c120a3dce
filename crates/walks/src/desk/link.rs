//! What passes between a walk and the framed page, by way of the window.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use tokio::sync::{broadcast, oneshot, watch};

use super::lock;
use crate::{
    api::{PageOrder, PageReport},
    engine::{PageAct, PageView},
};

/// Orders on their way that the window has not taken yet.
const ORDERS: usize = 16;
/// The longest text of a page that is kept, in characters.
const LONGEST: usize = 500;
/// The most passkeys of a page that are kept.
const MOST_PASSKEYS: usize = 100;

/// What the page of the shown bench says of itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    /// The bench whose page it is.
    pub(crate) generation: u32,
    /// True once the page has spoken.
    pub(crate) ready: bool,
    /// As [`PageReport::busy`].
    pub(crate) busy: bool,
    /// As [`PageReport::view`].
    pub(crate) view: PageView,
    number: u64,
}

/// Carries orders to the framed page and its reports back.
pub(crate) struct FrameLink {
    orders: broadcast::Sender<PageOrder>,
    next: AtomicU32,
    told: watch::Sender<Told>,
    waiting: Mutex<HashMap<u32, oneshot::Sender<Result<(), String>>>>,
}

/// Takes an order off the list when nobody waits for it any more.
struct Waiting<'a>(&'a FrameLink, u32);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        lock(&self.0.waiting).remove(&self.1);
    }
}

impl FrameLink {
    pub(crate) fn new() -> Self {
        Self {
            orders: broadcast::Sender::new(ORDERS),
            next: AtomicU32::new(1),
            told: watch::Sender::default(),
            waiting: Mutex::default(),
        }
    }

    pub(crate) fn orders(&self) -> broadcast::Receiver<PageOrder> {
        self.orders.subscribe()
    }

    /// Another bench is shown: its page has said nothing yet.
    pub(crate) fn follow(&self, generation: u32) {
        // Whoever waits for the page before learns that it is gone.
        lock(&self.waiting).clear();
        self.told.send_replace(Told {
            generation,
            ..Told::default()
        });
    }

    pub(crate) fn reports(&self) -> watch::Receiver<Told> {
        self.told.subscribe()
    }

    /// True while an order has neither begun nor been refused.
    pub(crate) fn ordered(&self) -> bool {
        !lock(&self.waiting).is_empty()
    }

    /// Returns when the page has begun; the error is why it cannot, and none when it is gone.
    pub(crate) async fn order(&self, generation: u32, act: PageAct) -> Result<(), Option<String>> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (begun, begins) = oneshot::channel();
        lock(&self.waiting).insert(id, begun);
        let _waiting = Waiting(self, id);
        let order = PageOrder {
            id,
            generation,
            act,
        };
        self.orders.send(order).map_err(|_| None)?;
        begins.await.map_err(|_| None)?.map_err(Some)
    }

    /// Takes a report; one of another bench's page, or one that comes late, changes nothing.
    pub(crate) fn told(&self, report: PageReport) {
        let PageReport {
            generation,
            number,
            busy,
            view,
            order,
            refused,
        } = report;
        if self.told.borrow().generation != generation {
            return;
        }
        self.told.send_if_modified(|told| {
            let fresh = told.generation == generation && number > told.number;
            if fresh {
                *told = Told {
                    generation,
                    number,
                    busy,
                    view: bounded(view),
                    ready: true,
                };
            }
            fresh
        });
        let answered = order.and_then(|id| lock(&self.waiting).remove(&id));
        if let Some(begun) = answered {
            // The walk may have been closed meanwhile.
            let _ = begun.send(refused.map_or(Ok(()), |why| Err(short(why))));
        }
    }
}

fn bounded(view: PageView) -> PageView {
    PageView {
        path: short(view.path),
        signed_in_as: view.signed_in_as.map(short),
        error: view.error.map(short),
        passkeys: view
            .passkeys
            .into_iter()
            .take(MOST_PASSKEYS)
            .map(short)
            .collect(),
    }
}

fn short(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}
