//! Acts and subjects, one file a room.

mod client;
mod clock;
mod device;
mod fault;
mod members;
mod network;
mod page;
mod person;
mod rp;
mod subjects;
#[cfg(test)]
mod tests;
mod told;

use crate::engine::Registry;

/// What the acts of each room have in common, for the reference.
const ROOMS: [(&str, &str); 8] = [
    (
        "page",
        "What a person does on the relying party's page. The page must offer it.",
    ),
    (
        "person",
        "What a person does at a device, or at a question of the client. Somebody must ask.",
    ),
    (
        "device",
        "What its owner does with a device, away from any page.",
    ),
    ("client", "What goes on at the browser's side."),
    ("rp", "What the relying party's administrator does."),
    (
        "clock",
        "Time. Every clock stands still at the walk's start until one of these moves it.",
    ),
    (
        "network",
        "What lies between the pages and the relying party. It stays so until another act changes it.",
    ),
    (
        "fault",
        "What befalls a single message on its way. Every fault is marked as deliberate in the timeline.",
    ),
];

/// Every act and subject there is.
#[must_use]
pub fn registry() -> Registry {
    let mut registry = Registry::default();
    for (room, about) in ROOMS {
        registry.describe(room, about);
    }
    page::register(&mut registry);
    person::register(&mut registry);
    device::register(&mut registry);
    client::register(&mut registry);
    rp::register(&mut registry);
    clock::register(&mut registry);
    network::register(&mut registry);
    fault::register(&mut registry);
    subjects::register(&mut registry);
    registry
}
