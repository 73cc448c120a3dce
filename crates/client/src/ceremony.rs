//! One call under way: its deadline, its abort signal, its commands and its events.

use std::time::Duration;

use ctap::{Command, Status, get_info::Info};
use serde_json::{Value as Json, json};
use timeline::{Draft, Party, Seq, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::{
    Account, Call, Channel, ChannelError, Client, ClientError, Dialogs, KeepaliveStatus, PinAsk,
    PinEntry, Waiting, kinds, wire,
};
use webauthn::id::RpId;

/// The shortest time a relying party can give the user.
const MIN_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest.
const MAX_TIMEOUT: Duration = Duration::from_secs(600);
/// The time without a word from the relying party (L3 §15.1).
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);
/// How long a device may take, in real time, to answer a cancelled command.
const CANCEL_GRACE: Duration = Duration::from_secs(2);

pub(crate) struct Ceremony<'a> {
    client: &'a Client,
    pub channel: &'a mut dyn Channel,
    abort: &'a CancellationToken,
    timeout: Duration,
    deadline: Timestamp,
    max_message: u64,
    last: Seq,
}

impl<'a> Ceremony<'a> {
    /// Starts by saying which call was made.
    pub fn begin(
        client: &'a Client,
        channel: &'a mut dyn Channel,
        call: Call<'a>,
        kind: &'static str,
    ) -> Self {
        let now = client.clock.now();
        let body = json!({ "origin": call.origin, "options": call.options });
        let last = client.emit.emit(
            Draft::new(Party::Client, kind)
                .cause(call.cause)
                .at(now)
                .body(body),
        );
        Ceremony {
            client,
            channel,
            abort: call.abort,
            timeout: DEFAULT_TIMEOUT,
            deadline: now.plus(DEFAULT_TIMEOUT),
            max_message: Info::DEFAULT_MAX_MSG_SIZE,
            last,
        }
    }

    /// Takes the relying party's time-out, in milliseconds, within bounds.
    pub fn set_timeout(&mut self, milliseconds: Option<u64>) {
        self.timeout = allowed(milliseconds);
        self.deadline = self.client.clock.now().plus(self.timeout);
    }

    /// Ends by saying what came of it.
    pub fn end<T: serde::Serialize>(
        self,
        kind: &'static str,
        outcome: Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let (kind, body) = match &outcome {
            Ok(credential) => (kind, json!({ "credential": credential })),
            Err(error) => (
                kinds::FAILED,
                json!({ "name": error.name(), "code": error.code(), "message": error.to_string() }),
            ),
        };
        let now = self.client.clock.now();
        self.client.emit.emit(
            Draft::new(Party::Client, kind)
                .cause(self.last)
                .at(now)
                .body(body),
        );
        outcome
    }

    /// Runs authenticatorGetInfo and keeps what it says about message sizes; every device takes the
    /// size that holds when it says nothing (§6.4), whatever it says.
    pub async fn get_info(&mut self) -> Result<Info, ClientError> {
        let info = self.run(&Command::GetInfo, Info::decode).await?;
        self.max_message = info
            .max_msg_size
            .map_or(Info::DEFAULT_MAX_MSG_SIZE, |told| {
                told.max(Info::DEFAULT_MAX_MSG_SIZE)
            });
        Ok(info)
    }

    /// Runs one command and reads the CBOR of its success.
    pub async fn run<T>(
        &mut self,
        command: &Command,
        decode: impl Fn(&[u8]) -> Result<T, Status>,
    ) -> Result<T, ClientError> {
        let (status, cbor) = self.send(command).await?;
        if !status.is_ok() {
            return Err(ClientError::from_status(command.name(), status));
        }
        decode(&cbor).map_err(|status| {
            malformed(
                command,
                format!("its CBOR does not keep the rules ({status})"),
            )
        })
    }

