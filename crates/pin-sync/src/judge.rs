//! Where a cache stands, why, and what leads on from there.

use std::time::Duration;

use crate::cache::{Cache, CacheState, Contents, Synced, Why};
use crate::record::{Highest, Record};
use crate::seen::Reading;
use crate::tries::Tries;

/// A cache is expiring below this much time left, whatever its validity.
pub const EXPIRING_BELOW: Duration = Duration::from_secs(5 * 60);
/// A cache is expiring in the last tenth of its validity.
const LAST_PART: u32 = 10;

/// Why a cache stands where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The policy does not allow offline use, or PINs at all.
    Off,
    /// The enrolment was revoked.
    Revoked,
    /// The offline tries are spent.
    TriesSpent,
    /// The server says that the PIN is locked.
    LockedByServer,
    /// The keyring's item is gone.
    KeyringLost,
    /// Nothing was synchronised yet.
    NeverSynced,
    /// The account has no PIN.
    NoPin,
    /// The PIN was changed.
    PinNewer,
    /// The policy was changed.
    PolicyNewer,
    /// What is here is older than what was already accepted.
    OlderCopy,
    /// The validity has run out.
    ValidityOver,
    /// The device's clock was turned back.
    ClockBack,
    /// The PIN itself is too old, and no extra sign-in is left.
    PinTooOld,
    /// Valid, for a short while.
    NearlyOver,
    /// Valid.
    Good,
}

impl Reason {
    /// The state that it makes.
    #[must_use]
    pub fn state(self) -> CacheState {
        match self {
            Self::Off | Self::Revoked => CacheState::Disabled,
            Self::TriesSpent | Self::LockedByServer | Self::KeyringLost => CacheState::Locked,
            Self::NeverSynced | Self::NoPin => CacheState::Empty,
            Self::PinNewer | Self::PolicyNewer | Self::OlderCopy => CacheState::Stale,
            Self::ValidityOver | Self::ClockBack | Self::PinTooOld => CacheState::Expired,
            Self::NearlyOver => CacheState::Expiring,
            Self::Good => CacheState::Valid,
        }
    }

    /// What happened, at which relying party, and what to do.
    #[must_use]
    pub fn sentence(self, rp: &str) -> String {
        match self {
            Self::Off => format!("{rp} does not allow its PIN offline. Use it online."),
            Self::Revoked => format!("{rp} has revoked this phone. Enrol it again if you need it."),
            Self::TriesSpent => format!(
                "Too many wrong PINs for {rp}. Connect this phone and enter the right PIN online."
            ),
            Self::LockedByServer => {
                format!("{rp} has locked the PIN. Reset it in the app or on your account's page.")
            }
            Self::KeyringLost => format!(
                "What the keyring kept for {rp} is gone. Connect this phone and enter the PIN online."
            ),
            Self::NeverSynced => {
                format!("The PIN of {rp} is not on this phone yet. Synchronize once.")
            }
            Self::NoPin => format!("There is no PIN at {rp}. Set one online."),
            Self::PinNewer => format!("The PIN of {rp} was changed. Connect this phone once."),
            Self::PolicyNewer => {
                format!("The rules for the PIN of {rp} were changed. Connect this phone once.")
            }
            Self::OlderCopy => format!(
                "What the keyring holds for {rp} is older than what this phone had. Connect it once."
            ),
            Self::ValidityOver => format!(
                "The PIN of {rp} may no longer be used offline. Connect this phone and enter the PIN online."
            ),
            Self::ClockBack => format!(
                "This phone's clock was turned back. Connect it and enter the PIN of {rp} online."
            ),
            Self::PinTooOld => format!("The PIN of {rp} is too old. Change it online."),
            Self::NearlyOver => {
                format!("The PIN of {rp} works offline for a short while. Connect this phone soon.")
            }
            Self::Good => format!("The PIN of {rp} works offline."),
        }
    }

    /// The word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Revoked => "revoked",
            Self::TriesSpent => "triesSpent",
            Self::LockedByServer => "lockedByServer",
            Self::KeyringLost => "keyringLost",
            Self::NeverSynced => "neverSynced",
            Self::NoPin => "noPin",
            Self::PinNewer => "pinNewer",
            Self::PolicyNewer => "policyNewer",
            Self::OlderCopy => "olderCopy",
            Self::ValidityOver => "validityOver",
            Self::ClockBack => "clockBack",
            Self::PinTooOld => "pinTooOld",
            Self::NearlyOver => "nearlyOver",
            Self::Good => "good",
        }
    }
}

/// What starts a silent refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// Time went by.
    Timer,
    /// A push or a beat with something new.
    Push,
    /// The device was started.
    Start,
    /// The device came back online.
    Online,
}

