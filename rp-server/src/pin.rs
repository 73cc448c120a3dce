//! The PIN method: enrolments of phones, the exchange, the online check, and every way out of a
//! lock. The protocol is crate `pin_sync`'s; here is what the server of it keeps and decides.
//!
//! Terms:
//! - **enrolment**: one account's PIN on one device, bound by keys of both sides.
//! - **offer**: an invitation to enrol, shown to a person as a code to scan, good for a while.
//! - **attempt**: one PIN online, written down before it is looked at.

use std::path::Path;

use serde::Serialize;
use timeline::Timestamp;
use webauthn::id::UserHandle;

use crate::{
    Error, Limits,
    store::{Account, PinStore},
};

mod acknowledgement;
pub(crate) mod draw;
mod enrolled;
mod exchange;
mod finish;
mod kept;
mod log;
mod logon;
mod memory;
mod offers;
mod online;
mod rates;
mod reset;
mod seal;
mod standing;
mod status;
mod streams;
mod table;

pub(crate) use memory::Memory;
use seal::SealKey;

/// What an account's PIN is good for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum PinState {
    /// The policy has PINs switched off.
    Off,
    /// No PIN is set.
    None,
    /// Too many wrong PINs online; only a reset opens it.
    Locked,
    /// Its age is over, or a campaign's grace is: it must be changed.
    Expired,
    /// Its age is nearly over, or a campaign asks for another.
    Expiring,
    /// It is set and may be used.
    Active,
}

/// One phone on which an account's PIN is enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhoneOverview {
    /// The enrolment's name.
    pub enrolment_id: String,
    /// What the phone calls itself.
    pub device_name: String,
    /// When it was enrolled, in milliseconds since 1970.
    #[schema(value_type = i64)]
    pub enrolled_at: Timestamp,
    /// When it last acknowledged a synchronization.
    #[schema(value_type = Option<i64>)]
    pub last_sync_at: Option<Timestamp>,
    /// Wrong PINs offline, as it said at that time.
    pub failures: u32,
    /// The PIN it has, as it said at that time.
    pub pin_version: Option<u64>,
    /// The counter of its last exchange.
    pub sync_counter: u64,
    /// Whether a counter showed that there may be a copy of it: it is refused until it is revoked or
    /// enrolled anew.
    pub may_be_copied: bool,
}

/// An account's PIN at one moment: no hash, no salt, no key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PinOverview {
    /// What it is good for.
    pub status: PinState,
    /// Rises with every set, change and reset; 0 before the first.
    pub pin_version: u64,
    /// Wrong PINs online until it locks.
    pub attempts_left: u32,
    /// Whether it is locked, whatever else is true of it.
    pub locked: bool,
    /// Rises with a correct PIN online and with a reset.
    pub unlock_epoch: u64,
    /// When it ends, by its age or a campaign; none: never.
    #[schema(value_type = Option<i64>)]
    pub expires_at: Option<Timestamp>,
    /// How often it may be used after its end.
    pub extra_uses_left: u32,
    /// What a campaign for other PINs wants of this one.
    pub campaign: Option<CampaignOverview>,
    /// Whether offline workstations' codes are refused until the next sign-in with a passkey.
    pub logon_locked: bool,
    /// The phones, oldest first.
    pub phones: Vec<PhoneOverview>,
}

/// A campaign that this PIN has not followed yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CampaignOverview {
    /// Until when the change can be put off.
    #[schema(value_type = i64)]
    pub ends_at: Timestamp,
    /// Whether that is over.
    pub must_change: bool,
}

/// Who reset a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResetBy {
    /// The person, in the phone's app, with a fresh assertion by another factor.
    App,
    /// The same on the self-service page.
    SelfService,
    Administrator,
}

impl ResetBy {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::SelfService => "selfService",
            Self::Administrator => "administrator",
        }
    }
}

/// Who ended an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RevokedBy {
    /// The person, on the account page.
    Person,
    Administrator,
    /// The same phone was enrolled anew.
    Replaced,
}

impl RevokedBy {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Administrator => "administrator",
            Self::Replaced => "enrolledAnew",
        }
    }
}

/// An invitation to enrol, as its page sees it when it is made.
pub(crate) struct NewOffer {
    /// Its name, for the page's further requests.
    pub offer: String,
    /// The text to scan; it holds the secret code.
    pub code: zeroize::Zeroizing<String>,
    pub expires_at: Timestamp,
}

/// How far an offer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum OfferState {
    /// No phone has taken it.
    Open,
    /// A phone has; the person confirms next.
    Claimed,
    /// The person has confirmed; the phone finishes next.
    Confirmed,
    Enrolled,
    Expired,
}

/// An offer at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub state: OfferState,
    pub expires_at: Timestamp,
    /// Of the phone that took it.
    pub claim: Option<OfferClaim>,
}

/// The phone that took an offer.
#[derive(Debug, Clone)]
pub(crate) struct OfferClaim {
    pub enrolment_id: String,
    pub device_name: String,
    /// Six digits of `transcript`, for a person to compare.
    pub digits: String,
    /// Crate `pin_sync`'s `T`: the challenge of the ceremony that confirms it.
    pub transcript: [u8; 32],
}

/// An offline workstation's question.
#[derive(Debug, Clone)]
pub(crate) struct LogonAsk {
    pub account: Account,
    pub workstation: String,
    pub session: String,
    pub challenge: [u8; 32],
    pub expires_at: Timestamp,
}

/// A phone that can answer it.
#[derive(Debug, Clone)]
pub(crate) struct LogonPhone {
    pub enrolment_id: String,
    pub device_name: String,
    /// The counter that is part of the challenge.
    pub sync_counter: u64,
    /// The text to scan, signed for this phone.
    pub code: String,
}

/// What became of a workstation's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LogonJudged {
    Matched {
        enrolment_id: String,
    },
    Wrong {
        attempts_left: u32,
    },
    /// Too many wrong codes within an hour: refused until a sign-in with a passkey.
    Locked,
}

/// One line of the log of transitions.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// Its number; later ones are higher.
    pub number: i64,
    /// In milliseconds since 1970.
    #[schema(value_type = i64)]
    pub at: Timestamp,
    /// The user name at that time.
    pub account: Option<String>,
    /// `person`, `device`, `administrator` or `relyingParty`.
    pub who: String,
    /// A stable name, such as `pinLocked`.
    pub what: String,
    /// What else is known of it.
    pub detail: serde_json::Value,
}

/// A transition to log.
#[derive(Debug, Clone)]
pub(crate) struct Transition {
    pub account: Option<UserHandle>,
    pub who: &'static str,
    pub what: &'static str,
    /// A JSON object.
    pub detail: serde_json::Value,
}

/// Opens what the PIN method needs beside the store; the seal key is made when it is wanted first.
///
/// # Errors
/// [`Error::SealKey`] when the key does not belong to the database.
pub(crate) async fn open(
    folder: Option<&Path>,
    store: &dyn PinStore,
    limits: &Limits,
) -> Result<Memory, Error> {
    let kept = store.kept_seal().await?;
    let seal = SealKey::open(folder, kept.as_deref())?;
    if kept.is_none() {
        store.keep_seal(seal.mark().to_owned()).await?;
    }
    Memory::new(seal, limits, store.awaiting_sign_in().await?)
}
