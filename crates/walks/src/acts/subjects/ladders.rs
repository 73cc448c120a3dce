//! Ladders compared with each other.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use timeline::{Event, Seq};

use super::{Section, events};
use crate::engine::{Doing, Found, Registry, Stage, Subject};

pub(super) fn register(registry: &mut Registry) {
    registry.subject::<LadderChanges>("ladder-changes", "{ ladder-changes = \"7.1\", is = [] }");
}

/// How a ladder of this step differs from the one before it in the walk, of the same section: a list
/// of `{step, name, before, now}`, one for each step that did not come out the same. `[]` says that
/// both are equal.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct LadderChanges {
    /// The section of WebAuthn Level 3: `7.1` for registrations, `7.2` for sign-ins.
    ladder_changes: Section,
}

impl Subject for LadderChanges {
    fn look<'a>(&'a self, stage: &'a Stage, since: Seq) -> Doing<'a, Vec<Found>> {
        Box::pin(async move {
            let events = events(stage, Seq(0))?;
            let of_section = |event: &&Event| {
                event.kind == "rp.verification"
                    && event.body["steps"][0]["section"] == *self.ladder_changes.number()
            };
            let ladders = events.iter().map(AsRef::as_ref).filter(of_section);
            let ladders: Vec<&Event> = ladders.collect();
            let pairs = ladders.windows(2).filter(|pair| pair[1].seq > since);
            let found = pairs.map(|pair| Found {
                value: changes(&pair[0].body, &pair[1].body).into(),
                event: Some(pair[1].seq),
            });
            Ok(found.collect())
        })
    }

    fn name(&self) -> String {
        format!("ladder changes §{}", self.ladder_changes.number())
    }
}

/// The steps of which one ladder says something else than the other.
fn changes(before: &Value, now: &Value) -> Vec<Value> {
    let steps = |ladder: &Value| ladder["steps"].as_array().cloned().unwrap_or_default();
    let (before, now) = (steps(before), steps(now));
    let longest = before.len().max(now.len());
    let at = |ladder: &[Value], place: usize| ladder.get(place).cloned().unwrap_or_default();
    (0..longest)
        .map(|place| (at(&before, place), at(&now, place)))
        .filter(|(before, now)| {
            let same = |member: &str| before[member] == now[member];
            !(same("step") && same("name") && same("outcome"))
        })
        .map(|(before, now)| {
            let named = if now.is_null() { &before } else { &now };
            json!({
                "step": named["step"],
                "name": named["name"],
                "before": before["outcome"],
                "now": now["outcome"],
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ladder(outcomes: &[&str]) -> Value {
        let steps = outcomes.iter().zip(1..).map(|(outcome, step)| {
            json!({ "section": "7.1", "step": step, "name": format!("Step {step}"), "outcome": outcome })
        });
        json!({ "steps": steps.collect::<Vec<_>>() })
    }

    #[test]
    fn equal_ladders_have_no_changes_and_others_tell_each_step_that_differs() {
        let one = ladder(&["passed", "passed", "notApplicable"]);
        assert!(changes(&one, &one.clone()).is_empty());
        let other = ladder(&["passed", "failed", "notApplicable"]);
        let change = json!({ "step": 2, "name": "Step 2", "before": "passed", "now": "failed" });
        assert_eq!(changes(&one, &other), [change]);
        let shorter = ladder(&["passed", "passed"]);
        let gone = json!({ "step": 3, "name": "Step 3", "before": "notApplicable", "now": null });
        assert_eq!(changes(&one, &shorter), [gone]);
        assert_eq!(changes(&shorter, &one).len(), 1);
    }
}
