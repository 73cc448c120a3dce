//! What stands, whatever came before: devices, accounts, the page, the seams.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use timeline::Seq;

use super::json;
use crate::engine::{Doing, Failure, Found, Reference, Registry, Stage, Subject, covers};

pub(super) fn register(registry: &mut Registry) {
    registry.subject::<DeviceSubject>(
        "device",
        "{ device = \"phone\", field = \"passkeys[0].signCount\", is = 1 }",
    );
    registry.subject::<KeySubject>("key", "{ key = \"key\", field = \"bus\", is = \"udp\" }");
    registry.subject::<AccountSubject>(
        "account",
        "{ account = \"alice\", field = \"passkeys[0].label\", is = \"Passkey 1\" }",
    );
    registry.subject::<PolicySubject>(
        "policy",
        "{ policy = \"Acme\", field = \"pin.offline\", is = true }",
    );
    registry.subject::<AuditSubject>(
        "audit",
        "{ audit = \"Acme\", where = { what = \"counterBack\" }, field = \"account\", is = \"alice\" }",
    );
    registry.subject::<PageSubject>(
        "page",
        "{ page = \"account\", field = \"signedInAs\", is = \"alice\" }",
    );
    registry.subject::<Seams>(
        "seams",
        "{ seams = \"network\", field = \"kind\", is = \"offline\" }",
    );
}

/// A device as it stands at the end of the step: `name`, `profile`, `pin` (`set`, `triesLeft`,
/// `blocked`), `passkeys` (the newest first), `enrolments` for the PINs of accounts (`rpId`, `state`,
/// `reason`, `triesLeft`, `pinVersion`, …), `settings`, `pairing`, `shownCode` and `appLocked`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct DeviceSubject {
    /// The device.
    device: String,
}

impl Subject for DeviceSubject {
    fn look<'a>(&'a self, stage: &'a Stage, _: Seq) -> Doing<'a, Vec<Found>> {
        Box::pin(async move {
            match stage.device(&self.device).await {
                Ok(device) => Ok(vec![Found {
                    value: without_answer(json(&device)?),
                    event: None,
                }]),
                Err(Failure::Missing(_)) => Ok(Vec::new()),
                Err(failure) => Err(failure),
            }
        })
    }

    fn name(&self) -> String {
        format!("device {}", self.device)
    }

    fn happens(&self) -> bool {
        false
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::device("device", &self.device)]
    }
}

/// The key that a plugged-in device is to the client, at the end of the step: `id`, `name`, `bus`
/// (`udp`, `unknown`, …), `path` and `problem`. There is none while the device is not plugged in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct KeySubject {
    /// The device that is plugged in.
    key: String,
}

impl Subject for KeySubject {
    fn look<'a>(&'a self, stage: &'a Stage, _: Seq) -> Doing<'a, Vec<Found>> {
        Box::pin(async move {
            let device = stage.device(&self.key).await?.id;
            let keys = stage.state().await?.keys.into_iter();
            let its = keys.filter(|key| key.device.as_deref() == Some(&device));
            its.map(|key| {
                Ok(Found {
                    value: json(&key)?,
                    event: None,
                })
            })
            .collect()
        })
    }

    fn name(&self) -> String {
        format!("key {}", self.key)
    }

    fn happens(&self) -> bool {
        false
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::device("key", &self.key)]
    }
}

/// An account as the relying party has it at the end of the step: `username`, `displayName`,
/// `passkeys` (the oldest first), `sessions` (how many there are) and `pin` (`status`, `pinVersion`,
/// `attemptsLeft`, `locked`, `phones`).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct AccountSubject {
    /// The account.
    account: String,
    /// The relying party, by its name; the first one unless it says otherwise.
    relying_party: Option<String>,
}

impl Subject for AccountSubject {
    fn look<'a>(&'a self, stage: &'a Stage, _: Seq) -> Doing<'a, Vec<Found>> {
        Box::pin(async move {
            let party = self.relying_party.as_deref();
            let rp_id = party.and_then(|party| stage.cast.rp_id(party));
            let overview = stage.bench.relying_party_overview(rp_id.map(str::to_owned));
            let overview = json(&overview.await?)?;
            let accounts = overview["accounts"]
                .as_array()
                .map(Vec::as_slice)
                .unwrap_or_default();
            let named = accounts
                .iter()
                .find(|account| account["username"] == *self.account);
            let found = named.map(|account| Found {
                value: account.clone(),
                event: None,
            });
            Ok(found.into_iter().collect())
        })
    }

    fn name(&self) -> String {
        match &self.relying_party {
            Some(party) => format!("account {} at {party}", self.account),
            None => format!("account {}", self.account),
        }
    }

    fn happens(&self) -> bool {
        false
    }

    fn refers(&self) -> Vec<Reference> {
        let party = self.relying_party.iter();
        let party = party.map(|party| Reference::relying_party("relying-party", party));
        let account = Reference::account("account", &self.account);
        party.chain([account]).collect()
    }
}

/// A relying party's policy at the end of the step: its `version`, and the sections `passkeys` and
/// `pin` with all their members.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct PolicySubject {
    /// The relying party, by its name.
    policy: String,
}

