//! The normalised stream: what two runs of a walk with the same seed have in common.
//!
//! Dropped: the machine's clock, durations, the raw bytes (the decoded body says the same) and
//! the seed itself; CTAPHID reports, which depend on how fast a key answers. Replaced: ports, the devices' ids, and what depends on a port through bytes,
//! which are the hash of the client data and the signatures over it; the client data itself is
//! decoded. All else is kept: challenges, credential ids and user handles come from the seed.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use data_encoding::BASE64URL_NOPAD;
use regex::Regex;
use serde_json::{Map, Value, json};
use timeline::Event;

use super::Run;
use crate::kinds;

mod beside;
#[cfg(test)]
mod tests;

static PORT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(localhost|127\.0\.0\.1|\[::1\]):\d{1,5}").ok());
static TIME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$").ok());

/// Members that sign or hash the client data, in which the port stands.
const SIGNED: [&str; 3] = ["clientDataHash", "signature", "sig"];
const SIGNED_INSTEAD: &str = "[depends on the port]";

/// Members that the client draws, or that follow from that: a PIN's way to a key.
const DRAWN: [&str; 5] = [
    "keyAgreement",
    "newPinEnc",
    "pinHashEnc",
    "pinUvAuthParam",
    "pinUvAuthToken",
];
const DRAWN_INSTEAD: &str = "[drawn by the client]";

/// Every event of the run as it is in all runs with its seed, oldest first. What comes after the
/// walk's end is the bench that closes, in whatever order its parts do.
#[must_use]
pub fn stream(run: &Run) -> Vec<Value> {
    let known = Known::of(run);
    let mut clocks_ran = false;
    let end = run
        .events
        .iter()
        .position(|event| event.kind == kinds::WALK_ENDED);
    let events = end.map_or(&run.events[..], |end| &run.events[..=end]);
    let events = events.iter().map(|event| {
        clocks_ran |= lets_clocks_run(event);
        known.event(event, clocks_ran)
    });
    beside::settled(events.collect())
}

/// The relying party's requests in order, `METHOD PATH BODY`. What the parties drew is named by
/// its first appearance (`<1>`), so that pages of any kind, which draw nothing, compare equal.
#[must_use]
pub fn requests(run: &Run) -> Vec<String> {
    let known = Known::of(run);
    let mut names = Names::default();
    run.events
        .iter()
        .filter(|event| event.kind == "rp.request")
        .map(|event| {
            let member = |name: &str| event.body.get(name).and_then(Value::as_str);
            let (method, path) = (member("method"), member("path"));
            let path: Vec<_> = path
                .unwrap_or_default()
                .split('/')
                .map(|part| names.name(part))
                .collect();
            let body = event.body.get("body").cloned().unwrap_or_default();
            let body = names.within(known.value("body", body, true));
            format!("{} {} {body}", method.unwrap_or_default(), path.join("/"))
        })
        .collect()
}

/// Clocks that run make every later time depend on the machine's speed.
fn lets_clocks_run(event: &Event) -> bool {
    let rate = event.body.pointer("/motion/rate").and_then(Value::as_f64);
    event.kind == "bench.clock.moved" && rate.is_some_and(|rate| rate != 0.0)
}

/// What a run's values stand for, wherever they appear.
struct Known {
    stand_ins: HashMap<String, String>,
    signed: Vec<Vec<u8>>,
}

impl Known {
    fn of(run: &Run) -> Self {
        let added = run
            .events
            .iter()
            .filter(|event| event.kind == "bench.device.added")
            .filter_map(|event| event.body.get("device")?.as_str());
        let devices = added.zip(1..);
        let mut stand_ins: HashMap<_, _> = devices
            .map(|(id, number)| (id.to_owned(), format!("[device {number}]")))
            .collect();
        let mut signed = Vec::new();
        for event in &run.events {
            members(&event.body, &mut |name, text| {
                if SIGNED.contains(&name) {
                    stand_ins.insert(text.to_owned(), SIGNED_INSTEAD.to_owned());
                    signed.extend(BASE64URL_NOPAD.decode(text.as_bytes()));
                }
            });
        }
        signed.retain(|bytes: &Vec<u8>| bytes.len() >= 8);
        Self { stand_ins, signed }
    }

