//! Keys on USB that no driver has taken.

use super::Machine;
use crate::explain::shown::plain;
use crate::shapes::{Finding, State};

const DEVICES: &str = "sys/bus/usb/devices";

/// USB interfaces that may be a FIDO key's (class HID, without subclass and protocol,
/// CTAP 2.3 §11.2.8.1) and have no driver, so that there is no node for them.
pub(super) fn without_driver(machine: &Machine) -> Vec<Finding> {
    machine
        .names(DEVICES)
        .into_iter()
        .filter_map(|interface| {
            let (device, _) = interface.split_once(':')?;
            let is = |file: &str, value: &str| {
                machine.text(format!("{DEVICES}/{interface}/{file}")).as_deref() == Some(value)
            };
            let may_be_a_key = is("bInterfaceClass", "03")
                && is("bInterfaceSubClass", "00")
                && is("bInterfaceProtocol", "00");
            if !may_be_a_key || machine.has(format!("{DEVICES}/{interface}/driver")) {
                return None;
            }
            let product = machine
                .text(format!("{DEVICES}/{device}/product"))
                .map_or_else(|| "A USB device".to_owned(), |product| plain(&product));
            Some(
                Finding::of("usbDriver", format!("Driver of {product}"))
                    .state(
                        State::Problem,
                        format!(
                            "{product} (USB {device}) may be a key, and no driver has taken it, so that it has no node. Load the drivers."
                        ),
                    )
                    .run("sudo modprobe -a usbhid hid-generic"),
            )
        })
        .collect()
}
