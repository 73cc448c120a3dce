use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::state::{VaultState, WayOut};

/// Why the vault did not do what it was asked. Nothing is lost by any of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The vault is in a state other than ready.
    #[error("{0}")]
    NotReady(VaultState),
    /// The vault's key is kept in one home and another was named.
    #[error(
        "This vault keeps its key in the home \"{made}\", and was to be opened with the home \
         \"{asked}\". Open it with \"{made}\", or start over: the old vault is set aside, not deleted."
    )]
    OtherHome {
        /// The home the vault was made with, as [`crate::KeyHome::code`].
        made: &'static str,
        /// The home that was named.
        asked: &'static str,
    },
    /// Another process (or another open vault in this one) holds the folder.
    #[error(
        "Another Touchstone{} is using the folder {}. Close it and try again, or choose another \
         folder.", process.map(|id| format!(" (process {id})")).unwrap_or_default(), folder.display()
    )]
    InUse {
        /// The data folder.
        folder: PathBuf,
        /// The holder's process id, where it could be read.
        process: Option<u32>,
    },
    /// The database file is damaged or is not a vault.
    #[error(
        "The vault's database {} is damaged ({detail}). It was left as it is. Put back a copy and \
         try again, or start over: the damaged vault is set aside, not deleted.", path.display()
    )]
    Corrupt {
        /// The database file.
        path: PathBuf,
        /// SQLite's words, or ours.
        detail: String,
    },
    /// One record does not open with the vault's key: it was changed, moved or copied.
    #[error(
        "The record \"{id}\" in the vault's table \"{table}\" was changed from outside and does not \
         open. Put back a copy of the vault, or start over: the old vault is set aside, not deleted."
    )]
    RecordDamaged {
        /// The table's name.
        table: String,
        /// The row id.
        id: String,
    },
    /// An item beside the vault is not what this vault stored under its name.
    #[error(
        "The item \"{name}\" beside the vault was changed from outside and cannot be read. Whoever \
         needs it must store it anew; the vault itself is intact."
    )]
    ItemDamaged {
        /// The item's name.
        name: String,
    },
    /// The keyring accepted an item and did not keep it.
    #[error(
        "The keyring of this computer accepted the item \"{name}\" and did not keep it. Look at the \
         keyring in its own application, then try again."
    )]
    ItemNotKept {
        /// The item's name.
        name: String,
    },
    /// An item's name has characters that not every home can keep.
    #[error(
        "\"{name}\" cannot name an item: 1 to {max} letters, digits, dots, dashes and underscores can, \
         but for the name of the vault's own key.", max = crate::items::NAME_LENGTH
    )]
    ItemName {
        /// The name.
        name: String,
    },
    /// The folder or a file in it cannot be written.
    #[error(
        "Touchstone may not write in the folder {}. Allow it, or choose another folder.",
        folder.display()
    )]
    ReadOnly {
        /// The data folder.
        folder: PathBuf,
    },
    /// The disk is full. The transaction was undone; what was stored before is intact.
    #[error(
        "The disk that holds {} is full. Nothing of this change was stored; what was there before \
         is intact. Make room and try again.", folder.display()
    )]
    DiskFull {
        /// The data folder.
        folder: PathBuf,
    },
    /// Others than its owner may read the key file.
    #[error(
        "The key file {} can be read by others (mode {mode:04o}), so it was not used. Run: chmod \
         600 '{}'", path.display(), path.display()
    )]
    KeyFileExposed {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file holds something else than a key.
    #[error(
        "The file {} is not a Touchstone vault key. Name the right file, or another place for a new \
         one.", path.display()
    )]
    KeyFileMalformed {
        /// The key file.
        path: PathBuf,
    },
    /// The passphrase has no characters.
    #[error("The passphrase is empty. Give one with at least one character.")]
    EmptyPassphrase,
    /// The vault was made by a Touchstone with another format.
    #[error(
        "The vault in {} has format {found}, which this Touchstone does not know. Open it with the \
         Touchstone that made it, or choose another folder.", folder.display()
    )]
    UnknownFormat {
        /// The data folder.
        folder: PathBuf,
        /// The format number found.
        found: i64,
    },
    /// The operating system refused something about a file.
    #[error("Touchstone could not use {}: {kind}. Check the path and try again.", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What kind of refusal.
        kind: io::ErrorKind,
    },
    /// SQLite refused for a reason that has no variant of its own.
    #[error("The vault's database refused: {detail}. Try again.")]
    Database {
        /// SQLite's words.
        detail: String,
    },
    /// The operating system gave no random bytes.
    #[error("The operating system gave no random bytes, so nothing was stored. Try again.")]
    NoRandomness,
}

