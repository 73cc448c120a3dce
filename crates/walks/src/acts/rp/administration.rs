//! What is done at the relying party's administration.

use bench::api::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use timeline::Event;

use crate::{
    acts::told::{device_name, text},
    engine::{Act, Cast, Doing, Failure, Recorded, Reference, Registry, Stage, policy},
};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<SetPolicy>(
        "rp.set-policy",
        "[[steps]]\nact = \"rp.set-policy\"\npolicy = { pin = { validity = \"0s\" } }\n",
    );
    registry.act::<ResetPin>(
        "rp.reset-pin",
        "[[steps]]\nact = \"rp.reset-pin\"\naccount = \"alice\"\n",
    );
    registry.act::<RevokePhone>(
        "rp.revoke-phone",
        "[[steps]]\nact = \"rp.revoke-phone\"\naccount = \"alice\"\ndevice = \"phone\"\n",
    );
}

/// The administrator changes the relying party's policy. What is not named stays as it is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct SetPolicy {
    /// Members of the policy as its file has them: `{ pin = { offline = false } }`.
    policy: Map<String, Value>,
    /// The relying party, by its name; the first one unless it says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    relying_party: Option<String>,
}

impl SetPolicy {
    /// Each member by its path, with its new value.
    fn members(&self) -> Vec<(String, &Value)> {
        let mut members = Vec::new();
        let mut open: Vec<(String, &Value)> = (self.policy.iter().rev())
            .map(|(name, value)| (name.clone(), value))
            .collect();
        while let Some((path, value)) = open.pop() {
            match value {
                Value::Object(inner) if !inner.is_empty() => open.extend(
                    (inner.iter().rev()).map(|(name, value)| (format!("{path}.{name}"), value)),
                ),
                value => members.push((path, value)),
            }
        }
        members
    }
}

impl Act for SetPolicy {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async {
            let changes = Json(Value::Object(self.policy.clone()));
            let rp_id = rp_id(stage, self.relying_party.as_deref());
            stage.bench.policy_set(rp_id, changes).await?;
            Ok(())
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        let members = self.members().into_iter();
        let members = members.map(|(path, value)| match value {
            Value::String(text) => format!("{path} to {text}"),
            value => format!("{path} to {value}"),
        });
        format!(
            "In the site's administration, set {}.",
            members.collect::<Vec<_>>().join(", ")
        )
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        let changes = event.body["changes"].as_array();
        event.kind == "rp.policy.changed"
            && is_at(event, cast, self.relying_party.as_deref())
            && changes.is_some_and(|changes| {
                (self.members().iter())
                    .any(|(path, _)| changes.iter().any(|change| change["member"] == **path))
            })
    }

    fn problem(&self) -> Option<(String, String)> {
        let (member, sentence) = policy::problem(&self.policy)?;
        Some((format!("policy.{member}"), sentence))
    }

    fn refers(&self) -> Vec<Reference> {
        named(self.relying_party.as_ref()).collect()
    }
}

impl Recorded for SetPolicy {
    fn recorded(event: &Event, _: &[Event], cast: &Cast) -> Option<Self> {
        if event.kind != "rp.policy.changed" {
            return None;
        }
        let mut policy = Map::new();
        for change in event.body["changes"].as_array()? {
            let mut at = &mut policy;
            let (path, last) = match change["member"].as_str()?.rsplit_once('.') {
                Some((path, last)) => (path.split('.').collect(), last),
                None => (Vec::new(), change["member"].as_str()?),
            };
            for name in path {
                let inner = at
                    .entry(name)
                    .or_insert_with(|| Value::Object(Map::default()));
                at = inner.as_object_mut()?;
            }
            at.insert(last.to_owned(), change["to"].clone());
        }
        Some(Self {
            policy,
            relying_party: elsewhere(event, cast),
        })
    }
}

/// The administrator takes an account's PIN away. The person sets a new one at the next contact of
/// a phone.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ResetPin {
    /// The account.
    account: String,
    /// The relying party, by its name; the first one unless it says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    relying_party: Option<String>,
}

