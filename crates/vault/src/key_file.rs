//! A vault key in a file that its owner alone can read.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::Error;
use crate::folder::{sync_folder, with_suffix};
use crate::seal::VaultKey;

/// Longer than any key file of ours; a longer file is not one.
const MAX_LEN: u64 = 128;

/// Reads the key, `None` when there is no such file.
pub(crate) fn read(path: &Path) -> Result<Option<VaultKey>, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    refuse_exposed(path, &file)?;
    let mut text = Zeroizing::new(String::with_capacity(MAX_LEN as usize + 1));
    match file.take(MAX_LEN + 1).read_to_string(&mut text) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::InvalidData => text.clear(),
        Err(error) => return Err(unreadable(path, &error)),
    }
    match VaultKey::from_text(&text) {
        Some(key) => Ok(Some(key)),
        None => Err(Error::KeyFileMalformed {
            path: path.to_owned(),
        }),
    }
}

/// Writes a key where no file is. A kill leaves the whole file or none: the key is written beside
/// its place and then linked there, which refuses to replace anything.
pub(crate) fn write(path: &Path, key: &VaultKey) -> Result<(), Error> {
    let draft = with_suffix(path, ".new");
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(Error::io(&draft, &error)),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&draft).and_then(|mut file| {
        file.write_all(key.to_text().as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::hard_link(&draft, path)
    });
    let removed = fs::remove_file(&draft);
    written
        .and(removed)
        .and_then(|()| sync_folder(path))
        .map_err(|error| Error::io(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::Io {
        path: path.to_owned(),
        kind: error.kind(),
    }
}

#[cfg(unix)]
fn refuse_exposed(path: &Path, file: &File) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt;
    let metadata = file.metadata().map_err(|error| unreadable(path, &error))?;
    let mode = metadata.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(Error::KeyFileExposed {
            path: path.to_owned(),
            mode,
        });
    }
    Ok(())
}

/// Elsewhere a file in the user's own profile is readable by that user alone unless changed.
#[cfg(not(unix))]
fn refuse_exposed(_: &Path, _: &File) -> Result<(), Error> {
    Ok(())
}
