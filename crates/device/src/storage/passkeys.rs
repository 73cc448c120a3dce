//! What the authenticator keeps in the vault, the credentials among it. A record of one is `version ‖ private key (32) ‖ JSON of the rest`, so that the
//! key never passes through a text form.

use authenticator::{Credential, Failure, Pin, PrivateKey, Store};
use serde::{Deserialize, Serialize};
use timeline::Timestamp;
use vault::{Transaction, Vault};
use webauthn::id::{CredentialId, UserHandle};
use zeroize::Zeroizing;

use super::info::exists;
use super::{DeviceId, key_pins};
use crate::Error;

pub(super) const TABLE: &str = "passkey";
const VERSION: u8 = 1;

/// A row's id and what is sealed in it.
pub(super) type Row = (String, Zeroizing<Vec<u8>>);

/// A device's credentials and the PIN that clients enter, as the authenticator sees them.
#[derive(Debug, Clone)]
pub(crate) struct Passkeys {
    vault: Vault,
    device: DeviceId,
}

/// A credential with what the device adds to it.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) credential: Credential,
    pub(crate) label: Option<String>,
    pub(crate) last_used: Option<Timestamp>,
    /// Its place in the order of making.
    place: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rest {
    rp_id: String,
    rp_name: Option<String>,
    user_handle: UserHandle,
    user_name: Option<String>,
    user_display_name: Option<String>,
    created: Timestamp,
    last_used: Option<Timestamp>,
    sign_count: u32,
    discoverable: bool,
    label: Option<String>,
    place: u64,
}

impl Stored {
    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let credential = &self.credential;
        let rest = Rest {
            rp_id: credential.rp_id.clone(),
            rp_name: credential.rp_name.clone(),
            user_handle: credential.user_handle.clone(),
            user_name: credential.user_name.clone(),
            user_display_name: credential.user_display_name.clone(),
            created: credential.created,
            last_used: self.last_used,
            sign_count: credential.sign_count,
            discoverable: credential.discoverable,
            label: self.label.clone(),
            place: self.place,
        };
        // A struct of text and numbers always has a JSON form.
        let rest = serde_json::to_vec(&rest).unwrap_or_default();
        let mut bytes = Zeroizing::new(Vec::with_capacity(33 + rest.len()));
        bytes.push(VERSION);
        bytes.extend_from_slice(credential.private_key.as_bytes());
        bytes.extend_from_slice(&rest);
        bytes
    }

    fn decode(row: &str, bytes: &[u8]) -> Option<Self> {
        let id = CredentialId::parse(row.split_once('/')?.1).ok()?;
        let (&[VERSION], bytes) = bytes.split_first_chunk::<1>()? else {
            return None;
        };
        let (key, rest) = bytes.split_first_chunk::<32>()?;
        let rest: Rest = serde_json::from_slice(rest).ok()?;
        let credential = Credential {
            id,
            private_key: PrivateKey::from_bytes(key)?,
            rp_id: rest.rp_id,
            rp_name: rest.rp_name,
            user_handle: rest.user_handle,
            user_name: rest.user_name,
            user_display_name: rest.user_display_name,
            created: rest.created,
            sign_count: rest.sign_count,
            discoverable: rest.discoverable,
        };
        Some(Self {
            credential,
            label: rest.label,
            last_used: rest.last_used,
            place: rest.place,
        })
    }
}

impl Passkeys {
    pub(crate) fn new(vault: Vault, device: DeviceId) -> Self {
        Self { vault, device }
    }

