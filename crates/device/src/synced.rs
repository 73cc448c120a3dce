//! The synced PINs of a phone: enrolling it for an account's PIN, exchanging with the relying party,
//! checking a PIN offline, and answering workstations. The protocol is crate `pin_sync`'s; here are
//! its storage, its network and its prompts.
//!
//! Terms:
//! - **enrolment**: this phone for the PIN of one account at one relying party.
//! - **stores**: the record in the vault and the cache in an item of its own; a lost item beside a
//!   record is a locked enrolment, not a missing one.
//! - **agent**: what the phone does by itself: it synchronizes in time, listens for news, and tells
//!   the timeline when what can be done with a PIN changes.
//!
//! Whatever reads an enrolment to change it works alone in the vault's folder, and stores the record,
//! then the cache, before the change is in force. A try is stored before the PIN is looked at.

mod agent;
mod background;
mod check;
mod exchange;
mod info;
mod link;
mod logon;
mod news;
mod online;
mod pairing;
mod review;
mod stores;
mod stream;
mod sync;
mod tools;

pub(crate) use agent::{Agent, Ends};
pub use info::{EnrolmentInfo, PairingInfo, Scanned, ShownCode, Stores, StreamState};
pub use pin_sync::cache::CacheState;
pub use pin_sync::exchange::Purpose;
pub(crate) use stores::{delete_items, delete_records};
