//! Where things are.

use std::path::{Path, PathBuf};

/// The project's folder: the one that holds the workspace's `Cargo.toml`.
pub fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// The front end's folder.
pub fn ui() -> PathBuf {
    root().join("ui")
}

/// The one folder for everything that is built and can be thrown away.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}
