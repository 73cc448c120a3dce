//! What the person answers in the client's dialogs about a key.

use bench::api::{KeyPinPurpose, Prompt, PromptAnswer, Question};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Event;

use crate::{
    acts::{
        members::SecretName,
        person::{pin_of, pins_set},
        told::text,
    },
    engine::{Act, Cast, Doing, Failure, Recorded, Reference, Registry, Stage, Step},
};

const SET: &str = "client.set-key-pin";

pub(super) fn register(registry: &mut Registry) {
    registry.act::<SetKeyPin>(
        SET,
        "[[steps]]\nact = \"client.set-key-pin\"\npin = \"secret:key\"\n",
    );
    registry.act::<EnterKeyPin>(
        "client.enter-key-pin",
        "[[steps]]\nact = \"client.enter-key-pin\"\npin = \"secret:key\"\n",
    );
    registry.act::<CancelKey>(
        "client.cancel-key",
        "[[steps]]\nact = \"client.cancel-key\"\n",
    );
}

/// The prompt in which the client asks for a PIN of the key, for one of these purposes.
async fn asked(stage: &Stage, wanted: &[KeyPinPurpose]) -> Result<Prompt, Failure> {
    let prompt = stage.state().await?.prompt;
    let fits = |prompt: &Prompt| match &prompt.question {
        Question::KeyPin { purpose, .. } => wanted.contains(purpose),
        _ => false,
    };
    prompt.filter(fits).ok_or_else(|| {
        let what = match wanted {
            [KeyPinPurpose::Set] => "a first PIN for a key",
            _ => "the PIN of a key",
        };
        Failure::NotAsked(format!("The client does not ask for {what}."))
    })
}

fn typed(stage: &Stage, pin: &SecretName) -> Result<zeroize::Zeroizing<String>, Failure> {
    Ok(stage.secrets.digits(&pin.0)?.to_owned().into())
}

/// The person chooses the first PIN of a key in the client's dialog.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct SetKeyPin {
    /// The PIN, by the name of its secret: `secret:key`.
    pin: SecretName,
}

impl Act for SetKeyPin {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let prompt = asked(stage, &[KeyPinPurpose::Set]).await?;
            let pin = typed(stage, &self.pin)?;
            let answer = PromptAnswer::KeyPin { pin, new_pin: None };
            stage.answer(prompt.id, &[answer]).await
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!(
            "In the browser's dialog, choose a PIN for the key; it is the walk's “{}”.",
            self.pin.0
        )
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        event.kind == "device.pin.set"
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::secret("pin", &self.pin.0)]
    }
}

impl Recorded for SetKeyPin {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let set = event.kind == "device.pin.set" && purpose(before) == Some("set");
        let number = pins_set(event, before) + 1;
        let pin = pin_of(event, before, cast, number).filter(|_| set)?;
        Some(Self { pin })
    }
}

/// The person types the PIN of a key in the client's dialog. Any secret but the one that was set is
/// a wrong PIN.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct EnterKeyPin {
    /// The PIN, by the name of its secret: `secret:key`.
    pin: SecretName,
    /// A new one, where the key demands that too.
    #[serde(skip_serializing_if = "Option::is_none")]
    new_pin: Option<SecretName>,
}

impl Act for EnterKeyPin {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let wanted = match &self.new_pin {
                Some(_) => KeyPinPurpose::Change,
                None => KeyPinPurpose::Enter,
            };
            let prompt = asked(stage, &[wanted]).await?;
            let new_pin = self.new_pin.as_ref().map(|new| typed(stage, new));
            let answer = PromptAnswer::KeyPin {
                pin: typed(stage, &self.pin)?,
                new_pin: new_pin.transpose()?,
            };
            stage.answer(prompt.id, &[answer]).await
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        match &self.new_pin {
            None => format!(
                "In the browser's dialog, type the PIN of the key that the walk calls “{}”.",
                self.pin.0
            ),
            Some(new) => format!(
                "In the browser's dialog, change the PIN of the key from the walk's “{}” to “{}”.",
                self.pin.0, new.0
            ),
        }
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        is_judged(event)
    }

    /// A wrong PIN where the one that was set is meant: the client asks again.
    fn slipped(&self, event: &Event, before: &[Step]) -> bool {
        let meant = Reference::secret("pin", &self.pin.0);
        let set = before.iter().rfind(|step| step.act_name == SET);
        let right = set.is_some_and(|step| step.act.refers().contains(&meant));
        let asks_again = event.body["triesLeft"] != 0 && event.body["needsPowerCycle"] == false;
        right && event.body["matched"] == false && asks_again
    }

    fn refers(&self) -> Vec<Reference> {
        let new = self.new_pin.iter();
        let new = new.map(|new| Reference::secret("new-pin", &new.0));
        std::iter::once(Reference::secret("pin", &self.pin.0))
            .chain(new)
            .collect()
    }
}

impl Recorded for EnterKeyPin {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let changes = match purpose(before).filter(|_| is_judged(event))? {
            "enter" => false,
            "change" => true,
            _ => return None,
        };
        let number = pins_set(event, before);
        let pin = match event.body["matched"] == true {
            true => pin_of(event, before, cast, number)?,
            false => SecretName("wrong".to_owned()),
        };
        let new_pin = match changes {
            true => Some(pin_of(event, before, cast, number + 1)?),
            false => None,
        };
        Some(Self { pin, new_pin })
    }
}

/// A key compared a PIN that the client sent.
pub(in crate::acts) fn is_judged(event: &Event) -> bool {
    event.kind == "device.pin.checked" && event.body["needsPowerCycle"].is_boolean()
}

/// What the last PIN that was typed in the client's dialog was asked for, unless a key has judged it.
pub(in crate::acts) fn purpose(before: &[Event]) -> Option<&str> {
    let last = before.iter().rev().find(|event| {
        is_judged(event)
            || event.kind == "device.pin.set"
            || event.kind == "client.key-pin.answered"
    })?;
    let typed = last.kind == "client.key-pin.answered" && text(last, "outcome") == Some("entered");
    let asked = before.iter().rfind(|event| Some(event.seq) == last.cause)?;
    text(asked, "purpose").filter(|_| typed)
}

/// The person gives up in the client's dialog, while it waits for the key's touch or for its PIN.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct CancelKey {}

impl Act for CancelKey {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async {
            let state = stage.state().await?;
            let asks = |prompt: &Prompt| matches!(prompt.question, Question::KeyPin { .. });
            let prompt = state.key_touch.or(state.prompt.filter(asks));
            let prompt = prompt.ok_or_else(|| {
                Failure::NotAsked("The client shows no dialog about a key.".to_owned())
            })?;
            stage.answer(prompt.id, &[PromptAnswer::Decline]).await
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        "In the browser's dialog about the key, press “Cancel”.".to_owned()
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        event.kind == "client.failed" && matches!(text(event, "code"), Some("givenUp" | "noKeyPin"))
    }
}

impl Recorded for CancelKey {
    fn recorded(event: &Event, _: &[Event], cast: &Cast) -> Option<Self> {
        let act = Self {};
        act.shown_by(event, cast).then_some(act)
    }
}