impl Act for ResetPin {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async {
            let rp_id = rp_id(stage, self.relying_party.as_deref());
            let account = self.account.clone();
            Ok(stage.bench.pin_admin_reset(rp_id, account).await?)
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!(
            "In the site's administration, reset the PIN of {}.",
            self.account
        )
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        reset_by_administrator(event) == Some(&self.account)
            && is_at(event, cast, self.relying_party.as_deref())
    }

    fn refers(&self) -> Vec<Reference> {
        let account = Reference::account("account", &self.account);
        named(self.relying_party.as_ref())
            .chain([account])
            .collect()
    }
}

impl Recorded for ResetPin {
    fn recorded(event: &Event, _: &[Event], cast: &Cast) -> Option<Self> {
        let account = reset_by_administrator(event)?.to_owned();
        Some(Self {
            account,
            relying_party: elsewhere(event, cast),
        })
    }
}

fn reset_by_administrator(event: &Event) -> Option<&str> {
    let reset = event.kind == "rp.pin.reset" && text(event, "by") == Some("administrator");
    text(event, "account").filter(|_| reset)
}

/// The administrator takes a phone's enrolment for an account away.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RevokePhone {
    /// The account.
    account: String,
    /// The phone.
    device: String,
    /// The relying party, by its name; the first one unless it says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    relying_party: Option<String>,
}

impl Act for RevokePhone {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async {
            let device = stage.device(&self.device).await?;
            let wanted = rp_id(stage, self.relying_party.as_deref());
            let first = stage.cast.parties.first().map(|party| party.rp_id.clone());
            let at = wanted.clone().or(first).unwrap_or_default();
            let enrolled = (device.enrolments.into_iter())
                .find(|known| known.username == self.account && known.rp_id == at)
                .ok_or_else(|| {
                    Failure::Missing(format!(
                        "{} is not enrolled for a PIN of {}.",
                        self.device, self.account
                    ))
                })?;
            let enrolment = enrolled.enrolment_id;
            Ok(stage.bench.enrolment_revoke(wanted, enrolment).await?)
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!(
            "In the site's administration, revoke {} of {}.",
            self.device, self.account
        )
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        event.kind == "rp.pin.revoked"
            && text(event, "by") == Some("administrator")
            && text(event, "account") == Some(&self.account)
            && is_at(event, cast, self.relying_party.as_deref())
    }

    fn refers(&self) -> Vec<Reference> {
        let account = Reference::account("account", &self.account);
        let device = Reference::device("device", &self.device);
        let party = named(self.relying_party.as_ref());
        party.chain([account, device]).collect()
    }
}

impl Recorded for RevokePhone {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let revoked = event.kind == "rp.pin.revoked" && text(event, "by") == Some("administrator");
        let enrolment = text(event, "enrolmentId").filter(|_| revoked)?;
        let made = (before.iter().rev()).find(|made| {
            made.kind == "device.enrolment.made" && text(made, "enrolmentId") == Some(enrolment)
        })?;
        Some(Self {
            account: text(event, "account")?.to_owned(),
            device: device_name(made, "device", before, cast)?,
            relying_party: elsewhere(event, cast),
        })
    }
}

/// The RP ID that is meant; none for the first one's.
fn rp_id(stage: &Stage, party: Option<&str>) -> Option<String> {
    let rp_id = party.and_then(|party| stage.cast.rp_id(party));
    rp_id.map(str::to_owned)
}

/// True when the event is about the relying party that is meant.
fn is_at(event: &Event, cast: &Cast, party: Option<&str>) -> bool {
    let wanted = party.or_else(|| cast.parties.first().map(|first| first.name.as_str()));
    cast.party_of(event) == wanted
}

/// The name of the relying party that an event is about, where it is not the first.
fn elsewhere(event: &Event, cast: &Cast) -> Option<String> {
    let name = cast.party_of(event)?;
    let first = cast.parties.first().is_some_and(|first| first.name == name);
    (!first).then(|| name.to_owned())
}

fn named(party: Option<&String>) -> impl Iterator<Item = Reference> {
    party
        .map(|party| Reference::relying_party("relying-party", party))
        .into_iter()
}
