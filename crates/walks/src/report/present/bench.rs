//! The bench's own events: what the tester did to it, and the walk that is played.

use std::borrow::Cow;

use serde_json::Value;
use timeline::Event;

use super::{Drawn, Lane, Tone, across, key, list, named, number, own, text};
use crate::report::{counted, date_time, plain::shortened, span};

/// The longest value of a field that is drawn, in characters.
const LONG: usize = 14;

pub(super) fn bench(event: &Event) -> Drawn {
    let called = |what: &str| {
        let name = text(event, "/name").map(Cow::from);
        across(format!("{what}{}", named(name)))
    };
    let count = |what| number(event, what).and_then(|count| usize::try_from(count).ok());
    match &*event.kind {
        "bench.call.refused" => own(Lane::Client, "No device answers")
            .note(text(event, "/message"))
            .tone(Tone::Bad),
        "bench.started" => across("Bench started"),
        "bench.page.impersonated" => own(Lane::Client, "A look-alike page begins a sign-in")
            .note(text(event, "/origin"))
            .tone(Tone::Warn),
        "bench.logons.flooded" => own(Lane::Client, "A program guesses workstation codes")
            .note(text(event, "/account"))
            .tone(Tone::Warn),
        "bench.relyingParty.restarted" => across("Relying party started again").tone(Tone::Warn),
        "bench.device.added" => called("Device added"),
        "bench.device.renamed" => called("Device renamed"),
        "bench.device.picked" => called("Device in use"),
        "bench.device.removed" => called("Device removed"),
        "bench.device.powerCycled" => called("Power cut").tone(Tone::Warn),
        "bench.device.cloned" => across("Passkeys copied to another device")
            .note(count("/passkeys").map(|count| counted(count, "passkey")))
            .tone(Tone::Warn),
        "bench.clock.moved" => clock_moved(event),
        "bench.enrolments.copied" => across("Enrolments copied to another device")
            .note(count("/enrolments").map(|count| counted(count, "enrolment")))
            .tone(Tone::Warn),
        "bench.push.forged" => across("Push forged").tone(Tone::Warn),
        "bench.stores.kept" => across("Stores kept, to be put back later"),
        "bench.stores.restored" => across(format!(
            "Put back as it was: {}",
            match text(event, "/which").unwrap_or_default() {
                "vault" => "the vault",
                "keyring" => "the keyring",
                "both" => "vault and keyring",
                _ => "a store",
            }
        ))
        .tone(Tone::Warn),
        "bench.relyingParty.added" => called("Relying party added").note(text(event, "/rpId")),
        "bench.relyingParty.removed" => called("Relying party removed").note(text(event, "/rpId")),
        "bench.network.set" => network_set("Network", event),
        "bench.deviceNetwork.set" => network_set("Device network", event),
        "bench.network.lost" => {
            across(format!("Lost on the way: {}", half(&event.body))).tone(Tone::Warn)
        }
        "bench.walk.started" => across(text(event, "/title").unwrap_or("Walk")),
        "bench.walk.step" => {
            let title = text(event, "/title").unwrap_or("Step");
            across(match number(event, "/number") {
                Some(number) => format!("{number} · {title}"),
                None => title.to_owned(),
            })
        }
        "bench.walk.ended" => walk_ended(event),
        _ => fault(event),
    }
}

fn fault(event: &Event) -> Drawn {
    let half = half(&event.body);
    match &*event.kind {
        "bench.fault.armed" => armed(&event.body["fault"]),
        "bench.fault.applied" => applied(event, &half),
        "bench.fault.missed" => across(format!("Fault did not fit: {half}"))
            .note(text(event, "/reason"))
            .tone(Tone::Bad),
        "bench.fault.disarmed" if text(event, "/why") == Some("spent") => {
            across(format!("Fault spent: {half}"))
        }
        "bench.fault.disarmed" => across(format!("Fault disarmed: {half}")),
        _ => key::bench(event),
    }
}

