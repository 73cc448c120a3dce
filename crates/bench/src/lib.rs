//! The bench: the only place that composes devices, the client, relying
//! parties, clocks and the timeline. The window, the headless program and the
//! tests all stand on it. It may use every room below it.
//!
//! Terms:
//! - **slot**: something that may stand or fail while the bench lives on (the
//!   vault, the relying party), with the reason and the ways out.
//! - **call**: one `navigator.credentials` call of a page.
//! - **key**: an authenticator outside the program that the client reaches by CTAPHID: a real one, or
//!   a software device that is **plugged in**.
//! - **change**: whatever the window's state (not its timeline) shows has changed.
//!
//! Its methods are the window's commands of the same names; their shapes are in [`api`].

mod administration;
pub mod api;
mod app_reset;
mod asking;
mod bench;
mod calls;
pub mod clock;
mod config;
mod device_network;
mod devices;
mod dialogs;
mod error;
mod faults;
mod find;
mod keys;
pub mod kinds;
mod links;
mod lots;
mod network;
mod parties;
mod party;
mod pins;
mod plugs;
mod relying_party;
mod seams;
mod shapes;
#[cfg(test)]
mod tests;
mod vault_opening;
mod vault_slot;

pub use bench::Bench;
pub use client::KeysSetting;
pub use config::{Config, HomeChoice, PartySetting, Setting};
pub use error::Error;
pub use faults::{catalogue::shapes as faultable_messages, problem as fault_problem};
pub use network::problem as network_problem;
pub use plugs::can_plug;
pub use rp_server::policy::{changeable as policy_changeable, changed as policy_changed};
