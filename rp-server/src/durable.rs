//! Files whose renaming outlives a power cut.

#[cfg(unix)]
use std::fs::File;
use std::{io, path::Path};

/// Makes the folder's list of names durable, where the system can.
pub(crate) fn sync_folder_of(file: &Path) -> io::Result<()> {
    match file.parent() {
        #[cfg(unix)]
        Some(folder) => {
            let folder = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            File::open(folder)?.sync_all()
        }
        _ => Ok(()),
    }
}
