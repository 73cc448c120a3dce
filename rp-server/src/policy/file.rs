//! The policy's file on disk: read whole, written in one step.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use super::{Problem, reading::LARGEST};
use crate::Error;

/// A policy's file.
#[derive(Debug, Clone)]
pub(super) struct PolicyFile {
    path: PathBuf,
}

/// What lies there at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Look {
    Missing,
    Unreadable(String),
    Text(String),
}

impl PolicyFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Its name without the folder.
    pub(super) fn name(&self) -> String {
        self.path.file_name().map_or_else(
            || super::FILE_NAME.to_owned(),
            |name| name.to_string_lossy().into_owned(),
        )
    }

    pub(super) fn look(&self) -> Look {
        let mut bytes = Vec::new();
        let read = File::open(&self.path)
            .and_then(|file| file.take(LARGEST as u64 + 1).read_to_end(&mut bytes));
        match read {
            Ok(_) => match String::from_utf8(bytes) {
                Ok(text) => Look::Text(text),
                Err(_) => Look::Unreadable("it is not text in UTF-8".to_owned()),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Look::Missing,
            Err(error) => Look::Unreadable(error.to_string()),
        }
    }

    /// Puts `text` in its place: whoever reads meanwhile finds the old file or the new one.
    pub(super) fn write(&self, text: &str) -> Result<(), Error> {
        self.try_write(text)
            .map_err(|error| Error::PolicyNotWritten {
                path: self.path.clone(),
                why: error.to_string(),
            })
    }

    fn try_write(&self, text: &str) -> io::Result<()> {
        // A link stays a link: what it names is replaced.
        let target = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let mut beside = target.clone().into_os_string();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let written = (|| {
            let mut file = File::create(&beside)?;
            file.write_all(text.as_bytes())?;
            if let Ok(old) = fs::metadata(&target) {
                file.set_permissions(old.permissions())?;
            }
            file.sync_all()?;
            fs::rename(&beside, &target)?;
            crate::durable::sync_folder_of(&target)
        })();
        if written.is_err() {
            // What is left of it helps nobody; that it may stay does no harm.
            let _ = fs::remove_file(&beside);
        }
        written
    }
}

impl Look {
    /// The text, or what is wrong with the file named `name`.
    pub(super) fn text(&self, name: &str) -> Result<&str, Problem> {
        let why = match self {
            Self::Text(text) => return Ok(text),
            Self::Missing => "The policy's file is gone. Put it back, or save a policy on the administration page.".to_owned(),
            Self::Unreadable(why) => format!("The policy's file cannot be read: {why}."),
        };
        Err(Problem::of_file(why).in_file(name.to_owned()))
    }
}
