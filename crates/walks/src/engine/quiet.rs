//! Whether anything on a stage still moves by itself.

use bench::api::{Asker, BenchState, Prompt, Question};
use serde_json::{Value, json};
use std::time::Duration;
use timeline::{Party, Seq, Timestamp};

use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::{Failure, Stage};

/// A phone's agent comes to rest without a word: it is looked at so often.
const GLANCE: Duration = Duration::from_millis(5);

/// Returns once nothing moves by itself any more: the page and all that was set going rest, or a
/// prompt waits for the person, or a message was dropped on purpose and somebody waits for it.
///
/// # Errors
/// [`Failure::Bench`] when the bench is closing; the page's.
pub(crate) async fn quiet(stage: &Stage) -> Result<(), Failure> {
    let mut changes = stage.bench.changes();
    let mut events = stage.bench.timeline().subscribe();
    let mut errands = stage.errands();
    loop {
        changes.borrow_and_update();
        errands.borrow_and_update();
        while !matches!(
            events.try_recv(),
            Err(TryRecvError::Empty | TryRecvError::Closed)
        ) {}
        let page = stage.page.changed();
        if is_quiet(stage).await? {
            return Ok(());
        }
        tokio::select! {
            _ = changes.changed() => {}
            _ = errands.changed() => {}
            changed = page => changed?,
            () = tokio::time::sleep(GLANCE), if stage.bench.settling() => {}
            event = events.recv() => if matches!(event, Err(RecvError::Closed)) {
                return Err(bench::Error::Closing.into());
            },
        }
    }
}

async fn is_quiet(stage: &Stage) -> Result<bool, Failure> {
    if stage.bench.settling() {
        return Ok(false);
    }
    let resting = !stage.page.busy() && *stage.errands().borrow() == 0;
    if resting {
        return Ok(true);
    }
    // What was aborted or is past its time ends by itself, and an answer comes or does not.
    if stage.bench.ending() || stage.page.waits_for().is_some() {
        return Ok(false);
    }
    if stage.bench.stalled() {
        return Ok(true);
    }
    let state = stage.state().await?;
    let waits = match &state.prompt {
        Some(prompt) => waits(stage, prompt, &state)?,
        None => false,
    };
    // What moved while the bench was looked at.
    Ok(waits && !stage.bench.settling())
}

/// True when the prompt waits for the person, and not for what an answer or its deadline brings.
fn waits(stage: &Stage, prompt: &Prompt, state: &BenchState) -> Result<bool, Failure> {
    let (asker, now) = match prompt.asker {
        Asker::Device => (Party::Device, clock(state, Party::Device)),
        Asker::Client => (Party::Client, clock(state, Party::Client)),
    };
    if now.is_some_and(|now| now >= prompt.deadline) {
        return Ok(false);
    }
    // A device that is plugged in asks by itself: where it does not, its answer is on its way.
    if matches!(prompt.question, Question::KeyTouch { .. }) && is_plugged(prompt, state) {
        return Ok(false);
    }
    // The client's own prompt goes with its answer; a device's stays while the answer is checked.
    Ok(asker == Party::Client || asked_last(stage, prompt)?)
}

fn is_plugged(prompt: &Prompt, state: &BenchState) -> bool {
    let mut keys = state.keys.iter();
    let meant = keys.find(|key| Some(&key.id) == prompt.key.as_ref());
    meant.is_some_and(|key| key.device.is_some())
}

fn clock(state: &BenchState, party: Party) -> Option<Timestamp> {
    let clock = state.seams.clocks.iter().find(|clock| clock.party == party);
    clock.map(|clock| clock.now)
}

/// True when this prompt is the last thing that happened at the device's display since the last
/// answer, and stands there as it was asked.
fn asked_last(stage: &Stage, prompt: &Prompt) -> Result<bool, Failure> {
    let events = stage
        .bench
        .timeline()
        .range(stage.answered(), usize::MAX)
        .map_err(bench::Error::from)?;
    let at_display = events.iter().rev().find(|event| {
        event.kind.starts_with("device.prompt.")
            && event.body["device"].as_str() == prompt.device.as_deref()
    });
    Ok(at_display.is_some_and(|event| {
        event.kind == "device.prompt.shown" && is(&prompt.question, &event.body["prompt"])
    }))
}

/// Whether the prompt shows what the event says, with nothing on its pad yet.
fn is(question: &Question, told: &Value) -> bool {
    let shown = match question {
        Question::Touch { purpose, user_name } => {
            json!({ "kind": "touch", "purpose": purpose, "userName": user_name })
        }
        Question::SetPin {
            entered: 0,
            purpose,
            confirming,
            problem,
            ..
        } => {
            json!({ "kind": "setPin", "purpose": purpose, "confirming": confirming, "problem": problem })
        }
        Question::EnterPin {
            entered: 0,
            purpose,
            tries_left,
            problem,
            ..
        } => {
            json!({ "kind": "enterPin", "purpose": purpose, "triesLeft": tries_left, "problem": problem })
        }
        Question::SetPin { .. } | Question::EnterPin { .. } => return false,
        Question::Fingerprint {
            tries_left,
            problem,
        } => json!({ "kind": "fingerprint", "triesLeft": tries_left, "problem": problem }),
        Question::Unverifiable { message } => {
            json!({ "kind": "unverifiable", "message": message })
        }
        Question::ChooseAccount { .. } => json!({ "kind": "chooseAccount" }),
        Question::Blocked => json!({ "kind": "blocked" }),
        // Only the client asks these.
        Question::KeyTouch { .. } | Question::KeyPin { .. } => return false,
    };
    let members = shown.as_object().into_iter().flatten();
    members
        .into_iter()
        .all(|(name, value)| told[name] == *value)
}

/// What is waited for, in a few words: for whoever gives up waiting.
pub(crate) async fn awaited(stage: &Stage) -> String {
    if let Some(what) = stage.page.waits_for() {
        return what;
    }
    let events = stage
        .bench
        .timeline()
        .range(Seq(0), usize::MAX)
        .unwrap_or_default();
    let open = |sent: &str, answered: &str| {
        let sent = events.iter().rev().find(|event| event.kind == sent)?;
        let mut later = events.iter().rev().take_while(|event| event.seq > sent.seq);
        let open = !later.any(|event| event.kind == answered && event.cause == Some(sent.seq));
        open.then(|| sent.clone())
    };
    if let Some(sent) = open("client.command.sent", "client.command.answered") {
        let command = sent.body["command"].as_str().unwrap_or("a command");
        return format!("the device's answer to {command}");
    }
    match stage.state().await.map(|state| state.prompt) {
        Ok(Some(_)) => "the device, which is at work on an answer".to_owned(),
        _ if stage.bench.settling() => "a phone, which is at work by itself".to_owned(),
        _ if stage.page.busy() => "the page, which is at work".to_owned(),
        _ => "what the last act set going".to_owned(),
    }
}
