//! The client against a scripted device: what a real one would never send, and what a page may get
//! wrong. Ceremonies with the real authenticator are tested where the two are put together.

mod create;
mod exclude;
mod extensions;
mod get;
mod key_pin;
mod refused;
mod stop;
mod waiting;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use ctap::{Command, Status, answer, get_info::Info};
use serde_json::{Value as Json, json};
use timeline::{Draft, Emit, ManualClock, Seq, Timestamp};
use tokio_util::sync::CancellationToken;
use webauthn::{
    authenticator_data::{AttestedCredentialData, AuthenticatorData, Flags},
    cose::CoseKey,
    id::{Aaguid, Origin, RpId},
    json::{AuthenticationResponseJSON, AuthenticatorAttachment, RegistrationResponseJSON},
};

use crate::{
    Account, Call, Channel, ChannelError, Choice, Client, ClientError, Dialogs, Gone,
    KeepaliveStatus, PinAsk, Transact, Typed, Waiting,
};

pub(crate) const AAGUID: Aaguid = Aaguid([0xAB; 16]);

/// What the scripted device does with the next command.
pub(crate) enum Reply {
    Bytes(Vec<u8>),
    /// Waits for the user until it is cancelled, then says so.
    Waits,
    /// Never answers, not even when cancelled.
    Dead,
    Fails(ChannelError),
}

pub(crate) struct Scripted {
    script: VecDeque<Reply>,
    sent: Vec<Vec<u8>>,
    cancelled: usize,
}

impl Scripted {
    pub fn new(script: impl IntoIterator<Item = Reply>) -> Self {
        Scripted {
            script: script.into_iter().collect(),
            sent: Vec::new(),
            cancelled: 0,
        }
    }

    /// A device with these options that answers the command after getInfo with `reply`.
    pub fn device(options: &[(&str, bool)], reply: Reply) -> Self {
        Self::new([Reply::Bytes(info(options)), reply])
    }

    pub fn commands(&self) -> Vec<Command> {
        self.sent
            .iter()
            .map(|bytes| Command::decode(bytes).expect("the client's commands are well-formed"))
            .collect()
    }

    pub fn last(&self) -> Command {
        self.commands().pop().expect("a command")
    }
}

impl Channel for Scripted {
    fn transact<'a>(
        &'a mut self,
        command: &'a [u8],
        cancel: &'a CancellationToken,
        on_keepalive: &'a mut (dyn FnMut(KeepaliveStatus) + Send),
    ) -> Transact<'a> {
        Box::pin(async move {
            self.sent.push(command.to_vec());
            match self
                .script
                .pop_front()
                .expect("the script has an answer for every command")
            {
                Reply::Bytes(bytes) => Ok(bytes),
                Reply::Fails(error) => Err(error),
                Reply::Dead => std::future::pending().await,
                Reply::Waits => {
                    on_keepalive(KeepaliveStatus::UpNeeded);
                    cancel.cancelled().await;
                    self.cancelled += 1;
                    Ok(answer(Err(Status::KeepaliveCancel)))
                }
            }
        })
    }

    fn attachment(&self) -> AuthenticatorAttachment {
        AuthenticatorAttachment::CrossPlatform
    }
}

#[derive(Default)]
pub(crate) struct Log(Mutex<Vec<Draft>>);

impl Emit for Log {
    fn emit(&self, draft: Draft) -> Seq {
        let mut drafts = self
            .0
            .lock()
            .expect("no test panics while it holds the log");
        drafts.push(draft);
        Seq(drafts.len() as u64)
    }
}

impl Log {
    pub fn drafts(&self) -> Vec<Draft> {
        let drafts = self.0.lock();
        drafts
            .expect("no test panics while it holds the log")
            .clone()
    }
}

/// Answers the account question with a fixed index, or never.
pub(crate) enum Chooser {
    Takes(Option<usize>),
    Waits,
    MustNotBeAsked,
}

impl Dialogs for Chooser {
    fn choose<'a>(&'a self, rp_id: &'a RpId, accounts: &'a [Account], _: Timestamp) -> Choice<'a> {
        assert!(rp_id.as_str() == "example.com" && accounts.len() > 1);
        Box::pin(async move {
            match self {
                Chooser::Takes(index) => *index,
                Chooser::Waits => std::future::pending().await,
                Chooser::MustNotBeAsked => {
                    panic!("the user was asked to choose among {accounts:?}")
                }
            }
        })
    }

    fn pin(&self, ask: PinAsk, _: Timestamp) -> Typed<'_> {
        panic!("no key here has a PIN, and {ask:?} is asked")
    }

    fn waiting(&self, _: Option<Waiting>, _: &CancellationToken) {}
}

