//! What the PIN method remembers only while the process runs, and the key that seals the rest.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use timeline::Timestamp;
use tokio::sync::{OwnedMutexGuard, Semaphore};
use webauthn::id::UserHandle;

use pin_sync::key::{POINT_LENGTH, SigningKey};

use super::{
    draw::Draw, exchange::Pending, offers::Offering, rates::Rates, seal::SealKey, streams::Streams,
    table::Table,
};
use crate::{Error, Limits, Refusal, RelyingParty, SystemRandom};

/// PINs hashed at once.
const HASHING: usize = 2;

/// The tables, all of them bounded.
pub(crate) struct Memory {
    pub(super) seal: SealKey,
    /// By the offer's name.
    pub(super) offers: Mutex<Table<Offering>>,
    /// Exchanges that await their second round or their acknowledgement, by enrolment.
    pub(super) exchanges: Mutex<Table<Pending>>,
    /// The enrolments that asked for them, by the challenge as text.
    pub(super) challenges: Mutex<Table<String>>,
    pub(crate) streams: Streams,
    pub(super) hashing: Semaphore,
    /// A point of which nobody has the key.
    pub(super) decoy: [u8; POINT_LENGTH],
    addresses: Mutex<Rates<Option<IpAddr>>>,
    enrolments: Mutex<Rates<String>>,
    /// By who asks and the account that is asked for.
    questions: Mutex<Rates<(Option<IpAddr>, String)>>,
    /// Accounts whose owners must sign in before a PIN is set; the store has them too.
    pub(super) awaiting: Mutex<HashSet<UserHandle>>,
    busy: Mutex<HashSet<String>>,
    checks: Mutex<HashMap<UserHandle, Weak<tokio::sync::Mutex<()>>>>,
}

impl Memory {
    /// # Errors
    /// [`Error::NoRandomness`].
    pub(crate) fn new(
        seal: SealKey,
        limits: &Limits,
        awaiting: Vec<UserHandle>,
    ) -> Result<Self, Error> {
        let decoy =
            SigningKey::generate(&mut Draw(&SystemRandom)).map_err(|_| Error::NoRandomness)?;
        Ok(Self {
            decoy: *decoy.verifying_key().as_bytes(),
            seal,
            offers: Mutex::new(Table::new(limits.open_offers)),
            exchanges: Mutex::new(Table::new(limits.open_offers)),
            challenges: Mutex::new(Table::new(limits.open_offers)),
            streams: Streams::new(limits.pin_streams),
            hashing: Semaphore::new(HASHING),
            addresses: Mutex::new(Rates::new(limits.pin_requests_per_minute)),
            enrolments: Mutex::new(Rates::new(limits.pin_exchanges_per_minute)),
            questions: Mutex::new(Rates::new(limits.logon_questions_per_minute)),
            awaiting: Mutex::new(awaiting.into_iter().collect()),
            busy: Mutex::default(),
            checks: Mutex::default(),
        })
    }

    /// Whether one more request from that address is listened to.
    pub(super) fn admit_address(
        &self,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let admitted = unpoisoned(&self.addresses).admit(address, now);
        admitted.then_some(()).ok_or(Refusal::RateLimited)
    }

    /// Whether one more exchange of that enrolment is made.
    pub(super) fn admit_enrolment(&self, enrolment: &str, now: Timestamp) -> Result<(), Refusal> {
        let admitted = unpoisoned(&self.enrolments).admit(enrolment.to_owned(), now);
        admitted.then_some(()).ok_or(Refusal::RateLimited)
    }

    /// Keeps others out of the enrolment while it is held; none while another holds it.
    pub(super) fn hold(&self, enrolment: &str) -> Option<Held<'_>> {
        unpoisoned(&self.busy)
            .insert(enrolment.to_owned())
            .then(|| Held {
                busy: &self.busy,
                enrolment: enrolment.to_owned(),
            })
    }

    /// Waits until nobody else looks at the account's PIN, so that an attempt is settled before the
    /// next is counted.
    pub(super) async fn check_alone(&self, account: &UserHandle) -> OwnedMutexGuard<()> {
        let lock = {
            let mut checks = unpoisoned(&self.checks);
            checks.retain(|_, lock| lock.strong_count() > 0);
            match checks.get(account).and_then(Weak::upgrade) {
                Some(lock) => lock,
                None => {
                    let lock = Arc::new(tokio::sync::Mutex::new(()));
                    checks.insert(account.clone(), Arc::downgrade(&lock));
                    lock
                }
            }
        };
        lock.lock_owned().await
    }
}

impl RelyingParty {
    /// Counts one more request of a phone at that address.
    pub(crate) fn admit_phone(&self, address: Option<IpAddr>) -> Result<(), Refusal> {
        self.pin.admit_address(address, self.now())
    }

    /// Counts one more question of a workstation at that address for that account, whether or not
    /// there is one.
    pub(crate) fn admit_question(
        &self,
        address: Option<IpAddr>,
        username_key: &str,
    ) -> Result<(), Refusal> {
        let (asker, now) = ((address, username_key.to_owned()), self.now());
        let admitted = unpoisoned(&self.pin.questions).admit(asker, now);
        admitted.then_some(()).ok_or(Refusal::RateLimited)
    }
}

/// An enrolment held by one request.
pub(super) struct Held<'a> {
    busy: &'a Mutex<HashSet<String>>,
    enrolment: String,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        unpoisoned(self.busy).remove(&self.enrolment);
    }
}

/// No code here panics while it holds one of these locks; if one did, the tables are still whole.
pub(super) fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
