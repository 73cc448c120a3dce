//! The members a policy's file may have, and what each may hold.

use pin_sync::pin::Iterations;
use serde_json::{Value as Json, json};
use toml_edit::Value;

use super::Validity;
use super::words::{any_of, hint};

/// What a member holds.
pub(super) enum Shape {
    Switch,
    Number { least: i64, most: i64 },
    Length,
    Word(&'static [&'static str]),
    Words(&'static [&'static str]),
    Pins,
    Moment,
}

/// A member, by its section and name.
pub(super) struct Member {
    pub section: &'static str,
    pub name: &'static str,
    pub shape: Shape,
}

/// The sections, outer ones first.
pub(super) const SECTIONS: [&str; 3] = ["passkeys", "pin", "pin.campaign"];

/// The longest time a synchronized PIN may be used offline.
const LONGEST_VALIDITY: u64 = 366 * 24 * 60 * 60;
const MOST_BLOCKED: usize = 1_000;

const fn member(section: &'static str, name: &'static str, shape: Shape) -> Member {
    Member {
        section,
        name,
        shape,
    }
}

const fn number(least: i64, most: i64) -> Shape {
    Shape::Number { least, most }
}

/// All members, in the order of the file.
pub(super) const MEMBERS: [Member; 22] = [
    member("passkeys", "required", Shape::Switch),
    member("passkeys", "biometrics", Shape::Switch),
    member("pin", "enabled", Shape::Switch),
    member("pin", "offline", Shape::Switch),
    member("pin", "validity", Shape::Length),
    member("pin", "online-attempts", number(1, 100)),
    member("pin", "offline-attempts", number(1, 100)),
    member(
        "pin",
        "lock",
        Shape::Word(&["indefinite", "wipe-and-resync"]),
    ),
    member("pin", "min-length", number(4, 63)),
    member("pin", "max-length", number(4, 63)),
    member("pin", "charset", Shape::Word(&["digits", "any"])),
    member("pin", "blocklist", Shape::Pins),
    member(
        "pin",
        "refuse",
        Shape::Words(&["mirrored", "sequences", "repeated", "birthdays"]),
    ),
    member("pin", "history", number(0, 24)),
    member("pin", "age-days", number(-36_500, 36_500)),
    member("pin", "expiring-days", number(0, 365)),
    member("pin", "extra-sign-ins", number(0, 100)),
    // The bounds of `pin_sync::pin::Iterations`: 1,000 are the fewest of the library that hashes.
    member(
        "pin",
        "iterations",
        number(Iterations::FEWEST_IN_TESTS as i64, Iterations::MOST as i64),
    ),
    member("pin", "test-iterations", Shape::Switch),
    member("pin", "enrolment", Shape::Word(&["passkey", "digits"])),
    member("pin.campaign", "start", Shape::Moment),
    member("pin.campaign", "grace", number(0, 365)),
];

impl Shape {
    /// The value as the policy's JSON form has it, or what is wrong with it, to follow the name.
    pub(super) fn read(&self, value: &Value) -> Result<Json, String> {
        match self {
            Self::Switch => value
                .as_bool()
                .map(Json::from)
                .ok_or_else(|| format!("is true or false; here stands {}", said(value))),
            Self::Number { least, most } => value
                .as_integer()
                .filter(|number| (*least..=*most).contains(number))
                .map(Json::from)
                .ok_or_else(|| {
                    format!(
                        "is a whole number from {least} to {most}; here stands {}",
                        said(value)
                    )
                }),
            Self::Length => length(value),
            Self::Word(words) => value
                .as_str()
                .filter(|word| words.contains(word))
                .map_or_else(
                    || {
                        let near = value
                            .as_str()
                            .map(|word| hint(word, words.iter().copied()))
                            .unwrap_or_default();
                        Err(format!(
                            "is {}; here stands {}.{near}",
                            any_of(words),
                            said(value)
                        ))
                    },
                    |word| Ok(word.into()),
                ),
            Self::Words(words) => several(words, value),
            Self::Pins => pins(value),
            Self::Moment => moment(value),
        }
    }

