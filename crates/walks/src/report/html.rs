//! For people: one page without network and without script.

mod drawing;
mod ladder;
mod messages;
mod steps;

use maud::{DOCTYPE, Markup, PreEscaped, Render, html};

use super::{Summary, again, counted, date_time, duration, plain};
use crate::engine::{Run, StepOutcome, Verdict};

/// The house's own tokens, then what only this page needs.
const STYLES: [&str; 2] = [
    include_str!("../../../../ui/kit/tokens.css"),
    include_str!("report.css"),
];

/// Text from outside: escaped, and shown as the characters it has.
struct Plain<'a>(&'a str);

impl Render for Plain<'_> {
    fn render_to(&self, buffer: &mut String) {
        str::render_to(&plain(self.0), buffer);
    }
}

/// A sign beside a colour, with the word that it stands for.
struct Sign {
    class: &'static str,
    sign: &'static str,
    word: &'static str,
}

const GOOD: Sign = Sign {
    class: "good",
    sign: "✓",
    word: "passed",
};
const BAD: Sign = Sign {
    class: "bad",
    sign: "✕",
    word: "failed",
};

impl Sign {
    fn of_verdict(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Passed => GOOD,
            Verdict::Failed => BAD,
            Verdict::Running => Self::quiet("not ended"),
        }
    }

    fn of_step(outcome: StepOutcome) -> Self {
        match outcome {
            StepOutcome::Passed => GOOD,
            StepOutcome::Failed => BAD,
            StepOutcome::Current => Self::quiet("under way"),
            StepOutcome::Ahead => Self::quiet("not done yet"),
            StepOutcome::Skipped => Self::quiet("not done"),
        }
    }

    const fn quiet(word: &'static str) -> Self {
        Self {
            class: "quiet",
            sign: "–",
            word,
        }
    }
}

impl Render for Sign {
    fn render(&self) -> Markup {
        html! { span class={ "sign " (self.class) } role="img" aria-label=(self.word) title=(self.word) { (self.sign) } }
    }
}

/// A walk's place in the page: links within it carry the number.
#[derive(Clone, Copy)]
struct Place<'a> {
    number: usize,
    run: &'a Run,
}

impl Place<'_> {
    fn anchor(&self) -> String {
        format!("walk-{}", self.number)
    }

    fn event(&self, seq: timeline::Seq) -> String {
        format!("walk-{}-event-{}", self.number, seq.0)
    }

    fn ladder(&self, seq: timeline::Seq) -> String {
        format!("walk-{}-ladder-{}", self.number, seq.0)
    }

    fn step(&self, number: u32) -> String {
        format!("walk-{}-step-{number}", self.number)
    }
}

pub(super) fn write(runs: &[Run]) -> String {
    let mut runs: Vec<&Run> = runs.iter().collect();
    runs.sort_by_key(|run| run.verdict != Verdict::Failed);
    let places: Vec<_> = (1..)
        .zip(runs)
        .map(|(number, run)| Place { number, run })
        .collect();
    page(&places).into_string()
}

fn page(places: &[Place<'_>]) -> Markup {
    let summary = Summary::of(places.iter().map(|place| place.run));
    let version = places.first().map_or("", |place| &place.run.version);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
                title { (title(places, &summary)) }
                @for style in STYLES { style { (PreEscaped(style)) } }
            }
            body {
                header.top {
                    p.brand { "touch" b { "stone" } }
                    p.mute { "Report of walks" @if !version.is_empty() { " · version " (Plain(version)) } }
                }
                main {
                    (head(&summary, places))
                    @if places.len() > 1 { (contents(places)) }
                    @for place in places { (walk(place, places.len() == 1)) }
                }
                footer.mute {
                    p { "Every run had a bench of its own: new devices, a new relying party, clocks that stand still until a step moves them, and randomness that starts from the seed. Secrets are left out." }
                }
            }
        }
    }
}

