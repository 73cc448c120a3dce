//! What the clocks do.

use bench::api::ClockMotion;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use timeline::{Event, Timestamp};

use super::members::{ClockOwner, Moment, Span, whose};
use crate::engine::{Act, Cast, Doing, Recorded, Registry, Stage};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<Skip>(
        "clock.skip",
        "[[steps]]\nact = \"clock.skip\"\nby = \"6m\"\nparties = [\"relying-party\"]\n",
    );
    registry.act::<Back>(
        "clock.back",
        "[[steps]]\nact = \"clock.back\"\nby = \"1d\"\n",
    );
    registry.act::<Set>(
        "clock.set",
        "[[steps]]\nact = \"clock.set\"\nto = \"2026-03-02T12:00:00Z\"\n",
    );
    registry.act::<Run>("clock.run", "[[steps]]\nact = \"clock.run\"\nrate = 60\n");
    registry.act::<Reset>("clock.reset", "[[steps]]\nact = \"clock.reset\"\n");
}

/// An act that moves clocks.
macro_rules! motion {
    ($(#[$about:meta])* $name:ident { $($(#[$member_about:meta])* $member:ident: $kind:ty,)* },
     $instruction:literal, |$act:ident| $motion:expr, |$told:ident| $read:expr) => {
        $(#[$about])*
        #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub(super) struct $name {
            $($(#[$member_about])* $member: $kind,)*
            /// Whose clocks: any of `device`, `client`, `relying-party`; all three unless it says
            /// otherwise.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            parties: Vec<ClockOwner>,
        }

        impl $name {
            fn motion(&self) -> ClockMotion {
                let $act = self;
                $motion
            }
        }

        impl Act for $name {
            fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
                Box::pin(async move {
                    let parties = self.parties.iter().map(|party| party.party()).collect();
                    Ok(stage.bench.clock_move(parties, self.motion()).await?)
                })
            }

            fn instruction(&self, _: &Cast) -> String {
                format!($instruction, whose = whose(&self.parties) $(, $member = self.$member)*)
            }

            fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
                Self::recorded(event, &[], cast).is_some_and(|shown| {
                    all(&shown.parties) == all(&self.parties) && shown.motion() == self.motion()
                })
            }
        }

        impl Recorded for $name {
            fn recorded(event: &Event, _: &[Event], _: &Cast) -> Option<Self> {
                if event.kind != "bench.clock.moved" {
                    return None;
                }
                let read: fn(&Value) -> Option<Self> = |$told| $read;
                let mut act = read(&event.body["motion"])?;
                act.parties = parties(event);
                Some(act)
            }
        }
    };
}

/// Whose clocks were moved; none named when all were.
fn parties(event: &Event) -> Vec<ClockOwner> {
    let told = event.body["parties"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let parties: Vec<ClockOwner> = (told.iter())
        .filter_map(|party| ClockOwner::of(party.as_str()?))
        .collect();
    if parties.len() == 3 {
        Vec::new()
    } else {
        parties
    }
}

/// In one order and without doubles; all three when none is named.
fn all(parties: &[ClockOwner]) -> Vec<ClockOwner> {
    [
        ClockOwner::Device,
        ClockOwner::Client,
        ClockOwner::RelyingParty,
    ]
    .into_iter()
    .filter(|party| parties.is_empty() || parties.contains(party))
    .collect()
}

fn millis(span: Span) -> i64 {
    i64::try_from(span.0.as_millis()).unwrap_or(i64::MAX)
}

fn span(told: &Value, kind: &str) -> Option<Span> {
    let millis = told["millis"].as_u64().filter(|_| told["kind"] == *kind)?;
    Some(Span(std::time::Duration::from_millis(millis)))
}

motion!(
    /// Time passes at once: what ends within it ends.
    Skip {
        /// How much: `"6m"`, `"90s"`, `"1d"`.
        by: Span,
    },
    "Move {whose} forward by {by}.",
    |act| ClockMotion::Skip { millis: millis(act.by) },
    |told| Some(Self { by: span(told, "skip")?, parties: Vec::new() })
);

motion!(
    /// The hands are turned back. No time passes by that.
    Back {
        /// How much: `"6m"`, `"90s"`, `"1d"`.
        by: Span,
    },
    "Turn {whose} back by {by}.",
    |act| ClockMotion::Back { millis: millis(act.by) },
    |told| Some(Self { by: span(told, "back")?, parties: Vec::new() })
);

motion!(
    /// The hands are turned to a time.
    Set {
        /// The time: `"2026-03-02T12:00:00Z"`.
        to: Moment,
    },
    "Set {whose} to {to}.",
    |act| ClockMotion::Set { to: act.to.0 },
    |told| Some(Self {
        to: Moment(Timestamp(told["to"].as_i64().filter(|_| told["kind"] == "set")?)),
        parties: Vec::new(),
    })
);

motion!(
    /// Clocks run, which stand still in a walk unless one lets them.
    Run {
        /// How fast: 0 stands still, 1 is real time, 3600 makes an hour a second.
        #[schemars(range(min = 0.0, max = 3600.0))]
        rate: f64,
    },
    "Let {whose} run at a rate of {rate}.",
    |act| ClockMotion::Run { rate: act.rate },
    |told| Some(Self {
        rate: told["rate"].as_f64().filter(|_| told["kind"] == "run")?,
        parties: Vec::new(),
    })
);

motion!(
    /// Clocks show the walk's start again and stand still.
    Reset {},
    "Put {whose} right.",
    |_act| ClockMotion::Reset,
    |told| (told["kind"] == "reset").then(|| Self { parties: Vec::new() })
);
