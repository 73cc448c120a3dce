//! What verifying the user by a synced PIN needs from the enrolments on the phone.

use std::future::Future;
use std::pin::Pin;

use serde::Serialize;

use crate::Error;
use crate::pin::Digits;

/// An answer that comes later.
pub(crate) type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Why a PIN is checked offline; its JSON form is the member `purpose` of `device.pin.offline`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum OfflinePurpose {
    /// A passkey's user verification.
    UserVerification,
    /// Unlocking the phone's PIN app.
    AppUnlock,
    /// An answer to an offline workstation.
    Workstation,
}

/// An enrolment, as far as checking its PIN offline goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Enrolled {
    /// Its id.
    pub(crate) enrolment_id: String,
    /// The relying party whose PIN it is.
    pub(crate) rp_id: String,
    /// That party's name.
    pub(crate) rp_name: String,
    /// Its bounds when it can be used now; else why not and what to do, in a sentence.
    pub(crate) usable: Result<Usable, String>,
}

/// The bounds of a PIN that can be checked offline now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Usable {
    /// Tries left, at least 1.
    pub(crate) tries_left: u32,
    /// Fewest digits.
    pub(crate) min_length: u32,
    /// Most digits, at most 63.
    pub(crate) max_length: u32,
}

/// Where a PIN that was entered matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Matched {
    /// The enrolment.
    pub(crate) enrolment_id: String,
    /// Its relying party.
    pub(crate) rp_id: String,
}

/// The enrolments of one phone, as user verification sees them.
pub(crate) trait SyncedPins: Send + Sync {
    /// Whether there is any enrolment, usable or not. Reads the vault and nothing else.
    fn any(&self) -> Result<bool, Error>;

    /// All of them, in the order they were made.
    fn enrolled(&self) -> Later<'_, Vec<Enrolled>>;

    /// Compares `digits` with the PIN of every usable enrolment (docs/pin-sync.md, "Tries"):
    /// counts the try in both stores before, computes all without early exit, and tells the timeline
    /// (`device.pin.offline`). Gives those that matched; nothing when none did.
    fn check_offline(&self, purpose: OfflinePurpose, digits: Digits) -> Later<'_, Vec<Matched>>;
}
