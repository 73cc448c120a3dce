//! The browser's role: `create()` and `get()` from L3 JSON options, the rule of RP IDs, the choice
//! among accounts, the PINs of keys, and the channels to keys outside the process.
//!
//! It may use `ctap`, `webauthn` and `timeline`. It knows no device and no relying party: an
//! authenticator is whatever answers on a [`Channel`].
//!
//! - **call**: one `navigator.credentials.create()` or `.get()` of a page ([`Call`]).
//! - **ceremony**: everything that a call leads to, until it returns or fails.
//! - **channel**: a way to one authenticator.
//! - **key**: an authenticator outside the process, at a node of the operating system or at a UDP
//!   address; [`Keys`] says which are plugged in.
//! - **RP ID**: the domain a credential is bound to; [`resolve_rp_id`] says whether a page may use it.
//!
//! Kinds of event are in [`kinds`].

mod ceremony;
mod channel;
mod create;
mod dialogs;
mod error;
mod extensions;
mod get;
mod hid;
mod key_pin;
mod keys;
pub mod kinds;
mod lists;
mod rp_id;
#[cfg(test)]
mod tests;
mod user_verification;
mod wire;

use std::sync::Arc;

use timeline::{Clock, Emit, Seq};
use tokio_util::sync::CancellationToken;
use webauthn::id::Origin;

pub use ceremony::time_allowed;
pub use channel::{Channel, ChannelError, Gone, KeepaliveStatus, Transact};
pub use dialogs::{
    Account, Choice, Dialogs, KeyPin, PinAsk, PinEntry, PinPurpose, Tries, Typed, Waiting,
};
pub use error::ClientError;
pub use hid::{KeyChannel, Tap};
pub use keys::{
    Bus, FoundKey, KeyId, KeyProblem, Keys, KeysSetting, NotAKeyId, hid_numbers, is_fido,
    is_harmless, udev_rule,
};
pub use rp_id::resolve_rp_id;

/// A browser: it keeps nothing between calls.
pub struct Client {
    emit: Arc<dyn Emit>,
    clock: Arc<dyn Clock>,
    dialogs: Arc<dyn Dialogs>,
}

/// One call of a page.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The page's origin; a framed page of the bench counts as top level.
    pub origin: &'a Origin,
    /// The options as the relying party's server wrote them (L3 §5.1.8, §5.1.9).
    pub options: &'a serde_json::Value,
    /// The page's AbortSignal.
    pub abort: &'a CancellationToken,
    /// The event that led to the call.
    pub cause: Option<Seq>,
}

impl Client {
    /// A client that says what it does to `emit`, waits by `clock`, and asks the user through
    /// `dialogs` where the device cannot.
    pub fn new(emit: Arc<dyn Emit>, clock: Arc<dyn Clock>, dialogs: Arc<dyn Dialogs>) -> Self {
        Self {
            emit,
            clock,
            dialogs,
        }
    }
}
