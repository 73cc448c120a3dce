//! What the pages do: the ceremonies, and the account's passkeys.

use bench::api::{CredentialsAnswer, CredentialsCall, CredentialsMethod};
use reqwest::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Inner, Passkey, Purpose, Shown, Trouble};

use super::under_way::CallUnderWay;

const PASSKEYS: &str = "/api/passkeys";

impl Inner {
    pub(super) async fn sign_in(&self, visit: u64, stop: &CancellationToken) {
        let begin = ("/api/authentication", json!({}));
        let done = self
            .ceremony(visit, stop, CredentialsMethod::Get, begin)
            .await;
        self.signed_in(visit, Purpose::SignIn, done).await;
    }

    pub(super) async fn create_account(&self, visit: u64, stop: &CancellationToken, names: &Value) {
        let begin = ("/api/registration", names.clone());
        let done = self
            .ceremony(visit, stop, CredentialsMethod::Create, begin)
            .await;
        self.signed_in(visit, Purpose::SignUp, done).await;
    }

    /// After a ceremony that bound a session: asks for it, and shows the page that follows.
    async fn signed_in(&self, visit: u64, doing: Purpose, done: Result<Value, Trouble>) {
        let session = match done {
            Ok(_) => self.session().await,
            Err(trouble) => Err(trouble),
        };
        match session {
            Ok(session) => {
                let list = self.on(visit, |site| {
                    site.session = session;
                    site.attempt = None;
                    site.show(Shown::Account)
                });
                if list {
                    self.load_account(visit).await;
                }
            }
            Err(trouble) => self.attempt_failed(visit, doing, &trouble),
        }
    }

    pub(super) async fn add_passkey(&self, visit: u64, stop: &CancellationToken) {
        let begin = ("/api/registration", json!({}));
        let done = self
            .ceremony(visit, stop, CredentialsMethod::Create, begin)
            .await;
        match done {
            Ok(_) => {
                self.load_passkeys(visit).await;
                self.on(visit, |site| site.attempt = None);
            }
            Err(trouble) => {
                self.session_ended(visit, &trouble);
                self.attempt_failed(visit, Purpose::AddPasskey, &trouble);
            }
        }
    }

    pub(super) fn attempt_failed(&self, visit: u64, doing: Purpose, trouble: &Trouble) {
        let error = self.explained(trouble, doing);
        self.on(visit, |site| {
            // A page that went away took its attempt with it, and shows nothing.
            if site.attempt.take().is_some() {
                site.errors.attempt = error;
            }
        });
    }

    /// Begin, the browser's part, finish.
    pub(super) async fn ceremony(
        &self,
        visit: u64,
        stop: &CancellationToken,
        method: CredentialsMethod,
        (path, body): (&str, Value),
    ) -> Result<Value, Trouble> {
        let begin = format!("{path}/begin");
        let begun = tokio::select! {
            biased;
            () = stop.cancelled() => return Err(aborted()),
            begun = self.ask(Method::POST, &begin, Some(&body)) => begun?,
        };
        let call = self.call_name();
        self.on(visit, |site| {
            if let Some(attempt) = &mut site.attempt {
                attempt.call = Some(call.clone());
            }
        });
        let credential = self
            .credential(stop, call, method, begun["publicKey"].clone())
            .await?;
        self.on(visit, |site| {
            if let Some(attempt) = &mut site.attempt {
                attempt.stoppable = false;
            }
        });
        let finish = json!({ "ceremony": begun["ceremony"], "credential": credential });
        self.ask(Method::POST, &format!("{path}/finish"), Some(&finish))
            .await
    }