pub(crate) struct Page {
    pub client: Client,
    pub log: Arc<Log>,
    pub clock: Arc<ManualClock>,
    pub abort: CancellationToken,
}

impl Page {
    pub fn new(chooser: Chooser) -> Self {
        Self::with(Arc::new(chooser))
    }

    pub fn with(dialogs: Arc<dyn Dialogs>) -> Self {
        let log = Arc::new(Log::default());
        let clock = Arc::new(ManualClock::new(Timestamp(1_000)));
        let client = Client::new(log.clone(), clock.clone(), dialogs);
        Page {
            client,
            log,
            clock,
            abort: CancellationToken::new(),
        }
    }

    pub async fn create(
        &self,
        device: &mut dyn Channel,
        options: &Json,
    ) -> Result<RegistrationResponseJSON, ClientError> {
        let origin = origin();
        self.client
            .create(
                device,
                Call {
                    origin: &origin,
                    options,
                    abort: &self.abort,
                    cause: Some(Seq(77)),
                },
            )
            .await
    }

    pub async fn get(
        &self,
        device: &mut dyn Channel,
        options: &Json,
    ) -> Result<AuthenticationResponseJSON, ClientError> {
        let origin = origin();
        self.client
            .get(
                device,
                Call {
                    origin: &origin,
                    options,
                    abort: &self.abort,
                    cause: None,
                },
            )
            .await
    }

    pub fn events(&self) -> Vec<Draft> {
        self.log.drafts()
    }
}

fn origin() -> Origin {
    Origin::parse("https://login.example.com").expect("an origin")
}

pub(crate) fn info_of(options: &[(&str, bool)]) -> Info {
    Info {
        versions: vec!["FIDO_2_0".into()],
        aaguid: AAGUID,
        options: options
            .iter()
            .map(|(id, on)| ((*id).to_owned(), *on))
            .collect(),
        transports: vec!["usb".into(), "internal".into(), "usb".into()],
        ..Info::default()
    }
}

pub(crate) fn info(options: &[(&str, bool)]) -> Vec<u8> {
    answer(Ok(info_of(options).encode()))
}

/// The public key that is the base point of P-256.
pub(crate) fn public_key() -> Vec<u8> {
    let hex = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
               4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    let sec1: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex"))
        .collect();
    CoseKey::es256(&sec1)
        .expect("a point on the curve")
        .encode()
}

/// Authenticator data with an attested credential.
pub(crate) fn attested(rp_id: &str, aaguid: Aaguid, credential_id: &[u8]) -> Vec<u8> {
    let public_key = public_key();
    let attested = AttestedCredentialData {
        aaguid,
        credential_id,
        public_key: &public_key,
    };
    auth_data(rp_id, Some(attested))
}

pub(crate) fn auth_data(rp_id: &str, attested: Option<AttestedCredentialData<'_>>) -> Vec<u8> {
    AuthenticatorData {
        rp_id_hash: webauthn::sha256(rp_id.as_bytes()),
        flags: Flags::UP.with(Flags::UV),
        sign_count: 5,
        attested,
        extensions: None,
        canonical_order: true,
    }
    .encode()
}

pub(crate) fn creation_options() -> Json {
    json!({
        "rp": { "id": "example.com", "name": "Example" },
        "user": { "id": "AQID", "name": "alice", "displayName": "Alice" },
        "challenge": "Y2hhbGxlbmdlLWNoYWxsZW5nZQ",
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
    })
}

pub(crate) fn request_options() -> Json {
    json!({ "rpId": "example.com", "challenge": "Y2hhbGxlbmdlLWNoYWxsZW5nZQ" })
}

/// `options` with `patch`'s members in place of its own.
pub(crate) fn patched(mut options: Json, patch: Json) -> Json {
    for (key, value) in patch.as_object().expect("an object") {
        options[key] = value.clone();
    }
    options
}

pub(crate) fn verdict<T>(outcome: Result<T, ClientError>) -> (&'static str, &'static str) {
    match outcome {
        Ok(_) => ("", ""),
        Err(error) => {
            let sentence = error.to_string();
            assert!(
                sentence.ends_with('.') || sentence.ends_with(".)"),
                "a sentence: {sentence}"
            );
            (error.name(), error.code())
        }
    }
}
