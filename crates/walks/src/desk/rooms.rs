//! The folders of fresh benches. Each is locked while it is used, so that what
//! a killed program leaves behind can be told from what another one uses.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::Refused;

const LOCK: &str = "lock";

/// Where the folders of fresh benches lie.
pub(super) struct Rooms(PathBuf);

/// The folder of one fresh bench; it goes when this is dropped.
#[derive(Debug)]
pub(super) struct Room {
    folder: PathBuf,
    lock: NamedTempFile,
}

impl Rooms {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// A fresh, empty folder that only this user can read.
    pub(super) fn room(&self) -> Result<Room, Refused> {
        self.try_room().map_err(|error| {
            Refused::Machine(format!(
                "No fresh bench: the folder {} cannot be written ({error}). Free some space or \
                 choose another data folder.",
                self.0.display()
            ))
        })
    }

    fn try_room(&self) -> io::Result<Room> {
        fs::create_dir_all(&self.0)?;
        let lock = tempfile::Builder::new()
            .prefix("run-")
            .suffix(&format!(".{LOCK}"))
            .tempfile_in(&self.0)?;
        lock.as_file().lock()?;
        let folder = lock.path().with_extension("");
        fs::create_dir(&folder)?;
        Ok(Room { folder, lock })
    }

    /// Removes the folders that nobody uses any more.
    pub(super) fn remove_left_behind(&self) {
        let Ok(entries) = fs::read_dir(&self.0) else {
            return;
        };
        for lock in entries.flatten().map(|entry| entry.path()) {
            if lock.extension().is_some_and(|extension| extension == LOCK) && unused(&lock) {
                // What cannot be removed now is tried again at the next start.
                let _ = fs::remove_dir_all(lock.with_extension(""));
                let _ = fs::remove_file(&lock);
            }
        }
    }
}

fn unused(lock: &Path) -> bool {
    let Ok(file) = File::open(lock) else {
        return false;
    };
    !matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

impl Room {
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
        let _ = self.lock.as_file().unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_goes_with_its_owner_and_a_killed_owners_room_at_the_next_start() {
        let home = tempfile::tempdir().expect("a folder");
        let rooms = Rooms::new(home.path().join("runs"));
        let used = rooms.room().expect("a room");
        let left = rooms.room().expect("a room");
        fs::write(left.folder().join("data"), "x").expect("it can be written");
        let (folder, lock) = (left.folder().to_owned(), left.lock.path().to_owned());
        // What SIGKILL leaves: both on disk, the lock let go by the system.
        left.lock.as_file().unlock().expect("it was locked");
        std::mem::forget(left);
        rooms.remove_left_behind();
        assert!(!folder.exists() && !lock.exists());
        assert!(used.folder().is_dir(), "somebody uses this one");
        let mine = used.folder().to_owned();
        drop(used);
        assert!(!mine.exists());
        let left: Vec<_> = fs::read_dir(home.path().join("runs"))
            .expect("it is there")
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
