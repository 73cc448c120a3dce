//! Members that several acts have.

use std::{borrow::Cow, fmt, time::Duration};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use timeline::Party;

use crate::moment;

/// An amount of time, such as `"6m"`, `"90s"`, `"1d"` or `"250ms"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span(pub(super) Duration);

/// The longest span; with it no clock leaves the years that dates have.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        humantime::format_duration(self.0).fmt(f)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match humantime::parse_duration(&text) {
            Ok(span) if span <= LONGEST => Ok(Self(span)),
            Ok(_) => Err(D::Error::custom(format!(
                "\"{text}\" is longer than 100 years. Write a shorter time."
            ))),
            Err(_) => Err(D::Error::custom(format!(
                "\"{text}\" is no duration. Write one like \"90s\", \"6m\" or \"1d\"."
            ))),
        }
    }
}

impl JsonSchema for Span {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// A moment, RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(pub(super) timeline::Timestamp);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match moment::written(self.0) {
            Some(text) => f.write_str(&text),
            None => self.0.fmt(f),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        moment::read(&text).map(Self).ok_or_else(|| {
            D::Error::custom(format!(
                "\"{text}\" is no time. Write one like \"2026-03-02T09:00:00Z\"."
            ))
        })
    }
}

impl JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// A throw-away secret by its name, `"secret:alice"`: digits that every run makes anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SecretName(pub(super) String);

const PREFIX: &str = "secret:";

impl Serialize for SecretName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{PREFIX}{}", self.0))
    }
}

impl<'de> Deserialize<'de> for SecretName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_name = |name: &&str| {
            (1..=64).contains(&name.len())
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        // Not quoted: somebody may have written the secret itself.
        text.strip_prefix(PREFIX)
            .filter(is_name)
            .map(|name| Self(name.to_owned()))
            .ok_or_else(|| {
                D::Error::custom(
                    "A walk only names its secrets, in small letters, digits and hyphens: write \"secret:alice\".",
                )
            })
    }
}

impl JsonSchema for SecretName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "SecretName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// A party with a clock of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub(super) enum ClockOwner {
    /// The devices.
    Device,
    /// The client.
    Client,
    /// The relying party.
    RelyingParty,
}

impl ClockOwner {
    pub(super) fn party(self) -> Party {
        match self {
            Self::Device => Party::Device,
            Self::Client => Party::Client,
            Self::RelyingParty => Party::RelyingParty,
        }
    }

    pub(super) fn of(party: &str) -> Option<Self> {
        match party {
            "device" => Some(Self::Device),
            "client" => Some(Self::Client),
            "relyingParty" => Some(Self::RelyingParty),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Device => "the device",
            Self::Client => "the client",
            Self::RelyingParty => "the relying party",
        }
    }
}

/// Whose clocks, in a sentence.
pub(super) fn whose(parties: &[ClockOwner]) -> String {
    match parties {
        [] => "every clock".to_owned(),
        parties => {
            let names: Vec<&str> = parties.iter().map(|party| party.name()).collect();
            format!("the clock of {}", names.join(" and "))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_only_ever_named_and_what_stands_in_its_place_is_not_repeated() {
        for text in ["80418041", "secret:", "secret:Alice", "secret:a b", "alice"] {
            let error = serde_json::from_value::<SecretName>(json!(text)).expect_err(text);
            assert!(!error.to_string().contains("8041"), "{error}");
        }
        let name: SecretName = serde_json::from_value(json!("secret:alice-2")).expect("a name");
        assert_eq!(serde_json::to_value(&name).expect("text"), "secret:alice-2");
    }

    #[test]
    fn spans_and_moments_come_back_as_they_were_written() {
        for text in ["6m", "1h 30m", "250ms", "0s"] {
            let span: Span = serde_json::from_value(json!(text)).expect(text);
            assert_eq!(serde_json::to_value(span).expect("text"), text);
        }
        for text in ["5", "-1m", "1000000d", "soon"] {
            serde_json::from_value::<Span>(json!(text)).expect_err(text);
        }
        let moment: Moment =
            serde_json::from_value(json!("2026-03-02T10:00:00+01:00")).expect("a time");
        assert_eq!(
            serde_json::to_value(moment).expect("text"),
            "2026-03-02T09:00:00Z"
        );
        serde_json::from_value::<Moment>(json!("tomorrow")).expect_err("no time");
    }
}
