//! What the tester can bend: clocks, network, and single messages.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use timeline::{Party, Seq, Timestamp};
use ts_rs::TS;

/// What is bent right now.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SeamsState {
    /// One each for device, client and relying party, in this order.
    pub clocks: Vec<ClockState>,
    /// What lies between pages and the relying party.
    pub network: NetworkState,
    /// Faults that wait for their message, the oldest first.
    pub faults: Vec<ArmedFault>,
}

/// How a party's clock stands.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClockState {
    /// Whose it is.
    pub party: Party,
    /// What it showed when this state was made.
    pub now: Timestamp,
    /// How far it is ahead of the machine's clock, in milliseconds; negative when behind.
    #[ts(type = "number")]
    pub offset_millis: i64,
    /// How fast it runs: 0 stands still, 1 is real time.
    pub rate: f64,
    /// True when the tester moved it.
    pub moved: bool,
}

/// How a clock is moved. After a motion it goes on at the rate it had.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
pub enum ClockMotion {
    /// Lets time pass: timers that end within it end.
    Skip {
        /// How much, not negative.
        #[ts(type = "number")]
        millis: i64,
    },
    /// Turns the hands back; no time passes.
    Back {
        /// How much, not negative.
        #[ts(type = "number")]
        millis: i64,
    },
    /// Turns the hands to a time; no time passes.
    Set {
        /// The time, between 1970 and 9999.
        to: Timestamp,
    },
    /// Changes how fast it runs.
    Run {
        /// 0 stands still, 1 is real time; at most 3600.
        rate: f64,
    },
    /// Back to the machine's time; in a bench whose clocks began standing still, back to that.
    Reset,
}

/// What lies between pages and the relying party.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
pub enum NetworkState {
    /// Everything gets through.
    #[default]
    Online,
    /// No request gets through: the connection closes without an answer.
    Offline,
    /// Every request to the API arrives late.
    Slow {
        /// How late, in real time; at most 600,000.
        #[ts(type = "number")]
        millis: u64,
    },
    /// Requests to the API and their answers get lost by chance.
    Lossy {
        /// How many of a hundred, 0 to 100.
        percent: u8,
    },
    /// The relying party acts on a request, and its answer gets lost.
    AnswerLost {
        /// How many answers; then everything gets through again.
        requests: u32,
        /// Only answers to this path, such as `/api/authentication/finish`; none for every call
        /// of the API.
        #[serde(default)]
        path: Option<String>,
    },
    /// The relying party is stopped: its port refuses connections.
    ServerDown,
}

/// A message that faults can name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FaultableMessage {
    /// `authenticatorGetAssertion`, `POST /api/authentication/finish`, ….
    pub message: String,
    /// Which of its two halves.
    pub direction: Direction,
    /// The fields that [`Effect::Tamper`] can name, as dotted paths.
    pub fields: Vec<String>,
    /// The kinds of [`Effect`] that make sense here: `drop`, `delay`, `duplicate`, `tamper`, `replay`.
    pub effects: Vec<String>,
}

/// Which half of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// From the client to the device, or from a page to the relying party.
    Request,
    /// The answer to it.
    Response,
}

/// Something to go wrong with a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// A [`FaultableMessage::message`].
    pub message: String,
    /// Which of its two halves.
    pub direction: Direction,
    /// To how many messages it happens, at least 1.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens.
    pub effect: Effect,
}

fn once() -> u32 {
    1
}

/// What happens to a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
pub enum Effect {
    /// It never arrives.
    Drop,
    /// It arrives late.
    Delay {
        /// How late, in real time; at most 600,000.
        #[ts(type = "number")]
        millis: u64,
    },
    /// It arrives twice; the first answer counts. Requests only.
    Duplicate,
    /// It arrives changed.
    Tamper {
        /// A dotted path, such as `credential.response.clientDataJSON.origin`.
        field: String,
        /// How.
        change: Change,
    },
    /// An earlier message of the same name and direction arrives in its place.
    Replay {
        /// The event that shows the earlier message; none takes the last one before arming.
        #[serde(default)]
        earlier: Option<Seq>,
    },
}

/// How a field is changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
pub enum Change {
    /// To this value; bytes as base64url without padding.
    Set {
        /// The new value.
        #[ts(type = "any")]
        value: Json,
    },
    /// The lowest bit of the last byte or letter, the other truth value, the next number.
    Flip,
    /// Taken away.
    Remove,
}

/// A fault that waits for its message.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ArmedFault {
    /// Names it; rising.
    pub id: u32,
    /// What it does.
    pub fault: Fault,
    /// To how many messages it still happens.
    pub left: u32,
}
