//! The fingerprint reader, and what a phone says when nothing can verify its user.

use bench::api::{PromptAnswer, Question};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Event;

use super::{answered, asked, at, of_device};
use crate::{
    acts::told::is_of,
    engine::{Act, Cast, Doing, Recorded, Reference, Registry, Stage},
};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<Finger>(
        "person.finger",
        "[[steps]]\nact = \"person.finger\"\nmatches = true\n",
    );
    registry.act::<UsePin>("person.use-pin", "[[steps]]\nact = \"person.use-pin\"\n");
    registry.act::<Close>("person.close", "[[steps]]\nact = \"person.close\"\n");
}

fn is_finger(question: &Question) -> bool {
    matches!(question, Question::Fingerprint { .. })
}

/// The person lays a finger on the phone's reader, which is a simulated one.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Finger {
    /// Whether it is the finger that was enrolled.
    matches: bool,
    /// The phone; whichever asks unless it says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
}

impl Act for Finger {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let prompt = asked(stage, self.device.as_deref(), "a finger", is_finger).await?;
            let matches = self.matches;
            stage
                .answer(prompt.id, &[PromptAnswer::Finger { matches }])
                .await
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        let which = if self.matches {
            "the right finger"
        } else {
            "a wrong finger"
        };
        format!("Lay {which} on {}.", at(self.device.as_deref()))
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        event.kind == "device.fingerprint.checked"
            && event.body["matched"] == self.matches
            && is_of(event, cast, self.device.as_deref())
    }

    fn refers(&self) -> Vec<Reference> {
        of_device(self.device.as_ref())
    }
}

impl Recorded for Finger {
    fn recorded(event: &Event, _: &[Event], _: &Cast) -> Option<Self> {
        let checked = event.kind == "device.fingerprint.checked";
        let matches = event.body["matched"].as_bool().filter(|_| checked)?;
        Some(Self {
            matches,
            device: None,
        })
    }
}

/// An act that presses one button of a phone's prompt.
macro_rules! button {
    ($(#[$about:meta])* $name:ident, $button:literal, $what:literal, $fits:expr, $answer:expr, $told:literal) => {
        $(#[$about])*
        #[derive(Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub(super) struct $name {
            /// The phone; whichever asks unless it says otherwise.
            #[serde(skip_serializing_if = "Option::is_none")]
            device: Option<String>,
        }

        impl Act for $name {
            fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
                Box::pin(async move {
                    let prompt = asked(stage, self.device.as_deref(), $what, $fits).await?;
                    stage.answer(prompt.id, &[$answer]).await
                })
            }

            fn instruction(&self, _: &Cast) -> String {
                format!("Press “{}” at {}.", $button, at(self.device.as_deref()))
            }

            fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
                answered(event, $told) && is_of(event, cast, self.device.as_deref())
            }

            fn refers(&self) -> Vec<Reference> {
                of_device(self.device.as_ref())
            }
        }

        impl Recorded for $name {
            fn recorded(event: &Event, _: &[Event], _: &Cast) -> Option<Self> {
                answered(event, $told).then_some(Self { device: None })
            }
        }
    };
}

button!(
    /// The person would rather type a PIN than lay a finger on the reader.
    UsePin,
    "Use PIN",
    "a finger",
    is_finger,
    PromptAnswer::UsePin,
    "pinInstead"
);

button!(
    /// The person closes what the phone says of why nothing can verify them.
    Close,
    "Close",
    "nothing: it says why nobody can be verified",
    |question| matches!(question, Question::Unverifiable { .. }),
    PromptAnswer::Decline,
    "closed"
);
