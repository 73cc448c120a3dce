//! What can go wrong with the relying party itself, as against a visitor it refuses.

use std::path::PathBuf;

use crate::policy::Problem;

/// Why the relying party could not open, listen or store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing can be written in the data folder.
    #[error("The relying party cannot write to {}. Make the folder writable, or choose another.", path.display())]
    FolderReadOnly {
        /// The folder or the file in it.
        path: PathBuf,
    },
    /// Another process holds the data folder.
    #[error("Another relying party is using {}. Stop that one, or choose another folder.", path.display())]
    FolderInUse {
        /// The folder.
        path: PathBuf,
    },
    /// The data folder could not be opened for another reason.
    #[error("The data folder {} cannot be used: {why}. Check the path, or choose another folder.", path.display())]
    FolderUnusable {
        /// The folder.
        path: PathBuf,
        /// The operating system's reason.
        why: String,
    },
    /// The database file is damaged.
    #[error("The database {} is damaged. Nothing was changed. Restore it from a copy, or move it away to start empty.", path.display())]
    DatabaseCorrupt {
        /// The file.
        path: PathBuf,
    },
    /// A later Touchstone wrote the database.
    #[error("The database {} was written by a later version (schema {found}; this one knows {known}). Use that version, or choose another folder.", path.display())]
    DatabaseNewer {
        /// The file.
        path: PathBuf,
        /// Its schema number.
        found: u32,
        /// The newest schema number known here.
        known: u32,
    },
    /// Another program holds a lock on the database.
    #[error("The database {} is locked by another program. Close that program and try again.", path.display())]
    DatabaseInUse {
        /// The file.
        path: PathBuf,
    },
    /// No room is left where the database lies.
    #[error("The disk that holds {} is full, so nothing was stored. Free some space and try again.", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// The database failed in a way that has no name here.
    #[error("The database {} failed: {why}. Nothing was stored; try again.", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// SQLite's reason.
        why: String,
    },
    /// The store's writer has stopped.
    #[error("The relying party is shutting down and stores nothing more. Start it again.")]
    Closed,
    /// The wanted port belongs to another program.
    #[error("Port {port} is taken by another program. Stop that program, or choose another port.")]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// The port could not be opened for another reason.
    #[error("Port {port} cannot be opened: {why}. Choose another port.")]
    PortUnusable {
        /// The port; 0 when any would have done.
        port: u16,
        /// The operating system's reason.
        why: String,
    },
    /// The RP ID and the origins do not fit together.
    #[error("The relying party's settings do not work: {why}.")]
    Settings {
        /// What does not fit, and what would.
        why: String,
    },
    /// The key that seals PINs cannot be used.
    #[error("The key {} cannot be used: {why}. Put back the one that belongs to this database.", path.display())]
    SealKey {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Something sealed does not open, or not as what it should be.
    #[error(
        "Something that was sealed does not open: the database was changed. Restore it from a copy."
    )]
    Unsealable,
    /// The policy's file that was named does not exist.
    #[error("There is no policy at {}. Write one there, or leave --policy out.", path.display())]
    PolicyMissing {
        /// The file.
        path: PathBuf,
    },
    /// The policy cannot be used, and there was none before.
    #[error("{0} Correct it and start again.")]
    PolicyUnusable(Problem),
    /// The policy's file cannot be written.
    #[error("The policy could not be written to {}: {why}. The one before stays in force.", path.display())]
    PolicyNotWritten {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        why: String,
    },
    /// The administrator's token cannot be kept.
    #[error("The administrator's token cannot be kept in {}: {why}. Make the file readable and writable.", path.display())]
    AdminToken {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        why: String,
    },
    /// The operating system gave no random bytes.
    #[error("The operating system gave no random numbers, so no challenge can be made. Try again.")]
    NoRandomness,
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::FolderReadOnly { .. } => "folderReadOnly",
            Self::FolderInUse { .. } => "folderInUse",
            Self::FolderUnusable { .. } => "folderUnusable",
            Self::DatabaseCorrupt { .. } => "databaseCorrupt",
            Self::DatabaseNewer { .. } => "databaseNewer",
            Self::DatabaseInUse { .. } => "databaseInUse",
            Self::DiskFull { .. } => "diskFull",
            Self::Database { .. } => "databaseFailed",
            Self::Closed => "closed",
            Self::PortTaken { .. } => "portTaken",
            Self::PortUnusable { .. } => "portUnusable",
            Self::Settings { .. } => "settings",
            Self::SealKey { .. } => "sealKey",
            Self::Unsealable => "unsealable",
            Self::PolicyMissing { .. } => "policyMissing",
            Self::PolicyUnusable(_) => "policyUnusable",
            Self::PolicyNotWritten { .. } => "policyNotWritten",
            Self::AdminToken { .. } => "adminToken",
            Self::NoRandomness => "noRandomness",
        }
    }
}
