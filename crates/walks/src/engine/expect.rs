//! Expectations: what must be so after a step.

use std::{borrow::Cow, fmt};

use serde_json::Value;
use timeline::Seq;

use super::{CheckRun, Doing, Failure, Operator, Path, Reference, Stage, phrase::phrase};

/// Something that expectations are about.
pub trait Subject: fmt::Debug + Send + Sync {
    /// What there is to see: every candidate, the oldest first. `since` is the last event before
    /// the step.
    fn look<'a>(&'a self, stage: &'a Stage, since: Seq) -> Doing<'a, Vec<Found>>;

    /// What it is, to begin a sentence with: `rp.verification`, `passkeys of phone`.
    fn name(&self) -> String;

    /// True for what comes and goes (an event, a prompt), false for what stands (a device).
    fn happens(&self) -> bool {
        true
    }

    /// What is wrong with expecting that of it, so that it would hold or fail whatever happens: the
    /// member concerned, dotted, and a sentence.
    fn problem(&self, _field: Option<&Path>, _operator: &Operator) -> Option<(String, String)> {
        None
    }

    /// The names of the cast that it uses.
    fn refers(&self) -> Vec<Reference> {
        Vec::new()
    }
}

/// A candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What there is to compare.
    pub value: Value,
    /// The event that says so.
    pub event: Option<Seq>,
}

/// What must be so after a step.
#[derive(Debug)]
pub struct Expectation {
    /// What it is about.
    pub subject: Box<dyn Subject>,
    /// Which field of that; the whole where there is none.
    pub field: Option<Path>,
    /// How it is compared, and with what.
    pub operator: Operator,
    /// Line of the walk's file.
    pub line: u32,
}

impl Expectation {
    /// How it stands before its step.
    #[must_use]
    pub fn ahead(&self) -> CheckRun {
        let about = self.about();
        let expected = match (&self.operator, self.subject.happens()) {
            (Operator::Absent(true), true) if self.field.is_none() => {
                format!("{about} does not come")
            }
            (Operator::Absent(false), true) if self.field.is_none() => format!("{about} comes"),
            (operator, _) => format!("{about} is {operator}"),
        };
        CheckRun {
            expected,
            actual: None,
            held: None,
            difference: None,
            event: None,
            line: self.line,
        }
    }

    /// Looks whether it holds; `since` is the last event before the step.
    pub async fn check(&self, stage: &Stage, since: Seq) -> CheckRun {
        match self.subject.look(stage, since).await {
            Ok(candidates) => self.judge(&candidates),
            Err(failure) => self.unseen(&failure),
        }
    }

    /// It could not be looked at.
    pub(super) fn unseen(&self, why: &Failure) -> CheckRun {
        CheckRun {
            actual: Some("it could not be looked at".to_owned()),
            held: Some(false),
            difference: Some(why.to_string()),
            ..self.ahead()
        }
    }

    /// Holds if any candidate does. What must be absent is absent from every candidate, and a
    /// field of nothing is neither there nor absent.
    fn judge(&self, candidates: &[Found]) -> CheckRun {
        let Some(last) = candidates.last() else {
            let held = self.field.is_none() && matches!(self.operator, Operator::Absent(true));
            return CheckRun {
                actual: Some("nothing".to_owned()),
                held: Some(held),
                difference: (!held).then(|| self.nothing()),
                ..self.ahead()
            };
        };
        let holds = |found: &&Found| match (&self.operator, &self.field) {
            (Operator::Absent(absent), None) => !absent,
            _ => self.operator.holds(self.value(found).as_deref()),
        };
        let (shown, held) = if matches!(self.operator, Operator::Absent(true)) {
            match candidates.iter().rev().find(|found| !holds(found)) {
                Some(there) => (there, false),
                None => (last, true),
            }
        } else {
            match candidates.iter().find(holds) {
                Some(found) => (found, true),
                None => (last, false),
            }
        };
        CheckRun {
            actual: Some(match (self.value(shown), &self.operator, &self.field) {
                // That it is there was all that was asked.
                (Some(_), Operator::Absent(false), None) if self.subject.happens() => {
                    "it came".to_owned()
                }
                (Some(_), Operator::Absent(false), None) => "it is there".to_owned(),
                (Some(value), ..) => phrase(&value),
                (None, ..) => "nothing".to_owned(),
            }),
            held: Some(held),
            difference: (!held).then(|| self.difference(shown, candidates.len())),
            event: shown.event,
            ..self.ahead()
        }
    }

    fn value<'f>(&self, found: &'f Found) -> Option<Cow<'f, Value>> {
        match &self.field {
            Some(path) => path.find(&found.value),
            None => Some(whole(&found.value)),
        }
    }

    /// What it is about: `rp.session.bound account`.
    fn about(&self) -> String {
        match &self.field {
            Some(path) => format!("{} {path}", self.subject.name()),
            None => self.subject.name(),
        }
    }

    fn nothing(&self) -> String {
        if self.subject.happens() {
            format!("No {} came.", self.subject.name())
        } else {
            format!("There is no {}.", self.subject.name())
        }
    }

    fn difference(&self, found: &Found, candidates: usize) -> String {
        let about = self.about();
        let place = match found.event {
            Some(event) if candidates > 1 => {
                // What must be absent names the one that is there, wherever it stands.
                let which = if matches!(self.operator, Operator::Absent(true)) {
                    "one"
                } else {
                    "the last"
                };
                format!(" (event {event}, {which} of {candidates})")
            }
            Some(event) => format!(" (event {event})"),
            None => String::new(),
        };
        match (&self.operator, &self.field, self.value(found)) {
            (Operator::Absent(true), None, _) if self.subject.happens() => {
                format!("{about} should not have come, but it did{place}.")
            }
            (operator, Some(path), None) => {
                let name = self.subject.name();
                format!("{about} should be {operator}, but {name} has no {path}{place}.")
            }
            (operator, _, Some(value)) => format!(
                "{about} should be {operator}, but it was {}{place}.",
                phrase(&value)
            ),
            (operator, None, None) => format!("{about} should be {operator}{place}."),
        }
    }
}

/// The whole of what was found, without the circumstances that only a path names: `$party`.
fn whole(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::Object(members) if members.keys().any(|name| name.starts_with('$')) => {
            let own = members.iter().filter(|(name, _)| !name.starts_with('$'));
            let own = own.map(|(name, value)| (name.clone(), value.clone()));
            Cow::Owned(Value::Object(own.collect()))
        }
        value => Cow::Borrowed(value),
    }
}

#[cfg(test)]
mod tests;
