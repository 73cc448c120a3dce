use std::fmt;

use serde::Serialize;

/// What stands between the caller and the vault's records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum VaultState {
    /// The key fits; records can be read and written.
    Ready,
    /// The folder holds no vault yet (or a half-made one, which holds no record).
    NoVault,
    /// A vault is there, its key is not.
    KeyMissing,
    /// A key is there, and it is not this vault's.
    KeyMismatch,
    /// The keyring refused because it is locked, or has no default keyring to put a key in.
    KeyringLocked,
    /// No keyring answered at all.
    KeyringUnavailable,
    /// The keyring was asked and did not answer before the deadline.
    KeyringStuck,
}

impl VaultState {
    /// The stable name of this state, the same as in its serialised form.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::NoVault => "noVault",
            Self::KeyMissing => "keyMissing",
            Self::KeyMismatch => "keyMismatch",
            Self::KeyringLocked => "keyringLocked",
            Self::KeyringUnavailable => "keyringUnavailable",
            Self::KeyringStuck => "keyringStuck",
        }
    }

    /// What happened and what to do next.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Ready => "The vault is open.",
            Self::NoVault => {
                "This folder holds no vault yet. One is made when Touchstone opens it."
            }
            Self::KeyMissing => {
                "The vault is here but its key is gone from where it was kept, so nothing in it can \
                 be read. No new key was made and nothing was changed. Put the key back (restore \
                 the keyring or the key file) and try again, or start over: the old vault is set \
                 aside, not deleted."
            }
            Self::KeyMismatch => {
                "The vault is here but the key or passphrase found for it is another one. Nothing \
                 was changed. Give the right one and try again, or start over: the old vault is set \
                 aside, not deleted."
            }
            Self::KeyringLocked => {
                "The keyring of this computer is locked, or has no default keyring yet. Unlock it \
                 (or make one in its own application) and try again. Nothing was changed."
            }
            Self::KeyringUnavailable => {
                "No keyring answers on this computer. Start one (such as GNOME Keyring or KDE \
                 Wallet) and try again, or choose another home for the key. Nothing was changed."
            }
            Self::KeyringStuck => {
                "The keyring of this computer was asked and has not answered. It may be waiting for \
                 you in a window of its own: answer there, then try again. Nothing was changed."
            }
        }
    }

    /// What the tester can do about it, the likeliest first.
    pub fn ways_out(self) -> &'static [WayOut] {
        match self {
            Self::Ready => &[],
            Self::NoVault => &[WayOut::CreateVault, WayOut::ChooseAnotherHome],
            Self::KeyMissing => &[WayOut::Retry, WayOut::StartOver],
            Self::KeyMismatch => &[WayOut::Retry, WayOut::StartOver],
            Self::KeyringLocked => &[
                WayOut::UnlockKeyring,
                WayOut::Retry,
                WayOut::ChooseAnotherHome,
            ],
            Self::KeyringUnavailable => &[WayOut::Retry, WayOut::ChooseAnotherHome],
            Self::KeyringStuck => &[
                WayOut::UnlockKeyring,
                WayOut::Retry,
                WayOut::ChooseAnotherHome,
            ],
        }
    }
}

impl fmt::Display for VaultState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

/// One thing a tester can do to get past a state or an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum WayOut {
    /// Do the same again ([`crate::Vault::open`]).
    Retry,
    /// Open the folder so that a vault is made in it.
    CreateVault,
    /// Unlock or answer the keyring in its own window, then try again.
    UnlockKeyring,
    /// Open with another [`crate::KeyHome`]. A vault that exists already keeps the home it was made
    /// with: beside one, this needs another folder or [`WayOut::StartOver`].
    ChooseAnotherHome,
    /// Open another data folder.
    ChooseAnotherFolder,
    /// Make room on the disk, then try again.
    FreeDiskSpace,
    /// Set the old vault aside ([`crate::Vault::set_aside`]) and open again.
    StartOver,
}

impl WayOut {
    /// The stable name of this way out, the same as in its serialised form.
    pub fn code(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::CreateVault => "createVault",
            Self::UnlockKeyring => "unlockKeyring",
            Self::ChooseAnotherHome => "chooseAnotherHome",
            Self::ChooseAnotherFolder => "chooseAnotherFolder",
            Self::FreeDiskSpace => "freeDiskSpace",
            Self::StartOver => "startOver",
        }
    }

    /// Words for a button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Retry => "Try again",
            Self::CreateVault => "Make the vault",
            Self::UnlockKeyring => "I unlocked the keyring",
            Self::ChooseAnotherHome => "Choose another home for the key",
            Self::ChooseAnotherFolder => "Choose another folder",
            Self::FreeDiskSpace => "I made room on the disk",
            Self::StartOver => "Start over (the old vault is set aside)",
        }
    }
}
