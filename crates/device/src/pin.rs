//! The device PIN of a phone: its rules, and the one place that compares it. The PIN of a key is
//! compared by its authenticator.

use pbkdf2::{Algorithm, Params, pbkdf2_hmac_with_params};
use serde::Serialize;
use subtle::ConstantTimeEq as _;
use vault::Vault;
use zeroize::Zeroizing;

use crate::storage::{self, PinRecord};
use crate::{DeviceId, Error};

/// Fewest digits.
pub const MIN_LENGTH: usize = 4;
/// Most digits.
pub const MAX_LENGTH: usize = 8;
/// Wrong tries until the PIN is blocked.
pub const TRIES: u32 = 5;
/// What a PIN record of version 1 means. Should the crate ever recommend another number, that is a
/// record of version 2.
const _: () = assert!(Params::RECOMMENDED_ROUNDS == 600_000);

/// How a device's PIN stands: a phone's own, or the one of a key that clients enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PinState {
    /// False until the first use asks for one; always false on a key that has none.
    pub set: bool,
    /// Tries left.
    pub tries_left: u32,
    /// True when the tries are spent and only a wipe (or reset) helps.
    pub blocked: bool,
}

impl PinState {
    fn of(record: Option<&PinRecord>) -> Self {
        let tries_left = record.map_or(TRIES, tries_left);
        Self {
            set: record.is_some(),
            tries_left,
            blocked: tries_left == 0,
        }
    }
}

impl From<Option<authenticator::Pin>> for PinState {
    /// That of a key whose PIN clients enter.
    fn from(pin: Option<authenticator::Pin>) -> Self {
        let tries_left = pin
            .as_ref()
            .map_or(authenticator::PIN_RETRIES, |it| it.retries);
        Self {
            set: pin.is_some(),
            tries_left,
            blocked: tries_left == 0,
        }
    }
}

/// How many digits a PIN has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    fewest: u32,
    most: u32,
}

impl Bounds {
    /// The device PIN's.
    pub(crate) const DEVICE: Self = Self {
        fewest: MIN_LENGTH as u32,
        most: MAX_LENGTH as u32,
    };
    /// More than any PIN has (docs/pin-sync.md, "Encoding").
    const MOST: u32 = 63;

    /// From `fewest` to `most`, brought to what a pad can hold: 1 to 63, and `fewest` not above
    /// `most`.
    pub(crate) fn new(fewest: u32, most: u32) -> Self {
        let most = most.clamp(1, Self::MOST);
        Self {
            fewest: fewest.clamp(1, most),
            most,
        }
    }

    /// Those that fit every PIN of `several`; the device PIN's when there is none.
    pub(crate) fn around(several: impl IntoIterator<Item = Self>) -> Self {
        let wider = |a: Self, b: Self| Self {
            fewest: a.fewest.min(b.fewest),
            most: a.most.max(b.most),
        };
        several.into_iter().reduce(wider).unwrap_or(Self::DEVICE)
    }

    pub(crate) fn fewest(self) -> u32 {
        self.fewest
    }

    pub(crate) fn most(self) -> u32 {
        self.most
    }
}

/// `4 to 8 digits`.
impl std::fmt::Display for Bounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.fewest, self.most) {
            (1, 1) => f.write_str("1 digit"),
            (same, most) if same == most => write!(f, "{same} digits"),
            (fewest, most) => write!(f, "{fewest} to {most} digits"),
        }
    }
}

/// The digits on the pad, in ASCII; wiped when dropped. `Debug` shows nothing.
#[derive(Clone)]
pub(crate) struct Digits {
    ascii: Zeroizing<Vec<u8>>,
    bounds: Bounds,
}

impl Digits {
    pub(crate) fn empty(bounds: Bounds) -> Self {
        // Room for all, so that growing leaves no copy behind.
        let ascii = Zeroizing::new(Vec::with_capacity(bounds.most as usize));
        Self { ascii, bounds }
    }

    /// Adds a digit, if it is one and there is room.
    pub(crate) fn push(&mut self, digit: u8) {
        if digit <= 9 && self.count() < self.bounds.most {
            self.ascii.push(b'0' + digit);
        }
    }

    /// The digits in ASCII.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.ascii
    }

    pub(crate) fn pop(&mut self) {
        self.ascii.pop();
    }

    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.ascii.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn is_long_enough(&self) -> bool {
        self.count() >= self.bounds.fewest
    }

    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl std::fmt::Debug for Digits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digits")
    }
}

/// What a comparison said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) matched: bool,
    pub(crate) tries_left: u32,
}

/// How the device's PIN stands.
pub(crate) fn state(vault: &Vault, device: &DeviceId) -> Result<PinState, Error> {
    Ok(PinState::of(storage::find(vault, device)?.as_ref()))
}

/// Compares `digits` with the device's PIN. The try is counted on disk before the comparison, and
/// taken back after a success, so that pulling the plug in between never gives a try for free.
///
/// # Errors
/// [`Error::Blocked`] when no try is left, [`Error::NoPin`] when none is set; the vault's.
pub(crate) async fn check(
    vault: &Vault,
    device: &DeviceId,
    digits: &Digits,
) -> Result<Checked, Error> {
    let record = count_try(vault, device)?;
    let hash = derive(digits.clone(), record.salt).await?;
    if !bool::from(hash.as_slice().ct_eq(record.hash.as_slice())) {
        return Ok(Checked {
            matched: false,
            tries_left: tries_left(&record),
        });
    }
    storage::change(vault, device, |current| {
        current
            .filter(|it| it.salt == record.salt)
            .map(|it| PinRecord {
                tries_used: 0,
                ..it
            })
    })?;
    Ok(Checked {
        matched: true,
        tries_left: TRIES,
    })
}

/// Sets the device's PIN, forgetting the one before.
pub(crate) async fn set(
    vault: &Vault,
    device: &DeviceId,
    digits: &Digits,
    salt: [u8; 16],
) -> Result<(), Error> {
    let hash = derive(digits.clone(), salt).await?;
    let record = PinRecord {
        tries_used: 0,
        salt,
        hash,
    };
    storage::change(vault, device, |_| Some(record))?;
    Ok(())
}

fn count_try(vault: &Vault, device: &DeviceId) -> Result<PinRecord, Error> {
    let mut counted = false;
    let record = storage::change(vault, device, |current| {
        let record = current.filter(|it| tries_left(it) > 0)?;
        counted = true;
        Some(PinRecord {
            tries_used: record.tries_used.saturating_add(1),
            ..record
        })
    })?;
    match record {
        Some(record) if counted => Ok(record),
        Some(_) => Err(Error::Blocked),
        None => Err(Error::NoPin),
    }
}

fn tries_left(record: &PinRecord) -> u32 {
    TRIES.saturating_sub(record.tries_used.into())
}

/// PBKDF2, away from the threads that serve everyone else.
async fn derive(digits: Digits, salt: [u8; 16]) -> Result<Zeroizing<[u8; 32]>, Error> {
    let work = move || {
        let mut hash = Zeroizing::new([0; 32]);
        // Not generic, so that it is compiled in its own crate, and optimised even in a debug build.
        pbkdf2_hmac_with_params(
            digits.as_bytes(),
            &salt,
            Algorithm::Pbkdf2Sha256,
            Params::RECOMMENDED,
            hash.as_mut_slice(),
        );
        hash
    };
    // A blocking task ends early only when the runtime shuts down.
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::Busy)
}
