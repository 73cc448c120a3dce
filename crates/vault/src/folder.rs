//! The data folder: its lock, its file names, and setting an old vault aside.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::error::Error;

/// The vault itself.
pub(crate) const DATABASE: &str = "vault.db";
/// The vault while it is being made; renamed to [`DATABASE`] when whole.
pub(crate) const DRAFT: &str = "vault.db.new";
/// Holds the installation id from before the key is made until the database is there.
pub(crate) const MARKER: &str = "vault.new";
/// The sealed items beside the database, where no keyring keeps them.
pub(crate) const ITEMS: &str = "items";
const LOCK: &str = "vault.lock";

/// `path` with more at its end.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes the folder if there is none, for its owner alone.
pub(crate) fn make(folder: &Path) -> Result<(), Error> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| Error::io(folder, &error))
}

/// Whether any part of a finished vault is there.
pub(crate) fn holds_vault(folder: &Path) -> Result<bool, Error> {
    for name in [DATABASE, "vault.db-wal"] {
        let path = folder.join(name);
        if path
            .try_exists()
            .map_err(|error| Error::io(&path, &error))?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The folder, held by this process until dropped. The operating system lets go of it when the
/// process ends, however it ends.
pub(crate) struct Lock(#[expect(dead_code, reason = "held, not read")] File);

impl Lock {
    pub(crate) fn take(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(LOCK);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| Error::io(&path, &error))?;
        lock(&file).map_err(|error| match error {
            TryLockError::WouldBlock => Error::InUse {
                folder: folder.to_owned(),
                process: holder(&mut file),
            },
            TryLockError::Error(error) => Error::io(&path, &error),
        })?;
        // Only for the other process's message: a lock without a number is as good a lock.
        let _ = file
            .set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Self(file))
    }
}

/// Tries for half a second: a program that another thread of the last holder was just starting holds
/// copies of that holder's files, and so its lock, until it is loaded.
fn lock(file: &File) -> Result<(), TryLockError> {
    for _ in 0..25 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(20)),
            other => return other,
        }
    }
    file.try_lock()
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Writes a small file, for its owner alone, so that a kill leaves the old one or the new one, never
/// a part.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let draft = with_suffix(path, ".part");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&draft).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        sync_folder(path)
    });
    written.map_err(|error| Error::io(path, &error))
}

/// Removes a file that may not be there.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io(path, &error)),
        _ => Ok(()),
    }
}

/// Makes the names in the folder of `path` durable.
#[cfg(unix)]
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// Elsewhere folders cannot be opened as files; renames are journalled by the file system.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Moves whatever there is of a vault into a new sub-folder and returns it. The database goes first:
/// should a kill come between, what is left is recognised as damaged and can be set aside again.
pub(crate) fn set_aside(folder: &Path, unix_millis: i64) -> Result<PathBuf, Error> {
    let mut aside = folder.join(format!("vault-set-aside-{unix_millis}"));
    let mut again = 1;
    loop {
        match fs::create_dir(&aside) {
            Ok(()) => break,
            Err(error) if error.kind() == ErrorKind::AlreadyExists && again < 1000 => {
                again += 1;
                aside = folder.join(format!("vault-set-aside-{unix_millis}-{again}"));
            }
            Err(error) => return Err(Error::io(&aside, &error)),
        }
    }
    for name in [
        DATABASE,
        "vault.db-wal",
        "vault.db-shm",
        DRAFT,
        MARKER,
        ITEMS,
    ] {
        let path = folder.join(name);
        match fs::rename(&path, aside.join(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Error::io(&path, &error));
            }
            _ => {}
        }
    }
    sync_folder(&folder.join(DATABASE)).map_err(|error| Error::io(folder, &error))?;
    Ok(aside)
}
