//! Values for a person. What a key says is a stranger's text: nothing in it may move a cursor,
//! turn a line round or fill a screen.

use std::fmt::Write as _;

use client::is_harmless;
use webauthn::cbor::Value;

/// The most characters of one text that are shown.
pub(crate) const LONGEST: usize = 200;
/// The most bytes that are shown.
const MOST_BYTES: usize = 64;

/// A stranger's text on one line: control and direction characters as `\u{…}`, and of a long one
/// only the first 200 characters, the rest counted.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut shown = String::new();
    for (at, character) in text.chars().enumerate() {
        if at == LONGEST {
            let rest = text.chars().count() - LONGEST;
            let _ = write!(shown, "… and {rest} more");
            break;
        }
        if is_harmless(character) {
            shown.push(character);
        } else {
            let _ = write!(shown, "{}", character.escape_unicode());
        }
    }
    shown
}

/// The bytes in hexadecimal, the rest of many counted.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(2 * bytes.len().min(MOST_BYTES));
    for byte in bytes.iter().take(MOST_BYTES) {
        let _ = write!(shown, "{byte:02x}");
    }
    if bytes.len() > MOST_BYTES {
        let _ = write!(shown, "… and {} bytes more", bytes.len() - MOST_BYTES);
    }
    shown
}

/// A number of things.
pub(crate) fn counted(count: u64, singular: &str, plural: &str) -> String {
    let unit = if count == 1 { singular } else { plural };
    format!("{count} {unit}")
}

/// Any value, when nothing better is known.
pub(crate) fn any(value: &Value<'_>) -> String {
    match value {
        Value::Bytes(bytes) => hexadecimal(bytes),
        Value::Text(text) => plain(text),
        other => plain(&other.to_json().to_string()),
    }
}

/// What kind of value it is, after "sent".
pub(crate) fn kind(value: &Value<'_>) -> String {
    match value {
        Value::Unsigned(_) => "a number".into(),
        Value::Negative(_) => "a negative number".into(),
        Value::Bytes(bytes) => counted(bytes.len() as u64, "byte", "bytes"),
        Value::Text(_) => "a text".into(),
        Value::Array(_) => "a list that has something else in it".into(),
        Value::Map(_) => "a map that has something else in it".into(),
        Value::Tag(..) => "a tagged value".into(),
        Value::Bool(_) => "a truth value".into(),
        Value::Null => "null".into(),
        Value::Float(_) => "a fraction".into(),
    }
}
