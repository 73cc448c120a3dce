//! What the store holds, and what it is asked to hold.

use std::sync::Arc;

use serde_json::value::RawValue;
use timeline::Timestamp;
use webauthn::id::{Aaguid, Challenge, CredentialId, UserHandle};

/// Somebody known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    /// The user handle (L3 §5.4.3), 32 random bytes.
    pub id: UserHandle,
    /// The name as it was typed, trimmed and in NFC.
    pub username: String,
    /// The name as it is compared.
    pub username_key: String,
    /// The name people see.
    pub display_name: String,
}

/// A credential record (L3 §4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passkey {
    pub id: CredentialId,
    pub account: UserHandle,
    /// COSE_Key bytes.
    pub public_key: Vec<u8>,
    /// COSE algorithm identifier.
    pub algorithm: i64,
    pub sign_count: u32,
    pub backup_eligible: bool,
    pub backed_up: bool,
    pub uv_initialized: bool,
    pub aaguid: Aaguid,
    pub transports: Vec<String>,
    pub label: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    /// Rises with every change; a verdict holds only for the version it was judged on.
    pub version: i64,
}

/// Who is signed in, since when, with which passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub account: Account,
    pub since: Timestamp,
    /// None once that passkey was deleted.
    pub passkey: Option<CredentialId>,
}

/// What an account has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub account: Account,
    /// Oldest first.
    pub passkeys: Vec<Passkey>,
    /// Sessions whose time is not over.
    pub sessions: u32,
}

/// A ceremony's name: 16 random bytes, known to the page that began it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CeremonyId(pub [u8; 16]);

/// Which list of steps a ceremony is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// L3 §7.1.
    Registration,
    /// L3 §7.2.
    Authentication,
    /// L3 §7.2, to confirm a phone's enrolment.
    PinEnrolment,
    /// L3 §7.2, to reset a PIN.
    PinReset,
    /// L3 §7.2, to reset a PIN in a phone's app, where nobody is signed in.
    AppPinReset,
}

impl Kind {
    /// The kind's name in the database and in the API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Authentication => "authentication",
            Self::PinEnrolment => "pinEnrolment",
            Self::PinReset => "pinReset",
            Self::AppPinReset => "appPinReset",
        }
    }
}

/// What a ceremony is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// An account that exists once its first passkey does.
    NewAccount(Account),
    /// One more passkey for an account.
    FurtherPasskey(UserHandle),
    /// A sign-in without user name.
    SignIn,
    /// Somebody who is signed in shows a passkey again.
    Confirmation(UserHandle, Confirmation),
    /// Somebody shows a passkey in a phone's app, to reset the PIN of its account.
    AppPinReset,
}

/// What a passkey is shown again for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Confirmation {
    /// The enrolment of the phone that took this offer.
    PinEnrolment(String),
    PinReset,
}

impl Confirmation {
    /// The list it will be judged by.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::PinEnrolment(_) => Kind::PinEnrolment,
            Self::PinReset => Kind::PinReset,
        }
    }
}

/// A ceremony that was begun and awaits its finish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ceremony {
    pub id: CeremonyId,
    pub challenge: Challenge,
    pub purpose: Purpose,
    pub expires_at: Timestamp,
}

impl Ceremony {
    /// The list it will be judged by.
    pub(crate) fn kind(&self) -> Kind {
        match &self.purpose {
            Purpose::NewAccount(_) | Purpose::FurtherPasskey(_) => Kind::Registration,
            Purpose::SignIn => Kind::Authentication,
            Purpose::Confirmation(_, what) => what.kind(),
            Purpose::AppPinReset => Kind::AppPinReset,
        }
    }

    /// The account it belongs to, when that account exists already.
    pub(crate) fn account(&self) -> Option<&UserHandle> {
        match &self.purpose {
            Purpose::FurtherPasskey(account) | Purpose::Confirmation(account, _) => Some(account),
            Purpose::NewAccount(_) | Purpose::SignIn | Purpose::AppPinReset => None,
        }
    }
}

/// What the store knows of a ceremony that somebody wants to finish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It is the caller's alone from now on.
    Open(Ceremony),
    /// Its time is over.
    Expired(Ceremony),
    /// Somebody finished it, or is finishing it now.
    Used,
    /// It was never begun here, or so long ago that it is forgotten.
    Unknown,
}

/// How a ceremony ended; written with whatever it changes.
#[derive(Debug, Clone)]
pub(crate) struct Finish {
    pub ceremony: CeremonyId,
    pub kind: Kind,
    pub verified: bool,
    pub at: Timestamp,
    /// The ladder as JSON.
    pub report: Arc<RawValue>,
}

/// A session about to be bound.
#[derive(Debug, Clone)]
pub(crate) struct NewSession {
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    pub expires_at: Timestamp,
    /// The session of the same browser that this one takes the place of.
    pub replaces: Option<[u8; 32]>,
}

/// A verified registration.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    pub finish: Finish,
    /// Present when the account is new.
    pub new_account: Option<Account>,
    /// An empty label asks for "Passkey N".
    pub passkey: Passkey,
    /// Present when nobody is signed in yet.
    pub session: Option<NewSession>,
}

/// What became of a registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Registered {
    Done {
        account: Account,
        passkey: Box<Passkey>,
    },
    /// Another finish of the same ceremony was first.
    AlreadyUsed,
    UsernameTaken,
    CredentialKnown,
    /// The account has gone since the ceremony began.
    NoAccount,
    TooManyAccounts,
    TooManyPasskeys,
}

/// A verified sign-in.
#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    pub finish: Finish,
    pub passkey: CredentialId,
    /// The account it belongs to.
    pub account: UserHandle,
    /// The version of the row that was judged.
    pub judged_version: i64,
    pub sign_count: u32,
    pub backed_up: bool,
    pub uv_initialized: bool,
    /// None when the visitor is signed in already.
    pub session: Option<NewSession>,
}

/// What became of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignedIn {
    Done,
    /// Another finish of the same ceremony was first.
    AlreadyUsed,
    /// The row has changed since it was judged: judge again.
    RowChanged,
}

/// A stored ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FinishedCeremony {
    pub kind: String,
    pub verified: bool,
    pub at: Timestamp,
    pub report: String,
}

/// What became of a wish to delete a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deleted {
    Done,
    NoSuchPasskey,
    LastPasskey,
}
