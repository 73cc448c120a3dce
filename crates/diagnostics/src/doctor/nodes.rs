//! The hidraw nodes of FIDO keys, and whether this user may open them.

use std::io::ErrorKind;

use client::udev_rule;

use super::Machine;
use super::rules::Rules;
use crate::explain::shown::plain;
use crate::shapes::{Finding, State};

/// FIDO's usage page (CTAP 2.3 §11.2.8.1).
const FIDO_USAGE_PAGE: u32 = 0xF1D0;

/// A FIDO key's node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// `hidraw3`.
    pub name: String,
    /// The HID device's name, as the key says.
    pub product: String,
    /// The vendor's and the product's number.
    pub numbers: (u16, u16),
}

impl Node {
    /// `/dev/hidraw3`.
    pub fn path(&self) -> String {
        format!("/dev/{}", self.name)
    }
}

/// The FIDO keys that the kernel knows, in the order of their numbers.
pub(super) fn fido(machine: &Machine) -> Vec<Node> {
    machine
        .names(CLASS)
        .into_iter()
        .filter_map(|name| {
            let device = format!("{CLASS}/{name}/device");
            let descriptor = machine.bytes(format!("{device}/report_descriptor"))?;
            is_fido(&descriptor).then(|| {
                let uevent = machine.text(format!("{device}/uevent")).unwrap_or_default();
                let value = |key: &str| uevent.lines().find_map(|line| line.strip_prefix(key));
                Node {
                    product: plain(value("HID_NAME=").unwrap_or("Security key")),
                    numbers: value("HID_ID=").and_then(numbers).unwrap_or_default(),
                    name,
                }
            })
        })
        .collect()
}

const CLASS: &str = "sys/class/hidraw";

/// Reads `0003:00001050:00000407`, in hexadecimal: bus, vendor, product.
fn numbers(id: &str) -> Option<(u16, u16)> {
    let mut parts = id.split(':').skip(1);
    let mut next = || u16::try_from(u32::from_str_radix(parts.next()?, 16).ok()?).ok();
    Some((next()?, next()?))
}

/// Whether a HID report descriptor (HID 1.11 §6.2.2) names FIDO's usage page.
fn is_fido(mut descriptor: &[u8]) -> bool {
    const LONG_ITEM: u8 = 0xFE;
    const USAGE_PAGE: u8 = 0x04;
    while let Some((&prefix, rest)) = descriptor.split_first() {
        if prefix == LONG_ITEM {
            let length = rest.first().map_or(0, |length| usize::from(*length));
            descriptor = rest.get(2 + length..).unwrap_or_default();
            continue;
        }
        let length = [0, 1, 2, 4][usize::from(prefix & 3)];
        let Some((data, rest)) = rest.split_at_checked(length) else {
            return false;
        };
        let value = data
            .iter()
            .rev()
            .fold(0, |value, byte| value << 8 | u32::from(*byte));
        if prefix & !3 == USAGE_PAGE && value == FIDO_USAGE_PAGE {
            return true;
        }
        descriptor = rest;
    }
    false
}

/// What there is to say of the nodes.
pub(super) fn findings(machine: &Machine, rules: &Rules, nodes: &[Node]) -> Vec<Finding> {
    if !machine.has(CLASS) {
        let finding = Finding::of("hidraw", "HID nodes of the kernel");
        return vec![if machine.has("sys/class") {
            finding
                .state(
                    State::Problem,
                    "The kernel makes no hidraw nodes, through which keys are reached. Load its HID drivers.",
                )
                .run("sudo modprobe -a hid-generic usbhid")
        } else {
            finding.state(
                State::Unknown,
                "/sys cannot be read, so that it is not known which keys are plugged in. A sandbox may hide it.",
            )
        }];
    }
    if nodes.is_empty() {
        return vec![
            Finding::of("keys", "Keys")
                .state(
                    State::Optional,
                    "No FIDO key is on USB. Plug one in: it shows up by itself. Without one, the command serves a software key over UDP.",
                )
                .run("touchstone device --udp 127.0.0.1:8111"),
        ];
    }
    nodes
        .iter()
        .map(|node| finding(machine, rules, node))
        .collect()
}

