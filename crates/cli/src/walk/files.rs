//! Which files are walks.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use walks::engine::Walk;

/// A sentence lists so many titles.
const MOST_TITLES: usize = 8;

/// Every file given, and every `.toml` file of every folder given and of the folders in it (not of
/// hidden ones), each once. Else one sentence for everything that cannot be used.
pub fn find(given: &[PathBuf]) -> Result<Vec<PathBuf>, Vec<String>> {
    let mut problems = Vec::new();
    let mut seen = HashSet::new();
    let mut files = Vec::new();
    for path in given {
        match named(path) {
            Ok(found) => {
                let unseen = |file: &PathBuf| {
                    // What cannot be resolved cannot be read either, which is said then.
                    seen.insert(fs::canonicalize(file).unwrap_or_else(|_| file.clone()))
                };
                files.extend(found.into_iter().filter(unseen));
            }
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(files)
    } else {
        Err(problems)
    }
}

fn named(path: &Path) -> Result<Vec<PathBuf>, String> {
    let unreadable = |error: io::Error| format!("{} cannot be read: {error}.", path.display());
    if !fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    within(path, &mut files).map_err(unreadable)?;
    if files.is_empty() {
        return Err(format!(
            "{} holds no walk. Walks are files whose name ends in .toml.",
            path.display()
        ));
    }
    Ok(files)
}

/// Adds the folder's walks, in the order of their names. Links to folders are not followed.
fn within(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            within(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "toml") && path.is_file() {
            files.push(path.strip_prefix(".").map_or(path.clone(), Path::to_owned));
        }
    }
    Ok(())
}

/// The walks with `text` in their title or in their path below what was `given`, whatever its case.
pub fn filtered(
    walks: Vec<Arc<Walk>>,
    given: &[PathBuf],
    text: &str,
) -> Result<Vec<Arc<Walk>>, String> {
    let sought = text.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&sought);
    let fits = |walk: &&Arc<Walk>| {
        let name = Path::new(walk.file.file_name().unwrap_or_default());
        let mut paths = given.iter().filter_map(|given| {
            let given = given.strip_prefix(".").unwrap_or(given);
            walk.file.strip_prefix(given).ok()
        });
        has(&walk.title)
            || has(&name.to_string_lossy())
            || paths.any(|path| has(&path.to_string_lossy()))
    };
    let fitting: Vec<_> = walks.iter().filter(fits).cloned().collect();
    if fitting.is_empty() {
        return Err(format!(
            "No walk has \"{text}\" in its title or its path. There is {}.",
            titles(&walks)
        ));
    }
    Ok(fitting)
}

/// The titles of walks in a sentence; of many the first ones.
pub fn titles(walks: &[Arc<Walk>]) -> String {
    let titles = walks.iter().map(|walk| format!("\"{}\"", walk.title));
    let listed: Vec<_> = titles.take(MOST_TITLES).collect();
    match walks.len() - listed.len() {
        0 => listed.join(", "),
        more => format!("{} and {more} more", listed.join(", ")),
    }
}
