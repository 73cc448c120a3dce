//! What the network between pages and the relying party does.

use bench::api::NetworkState;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Event;

use super::members::Span;
use crate::engine::{Act, Cast, Doing, Recorded, Registry, Stage};

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

/// An act that sets the network.
macro_rules! network {
    ($(#[$about:meta])* $name:ident { $($(#[$member_about:meta])* $member:ident: $kind:ty,)* },
     $instruction:expr, |$act:ident| $state:expr, $told:pat => $read:expr) => {
        $(#[$about])*
        #[derive(Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub(super) struct $name {
            $($(#[$member_about])* $member: $kind,)*
        }

        impl $name {
            fn state(&self) -> NetworkState {
                let $act = self;
                $state
            }
        }

        impl Act for $name {
            fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
                Box::pin(async { Ok(stage.bench.network_set(self.state()).await?) })
            }

            fn instruction(&self, _: &Cast) -> String {
                let instruction: fn(&Self) -> String = $instruction;
                instruction(self)
            }

            fn shown_by(&self, event: &Event, _: &Cast) -> bool {
                told(event).is_some_and(|state| state == self.state())
            }
        }

        impl Recorded for $name {
            fn recorded(event: &Event, _: &[Event], _: &Cast) -> Option<Self> {
                match told(event)? {
                    $told => Some($read),
                    _ => None,
                }
            }
        }
    };
}

fn told(event: &Event) -> Option<NetworkState> {
    // What it becomes by itself has a cause.
    let set = event.kind == "bench.network.set" && event.cause.is_none();
    let state = event.body.get("state").filter(|_| set)?;
    NetworkState::deserialize(state).ok()
}

network!(
    /// Everything gets through.
    Online {},
    |_| "Set the network to online.".to_owned(),
    |_act| NetworkState::Online,
    NetworkState::Online => Self {}
);

network!(
    /// No request gets through: the connection closes without an answer.
    Offline {},
    |_| "Set the network to offline.".to_owned(),
    |_act| NetworkState::Offline,
    NetworkState::Offline => Self {}
);

network!(
    /// Every request to the API arrives late, in real time.
    Slow {
        /// How late: `"300ms"`, `"2s"`; at most ten minutes.
        by: Span,
    },
    |act| format!("Slow the network down by {}.", act.by),
    |act| NetworkState::Slow {
        millis: u64::try_from(act.by.0.as_millis()).unwrap_or(u64::MAX),
    },
    NetworkState::Slow { millis } => Self {
        by: Span(std::time::Duration::from_millis(millis)),
    }
);

network!(
    /// Requests and answers get lost by chance, as the walk's seed has it.
    Lossy {
        /// How many of a hundred.
        #[schemars(range(min = 0, max = 100))]
        percent: u8,
    },
    |act| format!("Let the network lose {} of a hundred messages.", act.percent),
    |act| NetworkState::Lossy { percent: act.percent },
    NetworkState::Lossy { percent } => Self { percent }
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
    |act| {
        let path = act.path.as_deref().unwrap_or("the API");
        match act.requests {
            1 => format!("Let the network lose the next answer of {path}."),
            count => format!("Let the network lose the next {count} answers of {path}."),
        }
    },
    |act| NetworkState::AnswerLost {
        requests: act.requests,
        path: act.path.clone(),
    },
    NetworkState::AnswerLost { requests, path } => Self { requests, path }
);

fn once() -> u32 {
    1
}

network!(
    /// The relying party is stopped: its port refuses connections. Any other network act starts it
    /// again.
    ServerDown {},
    |_| "Set the network to “server down”.".to_owned(),
    |_act| NetworkState::ServerDown,
    NetworkState::ServerDown => Self {}
);
