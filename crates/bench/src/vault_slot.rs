//! The vault as the bench holds it: opening, open, or shut with a reason and ways out.

use std::path::{Path, PathBuf};

use device::Shelf;
use vault::{KeyHome, Vault};
use zeroize::Zeroizing;

use crate::{
    Error, HomeChoice,
    api::{Problem, VaultSummary, WayOut},
};

/// How the vault stands.
pub(crate) enum VaultSlot {
    /// A thread is opening it, which may wait for the keyring.
    Opening(HomeChoice),
    /// Records can be read and written.
    Open(HomeChoice, Vault, Shelf),
    /// Something stands in the way.
    Shut(HomeChoice, Obstacle),
}

/// What stands in the way.
#[derive(Debug, Clone)]
pub(crate) struct Obstacle {
    code: String,
    message: String,
    ways_out: Vec<WayOut>,
}

impl Obstacle {
    /// The vault's key comes from a passphrase, which nobody has typed yet.
    pub(crate) fn passphrase_needed() -> Self {
        Self {
            code: "passphraseNeeded".to_owned(),
            message: "This vault opens with a passphrase. Type it to use the devices in it."
                .to_owned(),
            ways_out: vec![WayOut::UsePassphrase, WayOut::UseMemory, WayOut::StartOver],
        }
    }

    /// What the vault said when it was opened in `folder` with `home`.
    pub(crate) fn met(error: &vault::Error, home: HomeChoice, folder: &Path) -> Self {
        let stands_already = folder.join("vault.db").exists();
        let mut ways_out: Vec<WayOut> = Vec::new();
        for way in error.ways_out() {
            let offered: &[WayOut] = match way {
                // A second try with the same passphrase would fail the same way.
                vault::WayOut::Retry if home == HomeChoice::Passphrase => &[WayOut::UsePassphrase],
                vault::WayOut::StartOver => &[WayOut::StartOver],
                // Another folder is another start of the program; until then, memory serves.
                vault::WayOut::ChooseAnotherFolder => &[WayOut::UseMemory],
                // A vault keeps the home it was made with.
                vault::WayOut::ChooseAnotherHome if stands_already => &[WayOut::UseMemory],
                vault::WayOut::ChooseAnotherHome => {
                    &[WayOut::UseFile, WayOut::UsePassphrase, WayOut::UseMemory]
                }
                vault::WayOut::Retry
                | vault::WayOut::CreateVault
                | vault::WayOut::UnlockKeyring
                | vault::WayOut::FreeDiskSpace => &[WayOut::Retry],
            };
            for way in offered {
                if !ways_out.contains(way) {
                    ways_out.push(*way);
                }
            }
        }
        Self {
            code: error.code().to_owned(),
            message: error.to_string(),
            ways_out,
        }
    }

    /// The opening itself broke off.
    pub(crate) fn interrupted(error: &Error) -> Self {
        Self {
            code: error.code().to_owned(),
            message: error.to_string(),
            ways_out: vec![WayOut::Retry],
        }
    }

    /// The vault is open and its records do not make sense.
    pub(crate) fn unreadable(error: &device::Error) -> Self {
        Self {
            code: error.code().to_owned(),
            message: error.to_string(),
            ways_out: vec![WayOut::Retry, WayOut::StartOver],
        }
    }
}

impl VaultSlot {
    /// From shut to opening, in one step, so that two presses open once; gives what was in the way.
    pub(crate) fn begin_opening(&mut self) -> Result<(HomeChoice, Obstacle), Error> {
        let home = self.home();
        match std::mem::replace(self, Self::Opening(home)) {
            Self::Shut(home, obstacle) => Ok((home, obstacle)),
            Self::Opening(_) => Err(Error::VaultOpening),
            open @ Self::Open(..) => {
                *self = open;
                Err(Error::NoWayOut("the vault is open already."))
            }
        }
    }

    /// Where the key rests, or was sought.
    pub(crate) fn home(&self) -> HomeChoice {
        match self {
            Self::Opening(home) | Self::Open(home, ..) | Self::Shut(home, _) => *home,
        }
    }

    /// The devices, when the vault is open.
    pub(crate) fn shelf(&self) -> Result<Shelf, Error> {
        match self {
            Self::Opening(_) => Err(Error::VaultOpening),
            Self::Open(_, _, shelf) => Ok(shelf.clone()),
            Self::Shut(_, obstacle) => Err(Error::VaultShut(obstacle.message.clone())),
        }
    }

    /// Whether it came to be open or shut; none while it is being opened.
    pub(crate) fn standing(&self) -> Option<Result<(), Problem>> {
        match self {
            Self::Opening(_) => None,
            Self::Open(..) => Some(Ok(())),
            Self::Shut(_, obstacle) => Some(Err(Problem {
                code: obstacle.code.clone(),
                message: obstacle.message.clone(),
            })),
        }
    }

    /// As the window shows it.
    pub(crate) fn summary(&self) -> VaultSummary {
        let (state, home, label, obstacle) = match self {
            Self::Opening(home) => ("opening".to_owned(), home, String::new(), None),
            Self::Open(home, vault, _) => {
                ("ready".to_owned(), home, vault.label().to_owned(), None)
            }
            Self::Shut(home, obstacle) => {
                (obstacle.code.clone(), home, String::new(), Some(obstacle))
            }
        };
        VaultSummary {
            state,
            home: home.name().to_owned(),
            home_label: label,
            problem: obstacle.map(|obstacle| obstacle.message.clone()),
            ways_out: obstacle
                .map(|obstacle| obstacle.ways_out.clone())
                .unwrap_or_default(),
        }
    }
}

/// Opens the vault in `folder`; blocks as long as the keyring may take.
pub(crate) fn open(
    folder: &Path,
    home: HomeChoice,
    passphrase: Option<Zeroizing<String>>,
) -> Result<Vault, Obstacle> {
    let key_home = match (home, passphrase) {
        (HomeChoice::Keyring, _) => KeyHome::keyring(),
        (HomeChoice::File, _) => KeyHome::File(key_file(folder)),
        (HomeChoice::Memory, _) => KeyHome::Memory,
        (HomeChoice::Passphrase, Some(passphrase)) => KeyHome::Passphrase(passphrase),
        (HomeChoice::Passphrase, None) => return Err(Obstacle::passphrase_needed()),
    };
    Vault::open(folder, key_home).map_err(|error| Obstacle::met(&error, home, folder))
}

fn key_file(folder: &Path) -> PathBuf {
    folder.join("vault.key")
}
