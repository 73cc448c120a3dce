//! Somebody who types what the test says.

use std::collections::VecDeque;

use super::*;

pub(in crate::tests) enum Entry {
    Pin(&'static str),
    Change(&'static str, &'static str),
    /// The new PIN is left out.
    Unchanged(&'static str),
    Declines,
    Waits,
}

/// Answers the questions for PINs one by one; a question too many fails the test.
#[derive(Default)]
pub(in crate::tests) struct Hands {
    entries: Mutex<VecDeque<Entry>>,
    asks: Mutex<Vec<PinAsk>>,
    waits: Mutex<Vec<Option<Waiting>>>,
    gives_up: bool,
}

impl Hands {
    pub fn typing(entries: impl IntoIterator<Item = Entry>) -> Arc<Self> {
        Arc::new(Hands {
            entries: Mutex::new(entries.into_iter().collect()),
            ..Hands::default()
        })
    }

    /// Nobody is asked; whoever is told of a wait gives the call up.
    pub fn giving_up() -> Arc<Self> {
        Arc::new(Hands {
            gives_up: true,
            ..Hands::default()
        })
    }

    pub fn asks(&self) -> Vec<PinAsk> {
        self.asks.lock().expect("no test panics with it").clone()
    }

    pub fn purposes(&self) -> Vec<PinPurpose> {
        self.asks().iter().map(|ask| ask.purpose).collect()
    }

    pub fn problems(&self) -> Vec<Option<String>> {
        self.asks().into_iter().map(|ask| ask.problem).collect()
    }

    pub fn waits(&self) -> Vec<Option<Waiting>> {
        self.waits.lock().expect("no test panics with it").clone()
    }
}

impl Dialogs for Hands {
    fn choose<'a>(&'a self, _: &'a RpId, accounts: &'a [Account], _: Timestamp) -> Choice<'a> {
        panic!("asked to choose among {accounts:?}")
    }

    fn pin(&self, ask: PinAsk, _: Timestamp) -> Typed<'_> {
        let mut entries = self.entries.lock().expect("no test panics with it");
        let entry = entries
            .pop_front()
            .unwrap_or_else(|| panic!("a question too many: {ask:?}"));
        drop(entries);
        self.asks.lock().expect("no test panics with it").push(ask);
        let typed = |pin: &str, new_pin: Option<&str>| {
            Some(PinEntry {
                pin: KeyPin::new(pin),
                new_pin: new_pin.map(KeyPin::new),
            })
        };
        let typed = match entry {
            Entry::Pin(pin) | Entry::Unchanged(pin) => typed(pin, None),
            Entry::Change(pin, new) => typed(pin, Some(new)),
            Entry::Declines => None,
            Entry::Waits => return Box::pin(std::future::pending()),
        };
        Box::pin(std::future::ready(typed))
    }

    fn waiting(&self, waiting: Option<Waiting>, cancel: &CancellationToken) {
        self.waits
            .lock()
            .expect("no test panics with it")
            .push(waiting);
        if self.gives_up {
            cancel.cancel();
        }
    }
}