fn title(places: &[Place<'_>], summary: &Summary) -> String {
    match places {
        [only] => format!(
            "{}: {}",
            Sign::of_verdict(only.run.verdict).word,
            plain(&only.run.title)
        ),
        _ => summary.sentence(),
    }
}

fn head(summary: &Summary, places: &[Place<'_>]) -> Markup {
    let sign = match (summary.failed, summary.running) {
        (0, 0) if summary.walks > 0 => GOOD,
        (0, _) => Sign::quiet("not ended"),
        _ => BAD,
    };
    let part = |of: usize| 100.0 * of as f64 / summary.walks.max(1) as f64;
    html! {
        section.summary {
            h1 { (sign) " " (summary.sentence()) }
            @if summary.walks > 1 {
                div.bar role="img" aria-label={ (summary.passed) " passed, " (summary.failed) " failed" } {
                    i.good style={ "width:" (format!("{:.2}", part(summary.passed))) "%" } {}
                    i.bad style={ "width:" (format!("{:.2}", part(summary.failed))) "%" } {}
                }
            }
            dl.figures {
                (figure("Walks", &format!("{} passed", summary.passed), (summary.failed > 0).then(|| format!("{} failed", summary.failed))))
                (figure("Steps", &format!("{} of {} passed", summary.steps_passed, summary.steps), None))
                (figure("Expectations", &format!("{} of {} held", summary.checks_held, summary.checks), None))
                (figure("Took", &duration(summary.took_millis), None))
                @if let Some(began) = summary.began {
                    div { dt { "When" } dd { time datetime=(crate::moment::written(began).unwrap_or_default()) { (date_time(began)) } } }
                }
                @if let Some(seed) = one_seed(places) { (figure("Seed", &seed.to_string(), None)) }
            }
        }
    }
}

fn figure(name: &str, value: &str, bad: Option<String>) -> Markup {
    html! {
        div { dt { (name) } dd { (value) @if let Some(bad) = bad { ", " strong.bad { (bad) } } } }
    }
}

/// The seed that all runs share.
fn one_seed(places: &[Place<'_>]) -> Option<u64> {
    let first = places.first()?.run.seed;
    let same = places.iter().all(|place| place.run.seed == first);
    same.then_some(first)
}

fn contents(places: &[Place<'_>]) -> Markup {
    html! {
        nav aria-label="Walks" {
            ol.contents {
                @for place in places {
                    li class=(Sign::of_verdict(place.run.verdict).class) {
                        (Sign::of_verdict(place.run.verdict))
                        div {
                            a href={ "#" (place.anchor()) } { (Plain(&place.run.title)) }
                            @if !place.run.why.is_empty() { p.mute { (Plain(&place.run.why)) } }
                            @if let Some(sentence) = first_fault(place.run) { p.bad { (Plain(&sentence)) } }
                        }
                        span.mute { (counted(place.run.steps.len(), "step")) " · " (duration(place.run.took_millis)) }
                    }
                }
            }
        }
    }
}

fn first_fault(run: &Run) -> Option<String> {
    let step = run.failed_step()?;
    let fault = step.faults().next()?;
    Some(format!("Step {}: {}", step.number, fault.sentence))
}

fn walk(place: &Place<'_>, alone: bool) -> Markup {
    let run = place.run;
    let sign = Sign::of_verdict(run.verdict);
    let open = alone || run.verdict != Verdict::Passed;
    html! {
        details.walk open[open] {
            summary {
                (sign)
                h2 { (Plain(&run.title)) }
                span.mute { (counted(run.steps.len(), "step")) " · " (duration(run.took_millis)) }
            }
            // Within, so that a link to it opens the walk.
            div.inside id=(place.anchor()) {
                @if !run.why.is_empty() { p.why { (Plain(&run.why)) } }
                (steps::faults(place))
                (about(run))
                h3 { "Steps" }
                (steps::list(place))
                @if !run.events.is_empty() {
                    h3 { "Sequence" }
                    (drawing::draw(place))
                    (ladder::list(place))
                    h3 { "Messages" }
                    (messages::list(place))
                }
            }
        }
    }
}

fn about(run: &Run) -> Markup {
    let cast = cast(run);
    html! {
        dl.figures {
            @if !cast.is_empty() { div { dt { "Cast" } dd { (Plain(&cast.join(", "))) } } }
            div { dt { "File" } dd { code { (Plain(&run.file)) } } }
            div { dt { "Seed" } dd { (run.seed) } }
            div { dt { "Began" } dd { (date_time(run.began)) } }
            div.wide { dt { "Run it again" } dd { code { (Plain(&again(run))) } } }
        }
    }
}

/// Who took part, as the timeline tells.
fn cast(run: &Run) -> Vec<String> {
    let text = |event: &timeline::Event, name: &str| {
        let text = event.body.get(name).and_then(|value| value.as_str());
        text.unwrap_or("?").to_owned()
    };
    run.events
        .iter()
        .filter_map(|event| match &*event.kind {
            "bench.device.added" => {
                let (name, profile) = (text(event, "name"), text(event, "profile"));
                Some(if name == profile {
                    format!("device {name}")
                } else {
                    format!("device {name} ({profile})")
                })
            }
            "rp.account.created" => Some(format!("account {}", text(event, "account"))),
            _ => None,
        })
        .collect()
}
