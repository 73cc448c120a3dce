//! What the relying party checked, step by step.

use maud::{Markup, html};
use serde_json::Value;
use timeline::Event;

use super::{BAD, GOOD, Place, Plain, Sign};

pub(super) fn list(place: &Place<'_>) -> Markup {
    let ladders: Vec<_> = (place.run.events.iter())
        .filter_map(|event| Some((event, steps(event)?)))
        .collect();
    if ladders.is_empty() {
        return html! {};
    }
    html! {
        h3 { "Verification" }
        @for (event, steps) in ladders { (ladder(place, event, steps)) }
    }
}

/// True for an event whose steps are listed here.
pub(super) fn is_ladder(event: &Event) -> bool {
    steps(event).is_some()
}

fn steps(event: &Event) -> Option<&[Value]> {
    let steps = event.body.get("steps")?.as_array()?;
    (event.kind == "rp.verification").then_some(steps)
}

fn ladder(place: &Place<'_>, event: &Event, steps: &[Value]) -> Markup {
    let verified = event.body.get("verified") == Some(&Value::Bool(true));
    let section = steps.first().map_or("", |step| member(step, "section"));
    let sign = if verified { GOOD } else { BAD };
    html! {
        details.ladder open[!verified] {
            summary {
                (sign)
                span.grow {
                    strong { (subject(section)) }
                    " "
                    @match steps.iter().find(|step| member(step, "outcome") == "failed") {
                        Some(step) => { "Step " (number(step)) " failed: " (Plain(member(step, "name"))) "." },
                        None if verified => { "Every step holds." },
                        None => { "Not verified." },
                    }
                    @if event.deliberate { " " span.purpose { "on purpose" } }
                }
                span.mute { (count(steps)) " · " a href={ "#" (place.event(event.seq)) } { "event " (event.seq) } }
            }
            // Within, so that a link to it opens the ladder.
            table.rungs id=(place.ladder(event.seq)) {
                thead { tr { th { span.hidden { "Outcome" } } th { "Step" } th { "What is checked" } th { "Expected" } th { "Actual" } } }
                tbody { @for step in steps { (rung(step)) } }
            }
        }
    }
}

fn rung(step: &Value) -> Markup {
    let sign = match member(step, "outcome") {
        "passed" => GOOD,
        "failed" => BAD,
        "notApplicable" => Sign::quiet("not applicable"),
        _ => Sign::quiet("not known"),
    };
    html! {
        tr class=(sign.class) {
            td { (sign) }
            td { (number(step)) }
            td { (Plain(member(step, "name"))) }
            td data-label="Expected" { (Plain(member(step, "expected"))) }
            td data-label="Actual" { (Plain(member(step, "actual"))) }
        }
    }
}

fn subject(section: &str) -> String {
    match section {
        "7.1" => "Registration (§7.1)".to_owned(),
        "7.2" => "Sign-in (§7.2)".to_owned(),
        other => format!("Verification {other}"),
    }
}

/// `1 failed, 10 passed, 14 not applicable`.
fn count(steps: &[Value]) -> String {
    let names = [
        ("failed", "failed"),
        ("passed", "passed"),
        ("notApplicable", "not applicable"),
    ];
    let counted = names.map(|(outcome, name)| {
        let number = steps
            .iter()
            .filter(|step| member(step, "outcome") == outcome);
        (number.count(), name)
    });
    let parts: Vec<_> = counted
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, name)| format!("{number} {name}"))
        .collect();
    parts.join(", ")
}

fn number(step: &Value) -> String {
    step.get("step").map(Value::to_string).unwrap_or_default()
}

fn member<'a>(step: &'a Value, name: &str) -> &'a str {
    step.get(name).and_then(Value::as_str).unwrap_or_default()
}