impl Subject for PolicySubject {
    fn look<'a>(&'a self, stage: &'a Stage, _: Seq) -> Doing<'a, Vec<Found>> {
        Box::pin(async move {
            let rp_id = stage.cast.rp_id(&self.policy).map(str::to_owned);
            let shown = stage.bench.policy(rp_id).await?.0;
            let mut value = shown["policy"].clone();
            value["version"] = shown["version"].clone();
            Ok(vec![Found { value, event: None }])
        })
    }

    fn name(&self) -> String {
        format!("policy of {}", self.policy)
    }

    fn happens(&self) -> bool {
        false
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::relying_party("policy", &self.policy)]
    }
}

/// What a relying party has noted of its accounts' PINs by the end of the step, line by line: `what`,
/// `account`, `who` and `detail`. An expectation holds when it holds for any such line.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct AuditSubject {
    /// The relying party, by its name.
    audit: String,
    /// Only lines that have these members, and these values there.
    #[serde(default, rename = "where")]
    with: Map<String, Value>,
}

impl Subject for AuditSubject {
    fn look<'a>(&'a self, stage: &'a Stage, _: Seq) -> Doing<'a, Vec<Found>> {
        Box::pin(async move {
            let rp_id = stage.cast.rp_id(&self.audit).map(str::to_owned);
            let lines = stage.bench.audit(rp_id).await?.0;
            let lines = lines.as_array().cloned().unwrap_or_default().into_iter();
            let has =
                |line: &Value| (self.with.iter()).all(|(name, value)| covers(&line[name], value));
            let found = lines.filter(has).map(|value| Found { value, event: None });
            Ok(found.collect())
        })
    }

    fn name(&self) -> String {
        let what = self.with.get("what").and_then(Value::as_str);
        match what {
            Some(what) => format!("audit of {} ({what})", self.audit),
            None => format!("audit of {}", self.audit),
        }
    }

    fn happens(&self) -> bool {
        false
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::relying_party("audit", &self.audit)]
    }
}

/// The relying party's page at the end of the step: `path`, `signedInAs`, `error` (the sentence it
/// shows), `passkeys` and `phones` (their names), `pin` (how the PIN stands), `scanCodes` and
/// `digits` (of a phone that is set up). Another page than the one named is none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct PageSubject {
    /// Which page.
    page: PageName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum PageName {
    /// The front page, at `/`.
    SignIn,
    /// The sign-up page, at `/sign-up`.
    SignUp,
    /// The account's page, at `/account`.
    Account,
    /// A workstation's screen, at `/workstation`.
    Workstation,
}

impl PageName {
    fn path(self) -> &'static str {
        match self {
            Self::SignIn => "/",
            Self::SignUp => "/sign-up",
            Self::Account => "/account",
            Self::Workstation => "/workstation",
        }
    }
}

impl Subject for PageSubject {
    fn look<'a>(&'a self, stage: &'a Stage, _: Seq) -> Doing<'a, Vec<Found>> {
        Box::pin(async move {
            let view = stage.page.view().await?;
            if view.path != self.page.path() {
                return Ok(Vec::new());
            }
            Ok(vec![Found {
                value: without_codes(json(&view)?),
                event: None,
            }])
        })
    }

    fn name(&self) -> String {
        format!("page {}", self.page.path())
    }

    fn happens(&self) -> bool {
        false
    }
}

/// What is found is in every report: of the answer for a workstation only how many `digits` it has.
fn without_answer(mut device: Value) -> Value {
    if let Some(Value::Object(shown)) = device.get_mut("shownCode")
        && let Some(code) = shown.remove("code")
    {
        shown.insert("digits".to_owned(), code.as_str().map(str::len).into());
    }
    device
}

/// Of each code to scan only what it is for: whoever has the rest can take the offer up.
fn without_codes(mut view: Value) -> Value {
    if let Some(Value::Array(codes)) = view.get_mut("scanCodes") {
        for code in codes {
            let scheme = code.as_str().and_then(|code| code.split(':').next());
            *code = scheme.unwrap_or_default().into();
        }
    }
    view
}

/// What is bent at the end of the step: `clocks` (a list with `party`, `now`, `rate` and `moved`),
/// `network` (`kind`, …) or `faults` (those that wait for their message).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Seams {
    /// Which.
    seams: Seam,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum Seam {
    /// The parties' clocks.
    Clocks,
    /// What lies between pages and the relying party.
    Network,
    /// Faults that wait.
    Faults,
}

impl Subject for Seams {
    fn look<'a>(&'a self, stage: &'a Stage, _: Seq) -> Doing<'a, Vec<Found>> {
        Box::pin(async move {
            let seams = stage.state().await?.seams;
            let value = match self.seams {
                Seam::Clocks => json(&seams.clocks)?,
                Seam::Network => json(&seams.network)?,
                Seam::Faults => json(&seams.faults)?,
            };
            Ok(vec![Found { value, event: None }])
        })
    }

    fn name(&self) -> String {
        match self.seams {
            Seam::Clocks => "clocks",
            Seam::Network => "network",
            Seam::Faults => "armed faults",
        }
        .to_owned()
    }

    fn happens(&self) -> bool {
        false
    }
}
