//! The folders of fresh benches. Each is locked while it is used, so that what
//! a killed program leaves behind can be told from what another one uses.

use std::{
    fs::{self, File},
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
        loop {
            let lock = tempfile::Builder::new()
                .prefix("run-")
                .suffix(&format!(".{LOCK}"))
                .tempfile_in(&self.0)?;
            lock.as_file().lock()?;
            // Before it was locked, another program may have taken it for one that was left behind.
            if lock.path().exists() {
                let folder = lock.path().with_extension("");
                fs::create_dir(&folder)?;
                return Ok(Room { folder, lock });
            }
        }
    }

    /// Removes the folders that nobody uses any more.
    pub(super) fn remove_left_behind(&self) {
        let Ok(entries) = fs::read_dir(&self.0) else {
            return;
        };
        for lock in entries.flatten().map(|entry| entry.path()) {
            if lock.extension().is_some_and(|extension| extension == LOCK)
                && let Some(_unused) = unused(&lock)
                && gone(fs::remove_dir_all(lock.with_extension("")))
            {
                let _ = fs::remove_file(&lock);
            }
        }
    }
}

/// The lock of a folder that nobody uses, held.
fn unused(lock: &Path) -> Option<File> {
    let file = File::open(lock).ok()?;
    file.try_lock().ok()?;
    Some(file)
}

/// Whether it is not there any more; what cannot be removed now is tried again at the next start.
fn gone(removed: io::Result<()>) -> bool {
    match removed {
        Ok(()) => true,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
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

    #[test]
    fn programs_that_start_at_the_same_time_leave_each_others_rooms_alone() {
        let home = tempfile::tempdir().expect("a folder");
        let runs = home.path().join("runs");
        std::thread::scope(|scope| {
            let opening: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        for _ in 0..300 {
                            let room = Rooms::new(runs.clone()).room().expect("a room");
                            assert!(room.lock.path().exists(), "its lock was taken away");
                            std::thread::yield_now();
                            assert!(room.folder().is_dir(), "it was removed under its owner");
                        }
                    })
                })
                .collect();
            while opening.iter().any(|opening| !opening.is_finished()) {
                Rooms::new(runs.clone()).remove_left_behind();
            }
        });
    }
}
