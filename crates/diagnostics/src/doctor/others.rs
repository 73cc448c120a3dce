//! Other programs that use keys at the same time.

use std::fs;
use std::path::Path;

use super::Machine;
use super::nodes::Node;
use crate::explain::shown::plain;
use crate::shapes::{Finding, State};

/// The most programs that are named.
const MOST: usize = 8;

/// Which other programs have a key's node open, as far as this user may see it.
pub(super) fn holders(machine: &Machine, nodes: &[Node]) -> Vec<Finding> {
    if nodes.is_empty() {
        return Vec::new();
    }
    let myself = fs::read_link(machine.at("proc/self")).ok();
    let mut findings = Vec::new();
    for process in processes(machine) {
        if myself.as_deref() == Some(Path::new(&process)) {
            continue;
        }
        let folder = format!("proc/{process}/fd");
        let opened: Vec<_> = machine
            .names(&folder)
            .into_iter()
            .filter_map(|fd| fs::read_link(machine.at(format!("{folder}/{fd}"))).ok())
            .collect();
        let held = nodes
            .iter()
            .filter(|node| opened.iter().any(|path| path == Path::new(&node.path())));
        for node in held {
            let program = name(machine, &process);
            findings.push(
                Finding::of("held", format!("{} in use", node.path())).state(
                    State::Optional,
                    format!(
                        "{program} (process {process}) has {} open, too. Both can work; while it uses the key, the key answers that it is busy. Close it if that happens.",
                        node.path()
                    ),
                ),
            );
        }
        if findings.len() >= MOST {
            break;
        }
    }
    findings
}

/// Whether the service for smart cards runs.
pub(super) fn pcscd(machine: &Machine) -> Finding {
    let finding = Finding::of("pcscd", "Smart-card service");
    let runs = processes(machine)
        .iter()
        .any(|process| name(machine, process) == "pcscd");
    if runs || machine.has("run/pcscd/pcscd.comm") {
        finding
            .state(
                State::Optional,
                "pcscd is there. It holds the smart-card side of a key; the FIDO side (HID), which is used here, stays free. Stop it if a key still does not answer.",
            )
            .run("sudo systemctl stop pcscd.socket pcscd.service")
    } else {
        finding.ok("pcscd does not run: nothing holds the smart-card side of a key.")
    }
}

fn processes(machine: &Machine) -> Vec<String> {
    let mut names = machine.names("proc");
    names.retain(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    names
}

/// The program's name, which it chose itself.
fn name(machine: &Machine, process: &str) -> String {
    let name = machine.text(format!("proc/{process}/comm"));
    plain(name.as_deref().unwrap_or("A program"))
}
