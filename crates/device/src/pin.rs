//! The device PIN: its rules, and the one place that compares it.

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

/// How a device's PIN stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PinState {
    /// False until the first use asks for one; always false on a key.
    pub set: bool,
    /// Tries left.
    pub tries_left: u32,
    /// True when the tries are spent and only a wipe helps.
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

/// The digits on the pad, in ASCII; wiped when dropped. `Debug` shows nothing.
#[derive(Clone)]
pub(crate) struct Digits(Zeroizing<Vec<u8>>);

impl Digits {
    pub(crate) fn empty() -> Self {
        // Room for all, so that growing leaves no copy behind.
        Self(Zeroizing::new(Vec::with_capacity(MAX_LENGTH)))
    }

    /// Adds a digit, if it is one and there is room.
    pub(crate) fn push(&mut self, digit: u8) {
        if digit <= 9 && self.0.len() < MAX_LENGTH {
            self.0.push(b'0' + digit);
        }
    }

    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }

    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn is_long_enough(&self) -> bool {
        self.0.len() >= MIN_LENGTH
    }

    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
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
            &digits.0,
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
