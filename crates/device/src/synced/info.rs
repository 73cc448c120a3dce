//! What a device's owner sees of its enrolments; no key, no hash, nothing of a PIN.

use pin_sync::cache::CacheState;
use pin_sync::exchange::Purpose;
use serde::Serialize;
use timeline::Timestamp;

/// An enrolment as it stood when it was last looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentInfo {
    /// Its name; the relying party calls it the same.
    pub enrolment_id: String,
    /// Whose PIN it is.
    pub rp_id: String,
    /// That party's name, as it gave it.
    pub rp_name: String,
    /// Where that party answers, such as `http://acme.localhost:7001`.
    pub origin: String,
    /// Its account, by the id that party gave it.
    pub account_id: String,
    /// The account's name.
    pub username: String,
    /// What can be done with it; only `valid` and `expiring` answer offline.
    pub state: CacheState,
    /// Why it stands like that and what to do, in sentences.
    pub reason: String,
    /// The same as a word for programs: [`pin_sync::judge::Reason::as_str`].
    pub reason_code: &'static str,
    /// When the relying party issued what is kept.
    pub synced_at: Option<Timestamp>,
    /// When the relying party took the acknowledgement, by the device's clock.
    pub acknowledged_at: Option<Timestamp>,
    /// Until when the PIN can be checked offline, by the device's time.
    pub valid_until: Option<Timestamp>,
    /// For how long a synchronization is good.
    pub validity_seconds: Option<u64>,
    /// Wrong PINs in a row, offline.
    pub failures: u32,
    /// How many lock it.
    pub max_offline_attempts: Option<u32>,
    /// How many are left.
    pub tries_left: Option<u32>,
    /// Which PIN of the account is kept.
    pub pin_version: Option<u64>,
    /// How many iterations of PBKDF2 a guess at it costs; fewer than 600,000 are for tests.
    pub iterations: Option<u32>,
    /// By which policy.
    pub policy_version: Option<u64>,
    /// When the PIN itself is too old.
    pub pin_expires_at: Option<Timestamp>,
    /// How often a PIN that is too old is still taken.
    pub extra_uses_left: Option<u32>,
    /// Fewest characters of the PIN.
    pub min_length: u32,
    /// Most characters of the PIN, at most 63.
    pub max_length: u32,
    /// The counter of the last exchange.
    pub sync_counter: u64,
    /// Where what is kept rests and what that protects against: [`vault::Items::label`].
    pub kept_in: String,
    /// Whether the relying party can tell the device of news.
    pub stream: StreamState,
    /// The exchange under way.
    pub busy: Option<Purpose>,
    /// What went wrong last, and what to do, in sentences.
    pub problem: Option<String>,
}

/// The stream on which a relying party tells a device of news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum StreamState {
    /// There is none.
    #[default]
    Off,
    /// The device tries to open it.
    Connecting,
    /// It is open.
    Open,
}

/// An enrolment under way: the code was scanned, and the person confirms on the relying party's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairingInfo {
    /// What the enrolment will be called.
    pub enrolment_id: String,
    /// The relying party's name.
    pub rp_name: String,
    /// The account's name.
    pub username: String,
    /// Six digits that the page must show as well.
    pub digits: String,
    /// When the device forgets it, by its own clock.
    pub expires: Timestamp,
}

/// What a scanned code was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scanned {
    /// It began an enrolment: see [`crate::Device::pairing`].
    Pairing,
    /// It asked for a workstation, and the device shows the answer: see
    /// [`crate::Device::logon_answer`].
    Logon,
}

/// The answer to a workstation, on the display until its time is up.
#[derive(Clone, PartialEq, Eq)]
pub struct ShownCode {
    /// Eight digits.
    pub code: String,
    /// The workstation that asked.
    pub workstation: String,
    /// The account that signs in there.
    pub account: String,
    /// When the device takes it off the display, by its own clock.
    pub until: Timestamp,
}

impl std::fmt::Debug for ShownCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShownCode")
    }
}

/// Which of the two stores of a device's enrolments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stores {
    /// The records in the vault.
    Vault,
    /// The items in the keyring, or where items are kept instead.
    Keyring,
    /// Both.
    Both,
}
