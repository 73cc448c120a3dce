//! What expectations are about.

mod ladders;
mod standing;

use bench::api::{BenchState, DeviceSummary, Prompt, Question};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use timeline::{Event, Seq};

use crate::{
    engine::{
        Doing, Failure, Found, Operator, Path, Registry, Stage, Subject, covers,
        events::{self, CIRCUMSTANCES},
    },
    kinds,
};

pub(super) fn register(registry: &mut Registry) {
    registry.subject::<EventSubject>(
        "event",
        "{ event = \"rp.session.bound\", field = \"account\", is = \"alice\" }",
    );
    registry.subject::<Verification>(
        "verification",
        "{ verification = \"7.2\", step = 21, is = \"failed\" }",
    );
    ladders::register(registry);
    registry.subject::<PromptSubject>(
        "prompt",
        "{ prompt = \"touch\", field = \"purpose\", is = \"signIn\" }",
    );
    standing::register(registry);
}

fn events(stage: &Stage, since: Seq) -> Result<Vec<std::sync::Arc<Event>>, Failure> {
    let events = stage.bench.timeline().range(since, usize::MAX);
    Ok(events.map_err(bench::Error::from)?)
}

fn json(value: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value)
        .map_err(|error| Failure::Machine(format!("The bench's state is no JSON: {error}.")))
}

/// The event's body, and beside it what else there is to say of the event.
fn circumstanced(stage: &Stage, event: &Event) -> Value {
    let mut value = match &event.body {
        Value::Object(_) => event.body.clone(),
        _ => json!({}),
    };
    let cause = event.cause.and_then(|cause| {
        let before = Seq(cause.0.saturating_sub(1));
        let found = stage.bench.timeline().range(before, 1).ok()?;
        Some(found.first()?.kind.clone())
    });
    let time = event.party_time.unwrap_or(event.wall);
    let [party, party_time, because, deliberate] = CIRCUMSTANCES;
    value[party] = json!(event.party);
    value[party_time] = json!(crate::moment::written(time));
    value[because] = json!(cause);
    value[deliberate] = json!(event.deliberate);
    value
}

/// An event since the step began. `field` is a path into its body, or `$party` (`device`, `client`,
/// `relyingParty`, `bench`), `$partyTime` (when, by that party's own clock), `$cause` (the kind of the
/// event that led to it) or `$deliberate` (whether somebody wanted it to go wrong); an expectation
/// holds when it holds for any such event.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct EventSubject {
    /// The event's kind: `rp.request`, `client.command.sent`, `device.prompt.shown`, ….
    #[schemars(schema_with = "event_kind")]
    event: String,
    /// Only events whose body has these members, and these values there; of a table the members
    /// that are named: `{ error.code = "timedOut" }`. `"$party"` and its like may be named, too.
    #[serde(default, rename = "where")]
    with: Map<String, Value>,
}

/// A kind that is nowhere emitted would never come: `absent` would hold of every slip.
fn event_kind(_: &mut SchemaGenerator) -> Schema {
    let kinds: Vec<&str> = [bench::kinds::EVERY, kinds::EVERY].concat();
    json_schema!({ "type": "string", "enum": kinds })
}

impl Subject for EventSubject {
    fn look<'a>(&'a self, stage: &'a Stage, since: Seq) -> Doing<'a, Vec<Found>> {
        Box::pin(async move {
            let has = |found: &Found| {
                (self.with.iter()).all(|(name, value)| covers(&found.value[name], value))
            };
            let found = events(stage, since)?.into_iter();
            let found = found.filter(|event| event.kind == self.event);
            let found = found.map(|event| Found {
                value: circumstanced(stage, &event),
                event: Some(event.seq),
            });
            Ok(found.filter(has).collect())
        })
    }

    fn problem(&self, field: Option<&Path>, operator: &Operator) -> Option<(String, String)> {
        let absent = matches!(operator, Operator::Absent(true));
        let body = events::body(&self.event).filter(|_| absent);
        let unknown = |name: &str| {
            let reserved = name.starts_with('$') && !CIRCUMSTANCES.contains(&name);
            let known = |body: &Vec<String>| body.iter().any(|known| known == name);
            // A further relying party's events say whose they are.
            let named = name.starts_with('$') || name == "rpId" || body.as_ref().is_none_or(known);
            reserved || !named
        };
        let places = self
            .with
            .keys()
            .map(|name| (format!("where.{name}"), name.as_str()));
        let field = field.and_then(Path::first);
        let mut places = places.chain(field.map(|name| ("field".to_owned(), name)));
        let (member, name) = places.find(|(_, name)| unknown(name))?;
        let kind = &self.event;
        Some((
            member,
            format!("No {kind} has \"{name}\". docs/walks.md lists what it has."),
        ))
    }

    fn name(&self) -> String {
        if self.with.is_empty() {
            return self.event.clone();
        }
        let members = self.with.iter().map(|(name, value)| match value {
            Value::String(text) => format!("{name} {text}"),
            value => format!("{name} {value}"),
        });
        format!(
            "{} ({})",
            self.event,
            members.collect::<Vec<_>>().join(", ")
        )
    }
}

/// How the relying party judged a ceremony since the step began: `passed` or `failed`, or, with
/// `step`, what became of that step: `passed`, `failed` or `notApplicable`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Verification {
    /// The section of WebAuthn Level 3: `7.1` for a registration, `7.2` for a sign-in.
    verification: Section,
    /// A step of that section.
    #[schemars(range(min = 1, max = 29))]
    step: Option<u64>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[schemars(inline)]
