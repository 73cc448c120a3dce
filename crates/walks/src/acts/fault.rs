//! What goes wrong with single messages.

use bench::api::{Change as BenchChange, Direction as BenchDirection, Effect, Fault};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use timeline::Event;

use super::members::Span;
use crate::engine::{Act, Cast, Doing, Recorded, Registry, Stage};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<Drop>(
        "fault.drop",
        "[[steps]]\nact = \"fault.drop\"\nmessage = \"authenticatorGetAssertion\"\n",
    );
    registry.act::<Delay>(
        "fault.delay",
        "[[steps]]\nact = \"fault.delay\"\nmessage = \"POST /api/authentication/finish\"\nby = \"300ms\"\n",
    );
    registry.act::<Duplicate>(
        "fault.duplicate",
        "[[steps]]\nact = \"fault.duplicate\"\nmessage = \"POST /api/authentication/finish\"\n",
    );
    registry.act::<Tamper>(
        "fault.tamper",
        "[[steps]]\nact = \"fault.tamper\"\nmessage = \"POST /api/authentication/finish\"\nfield = \"credential.response.signature\"\n",
    );
    registry.act::<Replay>(
        "fault.replay",
        "[[steps]]\nact = \"fault.replay\"\nmessage = \"POST /api/authentication/finish\"\n",
    );
    registry.act::<Clear>("fault.clear", "[[steps]]\nact = \"fault.clear\"\n");
}

/// Which half of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum Direction {
    /// From the client to the device, or from a page to the relying party.
    #[default]
    Request,
    /// The answer to it.
    Response,
}

impl Direction {
    fn half(self) -> &'static str {
        match self {
            Self::Request => "",
            Self::Response => "the answer to ",
        }
    }
}

impl From<Direction> for BenchDirection {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Request => Self::Request,
            Direction::Response => Self::Response,
        }
    }
}

impl From<BenchDirection> for Direction {
    fn from(direction: BenchDirection) -> Self {
        match direction {
            BenchDirection::Request => Self::Request,
            BenchDirection::Response => Self::Response,
        }
    }
}

/// How a field is changed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum Change {
    /// The lowest bit of the last byte or letter, the other truth value, the next number.
    #[default]
    Flip,
    /// Taken away.
    Remove,
    /// To this value; bytes as base64url without padding.
    Set(Value),
}

fn message_name(_: &mut SchemaGenerator) -> Schema {
    let mut names: Vec<String> = bench::faultable_messages()
        .into_iter()
        .map(|known| known.message)
        .collect();
    names.dedup();
    json_schema!({ "type": "string", "enum": names })
}

fn once() -> u32 {
    1
}

fn is_once(times: &u32) -> bool {
    *times == once()
}

