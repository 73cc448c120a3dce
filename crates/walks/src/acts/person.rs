//! What the person does at a device, or at a question of the client.

mod finger;
mod pins;

use bench::api::{AccountChoice, Prompt, PromptAnswer, Question};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Event;

pub(super) use self::pins::{pin_of, pins_set};
use super::told::{is_of, text};
use crate::engine::{Act, Cast, Doing, Failure, Recorded, Reference, Registry, Stage};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<Touch>("person.touch", "[[steps]]\nact = \"person.touch\"\n");
    pins::register(registry);
    registry.act::<ChooseAccount>(
        "person.choose-account",
        "[[steps]]\nact = \"person.choose-account\"\naccount = \"alice\"\n",
    );
    registry.act::<Decline>("person.decline", "[[steps]]\nact = \"person.decline\"\n");
    registry.act::<WipeBlocked>(
        "person.wipe-blocked",
        "[[steps]]\nact = \"person.wipe-blocked\"\n",
    );
    finger::register(registry);
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
        Question::Fingerprint { .. } => "a finger",
        Question::Unverifiable { .. } => {
            "nothing but to be closed: it says why nobody can be verified"
        }
        Question::KeyTouch { .. } => "a touch of the key",
        Question::KeyPin { .. } => "the key's PIN",
    }
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

    fn problem(&self) -> Option<(String, String)> {
        let sentence = "Say whom to choose: either \"account\" or \"place\".";
        let member = if self.place.is_some() { "place" } else { "" };
        (self.account.is_some() == self.place.is_some())
            .then(|| (member.to_owned(), sentence.to_owned()))
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
