//! Where the relying party's state rests: whole operations, each done wholly or not at all.

use std::{future::Future, pin::Pin};

use timeline::Timestamp;
use webauthn::id::{Aaguid, CredentialId, UserHandle};

use crate::{Error, pin::Transition};

mod open_ceremonies;
mod operations;
pub(crate) mod pin;
mod queries;
mod recent;
mod records;
mod schema;
mod sqlite;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use pin::{
    Acknowledged, Attempt, Enrolled, Mark, NewEnrolment, NewPin, PinAccount, PinEnrolment,
    PinStore, Raised,
};
pub(crate) use records::{
    Account, Ceremony, CeremonyId, Claim, Confirmation, Deleted, Finish, FinishedCeremony, Held,
    Kind, NewSession, Passkey, Purpose, Registered, Registration, Session, SignIn, SignedIn,
};
pub(crate) use sqlite::Sqlite;

/// What a store answers, when it is ready to.
pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A home for accounts, passkeys, sessions and ceremonies.
///
/// Every change is durable before its answer comes: counters never fall back, sessions never
/// vanish, whatever moment the process dies.
pub(crate) trait Store: PinStore {
    /// Keeps a ceremony until it is claimed; false when no more fit.
    fn begin(&self, ceremony: Ceremony, now: Timestamp) -> Answer<'_, bool>;
    /// Hands a ceremony to exactly one caller.
    fn claim(&self, id: CeremonyId, kind: Kind, now: Timestamp) -> Answer<'_, Claim>;
    /// Writes down that a ceremony was refused, and why.
    fn refuse(&self, finish: Finish) -> Answer<'_, ()>;
    /// What became of a ceremony.
    fn finished(&self, id: CeremonyId) -> Answer<'_, Option<FinishedCeremony>>;

    /// Adds a passkey, its account when that is new, and a session: all or nothing.
    fn finish_registration(&self, registration: Registration) -> Answer<'_, Registered>;
    /// Moves the sign counter on and binds a session, if the judged row is still the same.
    fn finish_sign_in(&self, sign_in: SignIn) -> Answer<'_, SignedIn>;

    /// Whether an account has this name; `key` as in [`Account::username_key`].
    fn username_is_taken(&self, key: &str) -> Answer<'_, bool>;
    /// A passkey and the account it belongs to.
    fn passkey(&self, id: &CredentialId) -> Answer<'_, Option<(Passkey, Account)>>;
    /// The same, perhaps an older version of it: good for a verdict that names its version.
    fn passkey_to_judge(&self, id: &CredentialId) -> Answer<'_, Option<(Passkey, Account)>>;
    /// An account's passkeys, oldest first.
    fn passkeys(&self, account: &UserHandle) -> Answer<'_, Vec<Passkey>>;
    /// Gives one of the account's passkeys another label; None when it has no such passkey.
    fn rename_passkey(
        &self,
        account: &UserHandle,
        id: &CredentialId,
        label: String,
    ) -> Answer<'_, Option<Passkey>>;
    /// Deletes one of the account's passkeys and ends the sessions made with it, save `keep`.
    fn delete_passkey(
        &self,
        account: &UserHandle,
        id: &CredentialId,
        keep: [u8; 32],
    ) -> Answer<'_, Deleted>;

    /// The session with this token hash, unless it has expired.
    fn session(&self, token_hash: [u8; 32], now: Timestamp) -> Answer<'_, Option<Session>>;
    /// Ends a session; false when there was none.
    fn end_session(&self, token_hash: [u8; 32]) -> Answer<'_, bool>;

    /// All there is at one moment: accounts and passkeys, oldest first, and the number of open
    /// sessions and ceremonies.
    fn overview(&self, now: Timestamp) -> Answer<'_, (Vec<Held>, u32)>;

    /// Binds a session that no passkey signed in to.
    fn start_session(
        &self,
        account: &UserHandle,
        session: NewSession,
        at: Timestamp,
    ) -> Answer<'_, ()>;
    /// The account of this name; `key` as in [`Account::username_key`].
    fn account_named(&self, key: &str) -> Answer<'_, Option<Account>>;
    /// The models of the phones on which the account's PIN is enrolled, by the passkeys that
    /// confirmed them; None for one of which that is not known.
    fn models_with_pin(&self, account: &UserHandle) -> Answer<'_, Vec<Option<Aaguid>>>;

    /// A setting that was kept.
    fn setting(&self, name: &'static str) -> Answer<'_, Option<String>>;
    /// Keeps settings and logs what that means, if it means something: all or nothing.
    fn keep_settings(
        &self,
        settings: Vec<(&'static str, String)>,
        log: Option<(Transition, Timestamp)>,
    ) -> Answer<'_, ()>;

    /// The port of the last start.
    fn kept_port(&self) -> Answer<'_, Option<u16>>;
    /// Keeps the port for the next start.
    fn keep_port(&self, port: u16) -> Answer<'_, ()>;
}
