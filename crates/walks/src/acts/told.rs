//! Reading events.

use serde_json::Value;
use timeline::Event;

use crate::engine::Cast;

/// Text in an event's body.
pub(super) fn text<'e>(event: &'e Event, member: &str) -> Option<&'e str> {
    event.body.get(member)?.as_str()
}

/// A request to the relying party's API: its body, when method and path are these.
pub(super) fn asked<'e>(event: &'e Event, method: &str, path: &str) -> Option<&'e Value> {
    let is = event.kind == "rp.request"
        && text(event, "method") == Some(method)
        && text(event, "path") == Some(path);
    is.then(|| &event.body["body"])
}

/// True for the loss of such a request on its way: the page asked, and nobody heard it.
pub(super) fn lost(event: &Event, message: &str) -> bool {
    let lost = event.kind == "bench.network.lost"
        || event.kind == "bench.fault.applied" && text(event, "effect") == Some("drop");
    lost && text(event, "direction") == Some("request") && text(event, "message") == Some(message)
}

/// A request about one passkey of an account: its id.
pub(super) fn about_passkey<'e>(event: &'e Event, method: &str) -> Option<&'e str> {
    let is = event.kind == "rp.request" && text(event, "method") == Some(method);
    let path = text(event, "path").filter(|_| is)?;
    path.strip_prefix("/api/passkeys/")
}

/// True when the event is about this device, or no particular one is meant. A device that came
/// later is known by its id only to the bench.
pub(super) fn is_of(event: &Event, cast: &Cast, device: Option<&str>) -> bool {
    let wanted = device.and_then(|name| cast.device(name));
    wanted.is_none_or(|device| text(event, "device") == Some(device.id.as_str()))
}

/// What the walk calls the device that an event is about: its name in the cast, or on the bench.
pub(super) fn device_name(
    event: &Event,
    member: &str,
    before: &[Event],
    cast: &Cast,
) -> Option<String> {
    let id = text(event, member)?;
    if let Some(device) = cast.device_by_id(id) {
        return Some(device.name.clone());
    }
    let added = before
        .iter()
        .rev()
        .find(|added| added.kind == "bench.device.added" && text(added, "device") == Some(id))?;
    text(added, "name").map(ToOwned::to_owned)
}

/// The account whose passkey has this id, as the device was told when it made it.
pub(super) fn account_of(credential: &str, before: &[Event]) -> Option<String> {
    let created = before.iter().rev().find(|event| {
        event.kind == "device.passkey.created" && text(event, "credentialId") == Some(credential)
    })?;
    text(created, "userName").map(ToOwned::to_owned)
}

/// The label that the relying party last gave this passkey in an answer.
pub(super) fn label_of(passkey: &str, before: &[Event]) -> Option<String> {
    let listed = |event: &&Event| event.kind == "rp.response";
    before.iter().rev().filter(listed).find_map(|event| {
        let body = &event.body["body"];
        let list = body["passkeys"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let shown = list.iter().chain([body, &body["passkey"]]);
        let named = |row: &&Value| row["id"].as_str() == Some(passkey) && row["label"].is_string();
        let label = shown.into_iter().find(named)?["label"].as_str()?;
        Some(label.to_owned())
    })
}
