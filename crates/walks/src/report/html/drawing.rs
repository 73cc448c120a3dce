//! The sequence drawing: three lanes, an arrow for every message, a band for
//! every step; each row leads to its message.

use maud::{Markup, html};
use timeline::{Event, Seq};

use super::{Place, Plain, Sign};
use crate::{
    engine::StepRun,
    report::{
        plain::shortened,
        present::{Drawn, Lane, Place as At, present},
    },
};

const WIDTH: u32 = 920;
const HEAD: u32 = 44;
const BAND: u32 = 40;
const ROW: u32 = 42;
const OWN: u32 = 30;
/// Characters that fit between two lanes, and beside one.
const BETWEEN: usize = 44;
const BESIDE: usize = 62;

/// What stands in one row.
enum Row<'a> {
    SetUp,
    Step(&'a StepRun),
    Event(&'a Event, Drawn),
}

impl Row<'_> {
    fn height(&self) -> u32 {
        match self {
            Self::SetUp | Self::Step(_) => BAND,
            Self::Event(_, drawn) => match drawn.place {
                At::Arrow(..) => ROW,
                At::Own(_) | At::Across => OWN,
            },
        }
    }
}

pub(super) fn draw(place: &Place<'_>) -> Markup {
    let rows = rows(place);
    let height = HEAD + rows.iter().map(Row::height).sum::<u32>() + 12;
    let tops = rows.iter().scan(HEAD, |next, row| {
        let top = *next;
        *next += row.height();
        Some(top)
    });
    html! {
        figure.sequence {
            svg viewBox={ "0 0 " (WIDTH) " " (height) } role="group" aria-label="Sequence of messages between device, client and relying party" {
                @for lane in [Lane::Device, Lane::Client, Lane::RelyingParty] {
                    g class=(class(lane)) {
                        text.lane-name x=(x(lane)) y="22" text-anchor="middle" { (name(lane)) }
                        line.lane x1=(x(lane)) x2=(x(lane)) y1="34" y2=(height - 8) {}
                    }
                }
                @for (row, top) in rows.iter().zip(tops) {
                    @match row {
                        Row::SetUp => (set_up(top)),
                        Row::Step(step) => (band(place, step, top)),
                        Row::Event(event, drawn) => (line(place, event, drawn, top)),
                    }
                }
            }
        }
    }
}

/// Every event in order, each step's band before the first that it led to; what came before the
/// first step has one of its own.
fn rows<'a>(place: &Place<'a>) -> Vec<Row<'a>> {
    let mut bands = place
        .run
        .steps
        .iter()
        .filter_map(|step| Some((step.events?.0, step)))
        .peekable();
    let set_up = bands.peek().is_some_and(|(after, _)| after.0 > 0);
    let mut rows: Vec<_> = set_up.then_some(Row::SetUp).into_iter().collect();
    let mut bands_before = |seq: Seq, rows: &mut Vec<Row<'a>>| {
        while let Some((_, step)) = bands.next_if(|(after, _)| *after < seq) {
            rows.push(Row::Step(step));
        }
    };
    for event in &place.run.events {
        bands_before(event.seq, &mut rows);
        // The bands say it already.
        if !event.kind.starts_with("bench.walk.") {
            rows.push(Row::Event(event, present(event, &place.run.events)));
        }
    }
    bands_before(Seq(u64::MAX), &mut rows);
    rows
}

fn set_up(top: u32) -> Markup {
    html! { text.band-note x="14" y=(top + 25) { "Before the first step" } }
}

fn band(place: &Place<'_>, step: &StepRun, top: u32) -> Markup {
    let sign = Sign::of_step(step.outcome);
    html! {
        a href={ "#" (place.step(step.number)) } {
            rect class={ "band " (sign.class) } x="0" y=(top + 6) width=(WIDTH) height=(BAND - 12) rx="6" {}
            text class={ "band-sign " (sign.class) } x="14" y=(top + 25) { (sign.sign) }
            text.band-title x="34" y=(top + 25) { tspan.number { (step.number) } " " (Plain(&shortened(&step.title, 110))) }
        }
    }
}

