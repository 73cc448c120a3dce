//! The PIN of a key, which clients enter: `version ‖ tries used ‖ LEFT(SHA-256(PIN), 16)`.

use authenticator::{PIN_RETRIES, Pin};
use vault::{Transaction, Vault};
use zeroize::Zeroizing;

use super::DeviceId;
use super::info::exists;
use crate::Error;

pub(super) const TABLE: &str = "key-pin";
const VERSION: u8 = 1;

/// The key's PIN, `None` while none is set.
pub(crate) fn key_pin(vault: &Vault, device: &DeviceId) -> Result<Option<Pin>, Error> {
    vault
        .transaction(|t| read(t, device))
        .map_err(Error::from)?
}

/// Sets the key's PIN, forgetting the one before.
pub(super) fn set(vault: &Vault, device: &DeviceId, pin: &Pin) -> Result<(), Error> {
    vault
        .transaction(|t| {
            if !exists(t, device)? {
                return Ok(Err(Error::NoSuchDevice(device.to_string())));
            }
            write(t, device, pin).map(Ok)
        })
        .map_err(Error::from)?
}

/// Takes one off the tries left and gives what is stored then; `None` when there was none to take.
pub(super) fn count_try(vault: &Vault, device: &DeviceId) -> Result<Option<Pin>, Error> {
    change_retries(vault, device, |retries| retries.checked_sub(1))
}

/// Gives all tries back, as long as there is a PIN.
pub(super) fn restore_retries(vault: &Vault, device: &DeviceId) -> Result<(), Error> {
    change_retries(vault, device, |_| Some(PIN_RETRIES)).map(drop)
}

/// Changes the tries left where there is a PIN and `work` gives a number; gives what was written.
fn change_retries(
    vault: &Vault,
    device: &DeviceId,
    work: impl FnOnce(u32) -> Option<u32>,
) -> Result<Option<Pin>, Error> {
    vault
        .transaction(|t| {
            let old = match read(t, device)? {
                Ok(Some(old)) => old,
                Ok(None) => return Ok(Ok(None)),
                Err(damaged) => return Ok(Err(damaged)),
            };
            let Some(retries) = work(old.retries) else {
                return Ok(Ok(None));
            };
            let new = Pin { retries, ..old };
            write(t, device, &new)?;
            Ok(Ok(Some(new)))
        })
        .map_err(Error::from)?
}

/// A record that cannot be read is never taken for a key without PIN.
fn read(
    t: &Transaction<'_>,
    device: &DeviceId,
) -> Result<Result<Option<Pin>, Error>, vault::Error> {
    Ok(match t.get(TABLE, device.as_str())? {
        None => Ok(None),
        Some(bytes) => decode(&bytes).map(Some).ok_or_else(|| Error::Damaged {
            what: "PIN of key",
            id: device.to_string(),
        }),
    })
}

fn write(t: &Transaction<'_>, device: &DeviceId, pin: &Pin) -> Result<(), vault::Error> {
    let used = PIN_RETRIES.saturating_sub(pin.retries);
    let mut bytes = Zeroizing::new(Vec::with_capacity(18));
    bytes.push(VERSION);
    bytes.push(u8::try_from(used).unwrap_or(u8::MAX));
    bytes.extend_from_slice(pin.hash.as_slice());
    t.put(TABLE, device.as_str(), &bytes)
}

fn decode(bytes: &[u8]) -> Option<Pin> {
    let (&[VERSION, used], hash) = bytes.split_first_chunk::<2>()? else {
        return None;
    };
    Some(Pin {
        hash: Zeroizing::new(hash.try_into().ok()?),
        retries: PIN_RETRIES.saturating_sub(used.into()),
    })
}
