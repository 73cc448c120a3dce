//! The software authenticator: one CTAP2 command in, one response out.
//!
//! Everything it needs from the world comes through one [`Env`]: randomness, the clock, storage, the
//! user and the timeline. So the same code runs as a phone in the window, as a key over UDP, in a
//! test and under a fuzzer. It may use `ctap`, `webauthn` and `timeline`.
//!
//! Terms:
//! - **discoverable credential**: a passkey; found by its RP ID alone. A credential that is not
//!   discoverable answers only to its credential ID.
//! - **evidence of user interaction**: the user touched the device, or did something that implies it.
//! - **built-in user verification**: the device checks by itself who holds it (a PIN on its own
//!   display, a fingerprint); a [`Profile`] says whether it can. It may count for the credentials of
//!   some relying parties only: [`Verified`].
//! - **client PIN**: a PIN that the client asks for. What proves it to later commands is a
//!   **pinUvAuthToken**, which built-in user verification can bring as well.
//! - **power-up**: the moment from which the reset window counts.
//!
//! Events: [`kinds`].

mod attestation;
mod client_pin;
mod credential;
mod ended;
mod env;
mod get_assertion;
mod get_info;
mod get_next_assertion;
pub mod kinds;
mod make_credential;
mod pin;
mod pin_uv_auth;
mod profile;
mod proof;
mod reset;
mod selection;
#[cfg(test)]
mod tests;
mod uvm;
mod verification;

pub use credential::{Credential, PrivateKey};
pub use env::{Account, Ask, Env, Failure, Purpose, Refusal, Store, User, UserVerification};
pub use pin::{PIN_RETRIES, Pin};
pub use profile::{AAGUID, Profile};
pub use verification::{Method, Verified};

use std::time::Duration;

use ctap::{Command, Status};
use ended::Ended;
use get_next_assertion::Remaining;
use pin_uv_auth::PinUvAuth;
use serde_json::json;
use timeline::{Draft, Party};

/// authenticatorClientPIN; where it is not offered that is the answer, whatever its parameters hold.
const CLIENT_PIN: u8 = 0x06;

/// The authenticator's own state: what a power cycle forgets. All that lasts is in [`Store`].
#[derive(Debug)]
pub struct Authenticator {
    profile: Profile,
    powered_up: Duration,
    remaining: Option<Remaining>,
    pin_uv_auth: PinUvAuth,
}

impl Authenticator {
    /// An authenticator that was powered up at `now`, a time of [`timeline::Clock::monotonic`].
    #[must_use]
    pub fn power_up(profile: Profile, now: Duration) -> Self {
        Self {
            profile,
            powered_up: now,
            remaining: None,
            pin_uv_auth: PinUvAuth::default(),
        }
    }

    /// What kind of authenticator this is.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Takes the power away and gives it back at `now`: opens the reset window again, takes PINs again
    /// after three wrong ones, and forgets tokens and a getNextAssertion under way.
    pub fn power_cycle(&mut self, now: Duration) {
        self.powered_up = now;
        self.remaining = None;
        self.pin_uv_auth = PinUvAuth::default();
    }

    /// Runs one command (code byte, then CBOR) and gives the response (status byte, then CBOR when
    /// the status is CTAP2_OK). Never panics, whatever `command` holds.
    pub async fn process<E: Env>(&mut self, env: &mut E, command: &[u8]) -> Vec<u8> {
        let remaining = self.remaining.take();
        let outcome = match Command::decode(command) {
            _ if self.lacks(command) => Err(Status::InvalidCommand.into()),
            Ok(command) => self.run(env, command, remaining).await,
            Err(status) => Err(Ended::With(status)),
        };
        let status = match outcome {
            Ok(body) => {
                let mut response = vec![Status::Ok.code()];
                response.extend(body);
                return response;
            }
            Err(Ended::With(status)) => status,
            Err(Ended::Broken(failure)) => {
                let body = json!({ "message": failure.to_string() });
                env.emit()
                    .emit(Draft::new(Party::Device, kinds::FAILED).body(body));
                Status::Other
            }
        };
        vec![status.code()]
    }

    async fn run<E: Env>(
        &mut self,
        env: &mut E,
        command: Command,
        remaining: Option<Remaining>,
    ) -> Result<Vec<u8>, Ended> {
        match command {
            Command::MakeCredential(request) => self.make_credential(env, request).await,
            Command::GetAssertion(request) => self.get_assertion(env, request).await,
            Command::GetNextAssertion => self.get_next_assertion(env, remaining),
            Command::GetInfo => self.get_info(env),
            Command::Selection => self.selection(env).await,
            Command::Reset => self.reset(env).await,
            Command::ClientPin(request) => self.client_pin(env, request).await,
        }
    }

    /// Whether the command is one that this kind of authenticator does not have.
    fn lacks(&self, command: &[u8]) -> bool {
        command.first() == Some(&CLIENT_PIN) && !self.profile.has_pin_uv_auth()
    }
}
