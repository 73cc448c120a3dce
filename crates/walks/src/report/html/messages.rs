//! Every event, decoded, and as the bytes it was.

use std::fmt::Write as _;

use maud::{Markup, html};
use serde_json::Value;
use timeline::{Event, Party};

use super::{Place, Plain, date_time, ladder::is_ladder};
use crate::report::present::{find, present};

/// The most bytes of one message that are shown.
const MOST_BYTES: usize = 8 * 1024;

pub(super) fn list(place: &Place<'_>) -> Markup {
    html! {
        ol.messages { @for event in &place.run.events { li { (message(place, event)) } } }
    }
}

fn message(place: &Place<'_>, event: &Event) -> Markup {
    let drawn = present(event, &place.run.events);
    html! {
        details {
            summary {
                span.seq { (event.seq) }
                span class={ "dot " (class(event.party)) } title=(name(event.party)) {}
                span.grow {
                    span class=(drawn.tone.class()) { (Plain(&drawn.title)) }
                    @if let Some(note) = &drawn.note { " " span.mute { (Plain(note)) } }
                    @if event.deliberate { " " span.purpose { "on purpose" } }
                }
                code.mute { (Plain(&event.kind)) }
            }
            // Within, so that a link to it opens the message.
            div.inside id=(place.event(event.seq)) {
                (origin(place, event))
                (body(place, event))
                @if let Some(raw) = &event.raw { (bytes(event, raw)) }
            }
        }
    }
}

fn origin(place: &Place<'_>, event: &Event) -> Markup {
    let time = event.party_time.unwrap_or(event.wall);
    html! {
        p.mute {
            (name(event.party)) " · " (date_time(time))
            @if event.party_time.is_some() { " by its own clock" }
            @if let Some(cause) = find(&place.run.events, event.cause) {
                " · because of " a href={ "#" (place.event(cause.seq)) } { (cause.seq) " " (Plain(&cause.kind)) }
            }
        }
    }
}

/// The decoded body; the steps of a ladder stand in the ladder.
fn body(place: &Place<'_>, event: &Event) -> Markup {
    let mut body = event.body.clone();
    let steps = body
        .as_object_mut()
        .filter(|_| is_ladder(event))
        .and_then(|members| members.remove("steps"));
    html! {
        @if steps.is_some() { p { a href={ "#" (place.ladder(event.seq)) } { "Its steps" } } }
        @if !body.is_null() { pre { code { (Plain(&format!("{body:#}"))) } } }
    }
}

/// The bytes; of JSON that stands decoded above, only how many.
fn bytes(event: &Event, raw: &[u8]) -> Markup {
    let text = |decoded: Value| decoded == event.body["body"];
    if serde_json::from_slice(raw).is_ok_and(text) {
        return html! { p.mute { (raw.len()) " bytes, the JSON in body" } };
    }
    let shown = &raw[..raw.len().min(MOST_BYTES)];
    html! {
        p.mute { (raw.len()) " bytes" @if shown.len() < raw.len() { ", the first " (shown.len()) " of which are shown" } }
        pre.hex { code { (dump(shown)) } }
    }
}

/// Sixteen bytes a line: offset, hexadecimal, and what is ASCII.
fn dump(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 5);
    for (line, bytes) in bytes.chunks(16).enumerate() {
        // Writing to a string does not fail.
        let _ = write!(text, "{:06x} ", line * 16);
        for at in 0..16 {
            let gap = if at == 8 { " " } else { "" };
            let _ = match bytes.get(at) {
                Some(byte) => write!(text, "{gap} {byte:02x}"),
                None => write!(text, "{gap}   "),
            };
        }
        text.push_str("  ");
        text.extend(bytes.iter().map(|byte| match byte {
            b' '..=b'~' => char::from(*byte),
            _ => '·',
        }));
        text.push('\n');
    }
    text
}

fn class(party: Party) -> &'static str {
    match party {
        Party::Device => "device",
        Party::Client => "client",
        Party::RelyingParty => "rp",
        Party::Bench => "bench",
    }
}

fn name(party: Party) -> &'static str {
    match party {
        Party::Device => "Device",
        Party::Client => "Client",
        Party::RelyingParty => "Relying party",
        Party::Bench => "Bench",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_names_offsets_and_shows_what_can_be_read() {
        let mut bytes = b"0123456789abcdef".to_vec();
        bytes.extend([0x00, b'<', 0xff]);
        assert_eq!(
            dump(&bytes),
            "000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef\n\
             000010  00 3c ff                                          ·<·\n"
        );
    }
}
