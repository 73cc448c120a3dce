//! The PINs of accounts as devices and relying parties hold them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use timeline::Timestamp;
use ts_rs::TS;

/// A device enrolled for the PIN of an account at a relying party.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentSummary {
    /// Opaque and stable; the relying party calls it the same.
    pub enrolment_id: String,
    /// Whose PIN it is.
    pub rp_id: String,
    /// That party's name, as it gave it.
    pub rp_name: String,
    /// Where that party answers.
    pub origin: String,
    /// Its account, by the id that party gave it.
    pub account_id: String,
    /// The account's name.
    pub username: String,
    /// Whether the device can check the PIN by itself; only `valid` and `expiring` can.
    pub state: PinCacheState,
    /// Why it stands like that and what to do, in sentences.
    pub reason: String,
    /// The same as a word for programs, such as `validityOver`.
    pub reason_code: String,
    /// When the relying party issued what is kept.
    pub synced_at: Option<Timestamp>,
    /// When the relying party learned that it arrived.
    pub acknowledged_at: Option<Timestamp>,
    /// Until when the PIN can be checked offline, by the device's clock.
    pub valid_until: Option<Timestamp>,
    /// For how long a synchronization is good; 0 when the relying party allows no offline check.
    #[ts(type = "number | null")]
    pub validity_seconds: Option<u64>,
    /// Wrong PINs in a row, offline.
    pub failures: u32,
    /// How many lock it.
    pub max_offline_attempts: Option<u32>,
    /// How many are left.
    pub tries_left: Option<u32>,
    /// Which PIN of the account is kept.
    #[ts(type = "number | null")]
    pub pin_version: Option<u64>,
    /// How many iterations of PBKDF2 a guess at it costs; fewer than 600,000 are for tests.
    pub iterations: Option<u32>,
    /// By which version of the relying party's policy.
    #[ts(type = "number | null")]
    pub policy_version: Option<u64>,
    /// When the PIN itself is too old.
    pub pin_expires_at: Option<Timestamp>,
    /// How often a PIN that is too old is still taken.
    pub extra_uses_left: Option<u32>,
    /// Fewest characters of a PIN there.
    pub min_length: u32,
    /// Most characters of a PIN there.
    pub max_length: u32,
    /// How many exchanges the device began.
    #[ts(type = "number")]
    pub sync_counter: u64,
    /// Where what is kept rests and what that protects against, in a sentence.
    pub kept_in: String,
    /// Whether the relying party can tell the device of news.
    pub stream: NewsStream,
    /// What the device is doing with the relying party: `sync`, `verify`, `set` or `change`.
    pub busy: Option<String>,
    /// What went wrong last, and what to do, in sentences.
    pub problem: Option<String>,
}

/// Whether a device can check a PIN by itself. The first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PinCacheState {
    /// Never synchronized yet.
    Empty,
    /// The relying party allows no offline check: what was kept is wiped.
    Disabled,
    /// The tries are spent, or the relying party locked the PIN.
    Locked,
    /// The relying party has a newer version.
    Stale,
    /// Its time has run out.
    Expired,
    /// Its time runs out soon.
    Expiring,
    /// It can be checked.
    Valid,
}

/// The stream on which a relying party tells a device of news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum NewsStream {
    /// There is none.
    Off,
    /// The device tries to open it.
    Connecting,
    /// It is open.
    Open,
}

/// An enrolment under way: a code was scanned, and the person confirms on the relying party's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PairingSummary {
    /// What the enrolment will be called.
    pub enrolment_id: String,
    /// The relying party's name.
    pub rp_name: String,
    /// The account's name.
    pub username: String,
    /// Six digits that the page must show as well.
    pub digits: String,
    /// When the code is too old, by the device's clock.
    pub expires: Timestamp,
}

/// A code that answers a workstation, on the device's display until its time is up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ShownCode {
    /// Eight digits.
    pub code: String,
    /// The workstation that asked.
    pub workstation: String,
    /// The account that signs in there.
    pub account: String,
    /// When the device takes it off the display, by its clock.
    pub until: Timestamp,
}

/// What a scanned code was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Scanned {
    /// It began an enrolment.
    Pairing,
    /// A workstation asks, and the device answers.
    Logon,
}

/// What a device's owner chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeviceSettings {
    /// What verifies the user of a passkey.
    pub verification: VerificationMethod,
    /// Whether the fingerprint is asked for first.
    pub fingerprint: bool,
    /// Whether any enrolment's PIN will do for any relying party's passkey, and not only its own.
    pub any_enrolment: bool,
    /// Whether the device's app asks for a PIN before it opens.
    pub app_lock: bool,
}

/// What verifies the user of a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum VerificationMethod {
    /// The device's own PIN.
    DevicePin,
    /// The PIN of the account, synchronized from its relying party.
    SyncedPin,
}

/// Which of a device's two stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum KeptStores {
    /// Its records in the vault.
    Vault,
    /// Its items in the keyring.
    Keyring,
    /// Both.
    Both,
}

/// A JSON value that the bench passes on as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(transparent)]
pub struct Json(#[ts(type = "any")] pub Value);
