//! What remains of the runs.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use walks::{
    engine::{Run, Walk},
    report,
};

/// A folder for every walk within `folder`, named after its file. `folder` is made here; one that
/// holds anything is refused, so that nothing of somebody else's is mixed with it.
pub fn homes(folder: &Path, walks: &[Arc<Walk>]) -> Result<Vec<PathBuf>, String> {
    let refused = |error: io::Error| {
        format!(
            "The runs cannot be kept in {}: {error}. Choose another folder.",
            folder.display()
        )
    };
    fs::create_dir_all(folder).map_err(refused)?;
    if fs::read_dir(folder).map_err(refused)?.next().is_some() {
        return Err(format!(
            "{} already holds something. Name a new folder to keep the runs in.",
            folder.display()
        ));
    }
    let mut taken = HashSet::new();
    let homes = walks.iter().map(|walk| {
        let stem = walk.file.file_stem().unwrap_or_default().to_string_lossy();
        // `...toml` must not lead out of the folder.
        let stem = match stem.trim_start_matches('.') {
            "" => "walk",
            stem => stem,
        };
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let name = std::iter::once(stem.to_owned())
            .chain(numbered)
            .find(|name| taken.insert(name.to_lowercase()));
        folder.join(name.unwrap_or_default())
    });
    Ok(homes.collect())
}

/// Where a walk's bench has its data.
pub fn data(home: &Path) -> PathBuf {
    home.join("data")
}

/// Writes every run's timeline into its home; says what could not be written.
pub fn timelines(homes: &[PathBuf], runs: &[Run]) -> Vec<String> {
    let written = homes.iter().zip(runs).map(|(home, run)| {
        let path = home.join("timeline.json");
        let text = report::timeline(run).map_err(|error| error.to_string())?;
        fs::create_dir_all(home)
            .and_then(|()| fs::write(&path, text))
            .map_err(|error| format!("{} cannot be written: {error}.", path.display()))
    });
    written.filter_map(Result::err).collect()
}
