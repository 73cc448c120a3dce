//! The events that walks can expect, from the rooms' own lists.

use std::fmt::Write as _;

pub(super) use crate::engine::events::{ROOMS, kinds};

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
