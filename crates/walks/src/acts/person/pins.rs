//! PINs, by the names of their secrets.

use bench::api::{PromptAnswer, Question};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use timeline::Event;

use super::{asked, at, of_device};
use crate::{
    acts::{
        client::{is_judged, purpose},
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
pub(in crate::acts) fn pin_of(
    event: &Event,
    before: &[Event],
    cast: &Cast,
    number: usize,
) -> Option<SecretName> {
    Some(named(&device_name(event, "device", before, cast)?, number))
}

fn named(whose: &str, number: usize) -> SecretName {
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() {
            letter.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let name: String = whose.chars().take(48).map(plain).collect();
    SecretName(match number {
        0 | 1 => name,
        number => format!("{name}-{number}"),
    })
}

/// What a recorded walk calls the PIN of the account that an enrolment is for, as it is after so many
/// more were set.
fn pin_of_account(enrolment: &Value, before: &[Event], more: usize) -> Option<SecretName> {
    let of_enrolment = |event: &&Event| event.body["enrolmentId"] == *enrolment;
    let mut made = before.iter().rev().filter(of_enrolment);
    let made = made.find(|event| event.kind == "device.enrolment.made")?;
    let (account, rp_id) = (text(made, "account")?, text(made, "rpId")?);
    let party = rp_id.strip_suffix(".localhost").unwrap_or(rp_id);
    let set = |event: &&Event| set_online(event) && event.body["rpId"] == *rp_id;
    let number = before.iter().filter(set).count() + more;
    Some(named(&format!("{account}-at-{party}"), number))
}

/// A relying party judged a new PIN.
fn judged_new(event: &Event) -> bool {
    event.kind == "device.pin.answered" && matches!(text(event, "purpose"), Some("set" | "change"))
}

/// A relying party took a new PIN.
fn set_online(event: &Event) -> bool {
    judged_new(event) && text(event, "result") == Some("ok")
}

pub(in crate::acts) fn pins_set(event: &Event, before: &[Event]) -> usize {
    let device = text(event, "device");
    let set = |set: &&Event| set.kind == "device.pin.set" && text(set, "device") == device;
    before.iter().filter(set).count()
}

/// The person chooses a PIN and types it twice: the device's own, or an account's, which its relying
/// party then judges.
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
        let set = event.kind == "device.pin.set" || judged_new(event);
        set && is_of(event, cast, self.device.as_deref())
    }

    fn refers(&self) -> Vec<Reference> {
        let mut names = of_device(self.device.as_ref());
        names.push(Reference::secret("pin", &self.pin.0));
        names
    }
}

impl Recorded for SetPin {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        if judged_new(event) {
            let pin = pin_of_account(&event.body["enrolmentId"], before, 1)?;
            return Some(Self { pin, device: None });
        }
        // That of a key was typed at the client.
        let set = event.kind == "device.pin.set" && purpose(before).is_none();
        let number = pins_set(event, before) + 1;
        Some(Self {
            pin: pin_of(event, before, cast, number).filter(|_| set)?,
            device: None,
        })
    }
}

/// The person types the PIN that is asked for: the device's own, or an account's. Any secret but the
/// one that was set is a wrong PIN: no two secrets are alike.
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
        let judged = verdict(event).is_some() || asks_for_new(event);
        judged && is_of(event, cast, self.device.as_deref())
    }

    /// A wrong PIN where the last one that was set is meant: the device asks again.
    fn slipped(&self, event: &Event, before: &[Step]) -> bool {
        let set = |step: &&Step| step.act_name == SET_PIN;
        let meant = Reference::secret("pin", &self.pin.0);
        let right = before.iter().rfind(set);
        let right = right.is_some_and(|step| step.act.refers().contains(&meant));
        let wrong = verdict(event).is_some_and(|verdict| !verdict.matched && !verdict.last);
        right && wrong
    }

    fn refers(&self) -> Vec<Reference> {
        let mut names = of_device(self.device.as_ref());
        names.push(Reference::secret("pin", &self.pin.0));
        names
    }
}

impl Recorded for EnterPin {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let pin = match verdict(event) {
            // The old PIN goes with the new one to the relying party.
            None if asks_for_new(event) && after_old(event, before) => {
                let exchange = before.iter().rev().find(|event| {
                    event.kind == "device.pin.exchange" && text(event, "purpose") == Some("change")
                })?;
                pin_of_account(&exchange.body["enrolmentId"], before, 0)?
            }
            None => return None,
            Some(Verdict { matched: false, .. }) => SecretName("wrong".to_owned()),
            Some(Verdict { enrolment, .. }) => match enrolment {
                Some(enrolment) => pin_of_account(&enrolment, before, 0)?,
                None => pin_of(event, before, cast, pins_set(event, before))?,
            },
        };
        Some(Self { pin, device: None })
    }
}

/// What became of a PIN that was typed.
struct Verdict {
    matched: bool,
    /// True when no try is left.
    last: bool,
    /// Where it matched; none for the device's own.
    enrolment: Option<Value>,
}

fn verdict(event: &Event) -> Option<Verdict> {
    let body = &event.body;
    match &*event.kind {
        "device.pin.checked" if !is_judged(event) => Some(Verdict {
            matched: body["matched"] == true,
            last: body["triesLeft"] == 0,
            enrolment: None,
        }),
        "device.pin.offline" => {
            let asked = body["enrolments"].as_array()?;
            let mut matched = asked.iter().filter(|one| one["outcome"] == "matched");
            let enrolment = matched.next().map(|one| one["enrolmentId"].clone());
            Some(Verdict {
                matched: enrolment.is_some(),
                last: asked.iter().all(|one| one["triesLeft"] == 0),
                enrolment,
            })
        }
        "device.pin.answered" if text(event, "purpose") == Some("verify") => Some(Verdict {
            matched: body["result"] == "ok",
            last: body["result"] != "wrongPin" || body["attemptsLeft"] == 0,
            enrolment: Some(body["enrolmentId"].clone()),
        }),
        _ => None,
    }
}

/// The device asks for a new PIN of an account, for the first time.
fn asks_for_new(event: &Event) -> bool {
    let prompt = &event.body["prompt"];
    event.kind == "device.prompt.shown"
        && prompt["kind"] == "setPin"
        && prompt["purpose"] == "newPin"
        && prompt["confirming"] != true
        && prompt["problem"].is_null()
}

/// The person has just typed another PIN at this device.
fn after_old(event: &Event, before: &[Event]) -> bool {
    let device = text(event, "device");
    let last = before
        .iter()
        .rev()
        .find(|last| text(last, "device") == device);
    last.is_some_and(|last| super::answered(last, "pinEntered"))
}
