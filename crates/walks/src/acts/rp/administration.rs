//! What is done at the relying party's administration.

use bench::api::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use timeline::Event;

use crate::{
    acts::told::{device_name, text},
    engine::{Act, Cast, Doing, Failure, Recorded, Reference, Registry, Stage},
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
            stage.bench.policy_set(None, changes).await?;
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

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        let changes = event.body["changes"].as_array();
        event.kind == "rp.policy.changed"
            && changes.is_some_and(|changes| {
                (self.members().iter())
                    .any(|(path, _)| changes.iter().any(|change| change["member"] == **path))
            })
    }
}

impl Recorded for SetPolicy {
    fn recorded(event: &Event, _: &[Event], _: &Cast) -> Option<Self> {
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
        Some(Self { policy })
    }
}

/// The administrator takes an account's PIN away. The person sets a new one at the next contact of
/// a phone.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ResetPin {
    /// The account.
    account: String,
}

impl Act for ResetPin {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async {
            let account = account_id(stage, &self.account).await?;
            Ok(stage.bench.pin_admin_reset(None, account).await?)
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!(
            "In the site's administration, reset the PIN of {}.",
            self.account
        )
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        reset_by_administrator(event) == Some(&self.account)
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::account("account", &self.account)]
    }
}

impl Recorded for ResetPin {
    fn recorded(event: &Event, _: &[Event], _: &Cast) -> Option<Self> {
        let account = reset_by_administrator(event)?.to_owned();
        Some(Self { account })
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
}

impl Act for RevokePhone {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async {
            let device = stage.device(&self.device).await?;
            let enrolled = (device.enrolments.into_iter())
                .find(|enrolment| enrolment.username == self.account)
                .ok_or_else(|| {
                    Failure::Missing(format!(
                        "{} is not enrolled for a PIN of {}.",
                        self.device, self.account
                    ))
                })?;
            let enrolment = enrolled.enrolment_id;
            Ok(stage.bench.enrolment_revoke(None, enrolment).await?)
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!(
            "In the site's administration, revoke {} of {}.",
            self.device, self.account
        )
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        event.kind == "rp.pin.revoked" && text(event, "account") == Some(&self.account)
    }

    fn refers(&self) -> Vec<Reference> {
        vec![
            Reference::account("account", &self.account),
            Reference::device("device", &self.device),
        ]
    }
}

impl Recorded for RevokePhone {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let revoked = event.kind == "rp.pin.revoked";
        let enrolment = text(event, "enrolmentId").filter(|_| revoked)?;
        let made = (before.iter().rev()).find(|made| {
            made.kind == "device.enrolment.made" && text(made, "enrolmentId") == Some(enrolment)
        })?;
        Some(Self {
            account: text(event, "account")?.to_owned(),
            device: device_name(made, "device", before, cast)?,
        })
    }
}

/// The relying party's own id of an account.
async fn account_id(stage: &Stage, account: &str) -> Result<String, Failure> {
    let overview = stage.bench.relying_party_overview(None).await?;
    let accounts = overview["accounts"].as_array().into_iter().flatten();
    let id = accounts
        .filter(|known| known["username"] == *account)
        .find_map(|known| known["id"].as_str());
    id.map(str::to_owned).ok_or_else(|| {
        Failure::Missing(format!("The relying party knows no account \"{account}\"."))
    })
}
