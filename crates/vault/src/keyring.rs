//! The OS keyring, asked from one dedicated thread and never for longer than a deadline.
//!
//! The thread exists because a keyring may wait for ever for a person to unlock it, and because the
//! Secret Service store may not be entered from an asynchronous task. A thread whose call is overdue
//! is left to end by itself, and the next call gets a new one: the keyring may have been restarted
//! meanwhile, and then the old call is never answered. Only so many are left at a time.
//!
//! Known limit: a GNOME Keyring whose file is damaged says that it has no such item, takes a new one
//! and reads it back, and forgets it at its end. No call of the Secret Service tells that apart from
//! a sound one, which is why a missing item beside a vault never leads to a new key.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use keyring_core::{CredentialStore, Entry, Error as KeyringError};
use zeroize::{Zeroize, Zeroizing};

use crate::state::VaultState;

/// The name of one item: `<service>/<installation>/<name>`.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) service: String,
    pub(crate) installation: String,
    pub(crate) name: String,
}

/// What is done at one visit.
enum Order {
    Read,
    Write(Zeroizing<String>),
    Delete,
}

/// The item's text, if there is an item; or why the keyring could not say.
type Answer = Result<Option<Zeroizing<String>>, VaultState>;

struct Job {
    item: Item,
    order: Order,
    reply: Sender<Answer>,
}

struct Worker {
    jobs: Option<Sender<Job>>,
    overdue: Vec<Receiver<Answer>>,
}

/// Overdue calls left to themselves at one time; with more, every further call fails at once.
const MOST_OVERDUE: usize = 8;

static WORKER: Mutex<Worker> = Mutex::new(Worker {
    jobs: None,
    overdue: Vec::new(),
});

/// Reads the item's text, `None` when the keyring has no such item.
pub(crate) fn read(item: &Item, deadline: Duration) -> Answer {
    ask(item, Order::Read, deadline)
}

/// Stores a text, and reads it back: a damaged keyring accepts what it then does not keep. False when
/// it kept another one or none.
pub(crate) fn write(
    item: &Item,
    text: Zeroizing<String>,
    deadline: Duration,
) -> Result<bool, VaultState> {
    ask(item, Order::Write(text.clone()), deadline)?;
    Ok(read(item, deadline)?.is_some_and(|kept| kept == text))
}

/// Deletes the item, which may not be there.
pub(crate) fn delete(item: &Item, deadline: Duration) -> Result<(), VaultState> {
    ask(item, Order::Delete, deadline).map(|_| ())
}

fn ask(item: &Item, order: Order, deadline: Duration) -> Answer {
    let mut worker = WORKER.lock().unwrap_or_else(PoisonError::into_inner);
    worker
        .overdue
        .retain(|answer| matches!(answer.try_recv(), Err(TryRecvError::Empty)));
    if worker.overdue.len() >= MOST_OVERDUE {
        return Err(VaultState::KeyringStuck);
    }
    let (reply, answer) = channel();
    let job = Job {
        item: item.clone(),
        order,
        reply,
    };
    worker.send(job)?;
    match answer.recv_timeout(deadline) {
        Ok(answer) => answer,
        Err(RecvTimeoutError::Disconnected) => Err(VaultState::KeyringUnavailable),
        Err(RecvTimeoutError::Timeout) => {
            worker.overdue.push(answer);
            worker.jobs = None;
            Err(VaultState::KeyringStuck)
        }
    }
}

impl Worker {
    /// Hands the job to the thread, starting one if there is none or the last one died.
    fn send(&mut self, job: Job) -> Result<(), VaultState> {
        let job = match &self.jobs {
            Some(jobs) => match jobs.send(job) {
                Ok(()) => return Ok(()),
                Err(refused) => refused.0,
            },
            None => job,
        };
        let (jobs, inbox) = channel::<Job>();
        thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                for job in inbox {
                    // The asker may be gone; the answer is then nobody's.
                    let _ = job.reply.send(perform(&job.item, &job.order));
                }
            })
            .map_err(|_| VaultState::KeyringUnavailable)?;
        let sent = jobs.send(job);
        self.jobs = Some(jobs);
        sent.map_err(|_| VaultState::KeyringUnavailable)
    }
}

/// One visit to the keyring, with a connection of its own: a keyring that was started, stopped or
/// replaced since the last visit is met as it is now.
fn perform(item: &Item, order: &Order) -> Answer {
    let visit = || -> keyring_core::Result<Option<Zeroizing<String>>> {
        let entry = entry(&*store()?, item)?;
        match order {
            Order::Read => entry.get_password().map(|text| Some(Zeroizing::new(text))),
            Order::Write(text) => entry.set_password(text).map(|()| None),
            Order::Delete => entry.delete_credential().map(|()| None),
        }
    };
    match visit() {
        Err(KeyringError::NoEntry) if !matches!(order, Order::Write(_)) => Ok(None),
        other => other.map_err(state_of),
    }
}

fn entry(store: &CredentialStore, item: &Item) -> keyring_core::Result<Entry> {
    let user = format!("{}/{}", item.installation, item.name);
    let label = format!("{}/{user}", item.service);
    let modifiers = [("label", label.as_str())].into();
    let shows_labels = cfg!(all(unix, not(target_vendor = "apple")));
    store.build(&item.service, &user, shows_labels.then_some(&modifiers))
}

#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(windows)]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

/// Sorts the keyring's errors by hand: some of them carry the secret in their `Debug` text, so no
/// word of theirs goes any further.
fn state_of(error: KeyringError) -> VaultState {
    match error {
        KeyringError::BadEncoding(mut bytes) | KeyringError::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            VaultState::KeyMismatch
        }
        KeyringError::Ambiguous(_) => VaultState::KeyMismatch,
        KeyringError::NoStorageAccess(_) => VaultState::KeyringLocked,
        KeyringError::PlatformFailure(cause) if cause.to_string().contains("IsLocked") => {
            VaultState::KeyringLocked
        }
        _ => VaultState::KeyringUnavailable,
    }
}
