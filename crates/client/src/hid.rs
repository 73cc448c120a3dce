//! CTAPHID from the client's side (CTAP 2.3 §11.2), to keys outside the process.
//!
//! - [`Reports`]: 64-byte reports each way: a node of the operating system ([`node`]) or datagrams
//!   ([`udp`]).
//! - [`Link`]: one logical channel of one key, and the exchanges on it. It blocks and keeps every
//!   deadline; the same code runs over both transports.
//! - [`KeyChannel`]: a link on a thread of its own, as the rest of the client sees it.
//! - [`Frames`]: what the timeline hears of each report.

mod channel;
mod frames;
mod link;
pub(crate) mod node;
mod order;
mod patience;
mod reports;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod udp;

pub use channel::KeyChannel;
pub use frames::Tap;

pub(crate) use frames::Frames;
pub(crate) use link::Link;
pub(crate) use order::Order;
pub(crate) use patience::{Deadlines, Patience};
pub(crate) use reports::Reports;