fn finding(machine: &Machine, rules: &Rules, node: &Node) -> Finding {
    let path = node.path();
    let finding = Finding::of("rights", format!("Rights to {path} ({})", node.product));
    match (machine.open)(&machine.at(format!("dev/{}", node.name))) {
        Ok(()) => finding.ok("The key can be used."),
        // Another rule would give no more than that.
        Err(error) if error.kind() == ErrorKind::PermissionDenied && rules.give_every_key() => finding
            .state(
                State::Problem,
                format!(
                    "This user has no right to open {path}: udev gives keys to whoever sits at this computer, and this user does not, as over ssh or in a container. The command gives the right until the key is unplugged."
                ),
            )
            .run(format!("sudo chown \"$USER\" {path}")),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => finding
            .state(
                State::Problem,
                format!(
                    "This user has no right to open {path}. The command adds a udev rule that gives it to whoever sits at this computer; without a seat, as over ssh, \"sudo chmod a+rw {path}\" gives it until the key is unplugged."
                ),
            )
            .run(udev_rule(node.numbers.0, node.numbers.1)),
        Err(error) if error.kind() == ErrorKind::NotFound => missing(machine, node, finding),
        Err(error) => finding.state(
            State::Problem,
            format!("{path} cannot be opened: {error}. Unplug the key and put it back."),
        ),
    }
}

/// The kernel knows the key, and its node is not there.
fn missing(machine: &Machine, node: &Node, finding: Finding) -> Finding {
    let path = node.path();
    let finding = finding.state(
        State::Problem,
        format!(
            "The kernel knows the key, but {path} is not there. A container must be started with --device {path}; elsewhere, the command makes it."
        ),
    );
    let number = machine.text(format!("{CLASS}/{}/dev", node.name));
    match number.as_deref().and_then(|number| number.split_once(':')) {
        Some((major, minor)) if is_number(major) && is_number(minor) => finding.run(format!(
            "sudo mknod -m 600 {path} c {major} {minor} && sudo chown \"$USER\" {path}"
        )),
        _ => finding,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The report descriptor of CTAP 2.3 §11.2.8.1.
    const FIDO: &[u8] = &[
        0x06, 0xD0, 0xF1, 0x09, 0x01, 0xA1, 0x01, 0x09, 0x20, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75,
        0x08, 0x95, 0x40, 0x81, 0x02, 0x09, 0x21, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08, 0x95,
        0x40, 0x91, 0x02, 0xC0,
    ];

    #[test]
    fn a_key_is_known_by_its_usage_page_and_not_by_bytes_that_look_like_it() {
        assert!(is_fido(FIDO));
        assert!(
            is_fido(&[0x07, 0xD0, 0xF1, 0x00, 0x00, 0xC0]),
            "the page in four bytes is the same page"
        );
        assert!(
            is_fido(&[0xFE, 0x02, 0x10, 0xAA, 0xBB, 0x06, 0xD0, 0xF1]),
            "a long item is passed over"
        );
        let keyboard = [0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0xC0];
        assert!(!is_fido(&keyboard));
        assert!(
            !is_fido(&[0x26, 0x06, 0xD0, 0x26, 0xD0, 0xF1, 0xC0]),
            "the bytes of a maximum are no page"
        );
        assert!(
            !is_fido(&[0x0A, 0xD0, 0xF1]),
            "a usage of that number is no page"
        );
    }

    #[test]
    fn a_descriptor_that_ends_early_names_nothing() {
        for end in 0..3 {
            assert!(!is_fido(&FIDO[..end]), "{end} bytes");
        }
        assert!(!is_fido(&[0xFE]));
        assert!(!is_fido(&[0xFE, 0xFF, 0x00, 0x06, 0xD0, 0xF1]));
    }

    #[test]
    fn the_numbers_of_a_device_are_read_from_its_id() {
        assert_eq!(numbers("0003:00001050:00000407"), Some((0x1050, 0x0407)));
        for text in ["", "0003", "0003:1050", "0003:x:y", "0003:00011050:0407"] {
            assert_eq!(numbers(text), None, "{text}");
        }
    }
}
