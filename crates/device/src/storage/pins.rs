//! The device PIN's record: `version ‖ tries used ‖ salt (16) ‖ hash (32)`. Version 1 is
//! PBKDF2-HMAC-SHA256 with 600,000 rounds.

use std::fmt;

use vault::Vault;
use zeroize::Zeroizing;

use super::DeviceId;
use super::info::exists;
use crate::Error;

pub(super) const TABLE: &str = "pin";
const VERSION: u8 = 1;

/// What is kept of a PIN.
#[derive(Clone)]
pub(crate) struct PinRecord {
    /// Tries counted since the last success.
    pub(crate) tries_used: u8,
    /// Drawn anew with each PIN.
    pub(crate) salt: [u8; 16],
    /// PBKDF2-HMAC-SHA256 of the digits in ASCII.
    pub(crate) hash: Zeroizing<[u8; 32]>,
}

impl PinRecord {
    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(50));
        bytes.push(VERSION);
        bytes.push(self.tries_used);
        bytes.extend_from_slice(&self.salt);
        bytes.extend_from_slice(self.hash.as_slice());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (&[VERSION, tries_used], rest) = bytes.split_first_chunk::<2>()? else {
            return None;
        };
        let (salt, rest) = rest.split_first_chunk::<16>()?;
        Some(Self {
            tries_used,
            salt: *salt,
            hash: Zeroizing::new(rest.try_into().ok()?),
        })
    }
}

impl fmt::Debug for PinRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinRecord")
    }
}

/// The device's record, `None` while no PIN is set.
pub(crate) fn find(vault: &Vault, device: &DeviceId) -> Result<Option<PinRecord>, Error> {
    let row = vault.transaction(|t| t.get(TABLE, device.as_str()))?;
    row.map(|bytes| PinRecord::decode(&bytes).ok_or_else(|| damaged(device)))
        .transpose()
}

/// Reads the record, lets `work` turn it into what is to be written (or leave it, with `None`), and
/// writes that in the same transaction. Gives what is stored afterwards.
pub(crate) fn change(
    vault: &Vault,
    device: &DeviceId,
    work: impl FnOnce(Option<PinRecord>) -> Option<PinRecord>,
) -> Result<Option<PinRecord>, Error> {
    vault
        .transaction(|t| {
            let old = match t.get(TABLE, device.as_str())? {
                None => None,
                Some(bytes) => match PinRecord::decode(&bytes) {
                    Some(record) => Some(record),
                    None => return Ok(Err(damaged(device))),
                },
            };
            let Some(new) = work(old.clone()) else {
                return Ok(Ok(old));
            };
            if !exists(t, device)? {
                return Ok(Err(Error::NoSuchDevice(device.to_string())));
            }
            t.put(TABLE, device.as_str(), &new.encode())?;
            Ok(Ok(Some(new)))
        })
        .map_err(Error::from)?
}

fn damaged(device: &DeviceId) -> Error {
    Error::Damaged {
        what: "PIN of device",
        id: device.to_string(),
    }
}
