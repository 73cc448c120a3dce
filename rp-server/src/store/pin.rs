//! What the store does for the PIN method: whole operations, each with its line in the log.
//!
//! Counters are raised here and durable before anything they count is looked at.

use timeline::Timestamp;
use webauthn::id::{CredentialId, UserHandle};

use super::{Account, Answer};
use crate::pin::{AuditEntry, Transition};

mod attempts;
pub(super) mod audit;
mod counters;
mod enrolments;
mod queries;
mod sqlite;
#[cfg(test)]
mod tests;

/// What is kept of an account's PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PinAccount {
    pub account: Account,
    pub pin_version: u64,
    pub unlock_epoch: u64,
    /// The PIN as [`crate::pin`] seals it; none when none is set.
    pub sealed: Option<Vec<u8>>,
    /// Earlier PINs, sealed under the same version.
    pub history: Option<Vec<u8>>,
    pub set_at: Option<Timestamp>,
    /// Uses of this PIN online after its end.
    pub extra_uses: u32,
    pub attempts: u32,
    pub locked_at: Option<Timestamp>,
    /// When workstations' codes were locked; a later sign-in with a passkey opens them again.
    pub logon_locked_at: Option<Timestamp>,
    /// When an administrator reset the PIN; until somebody has signed in by something else, none is
    /// set.
    pub reset_at: Option<Timestamp>,
}

/// An enrolment as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PinEnrolment {
    pub id: String,
    pub account: Account,
    pub device_id: String,
    pub device_name: String,
    /// `Kd`, SEC1 uncompressed.
    pub device_key: Vec<u8>,
    /// `Ks`, its public half.
    pub server_point: Vec<u8>,
    /// `Ks`, sealed.
    pub server_key: Vec<u8>,
    pub test_iterations: bool,
    pub enrolled_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    pub sync_counter: u64,
    /// `Kr` of the last acknowledged synchronization, sealed, and its counter.
    pub response_key: Option<(Vec<u8>, u64)>,
    /// The same of those since that nobody acknowledged, the latest first: the phone may have any.
    pub next_keys: Vec<(Vec<u8>, u64)>,
    pub last_sync_at: Option<Timestamp>,
    pub synced_pin_version: Option<u64>,
    pub failures: u32,
    /// When a request showed that the phone, or what it stores, was copied.
    pub copied_at: Option<Timestamp>,
}

impl PinEnrolment {
    /// Whether its phone is served: neither revoked nor perhaps a copy.
    pub(crate) fn is_open(&self) -> bool {
        self.revoked_at.is_none() && self.copied_at.is_none()
    }
}

/// What tells one request of a phone from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark(pub [u8; Self::LENGTH]);

impl Mark {
    /// Bytes that are kept of it.
    pub(crate) const LENGTH: usize = 16;

    /// Of a request's hash.
    pub(crate) fn of(hash: &[u8; 32]) -> Self {
        Self(*hash.first_chunk().unwrap_or(&[0; Self::LENGTH]))
    }
}

/// An enrolment about to be kept.
#[derive(Debug, Clone)]
pub(crate) struct NewEnrolment {
    pub id: String,
    pub account: UserHandle,
    pub device_id: String,
    pub device_name: String,
    pub device_key: Vec<u8>,
    pub server_point: Vec<u8>,
    pub server_key: Vec<u8>,
    pub credential: Option<CredentialId>,
    pub test_iterations: bool,
    pub at: Timestamp,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Enrolled {
    Done {
        /// Enrolments of the same phone that gave way.
        replaced: Vec<String>,
    },
    TooMany,
    NoAccount,
}

/// What became of a wish to raise an enrolment's counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Raised {
    Done {
        last: u64,
    },
    /// A replay, or a device restored or copied.
    NotAbove {
        last: u64,
        /// Whether it shows that there are two phones with this key; then the enrolment is closed.
        is_copy: bool,
    },
    Gone,
}

/// A synchronization that a device has acknowledged.
#[derive(Debug, Clone)]
pub(crate) struct Acknowledged {
    pub enrolment: String,
    pub sync_counter: u64,
    pub pin_version: u64,
    pub policy_version: u64,
    pub failures: u32,
    pub at: Timestamp,
}

/// Whether one more PIN may be looked at online.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// It is written down; look.
    Spent(Box<PinAccount>),
    /// It is locked: already, or by this very wish, after a death between an attempt and its verdict.
    Locked {
        just_now: bool,
    },
    NoPin,
}

/// What a PIN that was looked at came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Checked {
    pub attempts: u32,
    /// Whether this one locked it.
    pub locked: bool,
    pub unlock_epoch: u64,
}

/// A PIN about to be kept, or none after a reset.
#[derive(Debug, Clone)]
pub(crate) struct NewPin {
    pub account: UserHandle,
    /// The version it was sealed under; the one before it must be in force.
    pub pin_version: u64,
    pub sealed: Option<Vec<u8>>,
    pub history: Vec<u8>,
    pub at: Timestamp,
    /// Whether somebody must sign in before the next one is set.
    pub awaits_sign_in: bool,
    pub log: Transition,
}

