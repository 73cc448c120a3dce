//! `navigator.credentials` calls of framed pages.

use client::{Call, Channel, ClientError};
use device::InProcessChannel;
use serde::Serialize;
use serde_json::json;
use timeline::{Clock as _, Timestamp};
use tokio_util::sync::CancellationToken;
use webauthn::id::{Origin, RpId};

use crate::{
    Bench, Error,
    api::{CredentialsAnswer, CredentialsCall, CredentialsMethod},
    bench::{Inner, blocking, lock},
    dialogs::About,
    faults::FaultyChannel,
    keys::Active,
    kinds,
    vault_slot::VaultSlot,
};

/// The largest options of a call, in bytes of JSON: as much as a body that the relying party reads.
/// They are kept on the timeline, and a page may call as often as it likes.
const LARGEST: usize = 64 * 1024;

/// A call under way.
pub(crate) struct RunningCall {
    abort: CancellationToken,
    /// When the client gives it up, by its own clock.
    deadline: Timestamp,
}

/// Takes a call off the list when it ends, however it ends.
pub(crate) struct Registered<'a> {
    bench: &'a Inner,
    call: String,
    pub(crate) abort: CancellationToken,
    /// When the client gives it up, by its own clock.
    pub(crate) deadline: Timestamp,
}

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        lock(&self.bench.calls).remove(&self.call);
    }
}

impl Bench {
    /// Runs the call on the device in use. A refusal is an answer, not an error: the page sees a
    /// `DOMException`.
    ///
    /// # Errors
    /// [`Error::Call`] when the window's own message makes no sense, [`Error::Closing`].
    pub async fn credentials_call(
        &self,
        call: CredentialsCall,
    ) -> Result<CredentialsAnswer, Error> {
        let origin = Origin::parse(&call.origin).map_err(|error| Error::Call(error.to_string()))?;
        if !matches!(
            call.mediation.as_deref(),
            None | Some("optional" | "required")
        ) {
            return Ok(exception(
                "NotSupportedError",
                "This mediation is not offered here: use optional or required.",
            ));
        }
        if call.public_key.to_string().len() > LARGEST {
            return Err(Error::Call(format!(
                "its options have more than {LARGEST} bytes"
            )));
        }
        let registered = self.register(call.call.clone(), &call.public_key)?;
        self.vault_opened().await;
        let (channel, asked) = match self.channel(&registered, &origin, &call).await {
            Ok(opened) => opened,
            Err(error) => {
                // The page learns only the name, so the reason goes on the wire.
                let body = json!({
                    "origin": origin,
                    "options": call.public_key,
                    "code": error.code(),
                    "message": error.to_string(),
                });
                self.tell(kinds::CALL_REFUSED, body);
                let name = match error {
                    Error::Aborted => "AbortError",
                    _ => "NotAllowedError",
                };
                return Ok(exception(name, &error.to_string()));
            }
        };
        let mut channel = FaultyChannel::new(channel, self.0.faults.clone());
        let page = Call {
            origin: &origin,
            options: &call.public_key,
            abort: &registered.abort,
            cause: None,
        };
        let client = self.client(asked);
        match call.method {
            CredentialsMethod::Create => answer(client.create(&mut channel, page).await),
            CredentialsMethod::Get => answer(client.get(&mut channel, page).await),
        }
    }

    /// A way to what is in use, and what the person is told of the call.
    async fn channel(
        &self,
        registered: &Registered<'_>,
        origin: &Origin,
        call: &CredentialsCall,
    ) -> Result<(Box<dyn Channel>, About), Error> {
        let bench = self.clone();
        let about = |key: &str, is_outside| About {
            key: key.to_owned(),
            is_outside,
            rp_id: rp_id_of(origin, call),
            purpose: match call.method {
                CredentialsMethod::Create => "createPasskey",
                CredentialsMethod::Get => "signIn",
            },
            deadline: registered.deadline,
        };
        match blocking(move || bench.active()).await? {
            Active::Device(device) => {
                let about = about(device.id().as_str(), false);
                Ok((Box::new(InProcessChannel::new(device)), about))
            }
            Active::Key(key) => {
                let about = about(key.as_str(), true);
                tokio::select! {
                    opened = self.open_key(&key) => Ok((Box::new(opened?), about)),
                    () = registered.abort.cancelled() => Err(Error::Aborted),
                }
            }
        }
    }

    /// Ends a running call, as an `AbortSignal` does; a call that has ended is no error.
    ///
    /// # Errors
    /// None today; the window's commands all may fail.
    pub async fn credentials_abort(&self, call: String) -> Result<(), Error> {
        if let Some(running) = lock(&self.0.calls).get(&call) {
            running.abort.cancel();
        }
        Ok(())
    }

    /// Ends every running call, as when its page goes away.
    pub fn credentials_abort_all(&self) {
        for running in lock(&self.0.calls).values() {
            running.abort.cancel();
        }
    }

    /// The names of the calls under way.
    #[must_use]
    pub fn credentials_running(&self) -> Vec<String> {
        lock(&self.0.calls).keys().cloned().collect()
    }

    /// True while a call that was aborted, or is past its time by the client's clock, has not ended
    /// yet.
    #[must_use]
    pub fn ending(&self) -> bool {
        let now = self.0.clocks.client.now();
        lock(&self.0.calls)
            .values()
            .any(|running| running.abort.is_cancelled() || now >= running.deadline)
    }

    /// Waits while the vault is being opened, which ends by the keyring's deadline, or with the bench.
    pub(crate) async fn vault_opened(&self) {
        let mut changes = self.changes();
        let opened = async {
            while matches!(*lock(&self.0.vault), VaultSlot::Opening(_)) {
                if changes.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = opened => {}
            () = self.0.closed.cancelled() => {}
        }
    }

    /// Puts a call on the list of those under way, until what is returned is dropped.
    pub(crate) fn register(
        &self,
        call: String,
        options: &serde_json::Value,
    ) -> Result<Registered<'_>, Error> {
        let abort = CancellationToken::new();
        let allowed = client::time_allowed(options);
        let deadline = self.0.clocks.client.now().plus(allowed);
        let running = RunningCall {
            abort: abort.clone(),
            deadline,
        };
        let mut calls = lock(&self.0.calls);
        if self.0.closed.is_cancelled() {
            return Err(Error::Closing);
        }
        if calls.contains_key(&call) {
            return Err(Error::Call(
                "a call of this name is running already".to_owned(),
            ));
        }
        calls.insert(call.clone(), running);
        Ok(Registered {
            bench: &self.0,
            call,
            abort,
            deadline,
        })
    }
}

/// For whom a page asks; none where it may not, which the client refuses before it asks anybody.
fn rp_id_of(origin: &Origin, call: &CredentialsCall) -> Option<RpId> {
    let requested = match call.method {
        CredentialsMethod::Create => &call.public_key["rp"]["id"],
        CredentialsMethod::Get => &call.public_key["rpId"],
    };
    client::resolve_rp_id(origin, requested.as_str()).ok()
}

fn answer<T: Serialize>(outcome: Result<T, ClientError>) -> Result<CredentialsAnswer, Error> {
    match outcome {
        Ok(credential) => {
            let credential =
                serde_json::to_value(credential).map_err(|error| Error::Call(error.to_string()))?;
            Ok(CredentialsAnswer::Credential { credential })
        }
        Err(error) => Ok(exception(error.name(), &error.to_string())),
    }
}

fn exception(name: &str, message: &str) -> CredentialsAnswer {
    CredentialsAnswer::Exception {
        name: name.to_owned(),
        message: message.to_owned(),
    }
}
