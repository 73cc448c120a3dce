//! Asks a key who it is.

use std::time::Duration;

use client::{Channel, ChannelError, FoundKey};
use ctap::hid::{Capabilities, InitResponse};
use ctap::{Command, Status};
use timeline::{Clock, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::explain::{Explained, explain_answer};
use crate::shapes::{Report, Took};
use crate::{init, pin};

/// How long all questions together may take; for one alone, the channel has a limit of its own.
const LIMIT: Duration = Duration::from_secs(45);

/// Asks the key on `channel` for authenticatorGetInfo and for the tries that are left, and explains
/// its answers. Nothing is changed on the key and nobody has to touch it. Time is measured by
/// `clock`; `cancel` gives up.
///
/// A key that offers U2F only, by its answer to CTAPHID_INIT, has a report without facts. One that
/// says who it is and then does not answer has a report with a remark.
///
/// # Errors
/// [`Error::Channel`] when no answer comes through; [`Error::Refused`], [`Error::Empty`] and
/// [`Error::Unreadable`] for what it answers to authenticatorGetInfo.
pub async fn report(
    key: FoundKey,
    init: Option<&InitResponse>,
    channel: &mut dyn Channel,
    clock: &dyn Clock,
    cancel: &CancellationToken,
) -> Result<Report, Error> {
    let speaks_ctap2 = init.is_none_or(|said| said.capabilities.has(Capabilities::CBOR));
    let (init, remarks) = init.map(init::explain).unzip();
    let mut remarks: Vec<String> = remarks.unwrap_or_default();
    let mut report = Report {
        key,
        init,
        facts: Vec::new(),
        pin: pin::none(),
        remarks: Vec::new(),
        bytes: String::new(),
        took: Vec::new(),
    };
    if !speaks_ctap2 {
        remarks.push(
            "The key speaks U2F only (CTAP1): it cannot say what it is able to do, and holds no passkeys."
                .to_owned(),
        );
        return Ok(Report { remarks, ..report });
    }
    let mut questions = Questions {
        channel,
        clock,
        cancel,
        until: clock.now().plus(LIMIT),
        took: Vec::new(),
    };
    let name = Command::GetInfo.name();
    let cbor = match questions.ask(&Command::GetInfo, name).await? {
        Answer::Given(cbor) => cbor,
        Answer::Refused(status) => return Err(Error::Refused(status)),
        Answer::Empty => return Err(Error::Empty),
    };
    let Explained {
        facts,
        remarks: odd,
    } = explain_answer(&cbor)?;
    remarks.extend(odd);
    report.pin = pin::ask_pin(&mut questions, &facts, &mut remarks).await;
    report.took = questions.took;
    report.facts = facts;
    report.remarks = remarks;
    report.bytes = cbor.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(report)
}

/// What a key answered.
pub(crate) enum Answer {
    /// The CBOR after the status.
    Given(Vec<u8>),
    /// A status that is no success.
    Refused(Status),
    /// Not even a status.
    Empty,
}

/// What is asked of one key.
pub(crate) struct Questions<'a> {
    channel: &'a mut dyn Channel,
    clock: &'a dyn Clock,
    cancel: &'a CancellationToken,
    /// When nothing more is waited for.
    until: Timestamp,
    /// How long each answer took.
    took: Vec<Took>,
}

impl Questions<'_> {
    /// Sends one command and notes how long it took.
    ///
    /// # Errors
    /// [`ChannelError`] when no answer comes through, or none in time.
    pub async fn ask(&mut self, command: &Command, name: &str) -> Result<Answer, ChannelError> {
        let started = self.clock.monotonic();
        let (request, mut unheard) = (command.encode(), |_| {});
        let mut answer = tokio::select! {
            biased;
            answer = self.channel.transact(&request, self.cancel, &mut unheard) => answer?,
            () = self.clock.sleep_until(self.until) => return Err(ChannelError::Stuck(LIMIT)),
        };
        let elapsed = self.clock.monotonic().saturating_sub(started);
        self.took.push(Took {
            command: name.to_owned(),
            micros: u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
        });
        Ok(match answer.first().copied().map(Status::from) {
            None => Answer::Empty,
            Some(status) if status.is_ok() => Answer::Given(answer.split_off(1)),
            Some(status) => Answer::Refused(status),
        })
    }
}
