//! A program that asks for a workstation's question time and again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use timeline::{Draft, Event, Party};

use crate::{
    acts::told::text,
    engine::{Act, Cast, Doing, Failure, Recorded, Reference, Registry, Stage},
    http_page::{Browser, Trouble},
    kinds,
};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<FloodLogons>(
        "client.flood-logons",
        "[[steps]]\nact = \"client.flood-logons\"\naccount = \"alice\"\ncount = 1000\n",
    );
}

/// A program asks the relying party for a workstation's question about an account, and types eight
/// digits that it guesses; then the next question, so many times, one after the other.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct FloodLogons {
    /// The account.
    account: String,
    /// How many questions it asks for.
    #[schemars(range(min = 1, max = 10_000))]
    count: u32,
    /// What it calls its workstation; `FLOOD` unless it says otherwise.
    #[serde(default = "flood")]
    #[schemars(length(min = 1, max = 64))]
    workstation: String,
}

fn flood() -> String {
    "FLOOD".to_owned()
}

impl FloodLogons {
    async fn run(&self, stage: &Stage) -> Result<(), Failure> {
        let parties = stage.state().await?.relying_parties;
        let home = parties.first().map(|party| party.origin.as_str());
        let home = home.filter(|home| !home.is_empty()).ok_or_else(|| {
            Failure::Page("The relying party does not run, so nobody can flood it.".to_owned())
        })?;
        let program = Browser::program(home)?;
        let body = json!({
            "account": self.account,
            "workstation": self.workstation,
            "count": self.count,
        });
        let draft = Draft::new(Party::Bench, kinds::FLOODED).body(body);
        stage.bench.emit(draft.deliberate());
        let names = json!({ "username": self.account, "workstation": self.workstation });
        for guess in 0..self.count {
            let begun = answered(program.post("/api/workstation/logon/begin", &names).await)?;
            if let Some(session) =
                begun.and_then(|begun| begun["session"].as_str().map(str::to_owned))
            {
                let code = json!({ "session": session, "code": format!("{guess:08}") });
                answered(program.post("/api/workstation/logon/finish", &code).await)?;
            }
        }
        Ok(())
    }
}

/// What the relying party gave; none where it said no, which the timeline tells.
fn answered(answer: Result<Value, Trouble>) -> Result<Option<Value>, Failure> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Trouble::Refused { .. }) => Ok(None),
        Err(_) => Err(Failure::Page(
            "The relying party stopped answering whoever floods it.".to_owned(),
        )),
    }
}

impl Act for FloodLogons {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(self.run(stage))
    }

    fn instruction(&self, _: &Cast) -> String {
        format!(
            "A program asks for {} questions of a workstation about {}, and guesses at each.",
            self.count, self.account
        )
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        event.kind == kinds::FLOODED && text(event, "account") == Some(&self.account)
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::account("account", &self.account)]
    }
}

impl Recorded for FloodLogons {
    fn recorded(event: &Event, _: &[Event], _: &Cast) -> Option<Self> {
        let flooded = event.kind == kinds::FLOODED;
        Some(Self {
            account: text(event, "account").filter(|_| flooded)?.to_owned(),
            count: u32::try_from(event.body["count"].as_u64()?).ok()?,
            workstation: text(event, "workstation")?.to_owned(),
        })
    }
}

/// Whether the newest question of a workstation was a flooding program's.
pub(in crate::acts) fn asked_last(before: &[Event], begin: &str) -> bool {
    let asked = (before.iter().rev())
        .find_map(|event| crate::acts::told::asked(event, "POST", begin)?["workstation"].as_str());
    let flooded = (before.iter().rev()).find(|event| event.kind == kinds::FLOODED);
    asked.is_some() && asked == flooded.and_then(|event| text(event, "workstation"))
}
