//! Whether a fault can ever happen.

use super::catalogue::{self, Known, nearest};
use crate::api::{Change, Direction, Effect, Fault};

/// The longest delay, in milliseconds.
const LONGEST: u64 = 600_000;

/// How many steps a path has at most: messages are not deeper, and each step is taken on the stack.
const MOST_STEPS: usize = 32;

/// Fixed parts of authenticator data, which cannot be taken away.
const FIXED: [&str; 4] = ["rpIdHash", "flags", "signCount", "aaguid"];

/// Says in a sentence's part what is wrong with the fault.
pub(super) fn check(fault: &Fault) -> Result<(), String> {
    let known = message(fault)?;
    if fault.times == 0 {
        return Err("it must happen at least once".to_owned());
    }
    let half = half(fault.direction);
    match &fault.effect {
        Effect::Drop | Effect::Duplicate | Effect::Replay { .. } => {}
        Effect::Delay { millis } if *millis > LONGEST => {
            return Err(format!("a message is delayed by at most {LONGEST} ms"));
        }
        Effect::Delay { .. } => {}
        Effect::Tamper { field, change } => {
            if !known.fields.is_empty() {
                self::field(known, field)?;
                self::change(field, change)?;
            }
        }
    }
    let kind = kind(&fault.effect);
    if !known.effects().contains(&kind) {
        return Err(match fault.effect {
            Effect::Duplicate => "only requests can arrive twice".to_owned(),
            _ => format!("the {half} of {} has no members", fault.message),
        });
    }
    Ok(())
}

fn message(fault: &Fault) -> Result<&'static Known, String> {
    let mut halves = catalogue::known().iter();
    let found =
        halves.find(|known| known.message == fault.message && known.direction == fault.direction);
    found.ok_or_else(|| {
        let names = catalogue::known()
            .iter()
            .map(|known| known.message.as_str());
        with_hint(
            format!("\"{}\" is no message", fault.message),
            nearest(&fault.message, names),
        )
    })
}

fn field(known: &Known, path: &str) -> Result<(), String> {
    if path.split('.').nth(MOST_STEPS).is_some() {
        return Err(format!("a field's path has at most {MOST_STEPS} steps"));
    }
    if known.has(path) {
        return Ok(());
    }
    let paths = known.fields.iter().map(|field| field.path.as_str());
    Err(with_hint(
        format!(
            "the {} of {} has no field \"{path}\"",
            half(known.direction),
            known.message
        ),
        nearest(path, paths),
    ))
}

fn change(path: &str, change: &Change) -> Result<(), String> {
    let mut steps = path.split('.').rev();
    let (last, before) = (steps.next().unwrap_or_default(), steps.next());
    let in_data =
        |container: Option<&str>| matches!(container, Some("authenticatorData" | "authData"));
    match change {
        Change::Remove if before == Some("flags") || (FIXED.contains(&last) && in_data(before)) => {
            Err(format!(
                "{last} is a fixed part of the authenticator data and cannot be taken away; set or flip it"
            ))
        }
        Change::Set { value } if before == Some("flags") && !value.is_boolean() => {
            Err(format!("the flag {last} is true or false"))
        }
        Change::Set { .. } | Change::Flip | Change::Remove => Ok(()),
    }
}

fn with_hint(what: String, nearest: Option<&str>) -> String {
    match nearest {
        Some(nearest) => format!("{what}; the nearest is \"{nearest}\""),
        None => what,
    }
}

fn half(direction: Direction) -> &'static str {
    match direction {
        Direction::Request => "request",
        Direction::Response => "response",
    }
}

fn kind(effect: &Effect) -> &'static str {
    match effect {
        Effect::Drop => "drop",
        Effect::Delay { .. } => "delay",
        Effect::Duplicate => "duplicate",
        Effect::Tamper { .. } => "tamper",
        Effect::Replay { .. } => "replay",
    }
}
