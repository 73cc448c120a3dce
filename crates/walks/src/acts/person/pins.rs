//! PINs, by the names of their secrets.

use bench::api::{PromptAnswer, Question};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Event;

use super::{asked, at, of_device};
use crate::{
    acts::{
        members::SecretName,
        told::{device_name, is_of, text},
    },
    engine::{Act, Cast, Doing, Failure, Recorded, Reference, Registry, Stage, Step, quiet},
};

const SET_PIN: &str = "person.set-pin";

pub(super) fn register(registry: &mut Registry) {
    registry.act::<SetPin>(
        SET_PIN,
        "[[steps]]\nact = \"person.set-pin\"\npin = \"secret:alice\"\n",
    );
    registry.act::<EnterPin>(
        "person.enter-pin",
        "[[steps]]\nact = \"person.enter-pin\"\npin = \"secret:alice\"\n",
    );
}

/// Presses the secret's digits and confirms them.
fn pressed(stage: &Stage, pin: &SecretName) -> Result<Vec<PromptAnswer>, Failure> {
    let digits = stage.secrets.digits(&pin.0)?.bytes();
    let digits = digits.map(|digit| PromptAnswer::Digit {
        digit: digit.saturating_sub(b'0'),
    });
    Ok(digits.chain([PromptAnswer::Submit]).collect())
}

/// What a recorded walk calls the PIN of the device that an event is about: the first, the second, ….
fn pin_of(event: &Event, before: &[Event], cast: &Cast, number: usize) -> Option<SecretName> {
    let device = device_name(event, "device", before, cast)?;
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() {
            letter.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let name: String = device.chars().take(48).map(plain).collect();
    Some(SecretName(match number {
        0 | 1 => name,
        number => format!("{name}-{number}"),
    }))
}

fn pins_set(event: &Event, before: &[Event]) -> usize {
    let device = text(event, "device");
    let set = |set: &&Event| set.kind == "device.pin.set" && text(set, "device") == device;
    before.iter().filter(set).count()
}

/// The person chooses a PIN at a device that has none, or changes it, and types it twice.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct SetPin {
    /// The PIN, by the name of its secret: `secret:alice`.
    pin: SecretName,
    /// The device; whichever asks unless it says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
}

impl Act for SetPin {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let answers = pressed(stage, &self.pin)?;
            for again in [false, true] {
                let entry = |question: &Question| match question {
                    Question::SetPin { confirming, .. } => *confirming == again,
                    _ => false,
                };
                let prompt = asked(stage, self.device.as_deref(), "a new PIN", entry).await?;
                stage.answer(prompt.id, &answers).await?;
                if !again {
                    quiet::quiet(stage).await?;
                }
            }
            Ok(())
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!(
            "At {}, choose a PIN and type it twice; it is the walk's “{}”.",
            at(self.device.as_deref()),
            self.pin.0
        )
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        event.kind == "device.pin.set" && is_of(event, cast, self.device.as_deref())
    }

    fn refers(&self) -> Vec<Reference> {
        let mut names = of_device(self.device.as_ref());
        names.push(Reference::secret("pin", &self.pin.0));
        names
    }
}

impl Recorded for SetPin {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let set = event.kind == "device.pin.set";
        let number = pins_set(event, before) + 1;
        Some(Self {
            pin: pin_of(event, before, cast, number).filter(|_| set)?,
            device: None,
        })
    }
}

/// The person types the device's PIN. Any secret but the one that was set is a wrong PIN: no two
/// secrets are alike.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct EnterPin {
    /// The PIN, by the name of its secret: `secret:alice`.
    pin: SecretName,
    /// The device; whichever asks unless it says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
}

impl Act for EnterPin {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let answers = pressed(stage, &self.pin)?;
            let entry = |question: &Question| matches!(question, Question::EnterPin { .. });
            let prompt = asked(stage, self.device.as_deref(), "the PIN", entry).await?;
            stage.answer(prompt.id, &answers).await
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!(
            "At {}, type the PIN that the walk calls “{}”.",
            at(self.device.as_deref()),
            self.pin.0
        )
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        event.kind == "device.pin.checked" && is_of(event, cast, self.device.as_deref())
    }

    /// A wrong PIN where the last one that was set is meant: the device asks again.
    fn slipped(&self, event: &Event, before: &[Step]) -> bool {
        let set = |step: &&Step| step.act_name == SET_PIN;
        let meant = Reference::secret("pin", &self.pin.0);
        let right = before.iter().rfind(set);
        let right = right.is_some_and(|step| step.act.refers().contains(&meant));
        right && event.body["matched"] == false && event.body["triesLeft"] != 0
    }

    fn refers(&self) -> Vec<Reference> {
        let mut names = of_device(self.device.as_ref());
        names.push(Reference::secret("pin", &self.pin.0));
        names
    }
}

impl Recorded for EnterPin {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        if event.kind != "device.pin.checked" {
            return None;
        }
        let pin = if event.body["matched"] == true {
            pin_of(event, before, cast, pins_set(event, before))?
        } else {
            SecretName("wrong".to_owned())
        };
        Some(Self { pin, device: None })
    }
}
