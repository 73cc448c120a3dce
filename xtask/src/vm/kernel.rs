//! The guest's kernel and its one program, busybox: fetched as packages, never installed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::{project, shell};

/// The packages that stand for "the kernel of this system", Debian's first.
const NEWEST: [&str; 2] = ["linux-image-amd64", "linux-image-generic"];

/// An unpacked kernel, with the busybox that starts the guest.
pub struct Kernel {
    folder: PathBuf,
    version: String,
}

impl Kernel {
    /// The kernel that is kept below the target folder. Without one, it is fetched and unpacked.
    pub fn prepare() -> Result<Self, Failure> {
        if let Some(kept) = Self::kept() {
            return Ok(kept);
        }
        if !shell::on_path("apt-get") || !shell::on_path("dpkg-deb") {
            return Err(Failure::Absent {
                program: "apt-get".into(),
                advice: "The virtual machine starts the kernel of Debian or Ubuntu, which is \
                         fetched with it."
                    .into(),
            });
        }
        let version = match newest() {
            Some(version) => version,
            None => {
                eprintln!(
                    "The package lists of this machine name no kernel. Bringing them up to date."
                );
                crate::setup::update_lists()?;
                newest().ok_or_else(|| Failure::Absent {
                    program: NEWEST[0].into(),
                    advice: "No package list of this machine names it; see that apt has its \
                             sources."
                        .into(),
                })?
            }
        };
        Self::fetch(version)
    }

    /// The kernel's image, as its package has it.
    pub fn image(&self) -> PathBuf {
        self.folder
            .join("boot")
            .join(format!("vmlinuz-{}", self.version))
    }

    /// The folder of its modules.
    pub fn modules(&self) -> PathBuf {
        let unmerged = self.folder.join("lib/modules").join(&self.version);
        match unmerged.is_dir() {
            true => unmerged,
            false => self.folder.join("usr/lib/modules").join(&self.version),
        }
    }

    /// A busybox that needs no library.
    pub fn busybox(&self) -> PathBuf {
        let unmerged = self.folder.join("bin/busybox");
        match unmerged.is_file() {
            true => unmerged,
            false => self.folder.join("usr/bin/busybox"),
        }
    }

    fn kept() -> Option<Self> {
        let folder = folder().join("kernel");
        let version = fs::read_to_string(folder.join("version")).ok()?;
        let kernel = Self { folder, version };
        let is_whole = kernel.image().is_file() && kernel.busybox().is_file();
        is_whole.then_some(kernel)
    }

    /// Fetches and unpacks beside the place where it is kept, so that only a whole one stands there.
    fn fetch(version: String) -> Result<Self, Failure> {
        let packages = packages(&version);
        let kept = folder().join("kernel");
        eprintln!(
            "Fetching what the virtual machine starts with, {}, about 70 MB. It is unpacked into \
             {}, not installed; later runs need no network.",
            packages.join(" and "),
            kept.display()
        );
        let fresh = folder().join(format!("kernel-{}", std::process::id()));
        let _ = fs::remove_dir_all(&fresh);
        let fetched = fresh.join("packages");
        fs::create_dir_all(&fetched).map_err(Failure::file(&fetched))?;
        if download(&fetched, &packages).is_err() {
            eprintln!(
                "The package lists may be older than the packages. Bringing them up to date."
            );
            crate::setup::update_lists()?;
            download(&fetched, &packages)?;
        }
        let listing = fs::read_dir(&fetched).map_err(Failure::file(&fetched))?;
        for package in listing.flatten() {
            let package = package.path();
            shell::run(
                shell::command("dpkg-deb")
                    .arg("-x")
                    .arg(package)
                    .arg(&fresh),
            )?;
        }
        fs::remove_dir_all(&fetched).map_err(Failure::file(&fetched))?;
        let stamp = fresh.join("version");
        fs::write(&stamp, &version).map_err(Failure::file(&stamp))?;
        let _ = fs::remove_dir_all(&kept);
        fs::rename(&fresh, &kept).map_err(Failure::file(&kept))?;
        Self::kept().ok_or_else(|| Failure::Absent {
            program: format!("the kernel {version}"),
            advice: format!(
                "Its package holds no image and no busybox; see {}.",
                kept.display()
            ),
        })
    }
}

/// Where the virtual machine keeps what it needs.
pub fn folder() -> PathBuf {
    project::target().join("vm")
}

fn download(into: &Path, packages: &[String]) -> Result<(), Failure> {
    // As root, apt lets a user of its own fetch, who may not write to a folder of ours.
    let words = ["-q", "-o", "APT::Sandbox::User=root", "download"];
    shell::run(
        shell::command("apt-get")
            .args(words)
            .args(packages)
            .current_dir(into),
    )
}

/// The version that the newest of this system's kernels has, as `6.1.0-56-amd64`.
fn newest() -> Option<String> {
    NEWEST.iter().find_map(|name| {
        let said = shell::output(shell::command("apt-cache").args(["depends", name]))?;
        kernel_of(&said)
    })
}

/// The version in apt-cache's words about a package that only depends on the newest kernel.
fn kernel_of(said: &str) -> Option<String> {
    let depends = said
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "));
    depends
        .filter_map(|package| package.strip_prefix("linux-image-"))
        .find(|version| version.starts_with(|first: char| first.is_ascii_digit()))
        .map(str::to_owned)
}

/// The packages of a kernel; Ubuntu keeps the modules apart.
fn packages(version: &str) -> Vec<String> {
    let kinds: &[&str] = match version.ends_with("-generic") {
        true => &["linux-image", "linux-modules", "linux-modules-extra"],
        false => &["linux-image"],
    };
    let mut packages: Vec<String> = kinds
        .iter()
        .map(|kind| format!("{kind}-{version}"))
        .collect();
    packages.push("busybox-static".into());
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_newest_kernel_in_what_apt_cache_says() {
        let debian = "linux-image-amd64\n  Depends: linux-image-6.1.0-56-amd64\n";
        assert_eq!(kernel_of(debian).as_deref(), Some("6.1.0-56-amd64"));
        let ubuntu = "linux-image-generic\n  Depends: linux-image-6.8.0-45-generic\n  Depends: \
                      linux-modules-extra-6.8.0-45-generic\n  Depends: linux-firmware\n";
        assert_eq!(kernel_of(ubuntu).as_deref(), Some("6.8.0-45-generic"));
        for nothing in ["", "linux-image-amd64\n  Depends: linux-image-unsigned\n"] {
            assert_eq!(kernel_of(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn asks_for_ubuntu_s_modules_too() {
        assert_eq!(
            packages("6.1.0-56-amd64"),
            ["linux-image-6.1.0-56-amd64", "busybox-static"]
        );
        assert_eq!(packages("6.8.0-45-generic").len(), 4);
    }
}
