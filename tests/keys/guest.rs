//! What runs inside the virtual machine, as root, with nothing plugged in at first.

mod apart;
mod channel;
mod command_line;
mod doctor;
mod libfido2;
#[path = "misbehaving.rs"]
mod misbehaving;
mod misbehaviour;
pub mod plugged;
mod python;
mod uhid;
mod unplugged;
mod visitor;
mod walks;
mod way_in;

/// Refuses to touch the devices of any other machine than the virtual one.
pub fn inside() {
    assert!(
        std::env::var_os("TOUCHSTONE_VM_EXCHANGE").is_some(),
        "This test plugs keys in, and runs in the virtual machine only: `cargo xtask vm --help`."
    );
}
