//! Whether udev gives the person at this computer the right to keys.

use super::Machine;
use super::nodes::Node;
use crate::shapes::{Finding, State};

/// Where udev reads rules, what counts most first.
const FOLDERS: [&str; 4] = [
    "etc/udev/rules.d",
    "run/udev/rules.d",
    "usr/lib/udev/rules.d",
    "lib/udev/rules.d",
];

/// What systemd brings to tell FIDO keys from other HID devices.
const FIDO_ID: [&str; 2] = ["usr/lib/udev/fido_id", "lib/udev/fido_id"];

/// The rule by which every FIDO key is for whoever sits at the computer.
const GENERAL: &str = "echo 'SUBSYSTEM==\"hidraw\", IMPORT{program}=\"fido_id\", ENV{ID_SECURITY_TOKEN}==\"1\", TAG+=\"uaccess\"' \
     | sudo tee /etc/udev/rules.d/70-fido-keys.rules \
     && sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=hidraw";

/// What the rules there are give.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rules {
    /// A rule finds out which HID devices are FIDO keys.
    tells_keys: bool,
    /// A rule gives such keys to the person at the computer.
    gives_keys: bool,
    /// Files with a rule that gives some models of keys.
    some_models: Vec<String>,
}

impl Rules {
    /// Whether every FIDO key is for whoever sits at the computer.
    pub(super) fn give_every_key(&self) -> bool {
        self.tells_keys && self.gives_keys
    }
}

pub(super) fn finding(machine: &Machine, rules: &Rules, nodes: &[Node]) -> Finding {
    let finding = Finding::of("udevRule", "udev rule");
    if rules.give_every_key() {
        return finding.ok("udev gives every FIDO key to whoever sits at this computer.");
    }
    if !machine.has("run/udev") {
        return finding.state(
            State::Unknown,
            "No udev runs here, as in a container: rights to nodes come from whoever made them.",
        );
    }
    let (state, sentence) = if rules.some_models.is_empty() {
        let all_open = !nodes.is_empty()
            && nodes
                .iter()
                .all(|node| (machine.open)(&machine.at(format!("dev/{}", node.name))).is_ok());
        let state = if all_open {
            State::Optional
        } else {
            State::Problem
        };
        (
            state,
            "No udev rule gives FIDO keys to whoever sits at this computer; only the superuser may open them."
                .to_owned(),
        )
    } else {
        (
            State::Optional,
            format!(
                "udev gives some models of keys to whoever sits at this computer ({}). For one that is not among them, add a rule.",
                rules.some_models.join(", ")
            ),
        )
    };
    if FIDO_ID.iter().any(|path| machine.has(path)) {
        finding
            .state(
                state,
                format!("{sentence} The command adds a rule for all."),
            )
            .run(GENERAL)
    } else {
        finding.state(
            state,
            format!("{sentence} Plug the key in and ask again: the finding about its rights then has the command for its model."),
        )
    }
}

/// Reads the rules that are in force.
pub(super) fn read(machine: &Machine) -> Rules {
    let mut rules = Rules::default();
    let mut seen: Vec<String> = Vec::new();
    for folder in FOLDERS {
        for name in machine.names(folder) {
            // A file of the same name in a folder before is the one that counts.
            if !name.ends_with(".rules") || seen.contains(&name) {
                continue;
            }
            if let Some(text) = machine.text(format!("{folder}/{name}")) {
                weigh(&mut rules, &name, &text);
            }
            seen.push(name);
        }
    }
    rules
}

fn weigh(rules: &mut Rules, name: &str, text: &str) {
    let joined = text.replace("\\\n", " ");
    let lines = joined.lines().map(str::trim);
    for line in lines.filter(|line| !line.starts_with('#')) {
        rules.tells_keys |= line.contains("IMPORT") && line.contains("fido_id");
        let uaccess = line.contains("uaccess");
        rules.gives_keys |= uaccess && line.contains("ID_SECURITY_TOKEN");
        let opens = uaccess || line.contains("MODE=\"066");
        let by_model = line.contains("hidraw") && opens && !line.contains("ID_SECURITY_TOKEN");
        if by_model && !rules.some_models.iter().any(|known| known == name) {
            rules.some_models.push(name.to_owned());
        }
    }
}
