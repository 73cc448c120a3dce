//! The folder of a run's bench.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::Failure;

/// A fresh folder, deleted afterwards unless it is to be kept.
pub(crate) enum Folder {
    Passing(TempDir),
    Kept(PathBuf),
}

impl Folder {
    /// A new folder; `keep` itself when it is to be kept.
    pub(crate) fn new(keep: Option<PathBuf>) -> Result<Self, Failure> {
        let Some(keep) = keep else {
            return tempfile::tempdir().map(Self::Passing).map_err(|error| {
                Failure::Machine(format!(
                    "No folder for the walk's bench could be made: {error}. Free some space on the disk."
                ))
            });
        };
        match fs::create_dir_all(&keep) {
            Ok(()) => Ok(Self::Kept(keep)),
            Err(error) => Err(Failure::Machine(format!(
                "The folder {} could not be made: {error}. Choose another one.",
                keep.display()
            ))),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Passing(folder) => folder.path(),
            Self::Kept(folder) => folder,
        }
    }

    /// Deletes what is not to be kept.
    pub(crate) fn close(self) {
        if let Self::Passing(folder) = self {
            // What cannot be deleted lies in the system's folder for such things, and is deleted there.
            let _ = folder.close();
        }
    }
}
