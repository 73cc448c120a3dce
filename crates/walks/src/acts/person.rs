//! What the person does at a device, or at a question of the client.

use bench::api::{AccountChoice, Prompt, PromptAnswer, Question};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Event;

use super::{
    members::SecretName,
    told::{device_name, is_of, text},
};
use crate::engine::{Act, Cast, Doing, Failure, Recorded, Reference, Registry, Stage, quiet};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<Touch>("person.touch", "[[steps]]\nact = \"person.touch\"\n");
    registry.act::<SetPin>(
        "person.set-pin",
        "[[steps]]\nact = \"person.set-pin\"\npin = \"secret:alice\"\n",
    );
    registry.act::<EnterPin>(
        "person.enter-pin",
        "[[steps]]\nact = \"person.enter-pin\"\npin = \"secret:alice\"\n",
    );
    registry.act::<ChooseAccount>(
        "person.choose-account",
        "[[steps]]\nact = \"person.choose-account\"\naccount = \"alice\"\n",
    );
    registry.act::<Decline>("person.decline", "[[steps]]\nact = \"person.decline\"\n");
    registry.act::<WipeBlocked>(
        "person.wipe-blocked",
        "[[steps]]\nact = \"person.wipe-blocked\"\n",
    );
}

/// The prompt that is open, when it is the one that the act answers.
async fn asked(
    stage: &Stage,
    device: Option<&str>,
    what: &str,
    fits: impl Fn(&Question) -> bool,
) -> Result<Prompt, Failure> {
    let device = match device {
        Some(name) => Some(stage.device(name).await?),
        None => None,
    };
    let Some(prompt) = stage.state().await?.prompt else {
        return Err(Failure::NotAsked(format!(
            "Nobody asks for {what}: no prompt is open."
        )));
    };
    if let Some(device) = device.filter(|device| prompt.device.as_ref() != Some(&device.id)) {
        return Err(Failure::NotAsked(format!(
            "{} does not ask for {what}: somebody else asks for {}.",
            device.name,
            name(&prompt.question)
        )));
    }
    if fits(&prompt.question) {
        Ok(prompt)
    } else {
        Err(Failure::NotAsked(format!(
            "Nobody asks for {what}: the open prompt asks for {}.",
            name(&prompt.question)
        )))
    }
}

fn name(question: &Question) -> &'static str {
    match question {
        Question::Touch { .. } => "a touch",
        Question::SetPin { .. } => "a new PIN",
        Question::EnterPin { .. } => "the PIN",
        Question::ChooseAccount { .. } => "an account to choose",
        Question::Blocked => "what to do with a blocked device",
    }
}

/// Presses the secret's digits and confirms them.
fn pressed(stage: &Stage, pin: &SecretName) -> Result<Vec<PromptAnswer>, Failure> {
    let digits = stage.secrets.digits(&pin.0)?.bytes();
    let digits = digits.map(|digit| PromptAnswer::Digit {
        digit: digit.saturating_sub(b'0'),
    });
    Ok(digits.chain([PromptAnswer::Submit]).collect())
}

fn at(device: Option<&str>) -> &str {
    device.unwrap_or("the device")
}

fn of_device(device: Option<&String>) -> Vec<Reference> {
    device
        .map(|device| Reference::device("device", device))
        .into_iter()
        .collect()
}

fn answered(event: &Event, answer: &str) -> bool {
    event.kind == "device.prompt.answered" && text(event, "answer") == Some(answer)
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

/// The person touches the device that asks for it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Touch {
    /// The device; whichever asks unless it says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
}

impl Act for Touch {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let touch = |question: &Question| matches!(question, Question::Touch { .. });
            let prompt = asked(stage, self.device.as_deref(), "a touch", touch).await?;
            stage.answer(prompt.id, &[PromptAnswer::Touch]).await
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!("Touch {}.", at(self.device.as_deref()))
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        answered(event, "touched") && is_of(event, cast, self.device.as_deref())
    }

    fn refers(&self) -> Vec<Reference> {
        of_device(self.device.as_ref())
    }
}

impl Recorded for Touch {
    fn recorded(event: &Event, _: &[Event], _: &Cast) -> Option<Self> {
        answered(event, "touched").then_some(Self { device: None })
    }
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

/// The person chooses who signs in, at the device or, when that has no display, at the client.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ChooseAccount {
    /// The account's name in the walk.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// Instead of a name, which a device without user verification keeps back: the place in the
    /// list, from 1; the newest comes first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 512))]
    place: Option<u32>,
}

