//! What the relying party's administrator does.

mod administration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Event;

use crate::engine::{Act, Cast, Doing, Recorded, Registry, Stage};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<Restart>("rp.restart", "[[steps]]\nact = \"rp.restart\"\n");
    administration::register(registry);
}

/// The relying party is stopped and started again on its data. Ceremonies under way are forgotten,
/// sessions stay.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Restart {}

impl Act for Restart {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async {
            stage.bench.relying_party_restart(None).await?;
            Ok(())
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        "Start the relying party again.".to_owned()
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        // It is the first one, whose events do not say whose they are.
        event.kind == "bench.relyingParty.restarted" && event.body.get("rpId").is_none()
    }
}

impl Recorded for Restart {
    fn recorded(event: &Event, _: &[Event], cast: &Cast) -> Option<Self> {
        let act = Self {};
        act.shown_by(event, cast).then_some(act)
    }
}
