//! What the administrator lays down: one declarative file, `policy.toml`, checked before it is in
//! force and read again whenever it changes on disk.
//!
//! Every member has a default, so that an empty file is a policy. Unknown members, values out of
//! their range and contradictions are refused with the line they stand on ([`Problem`]).

use serde::{Deserialize, Serialize};

mod changes;
mod contradictions;
mod editing;
mod file;
mod in_force;
mod members;
mod problem;
mod reading;
mod validity;
mod words;

pub mod pin_rules;

pub(crate) use in_force::{PolicyInForce, Shown, Wanted};
pub use problem::Problem;
pub use reading::{changeable, changed, read};
pub use validity::Validity;

/// The file's name in the data folder.
pub(crate) const FILE_NAME: &str = "policy.toml";
/// The policy of a relying party that was told none, with what each member means.
const TEMPLATE: &str = include_str!("../../fixtures/policies/default.toml");

/// The policy in force: what the file says, and which policy that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Policy {
    /// Rises by one with every effective change; 1 is the first. Not in the file.
    #[serde(skip)]
    pub policy_version: u64,
    /// How passkeys are used.
    pub passkeys: Passkeys,
    /// The PIN method.
    pub pin: Pin,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            policy_version: 1,
            passkeys: Passkeys::default(),
            pin: Pin::default(),
        }
    }
}

impl Policy {
    /// Whether devices may check a PIN by themselves, for some time at least.
    #[must_use]
    pub fn allows_offline_pin(&self) -> bool {
        self.pin.enabled && self.pin.offline && self.pin.validity.seconds() > 0
    }
}

/// The section `[passkeys]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Passkeys {
    /// Whether people must sign in with passkeys, so that each of them must be able to verify
    /// themselves at an authenticator: what a policy is held against.
    pub required: bool,
    /// Whether an authenticator may verify them by a fingerprint, a face or another part of them.
    pub biometrics: bool,
}

impl Default for Passkeys {
    fn default() -> Self {
        Self {
            required: true,
            biometrics: true,
        }
    }
}

/// The section `[pin]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Pin {
    /// Whether accounts may have a PIN.
    pub enabled: bool,
    /// Whether devices may check it by themselves: an administrator opts in.
    pub offline: bool,
    /// How long a synchronized PIN may be used offline; none at all switches offline use off.
    pub validity: Validity,
    /// Wrong PINs online until the method locks.
    pub online_attempts: u32,
    /// Wrong PINs on a device until it locks.
    pub offline_attempts: u32,
    /// What a device does when its tries are spent.
    pub lock: Lock,
    /// The fewest characters of a PIN.
    pub min_length: u32,
    /// The most characters of a PIN.
    pub max_length: u32,
    /// Which characters a PIN may have.
    pub charset: Charset,
    /// PINs that nobody may choose.
    pub blocklist: Vec<String>,
    /// Kinds of PIN that nobody may choose.
    pub refuse: Vec<Refuse>,
    /// How many of an account's last PINs may not be chosen again.
    pub history: u32,
    /// How old a PIN may become, in days; 0: as old as it likes, negative: expired already.
    pub age_days: i32,
    /// How many days before its end a PIN counts as expiring.
    pub expiring_days: u32,
    /// How often a PIN may still be used after its end.
    pub extra_sign_ins: u32,
    /// Iterations of PBKDF2-HMAC-SHA256 for PINs set from now on.
    pub iterations: u32,
    /// Whether fewer than [`LEAST_ITERATIONS`] are allowed: for tests alone, devices say so.
    pub test_iterations: bool,
    /// What authorises a phone's enrolment.
    pub enrolment: EnrolmentBy,
    /// Until when everybody is to choose another PIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<Campaign>,
}

impl Default for Pin {
    fn default() -> Self {
        Self {
            enabled: true,
            offline: false,
            validity: Validity::from_seconds(7 * 24 * 60 * 60),
            online_attempts: 5,
            offline_attempts: 5,
            lock: Lock::Indefinite,
            min_length: 6,
            max_length: 12,
            charset: Charset::Digits,
            blocklist: Vec::new(),
            refuse: vec![Refuse::Sequences, Refuse::Repeated],
            history: 3,
            age_days: 0,
            expiring_days: 14,
            extra_sign_ins: 3,
            iterations: LEAST_ITERATIONS,
            test_iterations: false,
            enrolment: EnrolmentBy::Passkey,
            campaign: None,
        }
    }
}

/// The fewest iterations without `test-iterations`.
pub const LEAST_ITERATIONS: u32 = 600_000;

/// What a device does when its offline tries are spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lock {
    /// It keeps what it has and stays locked until a correct PIN online.
    Indefinite,
    /// It wipes the synchronized PIN as well; a correct PIN online brings it back.
    WipeAndResync,
}

/// Which characters a PIN may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Charset {
    /// 0 to 9.
    Digits,
    /// Every character that can be typed.
    Any,
}

/// A kind of PIN that is too easy to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refuse {
    /// Reads the same backwards: 123321.
    Mirrored,
    /// Each character follows the one before, or precedes it: 456789, 3210, 7890.
    Sequences,
    /// One character or one group over and over: 111111, 121212, 123123.
    Repeated,
    /// A date: 240586, 1986, 0524.
    Birthdays,
}

/// What authorises a phone's enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EnrolmentBy {
    /// A passkey ceremony whose challenge binds the keys of both sides.
    Passkey,
    /// The person compares six digits on both sides.
    Digits,
}

/// The section `[pin.campaign]`: everybody chooses another PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Campaign {
    /// PINs set before this moment are to be changed; RFC 3339 in the file.
    #[serde(with = "time::serde::rfc3339")]
    pub start: time::OffsetDateTime,
    /// How many days after `start` the old PIN still works.
    #[serde(default = "Campaign::usual_grace")]
    pub grace: u32,
}

impl Campaign {
    fn usual_grace() -> u32 {
        14
    }

    /// When it begins, on the relying party's clock.
    #[must_use]
    pub fn starts_at(&self) -> timeline::Timestamp {
        timeline::Timestamp(
            i64::try_from(self.start.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX),
        )
    }

    /// When the grace ends.
    #[must_use]
    pub fn ends_at(&self) -> timeline::Timestamp {
        let days = std::time::Duration::from_secs(u64::from(self.grace) * 24 * 60 * 60);
        self.starts_at().plus(days)
    }
}

#[cfg(test)]
mod tests;