/// How a cache stands at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// Where it stands.
    pub state: CacheState,
    /// Why.
    pub reason: Reason,
    /// The wrong tries that count.
    pub tries: Tries,
    /// Tries left; `None` when nothing says how many there are.
    pub tries_left: Option<u32>,
    /// Time left; `None` when nothing is synchronised.
    pub remaining: Option<Duration>,
    /// Extra sign-ins left after the PIN's own expiry; `None` before it.
    pub extra_uses_left: Option<u32>,
}

impl Judgement {
    /// Whether it may answer.
    #[must_use]
    pub fn answers(&self) -> bool {
        self.state.answers()
    }

    /// Whether `trigger` starts a silent refresh from here. From locked and expired it never does:
    /// the way out is a correct online PIN. When switched off, only the server's word, a start or
    /// coming back online can tell that it is on again.
    #[must_use]
    pub fn refreshes(&self, trigger: Trigger) -> bool {
        match self.state {
            CacheState::Expiring | CacheState::Stale | CacheState::Empty => {
                self.reason != Reason::NoPin || trigger != Trigger::Timer
            }
            CacheState::Valid => trigger != Trigger::Timer,
            CacheState::Disabled => self.reason == Reason::Off && trigger != Trigger::Timer,
            CacheState::Locked | CacheState::Expired => false,
        }
    }
}

/// Judges. `cache` is `None` when the keyring has no item beside the vault's record.
#[must_use]
pub fn judge(record: &Record, cache: Option<&Cache>, now: &Reading) -> Judgement {
    judge_against(record, cache, &record.highest, now)
}

/// Judges as if `highest` had been seen.
pub(crate) fn judge_against(
    record: &Record,
    cache: Option<&Cache>,
    highest: &Highest,
    now: &Reading,
) -> Judgement {
    let tries = effective(record, cache);
    let synced = cache.and_then(Cache::synced);
    let reason = reason(record, cache, highest, tries, now);
    Judgement {
        state: reason.state(),
        reason,
        tries,
        tries_left: synced.map(|synced| tries.left(synced.max_offline_attempts)),
        remaining: synced.map(|synced| synced.remaining(now)),
        extra_uses_left: synced.and_then(|synced| extra_uses_left(record, synced, now)),
    }
}

/// The wrong tries that count.
pub(crate) fn effective(record: &Record, cache: Option<&Cache>) -> Tries {
    let keyring = cache.map_or(Tries::default(), |cache| cache.tries);
    Tries::effective(record.tries, keyring)
}

fn reason(
    record: &Record,
    cache: Option<&Cache>,
    highest: &Highest,
    tries: Tries,
    now: &Reading,
) -> Reason {
    let Some(cache) = cache else {
        return Reason::KeyringLost;
    };
    let locked_by_server = record
        .locked_in
        .is_some_and(|epoch| epoch >= highest.unlock_epoch);
    match &cache.contents {
        Contents::Empty(Why::Off) => Reason::Off,
        Contents::Empty(Why::Revoked) => Reason::Revoked,
        Contents::Empty(Why::Spent) => Reason::TriesSpent,
        Contents::Synced(synced) if synced.validity.is_zero() => Reason::Off,
        _ if locked_by_server => Reason::LockedByServer,
        Contents::Empty(Why::NeverSynced) => Reason::NeverSynced,
        Contents::Empty(Why::NoPin) => Reason::NoPin,
        Contents::Synced(synced) if tries.left(synced.max_offline_attempts) == 0 => {
            Reason::TriesSpent
        }
        Contents::Synced(synced) => of_synced(record, synced, highest, now),
    }
}

fn of_synced(record: &Record, synced: &Synced, highest: &Highest, now: &Reading) -> Reason {
    if synced.pin_version < highest.pin_version {
        return Reason::PinNewer;
    }
    if synced.pad.policy_version < highest.policy_version {
        return Reason::PolicyNewer;
    }
    if synced.pad.issued_at < record.synced_at {
        return Reason::OlderCopy;
    }
    if !synced.seen.age(now).known {
        return Reason::ClockBack;
    }
    let remaining = synced.remaining(now);
    if remaining.is_zero() {
        return Reason::ValidityOver;
    }
    if extra_uses_left(record, synced, now) == Some(0) {
        return Reason::PinTooOld;
    }
    match remaining < EXPIRING_BELOW || remaining <= synced.validity / LAST_PART {
        true => Reason::NearlyOver,
        false => Reason::Good,
    }
}

/// Extra sign-ins left, once the PIN itself is too old.
fn extra_uses_left(record: &Record, synced: &Synced, now: &Reading) -> Option<u32> {
    let expires = synced.pad.pin_expires_at?;
    if synced.seen.server_time(now) < expires {
        return None;
    }
    let used = extra_used(record, synced);
    Some(synced.pad.extra_uses_left.saturating_sub(used))
}

/// Extra sign-ins used with this PIN version; the higher of both copies.
pub(crate) fn extra_used(record: &Record, synced: &Synced) -> u32 {
    match record.extra_used {
        (version, used) if version == synced.pin_version => used.max(synced.extra_used),
        _ => synced.extra_used,
    }
}

#[cfg(test)]
mod tests;