impl ChooseAccount {
    fn index(&self, accounts: &[AccountChoice]) -> Result<u32, Failure> {
        let named = |choice: &AccountChoice| choice.name.is_some() && choice.name == self.account;
        let named = accounts.iter().position(named);
        let index = match (&self.account, self.place) {
            (Some(_), None) => named,
            (None, Some(place)) => (0..accounts.len()).nth(place.saturating_sub(1) as usize),
            _ => {
                return Err(Failure::NotAsked(
                    "Say whom to choose: either account or place.".to_owned(),
                ));
            }
        };
        let index = index.and_then(|index| u32::try_from(index).ok());
        index.ok_or_else(|| {
            let unnamed = "one without a name";
            let offered: Vec<&str> = (accounts.iter())
                .map(|choice| choice.name.as_deref().unwrap_or(unnamed))
                .collect();
            Failure::NotAsked(format!(
                "The {} is not offered. Offered are: {}.",
                self.whom(),
                offered.join(", ")
            ))
        })
    }

    fn whom(&self) -> String {
        match (&self.account, self.place) {
            (Some(account), _) => format!("account {account}"),
            (None, place) => format!("account in place {}", place.unwrap_or(1)),
        }
    }
}

impl Act for ChooseAccount {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let choice = |question: &Question| matches!(question, Question::ChooseAccount { .. });
            let prompt = asked(stage, None, "an account to choose", choice).await?;
            let index = match &prompt.question {
                Question::ChooseAccount { accounts } => self.index(accounts)?,
                _ => self.index(&[])?,
            };
            stage
                .answer(prompt.id, &[PromptAnswer::Choose { index }])
                .await
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!("Choose the {}.", self.whom())
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        let chose = event.kind == "client.account.chosen" || answered(event, "chosen");
        chose && (self.account.is_none() || chosen(event) == self.account.as_deref())
    }

    fn refers(&self) -> Vec<Reference> {
        let account = self.account.iter();
        account
            .map(|account| Reference::account("account", account))
            .collect()
    }
}

impl Recorded for ChooseAccount {
    fn recorded(event: &Event, _: &[Event], _: &Cast) -> Option<Self> {
        Some(Self {
            account: Some(chosen(event)?.to_owned()),
            place: None,
        })
    }
}

/// The account that somebody chose, at the device or at the client.
fn chosen(event: &Event) -> Option<&str> {
    if event.kind == "client.account.chosen" {
        return event.body["user"]["name"].as_str();
    }
    text(event, "account").filter(|_| answered(event, "chosen"))
}

/// The person says no to what the device, or the client, asks.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Decline {
    /// The device; whoever asks unless it says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
}

impl Act for Decline {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let prompt = asked(stage, self.device.as_deref(), "anything", |_| true).await?;
            stage.answer(prompt.id, &[PromptAnswer::Decline]).await
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        match &self.device {
            Some(device) => format!("Decline at {device}."),
            None => "Decline what is asked.".to_owned(),
        }
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        let at_client =
            event.kind == "client.failed" && text(event, "code") == Some("noAccountChosen");
        let at_device = answered(event, "declined") && is_of(event, cast, self.device.as_deref());
        at_device || at_client && self.device.is_none()
    }

    fn refers(&self) -> Vec<Reference> {
        of_device(self.device.as_ref())
    }
}

impl Recorded for Decline {
    fn recorded(event: &Event, _: &[Event], cast: &Cast) -> Option<Self> {
        let act = Self { device: None };
        act.shown_by(event, cast).then_some(act)
    }
}

/// The person wipes a device whose tries are spent. It then asks for a touch to confirm that.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct WipeBlocked {
    /// The device; whichever asks unless it says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
}

impl Act for WipeBlocked {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let blocked = |question: &Question| matches!(question, Question::Blocked);
            let what = "what to do with a blocked device";
            let prompt = asked(stage, self.device.as_deref(), what, blocked).await?;
            stage.answer(prompt.id, &[PromptAnswer::Wipe]).await
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!("At {}, choose to wipe it.", at(self.device.as_deref()))
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        answered(event, "wiped") && is_of(event, cast, self.device.as_deref())
    }

    fn refers(&self) -> Vec<Reference> {
        of_device(self.device.as_ref())
    }
}

impl Recorded for WipeBlocked {
    fn recorded(event: &Event, _: &[Event], _: &Cast) -> Option<Self> {
        answered(event, "wiped").then_some(Self { device: None })
    }
}