/// An act that arms a fault.
macro_rules! fault {
    ($(#[$about:meta])* $name:ident { $($(#[$member_about:meta])* $member:ident: $kind:ty,)* },
     $verb:expr, |$act:ident| $effect:expr, $told:pat => [$($read:tt)*]) => {
        $(#[$about])*
        #[derive(Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub(super) struct $name {
            /// A CTAP command such as `authenticatorGetAssertion`, or a call of the relying party's
            /// API such as `POST /api/authentication/finish`.
            #[schemars(schema_with = "message_name")]
            message: String,
            /// Which half of it; the request unless it says otherwise.
            #[serde(default)]
            direction: Direction,
            /// To how many messages it happens; one unless it says otherwise.
            #[serde(default = "once", skip_serializing_if = "is_once")]
            #[schemars(range(min = 1, max = 1000))]
            times: u32,
            $($(#[$member_about])* $member: $kind,)*
        }

        impl $name {
            fn fault(&self) -> Fault {
                let $act = self;
                Fault {
                    message: self.message.clone(),
                    direction: self.direction.into(),
                    times: self.times,
                    effect: $effect,
                }
            }
        }

        impl Act for $name {
            fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
                Box::pin(async {
                    stage.bench.fault_arm(self.fault()).await?;
                    Ok(())
                })
            }

            fn instruction(&self, _: &Cast) -> String {
                let verb: fn(&Self) -> String = $verb;
                let next = match self.times {
                    1 => String::new(),
                    times => format!(" (the next {times})"),
                };
                format!("Arm a fault: {}{}{}{next}.", verb(self), self.direction.half(), self.message)
            }

            fn shown_by(&self, event: &Event, _: &Cast) -> bool {
                told(event).is_some_and(|fault| fault == self.fault())
            }

            fn problem(&self) -> Option<(String, String)> {
                let sentence = bench::fault_problem(&self.fault())?;
                let own: &[&str] = &[$(stringify!($member)),*];
                let direction = BenchDirection::from(self.direction);
                let mut known = bench::faultable_messages().into_iter();
                let is_sent = known
                    .any(|known| known.message == self.message && known.direction == direction);
                let member = own.first().filter(|_| is_sent);
                Some(((*member.unwrap_or(&"direction")).to_owned(), sentence))
            }
        }

        impl Recorded for $name {
            fn recorded(event: &Event, _: &[Event], _: &Cast) -> Option<Self> {
                let Fault { message, direction, times, effect } = told(event)?;
                match effect {
                    $told => Some(Self {
                        message,
                        direction: direction.into(),
                        times,
                        $($read)*
                    }),
                    _ => None,
                }
            }
        }
    };
}

fn told(event: &Event) -> Option<Fault> {
    let fault = event
        .body
        .get("fault")
        .filter(|_| event.kind == "bench.fault.armed")?;
    Fault::deserialize(fault).ok()
}

fault!(
    /// A message will not arrive.
    Drop {},
    |_| "drop ".to_owned(),
    |_act| Effect::Drop,
    Effect::Drop => []
);

fault!(
    /// A message will arrive late, in real time.
    Delay {
        /// How late: `"300ms"`, `"2s"`; at most ten minutes.
        by: Span,
    },
    |act| format!("delay by {} ", act.by),
    |act| Effect::Delay {
        millis: u64::try_from(act.by.0.as_millis()).unwrap_or(u64::MAX),
    },
    Effect::Delay { millis } => [by: Span(std::time::Duration::from_millis(millis)),]
);

fault!(
    /// A request will arrive twice; the first answer counts.
    Duplicate {},
    |_| "duplicate ".to_owned(),
    |_act| Effect::Duplicate,
    Effect::Duplicate => []
);

fault!(
    /// A message will arrive with one field changed.
    Tamper {
        /// The field, as a dotted path into the decoded message:
        /// `credential.response.clientDataJSON.origin`.
        field: String,
        /// How: `"flip"` (also when nothing is said), `"remove"`, or `{ set = VALUE }`.
        #[serde(default)]
        change: Change,
    },
    |act| {
        let how = match &act.change {
            Change::Flip => "flip".to_owned(),
            Change::Remove => "remove".to_owned(),
            Change::Set(value) => format!("set to {value}"),
        };
        format!("{how} {} in ", act.field)
    },
    |act| Effect::Tamper {
        field: act.field.clone(),
        change: match act.change.clone() {
            Change::Flip => BenchChange::Flip,
            Change::Remove => BenchChange::Remove,
            Change::Set(value) => BenchChange::Set { value },
        },
    },
    Effect::Tamper { field, change } => [
        field,
        change: match change {
            BenchChange::Flip => Change::Flip,
            BenchChange::Remove => Change::Remove,
            BenchChange::Set { value } => Change::Set(value),
        },
    ]
);

fault!(
    /// Instead of a message, the one of its kind will arrive that came last before this step.
    Replay {},
    |_| "replay an earlier message in place of ".to_owned(),
    |_act| Effect::Replay { earlier: None },
    Effect::Replay { .. } => []
);

/// Every armed fault is taken away.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Clear {}

impl Act for Clear {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async { Ok(stage.bench.fault_clear().await?) })
    }

    fn instruction(&self, _: &Cast) -> String {
        "Take every armed fault away.".to_owned()
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        event.kind == "bench.fault.disarmed" && event.body["why"] == "disarmed"
    }
}

impl Recorded for Clear {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let act = Self {};
        // One clearing takes several away.
        let first = before.last().is_none_or(|last| !act.shown_by(last, cast));
        (act.shown_by(event, cast) && first).then_some(act)
    }
}
