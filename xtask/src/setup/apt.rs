//! System packages, through apt on Debian and Ubuntu.

use std::collections::HashSet;
use std::fs;

use crate::failure::Failure;
use crate::shell;

/// One package, why it is needed, and the program that shows that it is there in another way.
pub struct Wanted {
    name: &'static str,
    why: &'static str,
    program: Option<&'static str>,
}

const fn library(name: &'static str, why: &'static str) -> Wanted {
    Wanted {
        name,
        why,
        program: None,
    }
}

const fn program(name: &'static str, program: &'static str, why: &'static str) -> Wanted {
    Wanted {
        name,
        why,
        program: Some(program),
    }
}

/// To build and open the window.
pub const WINDOW: &[Wanted] = &[
    library("libwebkit2gtk-4.1-dev", "the web view of the window"),
    library(
        "libudev-dev",
        "what the channel to security keys is built on",
    ),
    program(
        "pkg-config",
        "pkg-config",
        "finds these libraries for the build",
    ),
];

/// To run the tests.
pub const TEST: &[Wanted] = &[
    program(
        "webkit2gtk-driver",
        "WebKitWebDriver",
        "presses the window's buttons",
    ),
    program(
        "xvfb",
        "xvfb-run",
        "a display for windows that nobody watches",
    ),
    program("xauth", "xauth", "lets only the tests onto that display"),
    program("dbus", "dbus-run-session", "a session bus for the keyring"),
    program(
        "gnome-keyring",
        "gnome-keyring-daemon",
        "a real keyring for the vault's tests",
    ),
    program(
        "chromium",
        "chromium",
        "a real browser for the relying party's pages",
    ),
    program(
        "chromium-driver",
        "chromedriver",
        "presses that browser's buttons",
    ),
    program(
        "fido2-tools",
        "fido2-token",
        "libfido2, another client for our keys",
    ),
    library(
        "python3-venv",
        "a Python of the tests' own, for python-fido2",
    ),
];

/// To run a command in the virtual machine.
pub const VM: &[Wanted] = &[program(
    "qemu-system-x86",
    "qemu-system-x86_64",
    "a machine whose kernel takes keys of software",
)];

/// To have udev in that machine too.
pub const UDEV: &[Wanted] = &[program(
    "udev",
    "udevadm",
    "names the devices of the virtual machine",
)];

