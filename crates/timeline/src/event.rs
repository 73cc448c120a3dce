//! Events and the one way to make them.

use std::{borrow::Cow, fmt};

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Timestamp;

/// An event's number: 1 for the first of a bench, then rising by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(type = "number"))]
#[serde(transparent)]
pub struct Seq(pub u64);

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Party {
    /// The authenticator.
    Device,
    /// The browser's role.
    Client,
    /// The relying party.
    RelyingParty,
    /// The bench itself: what the tester did to it.
    Bench,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Its number in the stream.
    pub seq: Seq,
    /// The event that led to it.
    pub cause: Option<Seq>,
    /// Who did it.
    pub party: Party,
    /// When, by the bench's clock.
    pub wall: Timestamp,
    /// When, by the party's own clock, where that one differs.
    pub party_time: Option<Timestamp>,
    /// What: a name from the emitting room's list, such as `rp.request`.
    #[cfg_attr(feature = "bindings", ts(type = "string"))]
    pub kind: Cow<'static, str>,
    /// True when the tester asked for this to go wrong.
    pub deliberate: bool,
    /// The bytes as they crossed the wire; base64url in JSON.
    #[serde(with = "raw_bytes")]
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub raw: Option<Vec<u8>>,
    /// What the kind says there is to know, decoded.
    #[cfg_attr(feature = "bindings", ts(type = "any"))]
    pub body: serde_json::Value,
}

/// An event that has no number yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The event that led to it.
    pub cause: Option<Seq>,
    /// Who did it.
    pub party: Party,
    /// When, by the party's own clock.
    pub party_time: Option<Timestamp>,
    /// What: a name from the emitting room's list.
    pub kind: &'static str,
    /// True when the tester asked for this to go wrong.
    pub deliberate: bool,
    /// The bytes as they crossed the wire, without secrets.
    pub raw: Option<Vec<u8>>,
    /// What there is to know, without secrets.
    pub body: serde_json::Value,
}

impl Draft {
    /// A draft without cause, bytes or body.
    #[must_use]
    pub fn new(party: Party, kind: &'static str) -> Self {
        Self {
            cause: None,
            party,
            party_time: None,
            kind,
            deliberate: false,
            raw: None,
            body: serde_json::Value::Null,
        }
    }

    /// Names the event that led to this one.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<Option<Seq>>) -> Self {
        self.cause = cause.into();
        self
    }

    /// Sets the party's own time.
    #[must_use]
    pub fn at(mut self, party_time: Timestamp) -> Self {
        self.party_time = Some(party_time);
        self
    }

    /// Adds the bytes of the wire.
    #[must_use]
    pub fn raw(mut self, raw: impl Into<Vec<u8>>) -> Self {
        self.raw = Some(raw.into());
        self
    }

    /// Adds the decoded body.
    #[must_use]
    pub fn body(mut self, body: serde_json::Value) -> Self {
        self.body = body;
        self
    }

    /// Marks what the tester broke on purpose.
    #[must_use]
    pub fn deliberate(mut self) -> Self {
        self.deliberate = true;
        self
    }
}

/// Where a room says what it did.
pub trait Emit: Send + Sync {
    /// Records `draft` and returns its number, for the events it will cause.
    fn emit(&self, draft: Draft) -> Seq;

    /// False when nobody listens, so that a room may skip building a body.
    fn listens(&self) -> bool {
        true
    }
}

/// Nobody listens.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Emit for Silent {
    fn emit(&self, _: Draft) -> Seq {
        Seq(0)
    }

    fn listens(&self) -> bool {
        false
    }
}

mod raw_bytes {
    use super::{BASE64URL_NOPAD, Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(
        raw: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match raw {
            Some(bytes) => serializer.serialize_str(&BASE64URL_NOPAD.encode(bytes)),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| {
            BASE64URL_NOPAD
                .decode(text.as_bytes())
                .map_err(de::Error::custom)
        })
        .transpose()
    }
}
