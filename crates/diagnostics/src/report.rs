//! Asks a key who it is.

use client::{Channel, ChannelError, FoundKey};
use ctap::hid::{Capabilities, InitResponse};
use ctap::{Command, Status};
use timeline::Clock;
use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::explain::{Explained, explain_answer};
use crate::shapes::{Report, Took};
use crate::{init, pin};

/// Asks the key on `channel` for authenticatorGetInfo and for the tries that are left, and explains
/// its answers. Nothing is changed on the key and nobody has to touch it. Time is measured by
/// `clock`; `cancel` gives up.
///
/// A key that offers U2F only, by its answer to CTAPHID_INIT, has a report without facts.
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
    let took = &mut report.took;
    let name = Command::GetInfo.name();
    let cbor = match ask(channel, clock, cancel, &Command::GetInfo, name, took).await? {
        Answer::Given(cbor) => cbor,
        Answer::Refused(status) => return Err(Error::Refused(status)),
        Answer::Empty => return Err(Error::Empty),
    };
    let Explained {
        facts,
        remarks: odd,
    } = explain_answer(&cbor)?;
    remarks.extend(odd);
    report.pin = pin::ask_pin(channel, clock, cancel, &facts, took, &mut remarks).await?;
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

/// Sends one command and notes how long it took.
pub(crate) async fn ask(
    channel: &mut dyn Channel,
    clock: &dyn Clock,
    cancel: &CancellationToken,
    command: &Command,
    name: &str,
    took: &mut Vec<Took>,
) -> Result<Answer, ChannelError> {
    let started = clock.monotonic();
    let mut answer = channel
        .transact(&command.encode(), cancel, &mut |_| {})
        .await?;
    let elapsed = clock.monotonic().saturating_sub(started);
    took.push(Took {
        command: name.to_owned(),
        micros: u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
    });
    Ok(match answer.first().copied().map(Status::from) {
        None => Answer::Empty,
        Some(status) if status.is_ok() => Answer::Given(answer.split_off(1)),
        Some(status) => Answer::Refused(status),
    })
}
