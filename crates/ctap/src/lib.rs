//! CTAP 2.3 on the wire: commands and responses, status codes, CTAPHID framing, for both roles.
//!
//! This room is pure: no I/O, clock or randomness; time and randomness are arguments. It may use
//! `webauthn`.
//!
//! - **Command**: what a client asks of an authenticator: a code byte, then CBOR parameters
//!   ([`Command`]).
//! - **Response**: a [`Status`] byte, then CBOR when the command succeeded ([`answer`]).
//! - **PIN/UV auth protocol**, **token**: how a PIN travels, and what proves that it was right, see
//!   [`pin_uv_auth`].
//! - **Report**, **channel**, **transaction**: CTAPHID's terms, see [`hid`].
//!
//! Requests are read strictly (canonical CBOR, required members, exact types) because an
//! authenticator must refuse what the specification refuses. Unknown members are ignored, as
//! CTAP 2.3 §8 asks, so that later versions can add some. The only error is [`Status`].

pub mod client_pin;
mod command;
mod entity;
pub mod get_assertion;
pub mod get_info;
pub mod hid;
pub mod make_credential;
mod members;
pub mod pin_uv_auth;
mod status;

pub use command::{Command, answer};
pub use entity::{Descriptor, Options, PUBLIC_KEY, RpEntity, UserEntity};
pub use status::Status;

#[cfg(test)]
mod tests;
