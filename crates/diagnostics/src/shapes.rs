//! What crosses to the window and what `touchstone keys --json` prints.

use client::FoundKey;
use serde::Serialize;
use serde_json::Value as Json;

/// All that a key says about itself, explained.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(rename = "KeyReport"))]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Which key it is.
    pub key: FoundKey,
    /// What it said when the channel was opened; none on a way that has no CTAPHID.
    pub init: Option<Init>,
    /// Every member of authenticatorGetInfo that CTAP 2.3 names, told or not, in the order of
    /// their numbers, then those that it does not name.
    pub facts: Vec<Fact>,
    /// How its PIN and its own user verification stand.
    pub pin: Pin,
    /// What is odd about the answer as a whole, in sentences; empty when all is well.
    pub remarks: Vec<String>,
    /// The answer to authenticatorGetInfo as it came, the status byte left out, in hexadecimal.
    pub bytes: String,
    /// How long each command took, in the order they were sent.
    pub took: Vec<Took>,
}

/// The answer to CTAPHID_INIT (CTAP 2.3 §11.2.9.1.3) in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(rename = "KeyInit"))]
#[serde(rename_all = "camelCase")]
pub struct Init {
    /// The CTAPHID protocol version; 2 is the only one.
    pub protocol_version: u8,
    /// The device's version, `major.minor.build`; what it counts is the vendor's choice.
    pub device_version: String,
    /// The capability byte.
    pub capabilities: u8,
    /// Each capability that CTAP names, and the bits that it does not.
    pub explained: Vec<Part>,
}

/// One member of authenticatorGetInfo (CTAP 2.3 §6.4), explained.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(rename = "KeyFact"))]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// The member's number in the map; none for a key of the map that is no such number.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub number: Option<u64>,
    /// The specification's name, or `member 0x2A` for one that it does not name.
    pub name: String,
    /// Whether it was told, and whether it is what the specification lays down.
    pub standing: Standing,
    /// As JSON; bytes are base64url. Null when the key does not tell it.
    #[cfg_attr(feature = "bindings", ts(type = "unknown"))]
    pub value: Json,
    /// The value for a person, with its unit.
    pub shown: String,
    /// What it means, or what its absence means.
    pub sentence: String,
    /// Where the specification says so.
    pub clause: String,
    /// The items of a list or map, each explained.
    pub parts: Vec<Part>,
}

/// One item of a member, such as an option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(rename = "KeyFactPart"))]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// The specification's name.
    pub name: String,
    /// Whether it was told, and whether the specification knows it.
    pub standing: Standing,
    /// The value for a person; empty where the name says it all.
    pub shown: String,
    /// What it means, or what its absence means.
    pub sentence: String,
    /// Where the specification says so.
    pub clause: String,
}

/// How what a key says stands to the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(
    feature = "bindings",
    derive(ts_rs::TS),
    ts(rename = "KeyFactStanding")
)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    /// The key tells it, as the specification lays down.
    Told,
    /// The key does not tell it; the sentence says what follows.
    Absent,
    /// The key tells it, and CTAP 2.3 does not know it; shown as it came.
    Unknown,
    /// The key tells it in a form that the specification does not allow; shown as it came.
    Malformed,
}

/// How a key's PIN and its own user verification stand (CTAP 2.3 §6.5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(rename = "KeyPinState"))]
#[serde(rename_all = "camelCase")]
pub struct Pin {
    /// The key can have a PIN.
    pub supported: bool,
    /// It has one.
    pub set: bool,
    /// Wrong PINs it still takes before only a reset helps; none when there is no PIN, or when
    /// the key did not say.
    pub retries: Option<u32>,
    /// The key takes no PIN until it has been unplugged; none when it did not say.
    pub power_cycle_needed: Option<bool>,
    /// Tries left for its own user verification, such as a fingerprint; none when it has none
    /// ready, or did not say.
    pub uv_retries: Option<u32>,
    /// All of it in a sentence or two, with what to do next.
    pub sentence: String,
}

/// How long one command took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(rename = "KeyCommandTime"))]
#[serde(rename_all = "camelCase")]
pub struct Took {
    /// The command, such as `authenticatorGetInfo`.
    pub command: String,
    /// Microseconds from the first byte sent to the last received.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub micros: u64,
}

/// One thing that stands, or does not stand, between this machine and a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(rename = "KeysFinding"))]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// A stable name for programs, such as `hidrawRights`.
    pub what: String,
    /// The same for a person, such as `Rights to /dev/hidraw3`.
    pub title: String,
    /// How it stands.
    pub state: State,
    /// What was found, what it means for the tester, and what to do.
    pub sentence: String,
    /// What to type, exactly; only with a problem, or where there is something to choose.
    pub command: Option<String>,
}

/// How a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(
    feature = "bindings",
    derive(ts_rs::TS),
    ts(rename = "KeysFindingState")
)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// Nothing to do.
    Ok,
    /// Something must be done before keys, or our own USB key, work.
    Problem,
    /// Nothing has to be done, unless the tester wants what the sentence names.
    Optional,
    /// It could not be found out.
    Unknown,
}
