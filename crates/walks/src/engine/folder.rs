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
    /// A new folder; `keep` itself, which must hold nothing yet, when it is to be kept.
    pub(crate) fn new(keep: Option<PathBuf>) -> Result<Self, Failure> {
        let Some(keep) = keep else {
            return tempfile::tempdir().map(Self::Passing).map_err(|error| {
                Failure::Machine(format!(
                    "No folder for the walk's bench could be made: {error}. Free some space on the disk."
                ))
            });
        };
        let is_empty = fs::create_dir_all(&keep)
            .and_then(|()| fs::read_dir(&keep))
            .map(|mut entries| entries.next().is_none());
        match is_empty {
            Ok(true) => Ok(Self::Kept(keep)),
            Ok(false) => Err(Failure::Machine(format!(
                "The folder {} is not empty, and a walk begins on a fresh bench. Choose another one.",
                keep.display()
            ))),
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
