//! What Linux shows in sysfs, which needs no right to open a node. hidapi's own list is not used
//! here: it reads through a null pointer when a node vanishes while it looks (2.6.7), and loses
//! names that the program's locale cannot write.

use std::{
    ffi::OsString,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use super::text;
use crate::keys::{
    descriptor::{hid_numbers, is_fido},
    found::{Bus, FoundKey, KeyId, UNNAMED},
};

const CLASS: &str = "/sys/class/hidraw";
const NODES: &str = "/dev";

/// One line for each node: its name, its number in sysfs, which is new after replugging, and what
/// decides about rights: the node's time of change and mode.
pub(super) type Trace = Vec<(OsString, u64, Option<(i64, i64, u32)>)>;

pub(super) fn trace() -> Option<Trace> {
    let mut trace: Trace = entries(Path::new(CLASS))
        .map(|entry| {
            let number = entry.symlink_metadata().map_or(0, |it| it.ino());
            let name = entry.file_name().unwrap_or_default().to_owned();
            let node = Path::new(NODES).join(&name).metadata().ok();
            let node = node.map(|it| (it.ctime(), it.ctime_nsec(), it.mode()));
            (name, number, node)
        })
        .collect();
    trace.sort();
    Some(trace)
}

pub(super) fn enumerate() -> Vec<FoundKey> {
    keys(Path::new(CLASS))
}

/// The keys of a folder that is laid out like `/sys/class/hidraw`.
fn keys(class: &Path) -> Vec<FoundKey> {
    let mut keys: Vec<FoundKey> = entries(class).filter_map(|entry| key(&entry)).collect();
    keys.sort_by_key(|key| (key.path.len(), key.path.clone()));
    keys
}

/// A kernel without HID has no such folder, and no keys.
fn entries(class: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(class).into_iter().flatten().flatten();
    entries.map(|entry| entry.path())
}

/// The key behind a node; `None` when it is none, or is being unplugged just now.
fn key(entry: &Path) -> Option<FoundKey> {
    let device = entry.join("device");
    if !is_fido(&fs::read(device.join("report_descriptor")).ok()?) {
        return None;
    }
    let path = Path::new(NODES).join(entry.file_name()?);
    let path = path.to_str()?.to_owned();
    let uevent = fs::read(device.join("uevent")).ok()?;
    let uevent = String::from_utf8_lossy(&uevent);
    let said = |name: &str| {
        let lines = uevent.lines().filter_map(|line| line.split_once('='));
        lines
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
            .next()
    };
    let (bus, vendor_id, product_id) = hid_numbers(&said("HID_ID")?)?;
    let usb = usb_device(&device);
    let of_usb = |file: &str| {
        let content = fs::read(usb.as_ref()?.join(file)).ok()?;
        text(Some(&String::from_utf8_lossy(&content)))
    };
    let product = of_usb("product").or_else(|| text(said("HID_NAME").as_deref()));
    Some(FoundKey {
        id: KeyId::hid(&path),
        name: product.clone().unwrap_or_else(|| UNNAMED.to_owned()),
        manufacturer: of_usb("manufacturer"),
        product,
        serial: text(said("HID_UNIQ").as_deref()),
        vendor_id: Some(vendor_id),
        product_id: Some(product_id),
        bus: match bus {
            // A uhid key says USB, too, and hangs on no port.
            0x03 if usb.is_some() => Bus::Usb,
            0x05 => Bus::Bluetooth,
            0x18 => Bus::I2c,
            0x1C => Bus::Spi,
            _ => Bus::Unknown,
        },
        path,
        problem: None,
    })
}

/// The folder of the USB device that a HID device is a part of.
fn usb_device(device: &Path) -> Option<PathBuf> {
    let device = device.canonicalize().ok()?;
    let mut above = device.ancestors();
    let usb = above.find(|folder| folder.join("idVendor").exists())?;
    Some(usb.to_owned())
}

#[cfg(test)]
mod tests;
