//! Whether an event is among those that are wanted.

use std::sync::Arc;

use serde_json::Value;
use timeline::{Event, Party, Seq};
use webauthn::id::Base64Url;

use crate::{
    Error,
    api::{DeviceSummary, KindGroup, TimelineQuery, WordsFor},
};

/// The longest text that is looked for, in characters.
const LONGEST_TEXT: usize = 200;

/// Most words that a text may stand for.
const MOST_WORDS: usize = 100;

/// The shortest text, in digits, that is taken for bytes in hexadecimal.
const SHORTEST_HEX: usize = 8;

/// A query, made ready to be asked of many events.
pub(super) struct Sieve {
    query: TimelineQuery,
    /// In lower case; any of them is enough.
    needles: Vec<String>,
}

impl Sieve {
    /// Takes the names of accounts from the passkeys and enrolments on `devices`.
    pub(super) fn new(query: TimelineQuery, devices: &[DeviceSummary]) -> Result<Self, Error> {
        if query.text.chars().count() > LONGEST_TEXT {
            return Err(Error::Query("its text is longer than 200 characters"));
        }
        if query.words.len() > MOST_WORDS {
            return Err(Error::Query("it names more than 100 kinds of event"));
        }
        let text = query.text.trim().to_lowercase();
        let mut needles = Vec::new();
        if !text.is_empty() {
            needles
                .extend(bytes_of(&text).map(|bytes| Base64Url(bytes).to_string().to_lowercase()));
            needles.extend(ids_of(&text, devices));
            needles.push(text);
        }
        Ok(Self { query, needles })
    }

    /// `find` looks up an event's cause.
    pub(super) fn passes(&self, event: &Event, find: impl Fn(Seq) -> Option<Arc<Event>>) -> bool {
        let query = &self.query;
        (!query.deliberate || event.deliberate)
            && (query.parties.is_empty()
                || query
                    .parties
                    .iter()
                    .any(|party| concerns(event, *party, &find)))
            && (query.groups.is_empty() || query.groups.contains(&group_of(&event.kind)))
            && query
                .device
                .as_ref()
                .is_none_or(|device| event.body["device"] == **device)
            && (!query.failed || failed(event, &find))
            && self.says(event)
    }

    fn says(&self, event: &Event) -> bool {
        self.needles.is_empty()
            || self
                .needles
                .iter()
                .any(|needle| holds(&event.kind, needle) || value_holds(&event.body, needle))
            || self
                .query
                .words
                .iter()
                .any(|words| stands_for(words, event))
    }
}

/// The bytes of a text in hexadecimal.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    if text.len() < SHORTEST_HEX || !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

/// Credential ids, user handles and enrolments of the account that has this name.
fn ids_of(name: &str, devices: &[DeviceSummary]) -> Vec<String> {
    let is_name = |given: &Option<String>| {
        given
            .as_ref()
            .is_some_and(|given| given.to_lowercase() == name)
    };
    let passkeys = devices
        .iter()
        .flat_map(|device| &device.passkeys)
        .filter(|passkey| is_name(&passkey.user_name) || is_name(&passkey.user_display_name))
        .flat_map(|passkey| [&passkey.credential_id, &passkey.user_handle]);
    let enrolments = devices
        .iter()
        .flat_map(|device| &device.enrolments)
        .filter(|enrolment| enrolment.username.to_lowercase() == name)
        .map(|enrolment| &enrolment.enrolment_id);
    passkeys
        .chain(enrolments)
        .map(|id| id.to_lowercase())
        .filter(|id| !id.is_empty())
        .collect()
}

fn stands_for(words: &WordsFor, event: &Event) -> bool {
    event.kind == words.kind
        && words
            .at
            .as_ref()
            .is_none_or(|at| event.body.pointer(at) == Some(&words.value))
}

/// `needle` is in lower case.
fn holds(text: &str, needle: &str) -> bool {
    if needle.is_ascii() {
        let needle = needle.as_bytes();
        return text
            .as_bytes()
            .windows(needle.len())
            .any(|window| window.eq_ignore_ascii_case(needle));
    }
    text.to_lowercase().contains(needle)
}