fn clock_moved(event: &Event) -> Drawn {
    let parties = event.body["parties"].as_array();
    let names: Vec<_> = parties
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(spaced)
        .collect();
    let whose = match names.len() {
        0 | 3 => "Clocks".to_owned(),
        _ => format!("Clock of the {}", names.join(" and the ")),
    };
    let by = || span(number(event, "/motion/millis").unwrap_or(0));
    let (what, tone) = match text(event, "/motion/kind").unwrap_or_default() {
        "skip" => (format!("{} forward", by()), Tone::Warn),
        "back" => (format!("{} back", by()), Tone::Warn),
        "set" => ("set".to_owned(), Tone::Warn),
        "run" => match event.body["motion"]["rate"].as_f64() {
            Some(0.0) => ("standing still".to_owned(), Tone::Warn),
            rate => (format!("running ×{}", rate.unwrap_or(1.0)), Tone::Warn),
        },
        "reset" => ("back to real time".to_owned(), Tone::Plain),
        _ => ("moved".to_owned(), Tone::Warn),
    };
    let shown = event.body["now"].as_object().into_iter().flatten();
    let now = shown.filter_map(|(_, time)| time.as_i64()).next();
    across(format!("{whose}: {what}"))
        .note(now.map(|now| format!("now {}", date_time(timeline::Timestamp(now)))))
        .tone(tone)
}

fn network_set(which: &str, event: &Event) -> Drawn {
    let kind = text(event, "/state/kind").unwrap_or("changed");
    let state = match (kind, number(event, "/state/requests")) {
        ("slow", _) => format!(
            "slow, {}",
            span(number(event, "/state/millis").unwrap_or(0))
        ),
        ("lossy", _) => format!("lossy, {} %", number(event, "/state/percent").unwrap_or(0)),
        ("answerLost", Some(1)) => "next answer lost".to_owned(),
        ("answerLost", Some(count)) => format!("next {count} answers lost"),
        (kind, _) => spaced(kind),
    };
    let tone = if kind == "online" {
        Tone::Plain
    } else {
        Tone::Warn
    };
    across(format!("{which}: {state}")).tone(tone)
}

fn armed(fault: &Value) -> Drawn {
    let effect = match fault["effect"]["kind"].as_str().unwrap_or_default() {
        "drop" => "drop",
        "delay" => "delay",
        "duplicate" => "send twice",
        "replay" => "replace by an earlier one",
        _ => "change",
    };
    let field = fault["effect"]["field"].as_str();
    let field = field.map_or_else(String::new, |field| format!("{field} of "));
    let times = fault["times"].as_u64().filter(|times| *times > 1);
    across(format!("Fault armed: {effect} {field}{}", half(fault)))
        .note(times.map(|times| format!("{times} times")))
        .tone(Tone::Warn)
}

fn applied(event: &Event, half: &str) -> Drawn {
    let done = match text(event, "/effect").unwrap_or_default() {
        "drop" => "Dropped",
        "delay" => "Delayed",
        "duplicate" => "Sent twice",
        "tamper" => "Changed",
        "replay" => "Replaced by an earlier one",
        _ => "Fault happened",
    };
    let (before, after) = (event.body.get("before"), event.body.get("after"));
    let change = (before.is_some() || after.is_some())
        .then(|| format!("{} → {}", brief(before), brief(after)));
    let note = text(event, "/field").map(|field| list([Some(field.to_owned()), change]));
    across(format!("{done}: {half}"))
        .note(note.flatten())
        .tone(Tone::Warn)
}

fn brief(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(Value::String(text)) => shortened(text, LONG).into_owned(),
        Some(value) => shortened(&value.to_string(), LONG).into_owned(),
    }
}

/// The half of a message that a fault or the network is about.
fn half(about: &Value) -> String {
    let message = about["message"].as_str().unwrap_or("a message");
    match about["direction"].as_str() {
        Some("response") => format!("answer to {message}"),
        _ => message.to_owned(),
    }
}

fn walk_ended(event: &Event) -> Drawn {
    match text(event, "/verdict") {
        Some("passed") => across("Walk passed").tone(Tone::Good),
        Some("failed") => across("Walk failed").tone(Tone::Bad),
        verdict => across(format!("Walk ended{}", named(verdict.map(Cow::from)))).tone(Tone::Warn),
    }
}

/// `answerLost` as `answer lost`.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for character in name.chars() {
        if character.is_uppercase() {
            words.push(' ');
        }
        words.extend(character.to_lowercase());
    }
    words.trim().to_owned()
}