    fn event(&self, event: &Event, clocks_ran: bool) -> Value {
        let mut body = event.body.clone();
        if let Value::Object(members) = &mut body {
            if event.kind == kinds::WALK_STARTED {
                members.remove("seed");
            }
            if event.kind == "bench.clock.moved" && clocks_ran {
                members.remove("now");
            }
            let field = members.get("field").and_then(Value::as_str);
            if field.is_some_and(|field| SIGNED.iter().any(|name| field.ends_with(name))) {
                for side in ["before", "after"] {
                    members
                        .get_mut(side)
                        .into_iter()
                        .for_each(|value| *value = SIGNED_INSTEAD.into());
                }
            }
        }
        let mut normal = json!({
            "seq": event.seq,
            "cause": event.cause,
            "party": event.party,
            "kind": event.kind,
            "deliberate": event.deliberate,
            "body": self.value("body", body, clocks_ran),
        });
        if let Some(time) = event.party_time.filter(|_| !clocks_ran) {
            normal["partyTime"] = json!(time);
        }
        normal
    }

    fn value(&self, name: &str, value: Value, clocks_ran: bool) -> Value {
        match value {
            Value::Object(members) => {
                let kept = members
                    .into_iter()
                    .filter(|(name, _)| name != "durationMicros");
                let normal = kept.map(|(name, value)| {
                    if DRAWN.contains(&name.as_str()) {
                        return (name, DRAWN_INSTEAD.into());
                    }
                    let value = self.value(&name, value, clocks_ran);
                    (name, value)
                });
                // In the order of their names, whatever order a page wrote them in.
                let sorted: BTreeMap<_, _> = normal.collect();
                Value::Object(Map::from_iter(sorted))
            }
            Value::Array(items) => {
                let items = items.into_iter();
                items
                    .map(|item| self.value(name, item, clocks_ran))
                    .collect()
            }
            Value::String(text) => self.text(name, text, clocks_ran),
            other => other,
        }
    }

    fn text(&self, name: &str, text: String, clocks_ran: bool) -> Value {
        if let Some(stand_in) = self.stand_ins.get(&text) {
            return stand_in.as_str().into();
        }
        match name {
            "clientDataJSON" => {
                if let Some(client_data) = decoded_json(&text) {
                    return self.value(name, client_data, clocks_ran);
                }
            }
            "attestationObject" if self.holds_signed(&text) => return SIGNED_INSTEAD.into(),
            _ if clocks_ran && TIME.as_ref().is_some_and(|time| time.is_match(&text)) => {
                return "[time]".into();
            }
            _ => {}
        }
        match PORT.as_ref() {
            Some(port) => port.replace_all(&text, "$1:PORT").into(),
            None => text.into(),
        }
    }

    fn holds_signed(&self, text: &str) -> bool {
        let Ok(bytes) = BASE64URL_NOPAD.decode(text.as_bytes()) else {
            return false;
        };
        self.signed
            .iter()
            .any(|signed| bytes.windows(signed.len()).any(|part| part == signed))
    }
}

fn decoded_json(text: &str) -> Option<Value> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Calls `see` with every text at any depth and the name of the member that it is or is listed in.
fn members(value: &Value, see: &mut impl FnMut(&str, &str)) {
    fn within(name: &str, value: &Value, see: &mut impl FnMut(&str, &str)) {
        match value {
            Value::Object(members) => members
                .iter()
                .for_each(|(name, value)| within(name, value, see)),
            Value::Array(items) => items.iter().for_each(|item| within(name, item, see)),
            Value::String(text) => see(name, text),
            _ => {}
        }
    }
    within("", value, see);
}

/// What was drawn, numbered by its first appearance.
#[derive(Default)]
struct Names(HashMap<String, usize>);

impl Names {
    fn name(&mut self, text: &str) -> String {
        if !is_drawn(text) {
            return text.to_owned();
        }
        let next = self.0.len() + 1;
        let number = self.0.entry(text.to_owned()).or_insert(next);
        format!("<{number}>")
    }

    fn within(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => self.name(&text).into(),
            Value::Array(items) => items.into_iter().map(|item| self.within(item)).collect(),
            Value::Object(members) => members
                .into_iter()
                .map(|(name, value)| (name, self.within(value)))
                .collect(),
            other => other,
        }
    }
}

/// Ids, keys and challenges: base64url or a UUID, and longer than names are.
fn is_drawn(text: &str) -> bool {
    let of_alphabet = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.len() >= 16
        && text.bytes().all(of_alphabet)
        && text.bytes().any(|byte| byte.is_ascii_digit())
}
