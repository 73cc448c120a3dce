//! What a computer lacks to make a USB key out of a device.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// The kernel's door.
pub(super) const PATH: &str = "/dev/uhid";
/// `EPERM`: the system forbids it, where `EACCES` is a matter of the file's rights.
const NOT_PERMITTED: i32 = 1;
/// `ENXIO` and `ENODEV`: a node without a driver behind it.
const NO_DEVICE: [i32; 2] = [6, 19];

/// What is missing. Displayed, it is a sentence and, where one helps, the command to run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// Not Linux.
    NotLinux,
    /// The kernel has no uhid.
    NoModule,
    /// The module is there and not loaded.
    NotLoaded,
    /// The module is loaded, and its node is not there.
    NoNode {
        /// The device's number, `10:239`.
        number: String,
    },
    /// The node is not for this user.
    NoRights,
    /// The node is for nobody here, as in a container.
    Forbidden,
    /// The node fails otherwise.
    Unusable(String),
    /// The kernel made no hidraw node of the key.
    NoDriver,
}

impl Missing {
    /// A stable name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotLinux => "uhidNotLinux",
            Self::NoModule => "uhidNoModule",
            Self::NotLoaded => "uhidNotLoaded",
            Self::NoNode { .. } => "uhidNoNode",
            Self::NoRights => "uhidNoRights",
            Self::Forbidden => "uhidForbidden",
            Self::Unusable(_) => "uhidUnusable",
            Self::NoDriver => "uhidNoDriver",
        }
    }

    /// What is the matter, and what to do.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::NotLinux => "Only Linux can make a USB key out of a software device. Serve it over UDP instead.".into(),
            Self::NoModule => "This computer's kernel offers no module uhid, which makes a USB key out of a software device. In a container, load it on the host; elsewhere use another kernel or a virtual machine, or serve the device over UDP instead.".into(),
            Self::NotLoaded => "The kernel's module uhid, which makes a USB key out of a software device, is not loaded. Load it.".into(),
            Self::NoNode { .. } => format!("The kernel's module uhid is loaded, but {PATH} is not there. Make it."),
            Self::NoRights => format!("You may not open {PATH}. Take it over; that lasts until the next start of the computer."),
            Self::Forbidden => format!("The system lets nobody open {PATH} here. In a container, start it with the device {PATH}; or serve the device over UDP instead."),
            Self::Unusable(why) => format!("{PATH} cannot be opened: {why}. Load the kernel's module uhid again."),
            Self::NoDriver => "The kernel took the software key but made no hidraw node of it. Load its general HID driver.".into(),
        }
    }

    /// The command that helps.
    #[must_use]
    pub fn command(&self) -> String {
        match self {
            Self::NotLinux | Self::NoModule | Self::Forbidden => {
                "touchstone device --udp 127.0.0.1:8111".into()
            }
            Self::NotLoaded => "sudo modprobe uhid".into(),
            Self::NoNode { number } => {
                let (major, minor) = number.split_once(':').unwrap_or(("10", "239"));
                format!("sudo mknod -m 600 {PATH} c {major} {minor}")
            }
            Self::NoRights => format!("sudo chown \"$USER\" {PATH}"),
            Self::Unusable(_) => "sudo modprobe -r uhid && sudo modprobe uhid".into(),
            Self::NoDriver => "sudo modprobe hid-generic".into(),
        }
    }
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} Run: {}", self.sentence(), self.command())
    }
}

impl std::error::Error for Missing {}

/// Opens the node and closes it again, of which nobody sees anything.
pub(super) fn check() -> Result<(), Missing> {
    if !cfg!(target_os = "linux") {
        return Err(Missing::NotLinux);
    }
    let opened = fs::OpenOptions::new().read(true).write(true).open(PATH);
    match opened {
        Ok(_) => Ok(()),
        Err(error) => Err(diagnose(&error)),
    }
}

/// What the system says of the module.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct System {
    /// The device's number, once the module is loaded.
    pub(super) number: Option<String>,
    /// Whether the running kernel's modules have it.
    pub(super) has_module: bool,
}

impl System {
    /// Reads the tree at `root`.
    pub(super) fn read(root: &Path) -> Self {
        let line = |path: &str| {
            let read = fs::read_to_string(root.join(path)).ok()?;
            Some(read.trim().to_owned())
        };
        let release = line("proc/sys/kernel/osrelease").unwrap_or_default();
        let listed = |file: &str| {
            let list = line(&format!("lib/modules/{release}/{file}")).unwrap_or_default();
            list.lines().any(|it| {
                let path = it.split(':').next().unwrap_or_default();
                path.rsplit('/')
                    .next()
                    .is_some_and(|name| name.split('.').next() == Some("uhid"))
            })
        };
        Self {
            number: line("sys/class/misc/uhid/dev"),
            has_module: listed("modules.dep") || listed("modules.builtin"),
        }
    }

    /// What is missing when the node does not open with `error`.
    pub(super) fn lacks(self, error: &io::Error) -> Missing {
        let code = error.raw_os_error().unwrap_or_default();
        let absent = error.kind() == ErrorKind::NotFound;
        let idle = absent || NO_DEVICE.contains(&code);
        match self.number {
            _ if code == NOT_PERMITTED => Missing::Forbidden,
            _ if error.kind() == ErrorKind::PermissionDenied => Missing::NoRights,
            Some(number) if absent => Missing::NoNode { number },
            None if idle && self.has_module => Missing::NotLoaded,
            None if idle => Missing::NoModule,
            _ => Missing::Unusable(error.to_string()),
        }
    }
}

/// What is missing on this computer, where the node does not open with `error`.
pub(super) fn diagnose(error: &io::Error) -> Missing {
    System::read(Path::new("/")).lacks(error)
}
