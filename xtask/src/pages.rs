//! The pages: built with Vite when what they are made of has changed.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::{project, setup, shell};

/// Folders of `ui` that are made, not written.
const MADE: [&str; 2] = ["node_modules", "dist"];

/// Builds `ui/dist/bench` and `ui/dist/rp`, unless they are up to date.
pub fn build() -> Result<(), Failure> {
    let ui = project::ui();
    let fingerprint = fingerprint(&ui)?;
    if is_up_to_date(&ui.join("dist"), &fingerprint) {
        eprintln!("The pages are up to date.");
        return Ok(());
    }
    shell::run(setup::npm()?.args(["run", "build"]))?;
    let stamp = ui.join("dist").join(STAMP);
    fs::write(&stamp, fingerprint).map_err(Failure::file(&stamp))
}

const STAMP: &str = ".fingerprint";

fn is_up_to_date(dist: &Path, fingerprint: &str) -> bool {
    ["bench", "rp"]
        .iter()
        .all(|page| dist.join(page).join("index.html").is_file())
        && fs::read_to_string(dist.join(STAMP)).is_ok_and(|built| built == fingerprint)
}

/// A number that changes when any written file below `ui` changes, comes, goes or is renamed.
fn fingerprint(ui: &Path) -> Result<String, Failure> {
    let mut files = Vec::new();
    collect(ui, &mut files)?;
    files.sort();
    let mut hasher = DefaultHasher::new();
    for path in files {
        let content = fs::read(&path).map_err(Failure::file(&path))?;
        path.strip_prefix(ui).unwrap_or(&path).hash(&mut hasher);
        content.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).map_err(Failure::file(folder))? {
        let entry = entry.map_err(Failure::file(folder))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(Failure::file(&path))?;
        if kind.is_dir() && !MADE.iter().any(|made| entry.file_name() == *made) {
            collect(&path, files)?;
        } else if kind.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A front end of two files in a folder of its own.
    fn front_end(name: &str) -> PathBuf {
        let ui = std::env::temp_dir().join(format!("touchstone-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&ui);
        for folder in ["bench", "dist/bench", "dist/rp", "node_modules/vite"] {
            fs::create_dir_all(ui.join(folder)).unwrap();
        }
        fs::write(ui.join("package.json"), "{}").unwrap();
        fs::write(ui.join("bench/App.svelte"), "<h1>Bench</h1>").unwrap();
        ui
    }

    fn finish(ui: &Path) {
        for page in ["bench", "rp"] {
            fs::write(ui.join("dist").join(page).join("index.html"), "").unwrap();
        }
        fs::write(ui.join("dist").join(STAMP), fingerprint(ui).unwrap()).unwrap();
    }

    fn fresh(ui: &Path) -> bool {
        is_up_to_date(&ui.join("dist"), &fingerprint(ui).unwrap())
    }

    #[test]
    fn builds_first_and_then_only_when_a_written_file_changed() {
        let ui = front_end("changed");
        assert!(!fresh(&ui), "nothing has been built yet");
        finish(&ui);
        assert!(fresh(&ui));
        fs::write(ui.join("node_modules/vite/index.js"), "changed").unwrap();
        fs::write(ui.join("dist/bench/app.js"), "changed").unwrap();
        assert!(fresh(&ui), "made folders do not count");
        fs::write(ui.join("bench/App.svelte"), "<h1>bench</h1>").unwrap();
        assert!(!fresh(&ui), "one letter changed");
        fs::remove_dir_all(ui).unwrap();
    }

    #[test]
    fn builds_again_when_a_file_came_went_or_was_renamed() {
        let ui = front_end("renamed");
        finish(&ui);
        fs::rename(ui.join("bench/App.svelte"), ui.join("bench/Main.svelte")).unwrap();
        assert!(!fresh(&ui), "a renamed file");
        finish(&ui);
        fs::write(ui.join("bench/new.ts"), "").unwrap();
        assert!(!fresh(&ui), "a new, empty file");
        finish(&ui);
        fs::remove_file(ui.join("bench/new.ts")).unwrap();
        assert!(!fresh(&ui), "a file that went");
        fs::remove_dir_all(ui).unwrap();
    }

    #[test]
    fn builds_again_when_a_page_was_thrown_away() {
        let ui = front_end("thrown");
        finish(&ui);
        fs::remove_file(ui.join("dist/rp/index.html")).unwrap();
        assert!(!fresh(&ui));
        fs::remove_dir_all(ui).unwrap();
    }
}
