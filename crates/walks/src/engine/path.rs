//! Paths to a field of a JSON value: `passkeys[0].signCount`.

use std::{borrow::Cow, fmt, str::FromStr};

use serde_json::Value;

const MAX_CHARACTERS: usize = 500;
const MAX_SEGMENTS: usize = 32;

/// The way to a field: members by their names, elements by place or by what they hold.
///
/// - `account`, `request.options.rk`: members; a name with other characters is written `["a.b"]`;
/// - `passkeys[0]`, `passkeys[last]`: elements;
/// - `passkeys[label=Phone]`, `steps[outcome="not so"]`: the first element whose member has that
///   text, number or boolean;
/// - `passkeys.length`: how many elements an array has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Member(String),
    Place(usize),
    Last,
    Where { member: Vec<String>, text: String },
}

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PathError(String);

impl Path {
    /// The field, if `value` has it; `null` counts as not there.
    #[must_use]
    pub fn find<'v>(&self, value: &'v Value) -> Option<Cow<'v, Value>> {
        let mut current = value;
        let mut segments = self.0.iter();
        while let Some(segment) = segments.next() {
            match segment.step(current) {
                Some(next) => current = next,
                None => return length(segment, current).filter(|_| segments.len() == 0),
            }
        }
        (!current.is_null()).then_some(Cow::Borrowed(current))
    }
}

impl Path {
    /// The member that it begins with; none when it begins with an element.
    pub(crate) fn first(&self) -> Option<&str> {
        match self.0.first()? {
            Segment::Member(name) => Some(name),
            Segment::Place(_) | Segment::Last | Segment::Where { .. } => None,
        }
    }
}

impl Segment {
    fn step<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match self {
            Self::Member(name) => value.get(name),
            Self::Place(place) => value.get(place),
            Self::Last => value.as_array()?.last(),
            Self::Where { member, text } => value.as_array()?.iter().find(|element| {
                member
                    .iter()
                    .try_fold(*element, |value, name| value.get(name))
                    .is_some_and(|value| reads(value, text))
            }),
        }
    }
}

/// The pseudo-member of arrays.
fn length<'v>(segment: &Segment, value: &Value) -> Option<Cow<'v, Value>> {
    match (segment, value) {
        (Segment::Member(name), Value::Array(elements)) if name == "length" => {
            Some(Cow::Owned(elements.len().into()))
        }
        _ => None,
    }
}

/// True when a scalar is written as `text`.
fn reads(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => own == text,
        Value::Number(_) | Value::Bool(_) => {
            let written = value.to_string();
            written == text
        }
        _ => false,
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        if text.is_empty() {
            return Err(PathError("A path names at least one member.".into()));
        }
        if text.chars().count() > MAX_CHARACTERS {
            return Err(PathError(format!(
                "A path has at most {MAX_CHARACTERS} characters."
            )));
        }
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (segment, after) = if let Some(inner) = rest.strip_prefix('[') {
                bracket(inner)?
            } else if segments.is_empty() {
                member(rest)?
            } else {
                member(rest.strip_prefix('.').ok_or_else(|| {
                    PathError(format!("A dot or a bracket is missing before \"{rest}\"."))
                })?)?
            };
            segments.push(segment);
            rest = after;
            if segments.len() > MAX_SEGMENTS {
                return Err(PathError(format!(
                    "A path has at most {MAX_SEGMENTS} segments."
                )));
            }
        }
        Ok(Self(segments))
    }
}

fn plain(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '$' | ':' | '/' | '@')
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(plain)
}

/// A member's name at the start of `text`, and what follows.
fn member(text: &str) -> Result<(Segment, &str), PathError> {
    let end = text.find(|letter| !plain(letter)).unwrap_or(text.len());
    if end == 0 {
        return Err(PathError(match text.chars().next() {
            None => "A path does not end with a dot.".into(),
            Some(letter) => format!("A member's name does not begin with \"{letter}\"."),
        }));
    }
    Ok((Segment::Member(text[..end].to_owned()), &text[end..]))
}

/// What stands after an opening bracket, and what follows the closing one.
fn bracket(text: &str) -> Result<(Segment, &str), PathError> {
    if text.starts_with('"') {
        let (name, after) = quoted(text)?;
        return Ok((Segment::Member(name), closed(after)?));
    }
    let end = text.find([']', '=']).ok_or_else(unclosed)?;
    let word = &text[..end];
    if text[end..].starts_with('=') {
        return filter(word, &text[end + 1..]);
    }
    let segment = match word {
        "last" => Segment::Last,
        _ if word.chars().all(|letter| letter.is_ascii_digit()) => Segment::Place(
            word.parse()
                .map_err(|_| PathError(format!("\"[{word}]\" is no place in an array.")))?,
        ),
        _ => {
            return Err(PathError(format!(
                "\"[{word}]\" is no selector. Write [0], [last], [member=value] or [\"member\"]."
            )));
        }
    };
    Ok((segment, &text[end + 1..]))
}

/// `value]` after `[member=`.
fn filter<'t>(word: &str, text: &'t str) -> Result<(Segment, &'t str), PathError> {
    let member: Vec<String> = word.split('.').map(str::to_owned).collect();
    if !member.iter().all(|name| is_plain(name)) {
        return Err(PathError(format!(
            "\"{word}\" before the equals sign is no member."
        )));
    }
    let (text, after) = if text.starts_with('"') {
        let (value, after) = quoted(text)?;
        (value, closed(after)?)
    } else {
        let end = text.find(']').ok_or_else(unclosed)?;
        (text[..end].to_owned(), &text[end + 1..])
    };
    Ok((Segment::Where { member, text }, after))
}

/// A JSON string at the start of `text`, and what follows.
fn quoted(text: &str) -> Result<(String, &str), PathError> {
    let mut strings = serde_json::Deserializer::from_str(text).into_iter::<String>();
    match strings.next() {
        Some(Ok(value)) => Ok((value, &text[strings.byte_offset()..])),
        _ => Err(PathError("A quotation mark is not closed.".into())),
    }
}

fn closed(text: &str) -> Result<&str, PathError> {
    text.strip_prefix(']').ok_or_else(unclosed)
}

fn unclosed() -> PathError {
    PathError("A bracket is not closed.".into())
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Member(name) if !is_plain(name) => {
                    write!(f, "[{}]", Value::from(name.as_str()))?;
                }
                Segment::Member(name) if index == 0 => f.write_str(name)?,
                Segment::Member(name) => write!(f, ".{name}")?,
                Segment::Place(place) => write!(f, "[{place}]")?,
                Segment::Last => f.write_str("[last]")?,
                Segment::Where { member, text } => {
                    let bare = !text.starts_with('"') && !text.contains(']');
                    let text = if bare {
                        text.clone()
                    } else {
                        Value::from(text.as_str()).to_string()
                    };
                    write!(f, "[{}={text}]", member.join("."))?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
