//! A virtual machine that shows this machine's own files, for what needs a kernel of its own.
//!
//! Most machines that run tests have no `/dev/uhid`, so nothing can be plugged into them. Here
//! Debian's or Ubuntu's own kernel boots in QEMU; its root folder is the host's, read-only over 9p
//! below an overlay in memory. What was built outside runs inside as it is, nothing that a command
//! writes stays, and its exit code comes back.
//!
//! Terms:
//! - **host** and **guest**: this machine, and the one inside it;
//! - **exchange**: the one folder that both can write, `/run/touchstone` in the guest;
//! - **console**: the guest kernel's own words, kept apart from what the command says.

mod initramfs;
mod kernel;
mod machine;
mod modules;
mod options;

pub use machine::{prepare, run};
pub use options::{HELP, Options};
