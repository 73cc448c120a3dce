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
mod told;
#[cfg(test)]
mod tests;

use crate::engine::Registry;

/// Every act and subject there is.
#[must_use]
pub fn registry() -> Registry {
    let mut registry = Registry::default();
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
