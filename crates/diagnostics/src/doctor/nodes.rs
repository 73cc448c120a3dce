//! The hidraw nodes of FIDO keys, and whether this user may open them.

use std::io::ErrorKind;

use client::{hid_numbers, is_fido, udev_rule};

use super::Machine;
use super::rules::Rules;
use crate::explain::shown::plain;
use crate::shapes::{Finding, State};

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
                    numbers: value("HID_ID=")
                        .and_then(hid_numbers)
                        .map(|(_, vendor, product)| (vendor, product))
                        .unwrap_or_default(),
                    name,
                }
            })
        })
        .collect()
}

const CLASS: &str = "sys/class/hidraw";

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