    /// The JSON form as the file writes it.
    pub(super) fn write(&self, json: &Json) -> Option<Value> {
        match (self, json) {
            (Self::Moment, Json::String(text)) => Some(
                text.parse::<toml_edit::Datetime>()
                    .map_or_else(|_| text.as_str().into(), Value::from),
            ),
            (_, Json::Bool(switch)) => Some((*switch).into()),
            (_, Json::Number(number)) => number
                .as_i64()
                .map(Value::from)
                .or_else(|| number.as_f64().map(Value::from)),
            (_, Json::String(text)) => Some(text.as_str().into()),
            (_, Json::Array(items)) => {
                let mut array = toml_edit::Array::new();
                for item in items {
                    array.push(self.write(item)?);
                }
                Some(array.into())
            }
            (_, Json::Null | Json::Object(_)) => None,
        }
    }
}

fn length(value: &Value) -> Result<Json, String> {
    let form = || {
        format!(
            "is a length of time such as \"8h\" or \"7days\", or a number of seconds; here stands {}",
            said(value)
        )
    };
    let json = match value {
        Value::Integer(seconds) => json!(seconds.value()),
        Value::String(text) => json!(text.value()),
        _ => return Err(form()),
    };
    let validity: Validity = serde_json::from_value(json).map_err(|_| form())?;
    if validity.seconds() > LONGEST_VALIDITY {
        return Err("is 366 days at most".to_owned());
    }
    Ok(json!(validity.to_string()))
}

fn several(words: &'static [&'static str], value: &Value) -> Result<Json, String> {
    let form = |said: String, near: String| {
        format!(
            "is a list of any of {}; in it stands {said}.{near}",
            any_of(words)
        )
    };
    let items = value
        .as_array()
        .ok_or_else(|| form(said(value), String::new()))?;
    let mut read: Vec<&str> = Vec::new();
    for item in items {
        let word = item.as_str().unwrap_or_default();
        if !words.contains(&word) {
            return Err(form(said(item), hint(word, words.iter().copied())));
        }
        if read.contains(&word) {
            return Err(format!("has \"{word}\" twice; once is enough"));
        }
        read.push(word);
    }
    Ok(json!(read))
}

fn pins(value: &Value) -> Result<Json, String> {
    let items = value
        .as_array()
        .ok_or_else(|| format!("is a list of PINs in quotes; here stands {}", said(value)))?;
    if items.len() > MOST_BLOCKED {
        return Err(format!("has {MOST_BLOCKED} PINs at most"));
    }
    let mut read = Vec::new();
    for item in items {
        let pin = item
            .as_str()
            .filter(|pin| (1..=super::pin_rules::MOST_BYTES).contains(&pin.len()));
        match pin {
            Some(pin) => read.push(pin),
            None => {
                return Err(
                    "has an entry that is no PIN: each is text in quotes, of 1 to 63 bytes"
                        .to_owned(),
                );
            }
        }
    }
    Ok(json!(read))
}

fn moment(value: &Value) -> Result<Json, String> {
    let text = match value {
        Value::Datetime(moment) => moment.value().to_string(),
        Value::String(text) => text.value().clone(),
        _ => String::new(),
    };
    let rfc3339 = &time::format_description::well_known::Rfc3339;
    match time::OffsetDateTime::parse(&text, rfc3339) {
        Ok(_) => Ok(json!(text)),
        Err(_) => Err(format!(
            "is a moment with its offset, such as 2026-11-23T08:00:00Z; here stands {}",
            said(value)
        )),
    }
}

/// A value as a sentence names it.
fn said(value: &Value) -> String {
    match value {
        Value::String(text) => {
            let text: String = text.value().chars().take(40).collect();
            format!("\"{}\"", text.escape_debug())
        }
        Value::Integer(number) => number.value().to_string(),
        Value::Float(number) => number.value().to_string(),
        Value::Boolean(switch) => switch.value().to_string(),
        Value::Datetime(moment) => moment.value().to_string(),
        Value::Array(_) => "a list".to_owned(),
        Value::InlineTable(_) => "a section".to_owned(),
    }
}
