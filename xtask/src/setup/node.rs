//! The front end's packages, through npm.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::{project, shell};

/// The oldest Node.js that Vite 8 runs on.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// npm, in the front end's folder.
pub fn npm() -> Result<Command, Failure> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    if !shell::on_path(program) {
        return Err(old_node("npm"));
    }
    let mut npm = shell::command(program);
    npm.current_dir(project::ui());
    Ok(npm)
}

/// Installs the packages of `ui/package-lock.json`, unless just those are installed.
pub fn install_front_end() -> Result<(), Failure> {
    let version = shell::output(shell::command("node").arg("--version"));
    let is_too_old = |node| node < OLDEST_NODE;
    if version
        .as_deref()
        .and_then(parse_version)
        .is_none_or(is_too_old)
    {
        return Err(old_node("node"));
    }
    let lock = project::ui().join("package-lock.json");
    let modules = project::ui().join("node_modules");
    if is_installed(&lock, &modules) {
        return Ok(());
    }
    eprintln!("Installing the front end's packages, as ui/package-lock.json lists them.");
    shell::run(npm()?.args(["ci", "--no-audit", "--no-fund"]))?;
    fs::copy(&lock, modules.join(INSTALLED))
        .map(|_| ())
        .map_err(Failure::file(&lock))
}

/// Inside `node_modules`: the lock file that was installed.
const INSTALLED: &str = ".touchstone-lock.json";

fn is_installed(lock: &Path, modules: &Path) -> bool {
    match (fs::read(lock), fs::read(modules.join(INSTALLED))) {
        (Ok(wanted), Ok(there)) => wanted == there,
        _ => false,
    }
}

/// Major and minor of `v20.19.1`.
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn old_node(program: &str) -> Failure {
    let (major, minor) = OLDEST_NODE;
    Failure::Absent {
        program: program.into(),
        advice: format!("The front end wants Node.js {major}.{minor} or newer, with its npm."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_node_s_version() {
        assert_eq!(parse_version("v20.19.2\n"), Some((20, 19)));
        assert_eq!(parse_version("v22.0.0-nightly"), Some((22, 0)));
        for odd in ["", "20.19.2", "v20", "vx.y.z", "v-1.2.3"] {
            assert_eq!(parse_version(odd), None, "{odd:?}");
        }
        assert!(
            parse_version("v18.20.4") < Some(OLDEST_NODE),
            "Debian 12's own is too old"
        );
    }

    #[test]
    fn installs_first_and_when_the_lock_file_changed() {
        let folder = std::env::temp_dir().join(format!("touchstone-lock-{}", std::process::id()));
        let modules = folder.join("node_modules");
        let lock = folder.join("package-lock.json");
        fs::create_dir_all(&modules).unwrap();
        assert!(!is_installed(&lock, &modules), "neither is there");
        fs::write(&lock, "one").unwrap();
        assert!(
            !is_installed(&lock, &modules),
            "an npm ci that did not end leaves no mark"
        );
        fs::copy(&lock, modules.join(INSTALLED)).unwrap();
        assert!(is_installed(&lock, &modules));
        fs::write(&lock, "two").unwrap();
        assert!(!is_installed(&lock, &modules));
        fs::remove_dir_all(folder).unwrap();
    }
}
