//! Whether a sandbox keeps keys away from this program.

use super::Machine;
use crate::shapes::{Finding, State};

pub(super) fn finding(machine: &Machine) -> Finding {
    let finding = Finding::of("sandbox", "Sandbox");
    if let Some(info) = machine.text(".flatpak-info") {
        return flatpak(finding, &info);
    }
    if let Some(snap) = snap(machine) {
        return finding
            .state(
                State::Optional,
                format!(
                    "This program runs in the snap {snap}, which shows it keys only when it is connected to them."
                ),
            )
            .run(format!("sudo snap connect {snap}:u2f-devices"));
    }
    if machine.has(".dockerenv") || machine.has("run/.containerenv") {
        return finding.state(
            State::Optional,
            "This program runs in a container, which shows it only the devices it was started with. Start it with --device /dev/hidrawN for each key, or serve a key over UDP.",
        );
    }
    finding.ok("No sandbox keeps keys away from this program.")
}

fn flatpak(finding: Finding, info: &str) -> Finding {
    let value = |key: &str| info.lines().find_map(|line| line.strip_prefix(key));
    let sees_devices = value("devices=").is_some_and(|list| list.split(';').any(|it| it == "all"));
    if sees_devices {
        return finding.ok("This program runs in a Flatpak sandbox that shows it all devices.");
    }
    let finding = finding.state(
        State::Problem,
        "This program runs in a Flatpak sandbox that hides keys from it. Let it see devices, then start it again.",
    );
    match value("name=").filter(|name| is_plain_name(name)) {
        Some(name) => finding.run(format!("flatpak override --user --device=all {name}")),
        None => finding,
    }
}

/// The snap that confines this program, by its AppArmor label.
fn snap(machine: &Machine) -> Option<String> {
    let label = machine.text("proc/self/attr/current")?;
    let name = label.strip_prefix("snap.")?.split('.').next()?;
    is_plain_name(name).then(|| name.to_owned())
}

/// Whether a shell takes the name as it is.
fn is_plain_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !name.is_empty() && !name.starts_with('-') && name.bytes().all(plain)
}