    /// Calls `navigator.credentials`.
    async fn credential(
        &self,
        stop: &CancellationToken,
        name: String,
        method: CredentialsMethod,
        public_key: Value,
    ) -> Result<Value, Trouble> {
        if stop.is_cancelled() {
            return Err(aborted());
        }
        let call = CredentialsCall {
            call: name.clone(),
            origin: self.browser().await?.site().to_owned(),
            method,
            public_key,
            mediation: None,
        };
        let _under_way = CallUnderWay::begin(self, name.clone(), stop);
        let mut answering = std::pin::pin!(self.bench.credentials_call(call));
        let answer = tokio::select! {
            answer = &mut answering => answer,
            () = stop.cancelled() => {
                // A call that has ended by itself needs no abort.
                let _ = self.bench.credentials_abort(name).await;
                answering.await
            }
        };
        match answer {
            Ok(CredentialsAnswer::Credential { credential }) => Ok(credential),
            Ok(CredentialsAnswer::Exception { name, message }) => {
                Err(Trouble::Exception { name, message })
            }
            Err(error) => Err(Trouble::Exception {
                name: "Error".to_owned(),
                message: error.to_string(),
            }),
        }
    }

    pub(super) async fn sign_out(&self, visit: u64) {
        match self.ask(Method::DELETE, "/api/session", None).await {
            Ok(_) => self.signed_out(visit),
            Err(trouble) => {
                let error = self.explained(&trouble, Purpose::Other);
                self.on(visit, |site| site.errors.leaving = error);
            }
        }
    }

    fn signed_out(&self, visit: u64) {
        self.on(visit, |site| {
            site.session = None;
            site.show(Shown::SignIn);
        });
    }

    /// What a fresh account page asks for.
    pub(super) async fn load_account(&self, visit: u64) {
        self.load_pin(visit).await;
        self.load_passkeys(visit).await;
    }

    /// Goes to the sign-in page when `trouble` says that the session is over.
    pub(super) fn session_ended(&self, visit: u64, trouble: &Trouble) {
        if trouble.is_signed_out() {
            self.signed_out(visit);
        }
    }

    pub(super) async fn load_passkeys(&self, visit: u64) {
        self.on(visit, |site| site.errors.list = None);
        let listed = match self.ask(Method::GET, PASSKEYS, None).await {
            Ok(answer) => (answer["passkeys"].as_array())
                .map(|list| list.iter().filter_map(Passkey::read).collect::<Vec<_>>())
                .ok_or(Trouble::Unreadable(200)),
            Err(trouble) => Err(trouble),
        };
        match listed {
            Ok(passkeys) => self.on(visit, |site| {
                if site.shown == Some(Shown::Account) {
                    site.passkeys = Some(passkeys);
                }
            }),
            Err(trouble) => {
                self.session_ended(visit, &trouble);
                let error = self.explained(&trouble, Purpose::Other);
                self.on(visit, |site| {
                    if site.shown == Some(Shown::Account) {
                        site.errors.list = error;
                    }
                });
            }
        }
    }

    pub(super) async fn rename_passkey(&self, visit: u64, passkey: Passkey, label: &str) {
        let path = format!("{PASSKEYS}/{}", passkey.id);
        let body = json!({ "label": label });
        match self.ask(Method::PATCH, &path, Some(&body)).await {
            Ok(answer) => self.on(visit, |site| {
                let renamed = Passkey::read(&answer);
                let row = (site.passkeys.iter_mut().flatten()).find(|row| row.id == passkey.id);
                if let (Some(row), Some(renamed)) = (row, renamed) {
                    *row = renamed;
                }
            }),
            Err(trouble) => self.row_failed(visit, &trouble),
        }
    }

    pub(super) async fn delete_passkey(&self, visit: u64, passkey: Passkey) {
        let path = format!("{PASSKEYS}/{}", passkey.id);
        match self.ask(Method::DELETE, &path, None).await {
            Ok(_) => self.on(visit, |site| {
                if let Some(passkeys) = &mut site.passkeys {
                    passkeys.retain(|row| row.id != passkey.id);
                }
            }),
            Err(trouble) => self.row_failed(visit, &trouble),
        }
    }

    fn row_failed(&self, visit: u64, trouble: &Trouble) {
        self.session_ended(visit, trouble);
        let error = self.explained(trouble, Purpose::Other);
        self.on(visit, |site| {
            if site.shown == Some(Shown::Account) {
                site.errors.row = error;
            }
        });
    }
}

/// What an `AbortSignal` makes of whatever was under way.
fn aborted() -> Trouble {
    Trouble::Exception {
        name: "AbortError".to_owned(),
        message: "The operation was aborted.".to_owned(),
    }
}
