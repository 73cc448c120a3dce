//! The open set of acts and subjects.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use timeline::Event;

use super::{Act, Cast, Recorded, Subject};

/// What is wrong with an act's or a subject's members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// The member concerned, dotted; empty for the whole.
    pub path: String,
    /// What is wrong, without place.
    pub message: String,
}

/// Finds an act in the timeline: the event that shows it, all events before, the cast.
pub type FindAct = fn(&Event, &[Event], &Cast) -> Option<Map<String, Value>>;

/// A kind of act.
pub struct ActKind {
    /// `room.verb`, as a walk writes it.
    pub name: &'static str,
    /// A step that uses it, in TOML; the reference shows it and a test reads it.
    pub example: &'static str,
    /// Its members and what they mean; the description is the act's own documentation.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// Reads its members.
    pub read: fn(Value) -> Result<Box<dyn Act>, ReadError>,
    /// Its members, when this event shows that it was done; see [`Recorded`].
    pub recorded: FindAct,
}

/// A kind of subject.
pub struct SubjectKind {
    /// The member that names it in an expectation.
    pub name: &'static str,
    /// An expectation that uses it, in TOML.
    pub example: &'static str,
    /// Its members and what they mean.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// Reads its members.
    pub read: fn(Value) -> Result<Box<dyn Subject>, ReadError>,
}

/// Every act and subject there is.
#[derive(Default)]
pub struct Registry {
    /// Acts in the order in which the reference shows them.
    pub acts: Vec<ActKind>,
    /// Subjects in that order.
    pub subjects: Vec<SubjectKind>,
    /// Rooms of acts, each with a sentence for the reference.
    rooms: Vec<(&'static str, &'static str)>,
}

impl Registry {
    /// Says what the acts of a room (`page` for `page.sign-in`) have in common.
    pub fn describe(&mut self, room: &'static str, about: &'static str) {
        self.rooms.push((room, about));
    }

    /// What the acts of `room` have in common; empty when nobody said.
    #[must_use]
    pub fn room(&self, room: &str) -> &'static str {
        let known = self.rooms.iter().find(|(name, _)| *name == room);
        known.map_or("", |(_, about)| about)
    }

    /// Adds a kind of act.
    pub fn act<A>(&mut self, name: &'static str, example: &'static str)
    where
        A: Recorded + DeserializeOwned + Serialize + JsonSchema + 'static,
    {
        self.acts.push(ActKind {
            name,
            example,
            schema: |generator| A::json_schema(generator),
            read: |members| Ok(Box::new(read::<A>(members)?)),
            recorded: |event, before, cast| {
                let act = A::recorded(event, before, cast)?;
                match serde_json::to_value(act) {
                    Ok(Value::Object(members)) => Some(members),
                    _ => None,
                }
            },
        });
    }

    /// Adds a kind of subject.
    pub fn subject<S>(&mut self, name: &'static str, example: &'static str)
    where
        S: Subject + DeserializeOwned + JsonSchema + 'static,
    {
        self.subjects.push(SubjectKind {
            name,
            example,
            schema: |generator| S::json_schema(generator),
            read: |members| Ok(Box::new(read::<S>(members)?)),
        });
    }
}

fn read<T: DeserializeOwned>(members: Value) -> Result<T, ReadError> {
    serde_path_to_error::deserialize(members).map_err(|error| ReadError {
        path: error.path().to_string(),
        message: error.inner().to_string(),
    })
}
