//! Keys: CTAPHID reports, a key's own PIN, and keys that come and go.

use std::borrow::Cow;

use timeline::Event;

use super::{Drawn, Lane, Place, Tone, across, flag, list, named, number, own, pin, text};
use crate::report::counted;

pub(super) fn client(event: &Event) -> Drawn {
    let own = |title: &str| own(Lane::Client, title);
    match &*event.kind {
        "client.hid.sent" => frame(event, Place::Arrow(Lane::Client, Lane::Device)),
        "client.hid.received" => frame(event, Place::Arrow(Lane::Device, Lane::Client)),
        "client.key-pin.asked" => own(match text(event, "/purpose").unwrap_or_default() {
            "set" => "Asks for a first PIN for the key",
            "change" => "Asks for a new PIN for the key",
            _ => "Asks for the PIN of the key",
        })
        .note(number(event, "/retries").map(pin::tries_left))
        .tone(match flag(event, "/wrong") {
            true => Tone::Warn,
            false => Tone::Plain,
        }),
        "client.key-pin.answered" if text(event, "/outcome") == Some("declined") => {
            own("No PIN of the key given").tone(Tone::Warn)
        }
        "client.key-pin.answered" => own("PIN of the key entered"),
        kind => own(kind),
    }
}

pub(super) fn device(event: &Event) -> Drawn {
    let own = |title: &str| own(Lane::Device, title);
    match &*event.kind {
        "device.plugged" => own("Plugged in as a key").note(match text(event, "/way") {
            Some("hid") => Some("USB"),
            Some("udp") => Some("UDP"),
            _ => None,
        }),
        "device.unplugged" => own("Unplugged").tone(Tone::Warn),
        "device.winked" => own("Shows which one it is"),
        _ => pin::device(event),
    }
}

/// Keys that are no software devices, and any key that shows itself.
pub(super) fn bench(event: &Event) -> Drawn {
    let called = |what: &str| {
        let name = text(event, "/name").map(Cow::from);
        across(format!("{what}{}", named(name)))
    };
    match &*event.kind {
        "bench.key.plugged" => called("Key plugged in").note(text(event, "/path")),
        "bench.key.unplugged" => called("Key unplugged")
            .note(text(event, "/path"))
            .tone(Tone::Warn),
        "bench.key.winked" => called("Key shows itself"),
        kind => across(kind),
    }
}

/// A report on its way: its command, or its place in a message of several.
fn frame(event: &Event, place: Place) -> Drawn {
    let title = match (text(event, "/command"), number(event, "/sequence")) {
        (Some(command), _) if command.starts_with("0x") => format!("CTAPHID {command}"),
        (Some(command), _) => format!("CTAPHID_{command}"),
        (None, Some(sequence)) => format!("continued, {sequence}"),
        (None, None) => "CTAPHID report".to_owned(),
    };
    let foreign = flag(event, "/foreign");
    let (error, status) = (text(event, "/error"), text(event, "/status"));
    let said = match (error, status) {
        (Some(error), _) => Some(error.to_owned()),
        (None, Some("processing")) => Some("works".to_owned()),
        (None, Some("upNeeded")) => Some("waits for a touch".to_owned()),
        (None, Some(status)) => Some(status.to_owned()),
        (None, None) => None,
    };
    let count = |pointer| number(event, pointer).and_then(|count| usize::try_from(count).ok());
    let length = count("/length").filter(|_| error.is_none() && status.is_none());
    let before = count("/keepalivesBefore").map(|count| match count {
        1 => "after 1 more keepalive".to_owned(),
        count => format!("after {count} more keepalives"),
    });
    let carried = list([said, foreign.then(|| "for another channel".to_owned())]);
    let carried = list([carried, length.map(|length| counted(length, "byte"))]);
    let channel = text(event, "/channel").map(|channel| format!("channel {channel}"));
    Drawn::new(place, &title)
        .note(list([list([carried, before]), channel]))
        .tone(match (error.is_some(), foreign) {
            (true, _) => Tone::Bad,
            (false, true) => Tone::Warn,
            (false, false) => Tone::Plain,
        })
}
