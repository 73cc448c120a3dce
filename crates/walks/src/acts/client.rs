//! What the client does, or somebody in its place.

mod flood;
mod key;

use bench::api::{CredentialsAnswer, CredentialsCall, CredentialsMethod};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use timeline::{Draft, Event, Party};

pub(super) use self::{
    flood::asked_last,
    key::{is_judged, purpose},
};
use super::told::text;
use crate::{
    engine::{Act, Cast, Doing, Failure, Recorded, Registry, Stage},
    http_page::{Browser, Trouble},
    kinds,
};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<Phish>("client.phish", "[[steps]]\nact = \"client.phish\"\n");
    registry.act::<Abort>("client.abort", "[[steps]]\nact = \"client.abort\"\n");
    key::register(registry);
    flood::register(registry);
}

/// A look-alike page at another origin, which may use the same RP ID, asks the relying party for a
/// fresh challenge, has the person's device sign it, and posts the answer as its own.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Phish {
    /// What stands before the relying party's own name in the look-alike's; `login` unless it says
    /// otherwise.
    #[serde(default = "login")]
    #[schemars(length(min = 1, max = 63))]
    subdomain: String,
}

fn login() -> String {
    "login".to_owned()
}

impl Phish {
    async fn begin(&self, stage: &Stage) -> Result<(), Failure> {
        let parties = stage.state().await?.relying_parties;
        let home = parties.first().map(|party| party.origin.as_str());
        let home = home.filter(|home| !home.is_empty()).ok_or_else(|| {
            Failure::Page("The relying party does not run, so nobody can pose as it.".to_owned())
        })?;
        let origin = home.replacen("://", &format!("://{}.", self.subdomain), 1);
        let phisher = Browser::program(home)?;
        let draft = Draft::new(Party::Bench, kinds::PHISHED).body(json!({ "origin": origin }));
        stage.bench.emit(draft.deliberate());
        let begun = phisher.post("/api/authentication/begin", &json!({})).await;
        let begun = begun.map_err(|trouble| Failure::Page(refused(&trouble)))?;
        let call = CredentialsCall {
            call: format!("{}-{}", self.subdomain, stage.bench.timeline().last().0),
            origin,
            method: CredentialsMethod::Get,
            public_key: begun["publicKey"].clone(),
            mediation: None,
        };
        let bench = stage.bench.clone();
        stage.set_going(async move {
            // Whether the client, the device and the relying party play along stands on the timeline.
            if let Ok(CredentialsAnswer::Credential { credential }) =
                bench.credentials_call(call).await
            {
                let finish = json!({ "ceremony": begun["ceremony"], "credential": credential });
                let _ = phisher.post("/api/authentication/finish", &finish).await;
            }
        });
        Ok(())
    }
}

fn refused(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Refused { message, .. } | Trouble::Exception { message, .. } => message.clone(),
        Trouble::Unreachable => "The relying party does not answer the look-alike.".to_owned(),
        Trouble::Unreadable(status) => {
            format!("The relying party's answer (status {status}) cannot be read.")
        }
    }
}

impl Act for Phish {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(self.begin(stage))
    }

    fn instruction(&self, _: &Cast) -> String {
        format!(
            "A look-alike page at {}.… relays the relying party's challenge.",
            self.subdomain
        )
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        event.kind == kinds::PHISHED && subdomain(event) == Some(&self.subdomain)
    }
}

fn subdomain(event: &Event) -> Option<&str> {
    let (_, host) = text(event, "origin")?.split_once("://")?;
    host.split_once('.').map(|(first, _)| first)
}

impl Recorded for Phish {
    fn recorded(event: &Event, _: &[Event], _: &Cast) -> Option<Self> {
        let subdomain = subdomain(event).filter(|_| event.kind == kinds::PHISHED)?;
        Some(Self {
            subdomain: subdomain.to_owned(),
        })
    }
}

/// The client ends the calls of `navigator.credentials` that run, as when its own dialog is closed.
/// The page sees an `AbortError`, as after its own "Cancel".
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Abort {}

impl Act for Abort {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async {
            let running = stage.bench.credentials_running();
            if running.is_empty() {
                let why = "No call of navigator.credentials runs that could be aborted.";
                return Err(Failure::NotAsked(why.to_owned()));
            }
            for call in running {
                stage.bench.credentials_abort(call).await?;
            }
            Ok(())
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        "Let the client abort the call that runs.".to_owned()
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        event.kind == "client.failed" && text(event, "code") == Some("aborted")
    }
}

impl Recorded for Abort {
    /// Never: nothing on the timeline tells it from `page.cancel`, which is recorded instead.
    fn recorded(_: &Event, _: &[Event], _: &Cast) -> Option<Self> {
        None
    }
}
