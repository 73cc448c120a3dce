//! A tape as a walk's file.

use std::fmt::Write as _;

use serde_json::{Value, json};
use timeline::Event;

use super::tape::{Found, Tape};
use crate::{
    api::RecordedStep,
    desk::Refused,
    engine::{Registry, Walk},
};

/// An expectation: its members, in the order in which one reads them.
type Expected = Vec<(&'static str, Value)>;

/// Every step, as the file will have it.
pub(super) fn steps(tape: &Tape) -> Vec<RecordedStep> {
    let acts = tape.acts().iter().enumerate();
    acts.map(|(at, act)| RecordedStep {
        sentence: act.sentence.clone(),
        toml: step(act, &expected(tape, at)),
    })
    .collect()
}

/// The whole file.
///
/// # Errors
/// [`Refused::NothingRecorded`]; [`Refused::Unusable`] when what was recorded is no walk.
pub(super) fn walk(
    tape: &Tape,
    title: &str,
    why: &str,
    registry: &Registry,
) -> Result<String, Refused> {
    if tape.acts().is_empty() {
        return Err(Refused::NothingRecorded);
    }
    let mut out = format!(
        "# Recorded with Touchstone {}.\n",
        env!("CARGO_PKG_VERSION")
    );
    match tape.ignored() {
        0 => {}
        1 => out.push_str("# One thing that was done is not in it: no act stands for it.\n"),
        more => {
            let _ = writeln!(
                out,
                "# {more} things that were done are not in it: no act stands for them."
            );
        }
    }
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let _ = writeln!(out, "title = {}", text(&title));
    if !why.is_empty() {
        let _ = writeln!(
            out,
            "why = {}",
            text(&why.split_whitespace().collect::<Vec<_>>().join(" "))
        );
    }
    let _ = writeln!(out, "seed = {}", tape.seed());
    for party in tape.cast().parties.iter().skip(1) {
        let _ = write!(out, "\n[[relying-parties]]\nname = {}\n", text(&party.name));
    }
    for device in &tape.cast().devices {
        let _ = write!(
            out,
            "\n[[devices]]\nname = {}\nprofile = {}\n",
            text(&device.name),
            text(&device.profile)
        );
    }
    for account in &tape.cast().accounts {
        let _ = write!(
            out,
            "\n[[accounts]]\nname = {}\ndisplay-name = {}\n",
            text(&account.name),
            text(&account.display_name)
        );
    }
    for step in steps(tape) {
        let _ = write!(out, "\n{}", step.toml);
    }
    // What is saved can be played: better to say now that it cannot.
    Walk::parse(&out, "recording.toml", registry)?;
    Ok(out)
}

fn step(act: &Found, expected: &[Expected]) -> String {
    let mut out = format!(
        "[[steps]]\ntitle = {}\nact = {}\n",
        text(act.sentence.trim_end_matches('.')),
        text(act.name)
    );
    for (name, member) in &act.members {
        if let Some(member) = inline(member) {
            let _ = writeln!(out, "{name} = {member}");
        }
    }
    if !expected.is_empty() {
        out.push_str("expect = [\n");
        for expectation in expected {
            let members: Vec<String> = (expectation.iter())
                .filter_map(|(name, member)| Some(format!("{name} = {}", inline(member)?)))
                .collect();
            let _ = writeln!(out, "  {{ {} }},", members.join(", "));
        }
        out.push_str("]\n");
    }
    out
}

/// A value in TOML, on one line; none for what TOML does not have: `null`.
fn inline(value: &Value) -> Option<String> {
    match value {
        Value::String(string) => Some(text(string)),
        value => toml::Value::try_from(value)
            .ok()
            .map(|value| value.to_string()),
    }
}

/// Text on one line: JSON's way of writing it, which is TOML's too but for one character.
fn text(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// What an act led to, as far as a reader of the walk would look for it.
fn expected(tape: &Tape, act: usize) -> Vec<Expected> {
    let mut expected: Vec<Expected> = Vec::new();
    let mut prompt = None;
    for event in tape.led_to(act) {
        match event.kind.as_ref() {
            "device.prompt.shown" => prompt = event.body["prompt"]["kind"].as_str(),
            "client.key-pin.asked" => prompt = Some("keyPin"),
            "device.prompt.answered" | "client.key-pin.answered" => prompt = None,
            _ => {}
        }
        let seen = told(tape, event).filter(|seen| !expected.contains(seen));
        expected.extend(seen);
    }
    expected.extend(prompt.and_then(asked));
    expected
}

fn told(tape: &Tape, event: &Event) -> Option<Expected> {
    let kind: &str = event.kind.as_ref();
    let body = &event.body;
    let is = |field: &str| match &body[field] {
        Value::Null => None,
        value => Some(vec![
            ("event", json!(kind)),
            ("field", json!(field)),
            ("is", value.clone()),
        ]),
    };
    match kind {
        "rp.verification" => judged(body),
        "rp.account.created" | "rp.session.bound" => is("account"),
        "rp.session.ended" => Some(vec![("event", json!(kind)), ("absent", json!(false))]),
        "client.failed" => is("name"),
        "bench.fault.applied" => is("message"),
        "rp.response" => {
            // What a page asks for by itself, such as whether there is a session, may be refused.
            let wanted = tape
                .cause(event)
                .is_some_and(|asked| asked.body["method"] != "GET");
            let refused = body["status"].as_u64().is_some_and(|status| status >= 400);
            (wanted && refused).then(|| is("status")).flatten()
        }
        _ => None,
    }
}

fn judged(report: &Value) -> Option<Expected> {
    let steps = report["steps"].as_array()?;
    let section = ("verification", steps.first()?["section"].clone());
    if report["verified"] == true {
        return Some(vec![section, ("is", json!("passed"))]);
    }
    let failed = steps.iter().find(|step| step["outcome"] == "failed")?;
    Some(vec![
        section,
        ("step", failed["step"].clone()),
        ("is", json!("failed")),
    ])
}

fn asked(kind: &str) -> Option<Expected> {
    let name = match kind {
        "touch" => "touch",
        "setPin" => "set-pin",
        "enterPin" => "enter-pin",
        "chooseAccount" => "choose-account",
        "blocked" => "blocked",
        "fingerprint" => "fingerprint",
        "unverifiable" => "unverifiable",
        "keyTouch" => "key-touch",
        "keyPin" => "key-pin",
        _ => return None,
    };
    Some(vec![("prompt", json!(name)), ("absent", json!(false))])
}
