//! Keys at the operating system's HID nodes.

use hidapi::{BusType, DeviceInfo};

use super::{Bus, FoundKey, KeyId, found::UNNAMED, rights};
use crate::hid::node::with_hidapi;

/// FIDO's usage page (CTAP 2.3 §11.2.8). Linux gives it from sysfs, without a right to open the node.
const FIDO: u16 = 0xF1D0;

/// The nodes as they were at the last look.
#[derive(Default)]
pub(super) struct Nodes {
    trace: Option<Trace>,
    found: Vec<FoundKey>,
    /// A node's attributes may come just after the node itself.
    look_again: bool,
}

impl Nodes {
    /// The keys there are now. Where the system shows cheaply that nothing changed, nothing is
    /// enumerated.
    pub fn look(&mut self) -> Vec<FoundKey> {
        let trace = trace();
        let changed = trace.is_none() || trace != self.trace;
        if changed || self.look_again {
            self.found = enumerate();
            self.look_again = changed;
        }
        self.trace = trace;
        self.found.clone()
    }
}

fn enumerate() -> Vec<FoundKey> {
    let listed = with_hidapi(|api| {
        api.reset_devices()?;
        api.add_devices(0, 0)?;
        let keys = api.device_list().filter(|info| info.usage_page() == FIDO);
        Ok(keys.filter_map(found).collect::<Vec<_>>())
    });
    // A system without HID has no keys at its nodes.
    let mut keys = listed.unwrap_or_default();
    keys.sort_by_key(|key| (key.path.len(), key.path.clone()));
    keys.dedup_by(|one, other| one.id == other.id);
    for key in &mut keys {
        key.problem = rights::problem(key);
    }
    keys
}

fn found(info: &DeviceInfo) -> Option<FoundKey> {
    let path = info.path().to_str().ok()?.to_owned();
    let product = text(info.product_string()).or_else(|| kernels_name(&path));
    Some(FoundKey {
        id: KeyId::hid(&path),
        name: product.clone().unwrap_or_else(|| UNNAMED.to_owned()),
        manufacturer: text(info.manufacturer_string()),
        product,
        serial: text(info.serial_number()),
        vendor_id: Some(info.vendor_id()),
        product_id: Some(info.product_id()),
        bus: match info.bus_type() {
            BusType::Usb => Bus::Usb,
            BusType::Bluetooth => Bus::Bluetooth,
            BusType::I2c => Bus::I2c,
            BusType::Spi => Bus::Spi,
            BusType::Unknown => Bus::Unknown,
        },
        path,
        problem: None,
    })
}

/// The name that Linux keeps in sysfs: hidapi loses one that the program's locale cannot write.
#[cfg(target_os = "linux")]
fn kernels_name(node: &str) -> Option<String> {
    let name = std::path::Path::new(node).file_name()?;
    let folder = std::path::Path::new("/sys/class/hidraw").join(name);
    let uevent = std::fs::read_to_string(folder.join("device/uevent")).ok()?;
    text(
        uevent
            .lines()
            .find_map(|line| line.strip_prefix("HID_NAME=")),
    )
}

#[cfg(not(target_os = "linux"))]
fn kernels_name(_node: &str) -> Option<String> {
    None
}

/// What a key says about itself, without what would break a line or deceive a reader.
fn text(said: Option<&str>) -> Option<String> {
    let printable: String = said?
        .chars()
        .filter(|it| !it.is_control())
        .take(128)
        .collect();
    let printable = printable.trim();
    (!printable.is_empty()).then(|| printable.to_owned())
}

/// One line for each node: its name, its number in sysfs, which is new after replugging, and what
/// decides about rights.
#[cfg(target_os = "linux")]
type Trace = Vec<(std::ffi::OsString, u64, Option<(i64, i64, u32)>)>;

#[cfg(target_os = "linux")]
fn trace() -> Option<Trace> {
    use std::os::unix::fs::MetadataExt;

    // A kernel without HID has no such folder, and no keys.
    let nodes = std::fs::read_dir("/sys/class/hidraw").into_iter().flatten();
    let mut trace: Trace = nodes
        .flatten()
        .map(|entry| {
            let number = entry.path().symlink_metadata().map_or(0, |it| it.ino());
            let node = std::path::Path::new("/dev").join(entry.file_name());
            let node = node.metadata().ok();
            let node = node.map(|it| (it.ctime(), it.ctime_nsec(), it.mode()));
            (entry.file_name(), number, node)
        })
        .collect();
    trace.sort();
    Some(trace)
}

#[cfg(not(target_os = "linux"))]
type Trace = ();

#[cfg(not(target_os = "linux"))]
fn trace() -> Option<Trace> {
    None
}
