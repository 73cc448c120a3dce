//! A walk's steps, with what was expected beside what was found.

use maud::{Markup, html};

use super::{BAD, GOOD, Place, Plain, Sign, duration};
use crate::engine::{CheckRun, StepOutcome, StepRun};

/// What made the walk fail, before everything else.
pub(super) fn faults(place: &Place<'_>) -> Markup {
    let Some(step) = place.run.failed_step() else {
        return html! {};
    };
    html! {
        div.fault role="note" {
            p.mute { a href={ "#" (place.step(step.number)) } { "Step " (step.number) ": " (Plain(&step.title)) } }
            @for fault in step.faults() {
                p {
                    strong { (Plain(fault.sentence)) }
                    " "
                    span.mute {
                        (Plain(&place.run.file)) ":" (fault.line)
                        @if let Some(event) = fault.event { ", " a href={ "#" (place.event(event)) } { "event " (event) } }
                    }
                }
            }
        }
    }
}

pub(super) fn list(place: &Place<'_>) -> Markup {
    html! {
        ol.steps { @for step in &place.run.steps { (one(place, step)) } }
    }
}

fn one(place: &Place<'_>, step: &StepRun) -> Markup {
    let sign = Sign::of_step(step.outcome);
    let done = matches!(step.outcome, StepOutcome::Passed | StepOutcome::Failed);
    html! {
        li id=(place.step(step.number)) class={ "step " (sign.class) } {
            div.step-head {
                (sign)
                h4 { span.number { (step.number) } " " (Plain(&step.title)) }
                span.mute {
                    "line " (step.line)
                    @if done { " · " (duration(step.took_millis)) } @else { " · " (sign.word) }
                }
            }
            @if step.instruction != step.title { p.mute { (Plain(&step.instruction)) } }
            @if let Some(failure) = &step.failure { p.sentence { (Plain(failure)) } }
            @if !step.checks.is_empty() { (checks(place, step)) }
        }
    }
}

fn checks(place: &Place<'_>, step: &StepRun) -> Markup {
    html! {
        table.checks {
            thead { tr { th { span.hidden { "Outcome" } } th { "Expected" } th { "Actual" } th { "Event" } } }
            tbody { @for check in &step.checks { (row(place, check)) } }
        }
    }
}

fn row(place: &Place<'_>, check: &CheckRun) -> Markup {
    let sign = match check.held {
        Some(true) => GOOD,
        Some(false) => BAD,
        None => Sign::quiet("not looked at"),
    };
    let broken = check.held == Some(false);
    html! {
        tr class=(sign.class) {
            td { (sign) }
            td data-label="Expected" { (Plain(&check.expected)) }
            td data-label="Actual" { @match &check.actual { Some(actual) => (Plain(actual)), None => span.mute { "–" } } }
            td data-label="Event" { @if let Some(event) = check.event { a href={ "#" (place.event(event)) } { (event) } } }
        }
        @if let Some(difference) = check.difference.as_ref().filter(|_| broken) {
            tr.difference { td {} td colspan="3" { span.sentence { (Plain(difference)) } } }
        }
    }
}
