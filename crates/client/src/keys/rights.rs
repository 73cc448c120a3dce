//! Whether this user may open a key's node, and what gives the right.

use super::{FoundKey, KeyProblem};
use crate::ChannelError;

/// Opens the node as hidapi will, and closes it again: hidapi says why it failed in words only.
///
/// Errors: [`ChannelError::NoRights`], [`ChannelError::Gone`].
#[cfg(target_os = "linux")]
pub(crate) fn try_open(path: &str) -> Result<(), ChannelError> {
    use std::io::ErrorKind;

    let opened = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(path);
    match opened {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Err(ChannelError::NoRights(path.to_owned()))
        }
        Err(error) => Err(ChannelError::Gone(error.to_string())),
    }
}

/// Other systems have no file to try.
#[cfg(not(target_os = "linux"))]
pub(crate) fn try_open(_path: &str) -> Result<(), ChannelError> {
    Ok(())
}

/// Why `key` cannot be used, if it cannot.
pub(crate) fn problem(key: &FoundKey) -> Option<KeyProblem> {
    let error = try_open(&key.path).err()?;
    match &error {
        ChannelError::NoRights(_) => Some(KeyProblem {
            code: error.code().to_owned(),
            message: format!(
                "This user has no right to open {path}. The command adds a udev rule that gives it to whoever sits at \
                 this computer; without a seat, as over ssh, \"sudo chmod a+rw {path}\" gives it until the key is \
                 unplugged.",
                path = key.path
            ),
            command: Some(udev_rule(
                key.vendor_id.unwrap_or_default(),
                key.product_id.unwrap_or_default(),
            )),
        }),
        _ => Some(KeyProblem {
            code: error.code().to_owned(),
            message: error.to_string(),
            command: None,
        }),
    }
}

/// The shell command that adds a udev rule by which this model of key is for whoever sits at the
/// computer. `KERNELS` is the HID device's name in sysfs (bus:vendor:product.instance), which a uhid
/// key has too; 70 comes before the rules that act on the tag.
#[must_use]
pub fn udev_rule(vendor: u16, product: u16) -> String {
    format!(
        "echo 'SUBSYSTEM==\"hidraw\", KERNELS==\"*:{vendor:04X}:{product:04X}.*\", TAG+=\"uaccess\"' \
         | sudo tee /etc/udev/rules.d/70-key-{vendor:04x}-{product:04x}.rules \
         && sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=hidraw"
    )
}
