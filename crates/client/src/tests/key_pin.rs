//! Keys with a PIN: the client against a small one that keeps CTAP 2.3 §6.5 to the letter.

mod forms;
pub(super) mod hands;
mod new_pins;
mod pin_key;
mod secrets;
mod tries;
mod uv;

use ctap::client_pin::{Permissions, Subcommand};
use ctap::pin_uv_auth::Protocol;

use super::*;
use crate::{KeyPin, PinEntry, PinPurpose, Tries};
use hands::{Entry, Hands};
use pin_key::PinKey;

const PIN: &str = "canary-1234";

fn demanding(requirement: &str) -> (Json, Json) {
    let selection = json!({ "userVerification": requirement });
    (
        patched(
            creation_options(),
            json!({ "authenticatorSelection": selection }),
        ),
        patched(
            request_options(),
            json!({ "userVerification": requirement }),
        ),
    )
}

/// What came of `create()` with user verification required.
async fn create(key: &mut PinKey, hands: &Arc<Hands>) -> (&'static str, &'static str) {
    let page = Page::with(hands.clone());
    verdict(page.create(key, &demanding("required").0).await)
}

fn tries(left: u32, wrong: bool, last: bool) -> Tries {
    Tries {
        left: Some(left),
        wrong,
        last,
    }
}

const DONE: (&str, &str) = ("", "");