/// The operations.
pub(crate) trait PinStore: Send + Sync {
    /// What is kept of an account's PIN; none when there is no such account.
    fn pin_account(&self, account: &UserHandle) -> Answer<'_, Option<PinAccount>>;
    /// An enrolment, revoked or not.
    fn pin_enrolment(&self, id: &str) -> Answer<'_, Option<PinEnrolment>>;
    /// An account's enrolments that are not revoked, oldest first.
    fn pin_enrolments(&self, account: &UserHandle) -> Answer<'_, Vec<PinEnrolment>>;
    /// When the account last signed in with a passkey it still has.
    fn last_passkey_sign_in(&self, account: &UserHandle) -> Answer<'_, Option<Timestamp>>;

    /// Keeps an enrolment; an earlier one of the same phone gives way.
    fn enrol(&self, enrolment: NewEnrolment) -> Answer<'_, Enrolled>;
    /// Marks an enrolment revoked; the log gets `log`. None when there is none, or not the account's.
    fn revoke(
        &self,
        account: Option<&UserHandle>,
        id: &str,
        at: Timestamp,
        log: Transition,
    ) -> Answer<'_, Option<PinEnrolment>>;
    /// Raises the counter to `counter`, if that is above it; logs when it is not, and closes the
    /// enrolment when that shows a copy. `mark` is the request's.
    fn raise_sync_counter(
        &self,
        id: &str,
        counter: u64,
        mark: Mark,
        at: Timestamp,
    ) -> Answer<'_, Raised>;
    /// Keeps the next `Kr` beside the acknowledged one, and the latest of those since.
    fn keep_response_key(&self, id: &str, counter: u64, sealed: Vec<u8>) -> Answer<'_, ()>;
    /// Records a synchronization; its `Kr` takes the place of the one before. False when the
    /// enrolment is gone.
    fn acknowledge(&self, acknowledged: Acknowledged) -> Answer<'_, bool>;

    /// Writes down that a PIN is about to be looked at; locks at `limit`.
    fn spend_attempt(&self, account: &UserHandle, limit: u32, at: Timestamp)
    -> Answer<'_, Attempt>;
    /// The PIN was right: attempts start anew and the epoch rises; `spends_extra_use` counts one.
    fn attempt_was_right(
        &self,
        account: &UserHandle,
        spends_extra_use: bool,
        log: Transition,
        at: Timestamp,
    ) -> Answer<'_, Checked>;
    /// The PIN was wrong: the attempt stays spent, and the last one locks.
    fn attempt_was_wrong(
        &self,
        account: &UserHandle,
        limit: u32,
        log: Transition,
        at: Timestamp,
    ) -> Answer<'_, Checked>;
    /// Keeps a PIN; false when another version came first.
    fn set_pin(&self, pin: NewPin) -> Answer<'_, bool>;
    /// Clears the PIN and every lock and raises the epoch; false when another version came first.
    fn clear_pin(&self, pin: NewPin) -> Answer<'_, bool>;
    /// The accounts whose owners must sign in before a PIN is set.
    fn awaiting_sign_in(&self) -> Answer<'_, Vec<UserHandle>>;
    /// Somebody has signed in; false when nobody had to.
    fn signed_in_since_reset(
        &self,
        account: &UserHandle,
        log: Transition,
        at: Timestamp,
    ) -> Answer<'_, bool>;

    /// Writes down a workstation's code as wrong before it is compared; none when `limit` of them
    /// came within the hour before `at`. `Some((failure, left after it))` otherwise.
    fn spend_logon_try(
        &self,
        account: &UserHandle,
        limit: u32,
        at: Timestamp,
    ) -> Answer<'_, Option<(i64, u32)>>;
    /// That code was right after all; `spends_extra_use` counts one of the PIN's after its end.
    fn logon_try_was_right(
        &self,
        failure: i64,
        spends_extra_use: bool,
        log: Transition,
        at: Timestamp,
    ) -> Answer<'_, ()>;
    /// That code was wrong; `locks` when no further one is looked at.
    fn logon_try_was_wrong(
        &self,
        account: &UserHandle,
        locks: bool,
        log: Transition,
        at: Timestamp,
    ) -> Answer<'_, ()>;
    /// Opens what wrong codes had locked.
    fn unlock_logon(&self, account: &UserHandle, at: Timestamp) -> Answer<'_, ()>;

    /// Logs what somebody may bring about as often as they like: the same again is counted in its line.
    fn log_or_count(&self, log: Transition, at: Timestamp) -> Answer<'_, ()>;
    /// Logged transitions above `after`, oldest first, at most `most`.
    fn audit_list(
        &self,
        after: i64,
        account: Option<&UserHandle>,
        most: u32,
    ) -> Answer<'_, Vec<AuditEntry>>;

    /// A value that says which seal key the sealed rows were made with.
    fn kept_seal(&self) -> Answer<'_, Option<String>>;
    /// Keeps that value.
    fn keep_seal(&self, mark: String) -> Answer<'_, ()>;
}