impl Error {
    /// A stable name for programs and the window.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotReady(state) => state.code(),
            Self::OtherHome { .. } => "otherHome",
            Self::InUse { .. } => "inUse",
            Self::Corrupt { .. } => "corrupt",
            Self::RecordDamaged { .. } => "recordDamaged",
            Self::ItemDamaged { .. } => "itemDamaged",
            Self::ItemNotKept { .. } => "itemNotKept",
            Self::ItemName { .. } => "itemName",
            Self::ReadOnly { .. } => "readOnly",
            Self::DiskFull { .. } => "diskFull",
            Self::KeyFileExposed { .. } => "keyFileExposed",
            Self::KeyFileMalformed { .. } => "keyFileMalformed",
            Self::EmptyPassphrase => "emptyPassphrase",
            Self::UnknownFormat { .. } => "unknownFormat",
            Self::Io { .. } => "io",
            Self::Database { .. } => "database",
            Self::NoRandomness => "noRandomness",
        }
    }

    /// The state behind this error, if it is one.
    pub fn state(&self) -> Option<VaultState> {
        match self {
            Self::NotReady(state) => Some(*state),
            _ => None,
        }
    }

    /// What the tester can do about it, the likeliest first.
    pub fn ways_out(&self) -> &'static [WayOut] {
        match self {
            Self::NotReady(state) => state.ways_out(),
            Self::OtherHome { .. } => &[WayOut::ChooseAnotherHome, WayOut::StartOver],
            Self::InUse { .. } | Self::ReadOnly { .. } | Self::UnknownFormat { .. } => {
                &[WayOut::Retry, WayOut::ChooseAnotherFolder]
            }
            Self::Corrupt { .. } | Self::RecordDamaged { .. } => {
                &[WayOut::Retry, WayOut::StartOver]
            }
            Self::DiskFull { .. } => &[WayOut::FreeDiskSpace, WayOut::ChooseAnotherFolder],
            Self::KeyFileExposed { .. } | Self::KeyFileMalformed { .. } | Self::EmptyPassphrase => {
                &[WayOut::Retry, WayOut::ChooseAnotherHome]
            }
            Self::Io { .. } => &[WayOut::Retry, WayOut::ChooseAnotherFolder],
            Self::ItemNotKept { .. } => &[WayOut::UnlockKeyring, WayOut::Retry],
            Self::Database { .. }
            | Self::NoRandomness
            | Self::ItemDamaged { .. }
            | Self::ItemName { .. } => &[WayOut::Retry],
        }
    }

    /// Sorts what the operating system said about `path`.
    pub(crate) fn io(path: &Path, error: &io::Error) -> Self {
        let folder = || path.parent().unwrap_or(path).to_owned();
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { folder: folder() }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { folder: folder() }
            }
            kind => Self::Io {
                path: path.to_owned(),
                kind,
            },
        }
    }

    /// Sorts what SQLite said about the database at `path`.
    pub(crate) fn sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let folder = || path.parent().unwrap_or(path).to_owned();
        let detail = || match error {
            rusqlite::Error::SqliteFailure(code, _) => code.to_string(),
            other => other.to_string(),
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt {
                path: path.to_owned(),
                detail: detail(),
            },
            Some(ErrorCode::DiskFull) => Self::DiskFull { folder: folder() },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::ReadOnly { folder: folder() }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse {
                folder: folder(),
                process: None,
            },
            _ => Self::Database { detail: detail() },
        }
    }
}

impl From<VaultState> for Error {
    fn from(state: VaultState) -> Self {
        Self::NotReady(state)
    }
}
