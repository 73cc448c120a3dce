//! A whole phone or key: the authenticator, what it stores in a vault, what it asks the person, and
//! the ways in to it.
//!
//! It may use `authenticator`, `client` (for the channel it implements), `ctap`, `webauthn`,
//! `timeline` and `vault`.
//!
//! Terms:
//! - **shelf**: the devices of one vault ([`Shelf`]); **device**: one of them ([`Device`]).
//! - **model**: a phone (display, device PIN) or a key (touch only): [`Model`].
//! - **prompt**: what a device asks right now ([`Prompt`]); the window, a walk or a test answers
//!   through [`Prompts`].
//! - **device PIN**: how a phone verifies its user. It never leaves the device, is entered digit by
//!   digit, and is checked only after the try was counted on disk.
//! - **ways in**: [`InProcessChannel`] and [`udp`].
//!
//! Events: [`kinds`].

mod channel;
mod command;
mod device;
mod env;
mod error;
pub mod kinds;
mod model;
mod network;
mod offline;
mod pin;
mod presence;
mod prompts;
mod seams;
mod shelf;
mod storage;
#[cfg(test)]
mod tests;
pub mod udp;
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
pub use shelf::Shelf;
pub use storage::{DeviceId, Info};