enum Section {
    #[serde(rename = "7.1")]
    Registration,
    #[serde(rename = "7.2")]
    Authentication,
}

impl Section {
    fn number(self) -> &'static str {
        match self {
            Self::Registration => "7.1",
            Self::Authentication => "7.2",
        }
    }
}

impl Section {
    /// How many steps it has.
    fn steps(self) -> u64 {
        match self {
            Self::Registration => 29,
            Self::Authentication => 25,
        }
    }
}

impl Verification {
    fn outcome(&self, report: &Value) -> Option<Value> {
        let mut steps = report["steps"].as_array()?.iter();
        let section = self.verification.number();
        if steps.clone().any(|step| step["section"] != *section) {
            return None;
        }
        match self.step {
            None if report["verified"] == true => Some(json!("passed")),
            None => Some(json!("failed")),
            Some(number) => {
                let step = steps.find(|step| step["step"].as_u64() == Some(number))?;
                Some(step["outcome"].clone())
            }
        }
    }
}

impl Subject for Verification {
    fn look<'a>(&'a self, stage: &'a Stage, since: Seq) -> Doing<'a, Vec<Found>> {
        Box::pin(async move {
            let judged = events(stage, since)?.into_iter();
            let judged = judged.filter(|event| event.kind == "rp.verification");
            let found = judged.filter_map(|event| {
                Some(Found {
                    value: self.outcome(&event.body)?,
                    event: Some(event.seq),
                })
            });
            Ok(found.collect())
        })
    }

    fn problem(&self, _: Option<&Path>, _: &Operator) -> Option<(String, String)> {
        let steps = self.verification.steps();
        let sentence = format!(
            "§{} has {steps} steps: write one of 1 to {steps}.",
            self.verification.number()
        );
        (self.step? > steps).then(|| ("step".to_owned(), sentence))
    }

    fn name(&self) -> String {
        let section = self.verification.number();
        match self.step {
            Some(step) => format!("step {step} of §{section}"),
            None => format!("verification §{section}"),
        }
    }
}

/// The prompt that is open at the end of the step.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct PromptSubject {
    /// What it asks for.
    prompt: Asked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum Asked {
    /// A touch.
    Touch,
    /// A new PIN.
    SetPin,
    /// The PIN.
    EnterPin,
    /// Who signs in.
    ChooseAccount,
    /// What to do with a device whose tries are spent.
    Blocked,
    /// A finger.
    Fingerprint,
    /// Nothing: it says why the user cannot be verified.
    Unverifiable,
    /// The client: that a key is touched.
    KeyTouch,
    /// The client: the PIN of a key.
    KeyPin,
}

impl Asked {
    fn of(question: &Question) -> Self {
        match question {
            Question::Touch { .. } => Self::Touch,
            Question::SetPin { .. } => Self::SetPin,
            Question::EnterPin { .. } => Self::EnterPin,
            Question::ChooseAccount { .. } => Self::ChooseAccount,
            Question::Blocked => Self::Blocked,
            Question::Fingerprint { .. } => Self::Fingerprint,
            Question::Unverifiable { .. } => Self::Unverifiable,
            Question::KeyTouch { .. } => Self::KeyTouch,
            Question::KeyPin { .. } => Self::KeyPin,
        }
    }
}

/// What the walk calls the device that fits.
fn name_of(
    stage: &Stage,
    state: &BenchState,
    fits: impl Fn(&DeviceSummary) -> bool,
) -> Option<String> {
    let device = state.devices.iter().find(|device| fits(device))?;
    Some(match stage.cast.device_by_id(&device.id) {
        Some(player) => player.name.clone(),
        None => device.name.clone(),
    })
}

impl Subject for PromptSubject {
    fn look<'a>(&'a self, stage: &'a Stage, _: Seq) -> Doing<'a, Vec<Found>> {
        Box::pin(async move {
            let state = stage.state().await?;
            let open = match self.prompt {
                Asked::KeyTouch => &state.key_touch,
                _ => &state.prompt,
            };
            let fits = |prompt: &&Prompt| Asked::of(&prompt.question) == self.prompt;
            let Some(prompt) = open.as_ref().filter(fits) else {
                return Ok(Vec::new());
            };
            let mut value = json(&prompt.question)?;
            let asks = |device: &DeviceSummary| Some(&device.id) == prompt.device.as_ref();
            let is_meant = |device: &DeviceSummary| {
                let plugged = device.plugged.as_ref().map(|plugged| &plugged.key);
                prompt.key.is_some()
                    && (plugged == prompt.key.as_ref() || prompt.key.as_ref() == Some(&device.id))
            };
            value["asker"] = json(&prompt.asker)?;
            value["device"] = json!(name_of(stage, &state, asks));
            value["key"] = json!(name_of(stage, &state, is_meant));
            value["rpId"] = json!(prompt.rp_id);
            Ok(vec![Found { value, event: None }])
        })
    }

    fn name(&self) -> String {
        let what = match self.prompt {
            Asked::Touch => "touch",
            Asked::SetPin => "set-pin",
            Asked::EnterPin => "enter-pin",
            Asked::ChooseAccount => "choose-account",
            Asked::Blocked => "blocked",
            Asked::Fingerprint => "fingerprint",
            Asked::Unverifiable => "unverifiable",
            Asked::KeyTouch => "key-touch",
            Asked::KeyPin => "key-pin",
        };
        format!("prompt {what}")
    }
}
