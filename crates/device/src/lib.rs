//! A whole phone or key: the authenticator, what it stores in a vault, what it asks the person, and
//! the ways in to it.
//!
//! It may use `authenticator`, `client` (for the channel it implements), `ctap`, `pin_sync`,
//! `webauthn`, `timeline` and `vault`.
//!
//! Terms:
//! - **shelf**: the devices of one vault ([`Shelf`]); **device**: one of them ([`Device`]).
//! - **model**: a phone (display, device PIN) or one of three kinds of key (touch only; PIN entered at
//!   the client; fingerprint): [`Model`].
//! - **prompt**: what a device asks right now ([`Prompt`]); the window, a walk or a test answers
//!   through [`Prompts`].
//! - **device PIN**: how a phone verifies its user, unless its owner chose otherwise ([`Settings`]).
//!   It never leaves the device, is entered digit by digit, and is checked only after the try was
//!   counted on disk.
//! - **PIN of a key**: it is entered at the client, and compared by the authenticator.
//! - **synced PIN**: the PIN of an account, which its relying party keeps and the phone checks
//!   offline. It verifies its user for the passkeys of that party.
//! - **ways in**: [`InProcessChannel`], and as a key that is plugged in: [`udp`] and [`uhid`].
//!
//! Events: [`kinds`].

mod app_lock;
mod channel;
mod command;
mod device;
mod env;
mod error;
mod fingerprint;
mod hid_server;
pub mod kinds;
mod model;
mod network;
mod offline;
mod owner;
mod pin;
mod presence;
mod prompts;
mod seams;
mod settings;
mod shelf;
mod storage;
mod synced;
#[cfg(test)]
mod tests;
pub mod udp;
pub mod uhid;
mod user;

pub use channel::InProcessChannel;
pub use command::{Progress, Running};
pub use device::{Device, Passkey};
pub use error::Error;
pub use model::Model;
pub use network::{Crossing, Direct, Fate, Network, Passage};
pub use pin::{
    MAX_LENGTH as MAX_PIN_LENGTH, MIN_LENGTH as MIN_PIN_LENGTH, PinState, TRIES as PIN_TRIES,
};
pub use presence::Presence;
pub use prompts::{AccountChoice, Answer, Prompt, Prompts, Question};
pub use seams::{Rng, Rngs, Seams};
pub use settings::{Settings, Verification};
pub use shelf::Shelf;
pub use storage::{DeviceId, Info};
pub use synced::{
    CacheState, EnrolmentInfo, PairingInfo, Purpose, Scanned, ShownCode, Stores, StreamState,
};
