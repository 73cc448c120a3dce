//! What a command needs on the machine: system packages, npm packages, a Python for the tests.
//!
//! Each part looks first and touches the machine, and the network, only for what is missing.

mod apt;
mod node;
mod python;

pub use apt::{TEST, UDEV, VM, WINDOW, Wanted, install, update_lists};
pub use node::{install_front_end, npm};
pub use python::{make_test_python, test_python};
