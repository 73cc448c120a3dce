//! What hidapi lists, for systems that have no sysfs.

use hidapi::{BusType, DeviceInfo};

use super::text;
use crate::{
    hid::node::with_hidapi,
    keys::{
        descriptor::FIDO,
        found::{Bus, FoundKey, KeyId, UNNAMED},
    },
};

/// Nothing says cheaply whether something changed.
#[cfg(not(target_os = "linux"))]
pub(super) type Trace = ();

#[cfg(not(target_os = "linux"))]
pub(super) fn trace() -> Option<Trace> {
    None
}

pub(super) fn enumerate() -> Vec<FoundKey> {
    let listed = with_hidapi(|api| {
        api.refresh_devices()?;
        let keys = api.device_list().filter(|info| info.usage_page() == FIDO);
        Ok(keys.filter_map(found).collect::<Vec<_>>())
    });
    // A system without HID has no keys at its nodes.
    let mut keys = listed.unwrap_or_default();
    keys.sort_by_key(|key| (key.path.len(), key.path.clone()));
    keys.dedup_by(|one, other| one.id == other.id);
    keys
}

fn found(info: &DeviceInfo) -> Option<FoundKey> {
    let path = info.path().to_str().ok()?.to_owned();
    let product = text(info.product_string());
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
