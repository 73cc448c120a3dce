//! Operators: how an expectation compares.

use std::{cmp::Ordering, fmt};

use regex::Regex;
use serde_json::{Number, Value};

use super::phrase::phrase;

/// How an expectation compares what it finds.
#[derive(Debug, Clone)]
pub enum Operator {
    /// The same value. Numbers by what they amount to (`1` is `1.0`), text letter by letter, arrays
    /// and tables member by member, a `null` member like none. A number is never the text that
    /// spells it.
    Is(Value),
    /// Text in which the expression finds something; numbers never do. `^…$` for the whole text.
    Matches(Regex),
    /// A number that is not lower.
    AtLeast(Number),
    /// `true`: nothing there, or `null`. `false`: something there.
    Absent(bool),
    /// A number between both, or one of them.
    Within(Number, Number),
}

impl Operator {
    /// The members that name the operators in a file.
    pub const NAMES: [&str; 5] = ["is", "matches", "at-least", "absent", "within"];

    /// True when `found` is as expected; `None` is nothing there.
    #[must_use]
    pub fn holds(&self, found: Option<&Value>) -> bool {
        let found = found.filter(|value| !value.is_null());
        match (self, found) {
            (Self::Absent(absent), found) => found.is_none() == *absent,
            (_, None) => false,
            (Self::Is(value), Some(found)) => same(value, found),
            (Self::Matches(expression), Some(Value::String(text))) => expression.is_match(text),
            (Self::AtLeast(low), Some(Value::Number(number))) => {
                order(low, number).is_some_and(Ordering::is_le)
            }
            (Self::Within(low, high), Some(Value::Number(number))) => {
                order(low, number).is_some_and(Ordering::is_le)
                    && order(number, high).is_some_and(Ordering::is_le)
            }
            (Self::Matches(_) | Self::AtLeast(_) | Self::Within(..), Some(_)) => false,
        }
    }
}

/// What should be, after "is" or "should be": `alice`, `at least 3`.
impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(value) => f.write_str(&phrase(value)),
            Self::Matches(expression) => write!(f, "text that matches {expression}"),
            Self::AtLeast(low) => write!(f, "at least {low}"),
            Self::Absent(true) => f.write_str("absent"),
            Self::Absent(false) => f.write_str("there"),
            Self::Within(low, high) => write!(f, "between {low} and {high}"),
        }
    }
}

/// True when two values are the same for [`Operator::Is`].
#[must_use]
pub fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => order(left, right) == Some(Ordering::Equal),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let covers = |one: &serde_json::Map<String, Value>, other: &serde_json::Map<_, _>| {
                one.iter()
                    .all(|(name, value)| same(value, other.get(name).unwrap_or(&Value::Null)))
            };
            covers(left, right) && covers(right, left)
        }
        _ => left == right,
    }
}

/// True when `whole` has what `part` names: of tables these members at least, else the same value.
#[must_use]
pub fn covers(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part
            .iter()
            .all(|(name, part)| covers(whole.get(name).unwrap_or(&Value::Null), part)),
        _ => same(whole, part),
    }
}

/// Which number is greater; whole numbers are compared exactly.
pub(crate) fn order(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

#[cfg(test)]
mod tests;
