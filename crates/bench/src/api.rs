//! The shapes that cross to the window, and in which walks speak to the bench.
//! TypeScript types are generated from them.

mod find;
mod keys;
mod pin;
mod prompts;
mod seams;
mod typescript;

use serde::{Deserialize, Serialize};
use timeline::{Event, Timestamp};
use ts_rs::TS;

pub use client::{Bus, KeyProblem};
pub use diagnostics::{Finding, Report};
pub use find::{KindGroup, TimelineMatches, TimelineQuery, TimelineRelated, WordsFor};
pub use keys::{KeySummary, PlugWay, Plugged};
pub use pin::{
    DeviceSettings, EnrolmentSummary, Json, KeptStores, NewsStream, PairingSummary, PinCacheState,
    Scanned, ShownCode, VerificationMethod,
};
pub use prompts::{AccountChoice, Asker, KeyPinPurpose, Prompt, PromptAnswer, Question};
pub use seams::{
    ArmedFault, Change, ClockMotion, ClockState, Direction, Effect, Fault, FaultableMessage,
    NetworkState, SeamsState,
};
pub use typescript::{declaration, typescript};

/// Everything the window shows that is not the timeline.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BenchState {
    /// Whether devices can be stored, and what to do if not.
    pub vault: VaultSummary,
    /// Devices in the order they were added; empty while the vault is shut.
    pub devices: Vec<DeviceSummary>,
    /// Keys that are plugged in, those that came last at the end.
    pub keys: Vec<KeySummary>,
    /// The device, or the key, that answers the next ceremony. A key stays picked while it is
    /// unplugged.
    pub active_device: Option<String>,
    /// The name of the picked key, while it is not plugged in.
    pub unplugged_key: Option<String>,
    /// The software device that this key was.
    pub unplugged_device: Option<String>,
    /// The relying parties this bench runs; the tester's own comes first.
    pub relying_parties: Vec<RelyingPartySummary>,
    /// What a device, or the client, asks the person right now.
    pub prompt: Option<Prompt>,
    /// The client's own prompt for the touch of a key, also while the software device that is
    /// plugged in there asks in [`BenchState::prompt`].
    pub key_touch: Option<Prompt>,
    /// What the tester bent: clocks, network, faults.
    pub seams: SeamsState,
}

/// Where secrets rest and how that stands.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VaultSummary {
    /// `ready`, `opening`, or the code of what stands in the way, such as `keyringLocked`.
    pub state: String,
    /// `keyring`, `file`, `passphrase` or `memory`.
    pub home: String,
    /// Where the key is and what that protects against, in a sentence.
    pub home_label: String,
    /// What stands in the way and what to do next, in sentences; none when ready.
    pub problem: Option<String>,
    /// What the tester can do about it, the best first.
    pub ways_out: Vec<WayOut>,
}

/// Something the tester can do when the vault is shut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum WayOut {
    /// Try the same again, after unlocking the keyring or mending the folder.
    Retry,
    /// Keep the vault's key in a file only this user can read.
    UseFile,
    /// Derive the vault's key from a passphrase.
    UsePassphrase,
    /// Keep everything in memory until the bench closes.
    UseMemory,
    /// Set the old vault aside (renamed, not deleted) and begin anew.
    StartOver,
}

/// A software device.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeviceSummary {
    /// Opaque and stable.
    pub id: String,
    /// The tester's name for it.
    pub name: String,
    /// `phone`, `key`, `pin-key` or `fingerprint-key`.
    pub profile: String,
    /// Its AAGUID, in 8-4-4-4-12 form.
    pub aaguid: String,
    /// When it was added.
    pub created: Timestamp,
    /// How its PIN stands.
    pub pin: PinState,
    /// Newest first.
    pub passkeys: Vec<PasskeySummary>,
    /// What its owner chose.
    pub settings: DeviceSettings,
    /// The PINs it is enrolled for, in the order they were made.
    pub enrolments: Vec<EnrolmentSummary>,
    /// The enrolment under way.
    pub pairing: Option<PairingSummary>,
    /// The code on its display that answers a workstation.
    pub shown_code: Option<ShownCode>,
    /// True while its app waits for a PIN.
    pub app_locked: bool,
    /// True when wrong fingers locked the fingerprint reader: only a PIN unlocks it.
    pub fingerprint_locked: bool,
    /// What lies between it and relying parties.
    pub network: NetworkState,
    /// Where it is plugged in as a key.
    pub plugged: Option<Plugged>,
}

