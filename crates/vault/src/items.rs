//! The second store beside the database: single items, each written whole and on its own.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::folder;
use crate::home::{KeyHome, VAULT_KEY};
use crate::keyring::{self, Item};
use crate::seal::{Place, Purpose, Sealer};
use crate::vault::Vault;

/// Most bytes of an item's name.
pub(crate) const NAME_LENGTH: usize = 100;

/// The items beside a vault. Clones are the same store, and keep the vault open.
///
/// Every call blocks: on the disk, or on the keyring as long as its deadline.
#[derive(Clone)]
pub struct Items(pub(crate) Vault);

/// Where a vault's items are; it follows from the home of its key.
pub(crate) enum ItemHome {
    /// In the keyring, each as `<service>/<installation>/<name>`.
    Keyring { service: String, deadline: Duration },
    /// In this folder, each a file sealed under the vault key.
    Files(PathBuf),
    /// In memory.
    Memory(Mutex<BTreeMap<String, Zeroizing<Vec<u8>>>>),
}

impl ItemHome {
    pub(crate) fn of(home: &KeyHome, database: &Path) -> Self {
        match home {
            KeyHome::Keyring { service, deadline } => Self::Keyring {
                service: service.clone(),
                deadline: *deadline,
            },
            KeyHome::File(_) | KeyHome::Passphrase(_) => {
                Self::Files(database.with_file_name(folder::ITEMS))
            }
            KeyHome::Memory => Self::Memory(Mutex::default()),
        }
    }
}

impl Items {
    /// The item's bytes, `None` when there is no such item.
    ///
    /// # Errors
    /// [`Error::ItemDamaged`] when it is not what this vault stored under this name;
    /// [`Error::NotReady`] with the keyring's state; [`Error::ItemName`], [`Error::Io`].
    pub fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let name = checked(name)?;
        match &self.0.0.items {
            ItemHome::Keyring { service, deadline } => {
                let text = keyring::read(&self.in_keyring(service, name), *deadline);
                match text {
                    Ok(None) => Ok(None),
                    Ok(Some(text)) => from_text(&text).ok_or_else(|| damaged(name)).map(Some),
                    // The keyring's own word for an item that is no text of ours.
                    Err(crate::VaultState::KeyMismatch) => Err(damaged(name)),
                    Err(state) => Err(state.into()),
                }
            }
            ItemHome::Files(folder) => match fs::read(file_of(folder, name)) {
                Ok(sealed) => {
                    let plain = self.sealer().open(place(name), &sealed);
                    plain.ok_or_else(|| damaged(name)).map(Some)
                }
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(Error::io(&file_of(folder, name), &error)),
            },
            ItemHome::Memory(items) => {
                let items = items.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(items.get(name).cloned())
            }
        }
    }

    /// Stores the item, replacing what was there. When this returns `Ok`, the home has it: a file is
    /// on disk, a keyring was asked for it again.
    ///
    /// # Errors
    /// [`Error::ItemNotKept`] when the keyring accepted and forgot it; [`Error::NotReady`] with the
    /// keyring's state; [`Error::DiskFull`], [`Error::ReadOnly`], [`Error::ItemName`],
    /// [`Error::NoRandomness`].
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let name = checked(name)?;
        match &self.0.0.items {
            ItemHome::Keyring { service, deadline } => {
                let item = self.in_keyring(service, name);
                if keyring::write(&item, to_text(bytes), *deadline)? {
                    Ok(())
                } else {
                    Err(Error::ItemNotKept {
                        name: name.to_owned(),
                    })
                }
            }
            ItemHome::Files(folder) => {
                let sealed = self.sealer().seal(place(name), bytes)?;
                make(folder)?;
                folder::write_whole(&file_of(folder, name), &sealed)
            }
            ItemHome::Memory(items) => {
                let mut items = items.lock().unwrap_or_else(PoisonError::into_inner);
                items.insert(name.to_owned(), Zeroizing::new(bytes.to_vec()));
                Ok(())
            }
        }
    }

    /// Deletes the item; that there is none is not an error.
    ///
    /// # Errors
    /// [`Error::NotReady`] with the keyring's state; [`Error::ReadOnly`], [`Error::Io`],
    /// [`Error::ItemName`].
    pub fn delete(&self, name: &str) -> Result<(), Error> {
        let name = checked(name)?;
        match &self.0.0.items {
            ItemHome::Keyring { service, deadline } => {
                Ok(keyring::delete(&self.in_keyring(service, name), *deadline)?)
            }
            ItemHome::Files(folder) => {
                let path = file_of(folder, name);
                match fs::remove_file(&path) {
                    Ok(()) => folder::sync_folder(&path).map_err(|error| Error::io(&path, &error)),
                    Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
                    Err(error) => Err(Error::io(&path, &error)),
                }
            }
            ItemHome::Memory(items) => {
                let mut items = items.lock().unwrap_or_else(PoisonError::into_inner);
                items.remove(name);
                Ok(())
            }
        }
    }

    /// Where the items are and what that protects against, in sentences for the window.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.0.0.items {
            ItemHome::Keyring { .. } => {
                "In this computer's keyring, apart from the vault: a copy of \
                 the data folder does not contain it. This is software storage, not a secure \
                 element: any program run under your login can ask the keyring for it."
                    .to_owned()
            }
            ItemHome::Files(folder) => format!(
                "In a sealed file in the folder {}, apart from the vault's database but under the \
                 same key: whoever can read the data folder and the key can read it. This is \
                 software storage, not a secure element.",
                folder.display()
            ),
            ItemHome::Memory(_) => {
                "In memory only: nothing is stored, and it is gone when Touchstone \
                 ends. This is no secure element: whoever can read Touchstone's memory can read it."
                    .to_owned()
            }
        }
    }

    fn in_keyring(&self, service: &str, name: &str) -> Item {
        Item {
            service: service.to_owned(),
            installation: self.0.0.installation.clone(),
            name: name.to_owned(),
        }
    }

    fn sealer(&self) -> Sealer {
        let vault = &self.0.0;
        Sealer::new(&vault.key, vault.installation.as_bytes(), Purpose::Items)
    }
}

impl fmt::Debug for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Items")
    }
}

/// An item sealed for one name opens under no other.
fn place(name: &str) -> Place<'_> {
    Place {
        table: folder::ITEMS,
        id: name,
        version: 1,
    }
}

/// The file of an item. Its name is written in digits, so that no two names are one file where
/// capitals do not count.
fn file_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(HEXLOWER.encode(name.as_bytes()))
}

fn make(folder: &Path) -> Result<(), Error> {
    if folder.is_dir() {
        return Ok(());
    }
    folder::make(folder)?;
    folder::sync_folder(folder).map_err(|error| Error::io(folder, &error))
}

fn checked(name: &str) -> Result<&str, Error> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let sound = (1..=NAME_LENGTH).contains(&name.len()) && name.bytes().all(fits);
    if sound && name != VAULT_KEY {
        Ok(name)
    } else {
        Err(Error::ItemName {
            name: name.chars().take(NAME_LENGTH).collect(),
        })
    }
}

/// Some keyrings store nothing but text.
fn to_text(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(BASE64URL_NOPAD.encode(bytes))
}

fn from_text(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    Some(Zeroizing::new(bytes))
}

fn damaged(name: &str) -> Error {
    Error::ItemDamaged {
        name: name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
