//! Files that the desk writes for the tester: whole or not at all, and never over another.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use bench::clock::SystemClock;
use time::macros::format_description;
use timeline::Clock as _;

use super::Refused;
use crate::moment::calendar;

/// More files of one name than this there need not be.
const MOST: u32 = 1000;

/// Writes `text` to `folder/stem.extension`, or to `stem-2`, `stem-3`… where that is taken.
///
/// # Errors
/// [`Refused::Machine`] when the folder cannot be written.
pub(super) fn write_new(
    folder: &Path,
    stem: &str,
    extension: &str,
    text: &str,
) -> Result<PathBuf, Refused> {
    try_write(folder, stem, extension, text).map_err(|error| {
        Refused::Machine(format!(
            "Nothing was saved: the folder {} cannot be written ({error}). Free some space or \
             choose another data folder.",
            folder.display()
        ))
    })
}

fn try_write(folder: &Path, stem: &str, extension: &str, text: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    for number in 1..MOST {
        let name = match number {
            1 => format!("{stem}.{extension}"),
            _ => format!("{stem}-{number}.{extension}"),
        };
        let path = folder.join(name);
        match file.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => file = error.file,
            Err(error) => return Err(error.error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// A title as a file's name: `A sign-in, twice` becomes `a-sign-in-twice`.
pub(super) fn slug(title: &str) -> String {
    let mut slug = String::new();
    for letter in title.chars().flat_map(char::to_lowercase) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 60 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "walk" } else { slug }.to_owned()
}

/// The time as part of a file's name.
pub(super) fn time_for_a_name() -> String {
    let now = SystemClock::new().now();
    let format = format_description!("[year][month][day]-[hour][minute][second]");
    calendar(now)
        .and_then(|time| time.format(&format).ok())
        .unwrap_or_else(|| now.0.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_name_that_every_system_takes() {
        for (title, name) in [
            ("A sign-in, twice", "a-sign-in-twice"),
            ("  ../../etc/passwd\0 ", "etc-passwd"),
            ("Über uns", "ber-uns"),
            ("…", "walk"),
            ("", "walk"),
        ] {
            assert_eq!(slug(title), name, "{title}");
        }
        assert!(slug(&"x y".repeat(100)).len() <= 60);
    }

    #[test]
    fn a_file_never_replaces_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |text| write_new(folder.path(), "a", "toml", text).expect("it can be written");
        let (first, second) = (write("one"), write("two"));
        assert_eq!(second, folder.path().join("a-2.toml"));
        assert_eq!(fs::read_to_string(first).expect("readable"), "one");
        assert_eq!(fs::read_to_string(second).expect("readable"), "two");
        let all = fs::read_dir(folder.path()).expect("readable").count();
        assert_eq!(all, 2, "no half file is left");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, "").expect("it can be written");
        let refused = write_new(&file.join("walks"), "a", "toml", "x").expect_err("no folder");
        assert!(
            refused.to_string().contains("Nothing was saved"),
            "{refused}"
        );
    }
}
