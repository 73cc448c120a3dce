//! What phones do with relying parties while a person does something else: it has an order in itself,
//! and none among the rest of its step. It is put behind that, chain after chain, and what was drawn
//! for it is not told, since draws of a relying party change places as its requests do.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{is_drawn, members};

/// Begins the next step.
const STEP: &str = "bench.walk.step";

/// Begins the kinds of CTAPHID reports.
const REPORTS: &str = "client.hid.";

/// The same events, step by step in an order that does not depend on the machine.
pub(super) fn settled(events: Vec<Value>) -> Vec<Value> {
    let mut settled = Vec::with_capacity(events.len());
    let mut step = Vec::new();
    for event in events {
        let kind = event["kind"].as_str().unwrap_or_default();
        if kind.starts_with(REPORTS) {
            continue;
        }
        if event["kind"] == STEP {
            settled.extend(in_order(std::mem::take(&mut step)));
        }
        step.push(event);
    }
    settled.extend(in_order(step));
    numbered(settled)
}

/// One step: what is in its order, then what went on beside it.
fn in_order(step: Vec<Value>) -> Vec<Value> {
    let mut chains: Vec<(u64, Vec<Value>)> = Vec::new();
    let mut links: HashMap<u64, u64> = HashMap::new();
    let mut rest = Vec::new();
    for event in step {
        let (seq, cause) = (event["seq"].as_u64(), event["cause"].as_u64());
        let known = cause.and_then(|cause| links.get(&cause).copied());
        if !is_beside(&event, known.is_some()) {
            rest.push(event);
            continue;
        }
        // A relying party notices at some time that nobody listens any more.
        if event["kind"] == "rp.pin.streams" && event["body"]["state"] == "closed" {
            continue;
        }
        // News travel by themselves.
        let begun = known.filter(|_| event["kind"] != "device.pin.push");
        let chain = begun.or(seq).unwrap_or_default();
        links.extend(seq.map(|seq| (seq, chain)));
        match chains.iter_mut().find(|(first, _)| *first == chain) {
            Some((_, events)) => events.push(event),
            None => chains.push((chain, vec![event])),
        }
    }
    let mut chains: Vec<(String, Vec<Value>)> = (chains.into_iter())
        .map(|(_, events)| {
            let events: Vec<Value> = events.into_iter().map(undrawn).collect();
            let told = events.iter().map(|event| {
                json!([event["kind"], event["body"], event["deliberate"]]).to_string()
            });
            (told.collect(), events)
        })
        .collect();
    chains.sort_by(|left, right| left.0.cmp(&right.0));
    rest.extend(chains.into_iter().flat_map(|(_, events)| events));
    rest
}

/// What a phone and a relying party have with each other. `follows` such a thing, or not.
fn is_beside(event: &Value, follows: bool) -> bool {
    let kind = event["kind"].as_str().unwrap_or_default();
    let path = event["body"]["path"].as_str().unwrap_or_default();
    match kind {
        "device.pin.checked" | "device.pin.set" | "device.pin.offline" => false,
        "rp.request" => path.starts_with("/pin/"),
        _ if kind.starts_with("device.pin.") || kind.starts_with("rp.pin.") => true,
        _ => follows && kind.starts_with("rp."),
    }
}

/// The event without what was drawn for it.
fn undrawn(mut event: Value) -> Value {
    let mut drawn = Vec::new();
    members(&event["body"], &mut |_, text| {
        if is_drawn(text) {
            drawn.push(text.to_owned());
        }
    });
    event["body"] = without(event["body"].take(), &drawn);
    event
}

fn without(value: Value, drawn: &[String]) -> Value {
    match value {
        Value::String(text) if drawn.contains(&text) => "[drawn]".into(),
        Value::Array(items) => items.into_iter().map(|item| without(item, drawn)).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, without(value, drawn)))
            .collect(),
        other => other,
    }
}

/// Numbers the events anew in their order, and their causes with them.
fn numbered(mut events: Vec<Value>) -> Vec<Value> {
    let old: Vec<u64> = (events.iter())
        .map(|event| event["seq"].as_u64().unwrap_or_default())
        .collect();
    let first = old.iter().copied().min().unwrap_or_default();
    let new: HashMap<u64, u64> = old.into_iter().zip(first..).collect();
    for event in &mut events {
        for member in ["seq", "cause"] {
            let found = event[member].as_u64().and_then(|seq| new.get(&seq));
            if let Some(number) = found {
                event[member] = json!(number);
            }
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(seq: u64, cause: Option<u64>, kind: &str, body: Value) -> Value {
        json!({ "seq": seq, "cause": cause, "kind": kind, "deliberate": false, "body": body })
    }

    fn exchange(seq: u64, cause: u64, nonce: &str) -> Value {
        let body =
            json!({ "method": "POST", "path": "/pin/exchange", "body": { "nonceD": nonce } });
        event(seq, Some(cause), "rp.request", body)
    }

    fn typed(seq: u64) -> Value {
        event(
            seq,
            None,
            "device.prompt.answered",
            json!({ "answer": "touched" }),
        )
    }

    fn opened(seq: u64) -> Value {
        event(seq, None, "device.pin.stream", json!({ "state": "opened" }))
    }

    fn begun(seq: u64) -> Value {
        event(
            seq,
            None,
            "device.pin.exchange",
            json!({ "purpose": "sync" }),
        )
    }

    #[test]
    fn what_goes_on_beside_has_no_place_among_the_rest_and_no_draws() {
        let one = vec![
            begun(1),
            exchange(2, 1, "drawn-in-this-run-1"),
            typed(3),
            opened(4),
        ];
        let other = vec![
            opened(1),
            typed(2),
            begun(3),
            exchange(4, 3, "drawn-in-this-run-2"),
        ];
        assert_eq!(settled(one), settled(other));
    }

    #[test]
    fn its_own_order_its_causes_and_its_step_count() {
        let step = |seq| event(seq, None, STEP, json!({}));
        let whole = || vec![begun(1), exchange(2, 1, "x"), typed(3), step(4), opened(5)];
        let known = settled(whole());
        for changed in [
            vec![begun(1), exchange(2, 9, "x"), typed(3), step(4), opened(5)],
            vec![begun(1), exchange(2, 1, "y"), typed(3), step(4), opened(5)],
            vec![begun(1), exchange(2, 1, "x"), typed(3), opened(4), step(5)],
            vec![begun(1), typed(2), step(3), opened(4)],
        ] {
            assert_ne!(settled(changed), known);
        }
        assert_eq!(settled(whole()), known);
    }
}
