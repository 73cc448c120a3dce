//! The engine against simulated keys in simulated time, and the channel over real sockets.

mod frames;
mod links;
mod misbehaving;
mod properties;
mod simulated;
pub(crate) mod sockets;
mod udp;

/// The thirteen keys that the virtual machine's tests plug in, too.
#[path = "../../../../tests/keys/misbehaving.rs"]
mod faulty;
