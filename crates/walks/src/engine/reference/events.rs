//! The events that walks can expect, from the rooms' own lists.

use std::fmt::Write as _;

/// Who emits, and the list that says what.
pub(super) const ROOMS: [(&str, &str); 6] = [
    (
        "The client",
        include_str!("../../../../client/src/kinds.rs"),
    ),
    (
        "The device",
        include_str!("../../../../device/src/kinds.rs"),
    ),
    (
        "The device's authenticator",
        include_str!("../../../../authenticator/src/kinds.rs"),
    ),
    (
        "The relying party",
        include_str!("../../../../../rp-server/src/kinds.rs"),
    ),
    ("The bench", include_str!("../../../../bench/src/kinds.rs")),
    ("The walk", include_str!("../../kinds.rs")),
];

/// A section with a table for each room.
pub(super) fn events(page: &mut String) {
    page.push_str("## Events\nWhat `event = \"…\"` can name. `Body` lists the fields to compare; select an event in the window to see them filled in.\n");
    for (who, source) in ROOMS {
        let _ = write!(
            page,
            "\n### {who}\n\n| event | when, and its body |\n|---|---|\n"
        );
        for (name, about) in kinds(source) {
            let _ = writeln!(page, "| `{name}` | {} |", about.replace('|', "\\|"));
        }
    }
}

/// Each constant's value and what its documentation says.
pub(super) fn kinds(source: &str) -> Vec<(&str, String)> {
    let mut kinds = Vec::new();
    let mut about: Vec<&str> = Vec::new();
    for line in source.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("/// ") {
            about.push(text);
        } else {
            let constant = line.strip_prefix("pub const ");
            let value = constant.and_then(|constant| constant.split('"').nth(1));
            kinds.extend(value.map(|value| (value, about.join(" "))));
            about.clear();
        }
    }
    kinds
}
