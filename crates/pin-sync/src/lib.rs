//! PIN synchronization, profile `touchstone-pin-sync-v1`: the exchange, both sides, and the offline
//! verifier's state machine. Pure: time, randomness and storage come from outside, and so does the
//! thread on which PBKDF2 runs.
//!
//! It may use `webauthn` and `timeline`.
//!
//! Terms:
//! - **enrolment**: one (RP, account, device), with a key `Kd` on the device and `Ks` at the server.
//!   What both keys sign is [`enrolment::Binding`].
//! - **exchange**: one signed ephemeral key agreement, [`exchange::device`] and [`exchange::server`];
//!   what is left of it afterwards is a session.
//! - **payload**: what the exchange delivers: for `sync` the PIN's hash and the rules of its cache,
//!   for the other purposes only what a pad must know.
//! - **holding**: what a device keeps of an enrolment: a [`record::Record`] in the vault and a
//!   [`cache::Cache`] in the keyring.
//! - **entry**: one PIN typed on a device, held against every usable cache.
//!
//! Whatever touches a secret runs in [`apart`], and leaves it nowhere but in values that wipe
//! themselves.
//!
//! A device that synchronises: [`holding::Holding::ask`], [`exchange::device::Asking::receive`],
//! [`holding::Holding::accept`], [`exchange::device::Session::ack`]. A server:
//! [`exchange::server::Request::read`], then the methods of what each step returns.

mod ack;
mod aead;
mod apart;
pub mod backoff;
pub mod beat;
pub mod cache;
mod cbor;
mod encoding;
pub mod enrolment;
pub mod entry;
mod error;
pub mod exchange;
pub mod holding;
pub mod judge;
pub mod key;
pub mod logon;
mod mac;
pub mod offer;
pub mod online;
pub mod payload;
pub mod pin;
pub mod record;
pub mod refusal;
mod secret;
pub mod seen;
pub mod steps;
pub mod tries;
pub mod wire;
#[cfg(test)]
mod worked_example;
#[cfg(test)]
mod world;

pub use apart::apart;
pub use encoding::PROFILE;
pub use error::Error;
