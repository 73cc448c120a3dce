//! The earlier message that a replay brings again, from the timeline: what was told there holds no
//! secret, and what was forgotten there is forgotten here.

use timeline::{Event, Recorder, Seq};

use super::catalogue;
use crate::{Error, api::Direction};

/// How many of the newest events are looked through.
const LOOKED_THROUGH: u64 = 10_000;

/// The bytes of the message shown by the event `earlier`, or of the newest of that name and
/// direction.
pub(super) fn earlier(
    recorder: &Recorder,
    message: &str,
    direction: Direction,
    earlier: Option<Seq>,
) -> Result<Vec<u8>, Error> {
    let is_it = |event: &Event| is_message(recorder, event, message, direction);
    if let Some(seq) = earlier {
        let event = recorder.get(seq)?;
        let event = event.ok_or_else(|| Error::Fault(format!("there is no event {seq}")))?;
        return match is_it(&event)? {
            true => Ok(event.raw.clone().unwrap_or_default()),
            false => Err(Error::Fault(format!(
                "event {seq} shows no {} of {message}",
                half(direction)
            ))),
        };
    }
    let after = Seq(recorder.last().0.saturating_sub(LOOKED_THROUGH));
    let limit = usize::try_from(LOOKED_THROUGH).unwrap_or(usize::MAX);
    for event in recorder.range(after, limit)?.iter().rev() {
        if is_it(event)? {
            return Ok(event.raw.clone().unwrap_or_default());
        }
    }
    Err(Error::Fault(format!(
        "there was no {} of {message} yet that could be replayed; let one happen first",
        half(direction)
    )))
}

fn is_message(
    recorder: &Recorder,
    event: &Event,
    message: &str,
    direction: Direction,
) -> Result<bool, Error> {
    if event.raw.is_none() {
        return Ok(false);
    }
    let is_http = |request: &Event| {
        let (method, path) = (
            request.body["method"].as_str(),
            request.body["path"].as_str(),
        );
        let name = method
            .zip(path)
            .and_then(|(method, path)| catalogue::http_name(method, path));
        name == Some(message)
    };
    Ok(match (direction, event.kind.as_ref()) {
        (Direction::Request, client::kinds::COMMAND_SENT)
        | (Direction::Response, client::kinds::COMMAND_ANSWERED) => {
            event.body["command"] == message
        }
        (Direction::Request, rp_server::kinds::REQUEST) => is_http(event),
        (Direction::Response, rp_server::kinds::RESPONSE) => match event.cause {
            Some(request) => recorder
                .get(request)?
                .is_some_and(|request| is_http(&request)),
            None => false,
        },
        _ => false,
    })
}

fn half(direction: Direction) -> &'static str {
    match direction {
        Direction::Request => "request",
        Direction::Response => "response",
    }
}