    /// Runs one command; gives the status and the CBOR after it.
    pub async fn send(&mut self, command: &Command) -> Result<(Status, Vec<u8>), ClientError> {
        let request = command.encode();
        if request.len() as u64 > self.max_message {
            return Err(ClientError::TooLong {
                length: request.len(),
                limit: self.max_message,
            });
        }
        self.emit(kinds::COMMAND_SENT, Some(&request), || {
            wire::sent(command, &request)
        });
        self.channel.caused_by(Some(self.last));
        let started = self.client.clock.monotonic();
        let (answer, stopped) = self.transact(&request).await;
        let duration = self.client.clock.monotonic().saturating_sub(started);
        if let Some(Ok(response)) = &answer {
            self.emit(kinds::COMMAND_ANSWERED, Some(response), || {
                let mut body = wire::answered(command, response);
                body["durationMicros"] =
                    json!(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
                body
            });
        }
        if let Some(reason) = stopped {
            return Err(reason);
        }
        let response = answer.ok_or(ChannelError::Silent(CANCEL_GRACE))??;
        match response.split_first() {
            Some((status, cbor)) => Ok((Status::from(*status), cbor.to_vec())),
            None => Err(malformed(command, "it is empty".to_owned())),
        }
    }

    /// The device's answer, if one came, and why the wait ended before it, if it did.
    async fn transact(
        &mut self,
        request: &[u8],
    ) -> (Option<Result<Vec<u8>, ChannelError>>, Option<ClientError>) {
        let cancel = CancellationToken::new();
        let given_up = CancellationToken::new();
        let mut wait = Wait::new(self.client.dialogs.as_ref(), &given_up);
        let asks_user_itself = self.channel.asks_user_itself();
        let mut on_keepalive = |status| {
            if !asks_user_itself {
                wait.tell(status);
            }
        };
        let mut answer = self.channel.transact(request, &cancel, &mut on_keepalive);
        let reason = tokio::select! {
            biased;
            () = self.abort.cancelled() => ClientError::Aborted,
            () = given_up.cancelled() => ClientError::GivenUp,
            answer = &mut answer => return (Some(answer), None),
            () = self.client.clock.sleep_until(self.deadline) => ClientError::TimedOut(self.timeout),
        };
        cancel.cancel();
        (
            tokio::time::timeout(CANCEL_GRACE, answer).await.ok(),
            Some(reason),
        )
    }

    /// Asks the user which account; gives its index.
    pub async fn choose(
        &mut self,
        rp_id: &RpId,
        accounts: &[Account],
    ) -> Result<usize, ClientError> {
        let choice = tokio::select! {
            biased;
            () = self.abort.cancelled() => return Err(ClientError::Aborted),
            choice = self.client.dialogs.choose(rp_id, accounts, self.deadline) => choice,
            () = self.client.clock.sleep_until(self.deadline) => return Err(ClientError::TimedOut(self.timeout)),
        };
        let (index, account) = choice
            .and_then(|index| accounts.get(index).map(|account| (index, account)))
            .ok_or(ClientError::NoAccountChosen)?;
        self.emit(kinds::ACCOUNT_CHOSEN, None, || {
            json!({ "user": { "id": account.user_handle, "name": account.name, "displayName": account.display_name } })
        });
        Ok(index)
    }

    /// Asks the user for a key's PIN.
    pub async fn ask_pin(&mut self, ask: PinAsk) -> Result<PinEntry, ClientError> {
        self.emit(kinds::KEY_PIN_ASKED, None, || wire::asked(ask.purpose));
        let entry = tokio::select! {
            biased;
            () = self.abort.cancelled() => return Err(ClientError::Aborted),
            entry = self.client.dialogs.pin(ask, self.deadline) => entry,
            gone = self.channel.gone() => return Err(gone.into()),
            () = self.client.clock.sleep_until(self.deadline) => return Err(ClientError::TimedOut(self.timeout)),
        };
        let outcome = if entry.is_some() {
            "entered"
        } else {
            "declined"
        };
        self.emit(
            kinds::KEY_PIN_ANSWERED,
            None,
            || json!({ "outcome": outcome }),
        );
        entry.ok_or(ClientError::NoKeyPin)
    }

    fn emit(&mut self, kind: &'static str, raw: Option<&[u8]>, body: impl FnOnce() -> Json) {
        if !self.client.emit.listens() {
            return;
        }
        let mut draft = Draft::new(Party::Client, kind)
            .cause(self.last)
            .at(self.client.clock.now())
            .body(body());
        draft.raw = raw.map(<[u8]>::to_vec);
        self.last = self.client.emit.emit(draft);
    }
}

/// What the user is told of a key's wait; taken back when the command ends, however it ends.
struct Wait<'a> {
    dialogs: &'a dyn Dialogs,
    given_up: &'a CancellationToken,
    told: Option<Waiting>,
}

impl<'a> Wait<'a> {
    fn new(dialogs: &'a dyn Dialogs, given_up: &'a CancellationToken) -> Self {
        Self {
            dialogs,
            given_up,
            told: None,
        }
    }

    fn tell(&mut self, status: KeepaliveStatus) {
        let waiting = Some(match status {
            KeepaliveStatus::UpNeeded => Waiting::TouchNeeded,
            KeepaliveStatus::Processing => Waiting::Processing,
        });
        if self.told != waiting {
            self.told = waiting;
            self.dialogs.waiting(waiting, self.given_up);
        }
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if self.told.is_some() {
            self.dialogs.waiting(None, self.given_up);
        }
    }
}

/// How long a call with these options may take: what they say, within bounds.
#[must_use]
pub fn time_allowed(options: &Json) -> Duration {
    allowed(options.get("timeout").and_then(Json::as_u64))
}

fn allowed(milliseconds: Option<u64>) -> Duration {
    milliseconds.map_or(DEFAULT_TIMEOUT, |milliseconds| {
        Duration::from_millis(milliseconds).clamp(MIN_TIMEOUT, MAX_TIMEOUT)
    })
}

pub(crate) fn malformed(command: &Command, why: String) -> ClientError {
    ClientError::Malformed {
        command: command.name(),
        why,
    }
}
