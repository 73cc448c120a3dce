//! What Linux shows in sysfs, which needs no right to open a node. hidapi's own list is not used
//! here: it reads through a null pointer when a node vanishes while it looks (2.6.7), and loses
//! names that the program's locale cannot write.

use std::{
    ffi::OsString,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use super::{FIDO, text};
use crate::keys::found::{Bus, FoundKey, KeyId, UNNAMED};

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
    let (bus, vendor_id, product_id) = numbers(&said("HID_ID")?)?;
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

/// Bus, vendor and product of `0003:00001050:00000407`.
fn numbers(id: &str) -> Option<(u16, u16, u16)> {
    let mut numbers = id.split(':').map(|it| u32::from_str_radix(it, 16).ok());
    let mut next = || u16::try_from(numbers.next()??).ok();
    Some((next()?, next()?, next()?))
}

/// The folder of the USB device that a HID device is a part of.
fn usb_device(device: &Path) -> Option<PathBuf> {
    let device = device.canonicalize().ok()?;
    let mut above = device.ancestors();
    let usb = above.find(|folder| folder.join("idVendor").exists())?;
    Some(usb.to_owned())
}

/// Whether a report descriptor has a top-level collection of FIDO's usage page (HID 1.11 §6.2.2).
fn is_fido(descriptor: &[u8]) -> bool {
    let (mut page, mut usage_page, mut depth) = (0u32, None, 0u32);
    let mut rest = descriptor;
    while let Some((prefix, after)) = rest.split_first() {
        const LONG: u8 = 0xFE;
        let (length, head) = match (*prefix, after) {
            (LONG, [length, ..]) => (usize::from(*length), 2),
            (prefix, _) => ([0, 1, 2, 4][usize::from(prefix & 3)], 0),
        };
        let Some(data) = after.get(head..head + length) else {
            return false;
        };
        rest = &after[head + length..];
        let bytes = data.iter().rev().take(4);
        let value = bytes.fold(0u32, |value, byte| (value << 8) | u32::from(*byte));
        match prefix & 0xFC {
            0x04 => page = value,
            // A usage of four bytes brings its own page; the first of several names the collection.
            0x08 if length == 4 => usage_page = usage_page.or(Some(value >> 16)),
            0xA0 => {
                if depth == 0 && usage_page.unwrap_or(page) == u32::from(FIDO) {
                    return true;
                }
                depth += 1;
                usage_page = None;
            }
            0xC0 => depth = depth.saturating_sub(1),
            0x80 | 0x90 | 0xB0 => usage_page = None,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests;
