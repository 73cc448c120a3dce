use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::error::Error;
use crate::key_file;
use crate::keyring::{self, Item};
use crate::seal::VaultKey;
use crate::state::VaultState;

/// How long the keyring may take for one call: long enough to type its password.
pub const KEYRING_DEADLINE: Duration = Duration::from_secs(20);

/// The name of the vault key's item, which no other item may have.
pub(crate) const VAULT_KEY: &str = "vault-key";

/// Where the vault key is kept. Chosen by the caller, never guessed.
#[derive(Clone)]
pub enum KeyHome {
    /// The operating system's keyring, as the item `<service>/<installation>/vault-key`.
    Keyring {
        /// The first part of the item's name; `touchstone` in [`KeyHome::keyring`].
        service: String,
        /// How long one call to the keyring may take before the state is `keyringStuck`.
        deadline: Duration,
    },
    /// A file of one line which its owner alone may read (mode 0600).
    File(PathBuf),
    /// Nowhere: the key is made from this passphrase each time.
    Passphrase(Zeroizing<String>),
    /// Nowhere: the whole vault is in memory, and gone when the last handle to it is.
    Memory,
}

impl KeyHome {
    /// The OS keyring under Touchstone's own name.
    pub fn keyring() -> Self {
        Self::Keyring {
            service: "touchstone".to_owned(),
            deadline: KEYRING_DEADLINE,
        }
    }

    /// The stable name of this kind of home: the value of `--vault`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Keyring { .. } => "keyring",
            Self::File(_) => "file",
            Self::Passphrase(_) => "passphrase",
            Self::Memory => "memory",
        }
    }

    /// Where the key is and what that protects against, for the window and the first output line.
    pub fn label(&self) -> String {
        match self {
            Self::Keyring { .. } => "The vault's key is in this computer's keyring: a copy of the \
                 data folder cannot be read without it, but any program run under your login can \
                 ask for it."
                .to_owned(),
            Self::File(path) => format!(
                "The vault's key is in the file {}, which only your account may read: a copy of the \
                 vault without that file cannot be read, but whoever can read both can read \
                 everything.",
                path.display()
            ),
            Self::Passphrase(_) => {
                "The vault's key is made from your passphrase and kept nowhere: \
                 nobody opens the vault without it, and a forgotten passphrase cannot be recovered."
                    .to_owned()
            }
            Self::Memory => {
                "The vault is in memory only: nothing is stored, and everything in it is \
                 gone when Touchstone ends."
                    .to_owned()
            }
        }
    }

    /// The key, if this home has it. `salt` is the vault's own.
    pub(crate) fn find(&self, installation: &str, salt: &[u8]) -> Result<Option<VaultKey>, Error> {
        match self {
            Self::Keyring { service, deadline } => {
                match keyring::read(&item(service, installation), *deadline)? {
                    None => Ok(None),
                    Some(text) => match VaultKey::from_text(&text) {
                        Some(key) => Ok(Some(key)),
                        None => Err(VaultState::KeyMismatch.into()),
                    },
                }
            }
            Self::File(path) => key_file::read(path),
            Self::Passphrase(passphrase) if passphrase.is_empty() => Err(Error::EmptyPassphrase),
            Self::Passphrase(passphrase) => Ok(Some(VaultKey::from_passphrase(passphrase, salt))),
            Self::Memory => Ok(None),
        }
    }

    /// The key this home has already (nothing is sealed under it yet in a folder without a vault),
    /// or a new one, safely kept before this returns.
    pub(crate) fn find_or_make(&self, installation: &str, salt: &[u8]) -> Result<VaultKey, Error> {
        if let Some(key) = self.find(installation, salt)? {
            return Ok(key);
        }
        let key = VaultKey::random()?;
        match self {
            Self::Keyring { service, deadline } => {
                if !keyring::write(&item(service, installation), key.to_text(), *deadline)? {
                    return Err(VaultState::KeyringUnavailable.into());
                }
            }
            Self::File(path) => key_file::write(path, &key)?,
            Self::Passphrase(_) | Self::Memory => {}
        }
        Ok(key)
    }
}

fn item(service: &str, installation: &str) -> Item {
    Item {
        service: service.to_owned(),
        installation: installation.to_owned(),
        name: VAULT_KEY.to_owned(),
    }
}

impl fmt::Debug for KeyHome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyHome({})", self.code())
    }
}