/// A device's own PIN.
#[derive(Debug, Clone, Copy, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PinState {
    /// False until the first use asks for one.
    pub set: bool,
    /// Tries left before the device blocks.
    pub tries_left: u32,
    /// True when the tries are spent and only a wipe helps.
    pub blocked: bool,
}

/// A passkey on a device.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PasskeySummary {
    /// Credential id, base64url.
    pub credential_id: String,
    /// The relying party it belongs to.
    pub rp_id: String,
    /// That party's name, as it gave it.
    pub rp_name: Option<String>,
    /// Account name, as the relying party gave it.
    pub user_name: Option<String>,
    /// Display name, as the relying party gave it.
    pub user_display_name: Option<String>,
    /// User handle, base64url.
    pub user_handle: String,
    /// The tester's own name for it.
    pub label: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it last signed.
    pub last_used: Option<Timestamp>,
    /// Signature counter.
    #[ts(type = "number")]
    pub sign_count: u32,
    /// `ES256`, …
    pub algorithm: String,
    /// False when it answers only to its credential id.
    pub discoverable: bool,
}

/// A relying party this bench runs.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RelyingPartySummary {
    /// Its name.
    pub name: String,
    /// Its RP ID.
    pub rp_id: String,
    /// `http://localhost:PORT`.
    pub origin: String,
    /// True for one the tester added; the tester's own first one stays.
    pub further: bool,
    /// Why it does not run, when it does not.
    pub problem: Option<Problem>,
}

/// Something that failed: for the person a sentence, for the window a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Stable name of what happened.
    pub code: String,
    /// What happened and what to do next.
    pub message: String,
}

/// A call of `navigator.credentials` in a framed page.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CredentialsCall {
    /// Names the call for [`crate::Bench::credentials_abort`]; chosen by the window, unique.
    pub call: String,
    /// The frame's origin, from the message event and never from the message.
    pub origin: String,
    /// `create` or `get`.
    pub method: CredentialsMethod,
    /// The options' JSON form (WebAuthn L3 §5.1.8, §5.1.9).
    #[ts(type = "any")]
    pub public_key: serde_json::Value,
    /// `CredentialRequestOptions.mediation`.
    pub mediation: Option<String>,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum CredentialsMethod {
    /// `navigator.credentials.create()`.
    Create,
    /// `navigator.credentials.get()`.
    Get,
}

/// How the call ended.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase", tag = "outcome")]
pub enum CredentialsAnswer {
    /// A credential, in its JSON form.
    Credential {
        /// `RegistrationResponseJSON` or `AuthenticationResponseJSON`.
        #[ts(type = "any")]
        credential: serde_json::Value,
    },
    /// A `DOMException`.
    Exception {
        /// `NotAllowedError`, …
        name: String,
        /// For the page's developer.
        message: String,
    },
}

/// A stretch of the timeline.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TimelinePage {
    /// Oldest first.
    pub events: Vec<Event>,
    /// The number of the oldest event that is kept; that of the next one when none is.
    #[ts(type = "number")]
    pub first: u64,
    /// The newest event's number in the whole stream.
    #[ts(type = "number")]
    pub last: u64,
    /// Events that neither memory nor disk could keep.
    #[ts(type = "number")]
    pub lost: u64,
}

/// A file the bench wrote for the tester.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedFile {
    /// Where it is.
    pub path: String,
    /// How many events it holds.
    #[ts(type = "number")]
    pub events: u64,
}

/// Versions and folders, to paste into a bug report.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// Version of the program.
    pub version: String,
    /// Operating system and architecture.
    pub system: String,
    /// Version of the web view, where it is known.
    pub web_view: Option<String>,
    /// Where devices and relying parties are stored.
    pub data_folder: String,
    /// Where saved timelines go.
    pub export_folder: String,
    /// Where the vault's key is.
    pub vault_home: String,
    /// The same facts in one piece, one a line.
    pub text: String,
}

/// A verification ladder, the body of an `rp.verification` event.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VerificationReport {
    /// True when no step failed.
    pub verified: bool,
    /// Every step of the section, in order.
    pub steps: Vec<VerificationStep>,
}

/// One step of WebAuthn L3 §7.1 or §7.2.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VerificationStep {
    /// `7.1` or `7.2`.
    pub section: String,
    /// The step's number.
    pub step: u32,
    /// What it checks.
    pub name: String,
    /// `passed`, `failed` or `notApplicable`.
    pub outcome: String,
    /// What it wanted to see.
    pub expected: Option<String>,
    /// What it saw, or why it does not apply.
    pub actual: Option<String>,
}
