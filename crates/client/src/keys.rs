//! Which keys are plugged in, as they come and go.

mod descriptor;
mod found;
mod look;
mod nodes;
mod places;
pub(crate) mod rights;

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{Sender, channel},
    },
    thread,
};

use tokio::sync::{oneshot, watch};

use self::look::{Look, Order};
use crate::{ChannelError, KeyChannel, Tap};

pub use descriptor::{hid_numbers, is_fido};
pub use found::{Bus, FoundKey, KeyId, KeyProblem, NotAKeyId, is_harmless};
pub use rights::udev_rule;

/// Where keys are looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeysSetting {
    /// At the operating system's HID nodes.
    pub hid: bool,
    /// At these UDP addresses.
    pub udp: Vec<SocketAddr>,
}

/// The keys that are plugged in. Clones share one watch, which ends with the last of them.
///
/// A HID key is one whose top-level collection has FIDO's usage page 0xF1D0 (CTAP 2.3 §11.2.8);
/// nobody needs a right to open it for that. A key over UDP is one that answers CTAPHID_INIT.
#[derive(Debug, Clone)]
pub struct Keys {
    seen: Arc<Seen>,
    orders: Sender<Order>,
}

/// What the last look showed.
#[derive(Debug)]
struct Seen {
    setting: Mutex<KeysSetting>,
    found: Mutex<Vec<FoundKey>>,
    changes: watch::Sender<u64>,
}

impl Keys {
    /// Begins to look, at once and then twice a second, on a thread of its own.
    #[must_use]
    pub fn watch(setting: KeysSetting) -> Self {
        let seen = Arc::new(Seen {
            setting: Mutex::new(setting),
            found: Mutex::default(),
            changes: watch::Sender::new(0),
        });
        let (orders, queue) = channel();
        let look = Look::new(seen.clone());
        // Without a thread there is nothing to see; the list stays empty.
        let _ = thread::Builder::new()
            .name("keys".to_owned())
            .spawn(move || look.run(&queue));
        Self { seen, orders }
    }

    /// The keys that are plugged in, HID before UDP, oldest nodes first.
    #[must_use]
    pub fn list(&self) -> Vec<FoundKey> {
        lock(&self.seen.found).clone()
    }

    /// Looks now and waits for what there is, some tenths of a second at most.
    pub async fn look(&self) -> Vec<FoundKey> {
        let (done, seen) = oneshot::channel();
        if self.orders.send(Order::Look(done)).is_ok() {
            // The thread ends only with the last clone.
            let _ = seen.await;
        }
        self.list()
    }

    /// Counts up whenever [`Keys::list`] changes.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.seen.changes.subscribe()
    }

    /// Also looks at this address from now on.
    pub fn add_udp(&self, address: SocketAddr) {
        let mut setting = lock(&self.seen.setting);
        if !setting.udp.contains(&address) {
            setting.udp.push(address);
        }
        drop(setting);
        self.wake();
    }

    /// No longer looks at this address.
    pub fn remove_udp(&self, address: SocketAddr) {
        lock(&self.seen.setting)
            .udp
            .retain(|known| *known != address);
        self.wake();
    }

    /// Opens a channel to a key; `tap` hears of its reports. Only what [`Keys::list`] shows, or an
    /// address that is looked at, can be opened.
    ///
    /// Errors, all within 4 s: [`ChannelError::Gone`] when it is not plugged in (any more),
    /// [`ChannelError::NoRights`], [`ChannelError::Silent`], [`ChannelError::Busy`],
    /// [`ChannelError::Malformed`], [`ChannelError::Astray`].
    pub async fn open(&self, id: &KeyId, tap: Tap) -> Result<KeyChannel, ChannelError> {
        if let Some(address) = id.address().filter(|at| self.looks_at(*at)) {
            return KeyChannel::over_udp(address, tap).await;
        }
        match id.node() {
            Some(node) if self.shows(id) || has(&self.look().await, id) => {
                KeyChannel::at_node(node, tap).await
            }
            _ => Err(ChannelError::Gone(format!("{id} is not plugged in"))),
        }
    }

    fn looks_at(&self, address: SocketAddr) -> bool {
        lock(&self.seen.setting).udp.contains(&address)
    }

    fn shows(&self, id: &KeyId) -> bool {
        has(&lock(&self.seen.found), id)
    }

    fn wake(&self) {
        // The thread ends only with the last clone.
        let _ = self.orders.send(Order::Wake);
    }
}

fn has(keys: &[FoundKey], id: &KeyId) -> bool {
    keys.iter().any(|key| key.id == *id)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