/// Installs what is missing of these lists; says what and why before it does.
pub fn install(lists: &[&'static [Wanted]]) -> Result<(), Failure> {
    if std::env::consts::OS != "linux" {
        return Ok(());
    }
    let wanted: Vec<&Wanted> = lists.iter().copied().flatten().collect();
    let missing = match dpkg(&wanted) {
        Some(listing) => missing(&wanted, &installed(&listing), shell::on_path),
        None => {
            advise(&missing(&wanted, &HashSet::new(), shell::on_path));
            return Ok(());
        }
    };
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("Installing what is missing on this machine:");
    for package in &missing {
        eprintln!("  {:24} {}", package.name, package.why);
    }
    if is_ubuntu()
        && missing
            .iter()
            .any(|package| package.name.starts_with("chromium"))
    {
        return Err(Failure::Absent {
            program: "chromium".into(),
            advice: "Ubuntu has it as a snap only: `sudo snap install chromium`, and see that \
                     `chromium` and `chromedriver` are on the PATH."
                .into(),
        });
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    if let Err(failure) = update_lists() {
        eprintln!("{failure} Going on with the package lists that are here.");
    }
    let mut words = vec!["install", "-y", "-q", "--no-install-recommends"];
    words.extend(["-o", "DPkg::Lock::Timeout=300"]);
    words.extend(&names);
    apt_get(&words)
}

/// Brings the package lists up to date.
pub fn update_lists() -> Result<(), Failure> {
    apt_get(&["update", "-q"])
}

/// dpkg's own listing of `wanted`, or `None` where there is no dpkg.
fn dpkg(wanted: &[&Wanted]) -> Option<String> {
    if !shell::on_path("dpkg-query") || !shell::on_path("apt-get") {
        return None;
    }
    // dpkg-query exits 1 as soon as one name is unknown to it, and still lists the others.
    let output = shell::command("dpkg-query")
        .args(["-W", "-f=${Package} ${db:Status-Status}\n"])
        .args(wanted.iter().map(|package| package.name))
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The names that a listing of `NAME STATUS` lines calls installed.
fn installed(listing: &str) -> HashSet<&str> {
    listing
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(_, status)| status.trim() == "installed")
        .map(|(name, _)| name)
        .collect()
}

fn missing<'a>(
    wanted: &[&'a Wanted],
    installed: &HashSet<&str>,
    on_path: impl Fn(&str) -> bool,
) -> Vec<&'a Wanted> {
    wanted
        .iter()
        .filter(|package| !installed.contains(package.name))
        .filter(|package| !package.program.is_some_and(&on_path))
        .copied()
        .collect()
}

fn advise(missing: &[&Wanted]) {
    if missing.is_empty() {
        return;
    }
    eprintln!("This is neither Debian nor Ubuntu. See that it has what these packages hold:");
    for package in missing {
        eprintln!("  {:24} {}", package.name, package.why);
    }
}

fn is_ubuntu() -> bool {
    fs::read_to_string("/etc/os-release")
        .is_ok_and(|text| text.lines().any(|line| line == "ID=ubuntu"))
}

fn apt_get(words: &[&str]) -> Result<(), Failure> {
    let is_root = shell::output(shell::command("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    let mut line: Vec<&str> = Vec::new();
    if !is_root {
        if !shell::on_path("sudo") {
            return Err(Failure::NotAllowed {
                install: format!("apt-get {}", words.join(" ")),
            });
        }
        line.push("sudo");
    }
    line.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    line.extend(words);
    eprintln!("$ {}", line.join(" "));
    shell::run(shell::command(line[0]).args(&line[1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTING: &str = "xvfb installed\ndbus config-files\nxauth not-installed\n";

    #[test]
    fn counts_only_what_is_wholly_installed() {
        assert_eq!(installed(LISTING), HashSet::from(["xvfb"]));
        assert!(installed("").is_empty(), "dpkg knows none of the names");
        assert!(installed("no-status-at-all\n\n").is_empty());
    }

    #[test]
    fn asks_for_what_neither_dpkg_nor_the_path_knows() {
        let wanted: Vec<&Wanted> = TEST.iter().collect();
        let names = |missing: Vec<&Wanted>| missing.iter().map(|p| p.name).collect::<Vec<_>>();
        let found = missing(&wanted, &installed(LISTING), |program| {
            program == "chromium"
        });
        let found = names(found);
        assert!(!found.contains(&"xvfb"), "installed");
        assert!(!found.contains(&"chromium"), "there in another way");
        assert!(
            found.contains(&"dbus"),
            "removed, only its configuration is left"
        );
        assert!(found.contains(&"xauth"));
        assert!(found.contains(&"gnome-keyring"), "unknown to dpkg");
    }

    #[test]
    fn asks_for_a_library_whatever_is_on_the_path() {
        let wanted: Vec<&Wanted> = WINDOW.iter().collect();
        let found = missing(&wanted, &HashSet::new(), |_| true);
        let found: Vec<&str> = found.iter().map(|package| package.name).collect();
        assert_eq!(found, ["libwebkit2gtk-4.1-dev", "libudev-dev"]);
    }

    #[test]
    fn wants_each_package_once_and_says_why() {
        let mut names = HashSet::new();
        for package in WINDOW.iter().chain(TEST).chain(VM).chain(UDEV) {
            assert!(
                names.insert(package.name),
                "{} is listed twice",
                package.name
            );
            assert!(!package.why.is_empty(), "{} has no reason", package.name);
        }
    }
}