fn line(place: &Place<'_>, event: &Event, drawn: &Drawn, top: u32) -> Markup {
    let height = match drawn.place {
        At::Arrow(..) => ROW,
        At::Own(_) | At::Across => OWN,
    };
    let purpose = if event.deliberate { " deliberate" } else { "" };
    html! {
        a.row href={ "#" (place.event(event.seq)) } {
            title { (Plain(&drawn.title)) @if let Some(note) = &drawn.note { " · " (Plain(note)) } @if event.deliberate { " · on purpose" } }
            rect.hit x="0" y=(top) width=(WIDTH) height=(height) {}
            text.seq x="12" y=(top + height / 2 + 4) { (event.seq) }
            g class={ (drawn.tone.class()) (purpose) } {
                @match drawn.place {
                    At::Arrow(from, to) => (arrow(drawn, from, to, event.deliberate, top)),
                    At::Own(lane) => (own(drawn, lane, event.deliberate, top)),
                    At::Across => (across(drawn, event.deliberate, top)),
                }
            }
        }
    }
}

fn arrow(drawn: &Drawn, from: Lane, to: Lane, deliberate: bool, top: u32) -> Markup {
    let (start, end, y) = (x(from), x(to), top + 25);
    let left = start.min(end);
    let right = start.max(end);
    let head = if end > start {
        format!("{end},{y} {},{} {},{}", end - 8, y - 5, end - 8, y + 5)
    } else {
        format!("{end},{y} {},{} {},{}", end + 8, y - 5, end + 8, y + 5)
    };
    html! {
        g class=(class(from)) {
            line.wire x1=(start) x2=(end) y1=(y) y2=(y) {}
            polygon points=(head) {}
        }
        text.title x=(left + 12) y=(top + 18) { (Plain(&shortened(&drawn.title, BETWEEN))) }
        text.note x=(right - 12) y=(top + 38) text-anchor="end" {
            @if deliberate { tspan.purpose { "on purpose" } " " }
            @if let Some(note) = &drawn.note { (Plain(&shortened(note, BETWEEN))) }
        }
    }
}

fn own(drawn: &Drawn, lane: Lane, deliberate: bool, top: u32) -> Markup {
    let x = x(lane);
    // The last lane has no room to its right.
    let to_the_left = lane == Lane::RelyingParty;
    let (bow, at, anchor) = if to_the_left {
        (-18, x - 28, "end")
    } else {
        (18, x + 28, "start")
    };
    let note = drawn.note.as_deref().unwrap_or_default();
    let room = BESIDE.saturating_sub(drawn.title.chars().count());
    html! {
        path class={ "loop " (class(lane)) } d={ "M" (x) " " (top + 8) " h" (bow) " v14 h" (-bow) } {}
        text x=(at) y=(top + 19) text-anchor=(anchor) {
            tspan.title { (Plain(&shortened(&drawn.title, BESIDE))) }
            @if !note.is_empty() && room > 8 { tspan.note { "  " (Plain(&shortened(note, room))) } }
            @if deliberate { tspan.purpose { "  on purpose" } }
        }
    }
}

fn across(drawn: &Drawn, deliberate: bool, top: u32) -> Markup {
    html! {
        line.divider x1="60" x2=(WIDTH - 12) y1=(top + 15) y2=(top + 15) {}
        text x=(x(Lane::Client)) y=(top + 19) text-anchor="middle" {
            tspan.title { (Plain(&shortened(&drawn.title, BESIDE))) }
            @if let Some(note) = &drawn.note { tspan.note { "  " (Plain(&shortened(note, BESIDE))) } }
            @if deliberate { tspan.purpose { "  on purpose" } }
        }
    }
}

fn x(lane: Lane) -> u32 {
    match lane {
        Lane::Device => 130,
        Lane::Client => 475,
        Lane::RelyingParty => 820,
    }
}

fn class(lane: Lane) -> &'static str {
    match lane {
        Lane::Device => "device",
        Lane::Client => "client",
        Lane::RelyingParty => "rp",
    }
}

fn name(lane: Lane) -> &'static str {
    match lane {
        Lane::Device => "Device",
        Lane::Client => "Client",
        Lane::RelyingParty => "Relying party",
    }
}