fn value_holds(value: &Value, needle: &str) -> bool {
    match value {
        Value::String(text) => holds(text, needle),
        Value::Number(number) => {
            needle.starts_with(|first: char| first.is_ascii_digit() || first == '-')
                && number.to_string().contains(needle)
        }
        Value::Array(items) => items.iter().any(|item| value_holds(item, needle)),
        Value::Object(members) => members
            .iter()
            // Part of a name is no find: "ali" stands in every credentialId.
            .any(|(name, member)| name.to_lowercase() == needle || value_holds(member, needle)),
        Value::Null | Value::Bool(_) => false,
    }
}

/// Whether the party told the event, or the message touches it.
fn concerns(event: &Event, party: Party, find: impl Fn(Seq) -> Option<Arc<Event>>) -> bool {
    event.party == party
        || match &*event.kind {
            "client.command.sent"
            | "client.command.answered"
            | "client.hid.sent"
            | "client.hid.received"
            | "rp.pin.pushed" => party == Party::Device,
            "bench.call.refused" => party == Party::Client,
            "rp.request" => party == asker(event),
            "rp.response" => {
                let request = event.cause.and_then(find);
                party == request.map_or(Party::Client, |request| asker(&request))
            }
            "device.pin.exchange" | "device.pin.push" => party == Party::RelyingParty,
            _ => false,
        }
}

/// Who sent a request to a relying party.
fn asker(request: &Event) -> Party {
    match request.body["path"].as_str() {
        Some(path) if path.starts_with("/pin/") => Party::Device,
        _ => Party::Client,
    }
}

const PROMPTS: [&str; 10] = [
    "device.prompt.",
    "device.pin.checked",
    "device.pin.set",
    "device.pin.offline",
    "device.verification.",
    "device.fingerprint.",
    "device.app.",
    "device.logon.",
    "client.account.",
    "client.key-pin.",
];

const MESSAGES: [&str; 12] = [
    "client.",
    "rp.request",
    "rp.response",
    "bench.call.",
    "rp.pin.pushed",
    "rp.pin.streams",
    "device.pin.exchange",
    "device.pin.answered",
    "device.pin.refused",
    "device.pin.unreachable",
    "device.pin.push",
    "device.pin.stream",
];

pub(super) fn group_of(kind: &str) -> KindGroup {
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| kind.starts_with(prefix));
    if matches!(kind, "rp.verification" | "rp.pin.judged") {
        KindGroup::Verification
    } else if begins(&PROMPTS) {
        KindGroup::Prompts
    } else if begins(&["client.hid."]) {
        KindGroup::Frames
    } else if begins(&MESSAGES) {
        KindGroup::Messages
    } else if begins(&["bench."]) {
        KindGroup::Bench
    } else {
        KindGroup::Records
    }
}

fn failed(event: &Event, find: impl Fn(Seq) -> Option<Arc<Event>>) -> bool {
    let body = &event.body;
    match &*event.kind {
        "rp.response" => match body["status"].as_u64() {
            // Nobody is signed in yet: that is how a first visit looks, not a failure.
            Some(401) => !event.cause.and_then(find).is_some_and(|request| {
                request.body["method"] == "GET" && request.body["path"] == "/api/session"
            }),
            status => status.is_some_and(|status| status >= 400),
        },
        "client.command.answered" => body["code"] != 0,
        "rp.verification" | "rp.pin.judged" => body["verified"] != true,
        "device.pin.checked" | "device.fingerprint.checked" | "rp.pin.checked" => {
            body["matched"] != true
        }
        "device.pin.offline" => body["matched"].as_array().is_none_or(Vec::is_empty),
        "device.pin.answered" => body["result"] != "ok",
        "device.pin.stream" => body["state"] == "refused",
        "device.prompt.answered" => ["declined", "cancelled", "timedOut"]
            .iter()
            .any(|answer| body["answer"] == *answer),
        "bench.walk.ended" => body["verdict"] != "passed",
        kind => [
            "client.failed",
            "device.failed",
            "bench.call.refused",
            "bench.fault.missed",
            "bench.network.lost",
            "device.pin.refused",
            "device.pin.unreachable",
            "device.verification.impossible",
            "device.logon.refused",
            "rp.pin.locked",
            "rp.policy.refused",
            "rp.logon.refused",
        ]
        .contains(&kind),
    }
}