    /// All of them, the newest first.
    pub(crate) fn list(&self) -> Result<Vec<Stored>, Error> {
        let rows = self.vault.transaction(|t| rows(t, &self.device))?;
        let mut stored = rows
            .into_iter()
            .map(|(row, bytes)| {
                Stored::decode(&row, &bytes).ok_or(Error::Damaged {
                    what: "passkey",
                    id: row,
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        stored.sort_by_key(|stored| std::cmp::Reverse(stored.place));
        Ok(stored)
    }

    /// Changes one in place; `None` when there is no such passkey.
    pub(crate) fn change<T>(
        &self,
        id: &CredentialId,
        work: impl FnOnce(&mut Stored) -> T,
    ) -> Result<Option<T>, Error> {
        let row = self.row(id);
        self.vault
            .transaction(|t| {
                let Some(bytes) = t.get(TABLE, &row)? else {
                    return Ok(Ok(None));
                };
                let Some(mut stored) = Stored::decode(&row, &bytes) else {
                    return Ok(Err(Error::Damaged {
                        what: "passkey",
                        id: row.clone(),
                    }));
                };
                let result = work(&mut stored);
                t.put(TABLE, &row, &stored.encode())?;
                Ok(Ok(Some(result)))
            })
            .map_err(Error::from)?
    }

    /// Deletes one, readable or not; says whether there was one.
    pub(crate) fn delete(&self, id: &CredentialId) -> Result<bool, Error> {
        Ok(self.vault.transaction(|t| t.delete(TABLE, &self.row(id)))?)
    }

    /// Copies all of them to another device in one step; `None` when that one is not there.
    pub(crate) fn copy(&self, other: &DeviceId) -> Result<Option<usize>, Error> {
        Ok(self.vault.transaction(|t| {
            if !exists(t, other)? {
                return Ok(None);
            }
            let rows = rows(t, &self.device)?;
            for (row, bytes) in &rows {
                if let Some((_, id)) = row.split_once('/') {
                    t.put(TABLE, &format!("{other}/{id}"), bytes)?;
                }
            }
            Ok(Some(rows.len()))
        })?)
    }

    fn row(&self, id: &CredentialId) -> String {
        format!("{}/{id}", self.device)
    }
}

/// The table's rows that belong to `device`.
pub(super) fn rows(t: &Transaction<'_>, device: &DeviceId) -> Result<Vec<Row>, vault::Error> {
    let mut rows = t.list(TABLE)?;
    rows.retain(|(row, _)| {
        row.split_once('/')
            .is_some_and(|(owner, _)| owner == device.as_str())
    });
    Ok(rows)
}

fn next_place(t: &Transaction<'_>, device: &DeviceId) -> Result<u64, vault::Error> {
    let rows = rows(t, device)?;
    let places = rows
        .iter()
        .filter_map(|(row, bytes)| Stored::decode(row, bytes))
        .map(|stored| stored.place);
    Ok(places.max().map_or(0, |last| last.saturating_add(1)))
}

impl Store for Passkeys {
    fn credentials_of(&mut self, rp_id: &str) -> Result<Vec<Credential>, Failure> {
        let stored = self.list().map_err(Failure::new)?;
        Ok(stored
            .into_iter()
            .map(|stored| stored.credential)
            .filter(|it| it.rp_id == rp_id)
            .collect())
    }

    fn count(&mut self, discoverable: bool) -> Result<usize, Failure> {
        let stored = self.list().map_err(Failure::new)?;
        Ok(stored
            .iter()
            .filter(|stored| stored.credential.discoverable == discoverable)
            .count())
    }

    fn save(
        &mut self,
        credential: &Credential,
        replaces: Option<&CredentialId>,
    ) -> Result<(), Failure> {
        let row = self.row(&credential.id);
        let replaced = replaces.map(|id| self.row(id));
        let saved = self.vault.transaction(|t| {
            if !exists(t, &self.device)? {
                return Ok(false);
            }
            let place = next_place(t, &self.device)?;
            if let Some(replaced) = &replaced {
                t.delete(TABLE, replaced)?;
            }
            let stored = Stored {
                credential: credential.clone(),
                label: None,
                last_used: None,
                place,
            };
            t.put(TABLE, &row, &stored.encode())?;
            Ok(true)
        });
        match saved {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::new(Error::NoSuchDevice(self.device.to_string()))),
            Err(error) => Err(Failure::new(error)),
        }
    }

    fn count_use(
        &mut self,
        rp_id: &str,
        id: &CredentialId,
        at: Timestamp,
    ) -> Result<Option<u32>, Failure> {
        let counted = self.change(id, |stored| {
            if stored.credential.rp_id != rp_id {
                return None;
            }
            stored.credential.sign_count = stored.credential.sign_count.saturating_add(1);
            stored.last_used = Some(at);
            Some(stored.credential.sign_count)
        });
        Ok(counted.map_err(Failure::new)?.flatten())
    }

    fn pin(&mut self) -> Result<Option<Pin>, Failure> {
        key_pins::key_pin(&self.vault, &self.device).map_err(Failure::new)
    }

    fn set_pin(&mut self, pin: &Pin) -> Result<(), Failure> {
        key_pins::set(&self.vault, &self.device, pin).map_err(Failure::new)
    }

    fn count_pin_try(&mut self) -> Result<Option<Pin>, Failure> {
        key_pins::count_try(&self.vault, &self.device).map_err(Failure::new)
    }

    fn restore_pin_retries(&mut self) -> Result<(), Failure> {
        key_pins::restore_retries(&self.vault, &self.device).map_err(Failure::new)
    }

    fn reset(&mut self) -> Result<(), Failure> {
        super::wipe(&self.vault, &self.device).map_err(Failure::new)
    }
}
