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
/// The longest code to scan that is kept, in characters.
const LONGEST_CODE: usize = 4_096;
/// The most of a page's rows that are kept, of each kind.
const MOST_ROWS: usize = 100;

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
        passkeys: rows(view.passkeys, LONGEST),
        scan_codes: rows(view.scan_codes, LONGEST_CODE),
        digits: view.digits.map(short),
        pin: view.pin.map(short),
        phones: rows(view.phones, LONGEST),
    }
}

fn rows(rows: Vec<String>, longest: usize) -> Vec<String> {
    let kept = rows.into_iter().take(MOST_ROWS);
    kept.map(|row| cut(row, longest)).collect()
}

fn short(text: String) -> String {
    cut(text, LONGEST)
}

fn cut(text: String, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::*;

    fn report(generation: u32, number: u64, path: &str) -> PageReport {
        PageReport {
            generation,
            number,
            busy: false,
            view: PageView {
                path: path.to_owned(),
                ..PageView::default()
            },
            order: None,
            refused: None,
        }
    }

    fn path(link: &FrameLink) -> String {
        link.reports().borrow().view.path.clone()
    }

    #[test]
    fn what_comes_late_or_from_another_bench_changes_nothing() {
        let link = FrameLink::new();
        link.follow(2);
        assert!(!link.reports().borrow().ready);
        link.told(report(1, 50, "/old"));
        assert!(!link.reports().borrow().ready, "that was the page before");
        link.told(report(2, 7, "/seven"));
        link.told(report(2, 6, "/six"));
        assert_eq!(path(&link), "/seven");
        link.follow(3);
        assert!(
            !link.reports().borrow().ready,
            "the next page has said nothing yet"
        );
    }

    #[test]
    fn a_page_cannot_make_the_desk_keep_more_than_a_walk_can_use() {
        let link = FrameLink::new();
        link.follow(1);
        let mut large = report(1, 1, &"ä".repeat(100_000));
        large.view.passkeys = vec!["x".repeat(10_000); 1000];
        link.told(large);
        let told = link.reports().borrow().clone();
        assert_eq!(told.view.path.chars().count(), LONGEST);
        assert_eq!(told.view.passkeys.len(), MOST_ROWS);
        assert!(
            told.view
                .passkeys
                .iter()
                .all(|label| label.len() == LONGEST)
        );
    }

    #[tokio::test]
    async fn an_order_is_answered_once_even_late_and_ends_when_its_page_goes() {
        let link = Arc::new(FrameLink::new());
        link.follow(1);
        let mut orders = link.orders();
        let ordering = |act| {
            let link = link.clone();
            tokio::spawn(async move { link.order(1, act).await })
        };
        let refused = ordering(PageAct::SignIn);
        let order = orders.recv().await.expect("an order");
        assert!(link.ordered());
        link.told(report(1, 9, "/"));
        let mut late = report(1, 8, "/late");
        late.order = Some(order.id);
        late.refused = Some("Not now.".to_owned());
        link.told(late.clone());
        link.told(late);
        let outcome = refused.await.expect("no panic");
        assert_eq!(outcome, Err(Some("Not now.".to_owned())));
        assert_eq!(path(&link), "/", "what it showed was news of the past");
        let gone = ordering(PageAct::SignOut);
        orders.recv().await.expect("an order");
        link.follow(2);
        assert_eq!(gone.await.expect("no panic"), Err(None));
        tokio::time::timeout(Duration::from_secs(5), async {
            while link.ordered() {
                tokio::task::yield_now().await;
            }
        })
        .await
        .expect("nobody waits any more");
    }
}
