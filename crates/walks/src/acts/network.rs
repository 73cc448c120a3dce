//! What the network does: between pages and the relying party, or between a device and it.

use bench::api::NetworkState;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Event;

use super::{
    members::Span,
    told::{device_name, is_of},
};
use crate::engine::{Act, Cast, Doing, Recorded, Reference, Registry, Stage};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<Online>("network.online", "[[steps]]\nact = \"network.online\"\n");
    registry.act::<Offline>("network.offline", "[[steps]]\nact = \"network.offline\"\n");
    registry.act::<Slow>(
        "network.slow",
        "[[steps]]\nact = \"network.slow\"\nby = \"300ms\"\n",
    );
    registry.act::<Lossy>(
        "network.lossy",
        "[[steps]]\nact = \"network.lossy\"\npercent = 50\n",
    );
    registry.act::<AnswerLost>(
        "network.answer-lost",
        "[[steps]]\nact = \"network.answer-lost\"\npath = \"/api/registration/finish\"\n",
    );
    registry.act::<ServerDown>(
        "network.server-down",
        "[[steps]]\nact = \"network.server-down\"\n",
    );
}

/// An act that sets a network.
macro_rules! network {
    ($(#[$about:meta])* $name:ident { $($(#[$member_about:meta])* $member:ident: $kind:ty,)* },
     $instruction:expr, |$act:ident| $state:expr, $told:pat => { $($read:ident $(: $value:expr)?),* }) => {
        $(#[$about])*
        #[derive(Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub(super) struct $name {
            $($(#[$member_about])* $member: $kind,)*
            /// Only what lies between this device and relying parties; what lies between pages and
            /// relying parties unless it says otherwise.
            #[serde(skip_serializing_if = "Option::is_none")]
            device: Option<String>,
        }

        impl $name {
            fn state(&self) -> NetworkState {
                let $act = self;
                $state
            }
        }

        impl Act for $name {
            fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
                Box::pin(async {
                    let Some(device) = &self.device else {
                        return Ok(stage.bench.network_set(self.state()).await?);
                    };
                    let device = stage.device(device).await?.id;
                    Ok(stage.bench.device_network_set(Some(device), self.state()).await?)
                })
            }

            fn instruction(&self, _: &Cast) -> String {
                let instruction: fn(&Self, &str) -> String = $instruction;
                match &self.device {
                    Some(device) => instruction(self, &format!("the network of {device}")),
                    None => instruction(self, "the network"),
                }
            }

            fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
                told(event, self.device.is_some()).is_some_and(|state| state == self.state())
                    && is_of(event, cast, self.device.as_deref())
            }

            fn problem(&self) -> Option<(String, String)> {
                let sentence = bench::network_problem(&self.state(), self.device.is_some())?;
                let own: &[&str] = &[$(stringify!($member)),*];
                Some(((*own.last().unwrap_or(&"")).to_owned(), sentence))
            }

            fn refers(&self) -> Vec<Reference> {
                let device = self.device.iter();
                device.map(|device| Reference::device("device", device)).collect()
            }
        }

        impl Recorded for $name {
            fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
                let of_device = event.kind == DEVICE_NETWORK_SET;
                let device = if of_device {
                    Some(device_name(event, "device", before, cast)?)
                } else {
                    None
                };
                match told(event, of_device)? {
                    $told => Some(Self { $($read $(: $value)?,)* device }),
                    _ => None,
                }
            }
        }
    };
}

const DEVICE_NETWORK_SET: &str = "bench.deviceNetwork.set";

fn told(event: &Event, of_device: bool) -> Option<NetworkState> {
    let kind = if of_device {
        DEVICE_NETWORK_SET
    } else {
        "bench.network.set"
    };
    // What it becomes by itself has a cause.
    let set = event.kind == kind && event.cause.is_none();
    let state = event.body.get("state").filter(|_| set)?;
    NetworkState::deserialize(state).ok()
}

network!(
    /// Everything gets through.
    Online {},
    |_, network| format!("Set {network} to online."),
    |_act| NetworkState::Online,
    NetworkState::Online => {}
);

network!(
    /// No request gets through: the connection closes without an answer.
    Offline {},
    |_, network| format!("Set {network} to offline."),
    |_act| NetworkState::Offline,
    NetworkState::Offline => {}
);

network!(
    /// Every request to the API arrives late, in real time.
    Slow {
        /// How late: `"300ms"`, `"2s"`; at most ten minutes.
        by: Span,
    },
    |act, network| format!("Slow {network} down by {}.", act.by),
    |act| NetworkState::Slow {
        millis: u64::try_from(act.by.0.as_millis()).unwrap_or(u64::MAX),
    },
    NetworkState::Slow { millis } => {
        by: Span(std::time::Duration::from_millis(millis))
    }
);

network!(
    /// Requests and answers get lost by chance, as the walk's seed has it.
    Lossy {
        /// How many of a hundred.
        #[schemars(range(min = 0, max = 100))]
        percent: u8,
    },
    |act, network| format!("Let {network} lose {} of a hundred messages.", act.percent),
    |act| NetworkState::Lossy { percent: act.percent },
    NetworkState::Lossy { percent } => { percent }
);

network!(
    /// The relying party acts on a request, and its answer gets lost. Then the network is online
    /// again.
    AnswerLost {
        /// How many answers; one unless it says otherwise.
        #[serde(default = "once")]
        #[schemars(range(min = 1, max = 1000))]
        requests: u32,
        /// Only answers to this path, such as `/api/registration/finish`; every call of the API
        /// unless it says otherwise.
        #[serde(skip_serializing_if = "Option::is_none")]
        path: Option<String>,
    },
    |act, network| {
        let path = act.path.as_deref().unwrap_or("the API");
        match act.requests {
            1 => format!("Let {network} lose the next answer of {path}."),
            count => format!("Let {network} lose the next {count} answers of {path}."),
        }
    },
    |act| NetworkState::AnswerLost {
        requests: act.requests,
        path: act.path.clone(),
    },
    NetworkState::AnswerLost { requests, path } => { requests, path }
);

fn once() -> u32 {
    1
}

/// The relying party is stopped: its port refuses connections, to pages and devices alike. Any other
/// network act without a device starts it again.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ServerDown {}

impl Act for ServerDown {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async { Ok(stage.bench.network_set(NetworkState::ServerDown).await?) })
    }

    fn instruction(&self, _: &Cast) -> String {
        "Set the network to “server down”.".to_owned()
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        told(event, false) == Some(NetworkState::ServerDown)
    }
}

impl Recorded for ServerDown {
    fn recorded(event: &Event, _: &[Event], cast: &Cast) -> Option<Self> {
        let act = Self {};
        act.shown_by(event, cast).then_some(act)
    }
}
