//! Faults: armed, waiting for their message, applied to it.

mod arming;
pub(crate) mod catalogue;
mod channel;
mod replay;
mod tamper;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use ctap::Command;
use serde_json::{Value as Json, json};
use timeline::{Draft, Emit as _, Party, Recorder, Seq};
use tokio::sync::watch;

pub(crate) use channel::FaultyChannel;

use crate::{
    Error,
    api::{ArmedFault, Direction, Effect, Fault},
    bench::lock,
    kinds,
    links::Linked,
};
use tamper::Tampered;

/// The most faults that wait at once; a person arms a few.
const MOST: usize = 64;

/// The faults that wait, and what they need to be told and applied.
pub(crate) struct Faults {
    recorder: Arc<Recorder>,
    pub(crate) linked: Arc<Linked>,
    changes: watch::Sender<u64>,
    list: Mutex<List>,
    stalled: AtomicUsize,
}

#[derive(Default)]
struct List {
    last_id: u32,
    waiting: Vec<Waiting>,
}

/// An armed fault, with the message it replays.
#[derive(Debug, Clone)]
struct Waiting {
    armed: ArmedFault,
    earlier: Option<Arc<[u8]>>,
}

/// A message under way.
pub(crate) struct Message<'a> {
    /// Its name in the catalogue.
    pub(crate) name: &'a str,
    pub(crate) direction: Direction,
    pub(crate) bytes: Vec<u8>,
    /// The event that shows it or led to it.
    pub(crate) cause: Option<Seq>,
    /// The command, when it goes between client and device.
    pub(crate) command: Option<&'a Command>,
    /// The further relying party whose message it is.
    pub(crate) rp_id: Option<&'a str>,
}

/// What became of a message that faults happened to.
#[derive(Debug, Default)]
pub(crate) struct Fared {
    /// The message as it is now.
    pub(crate) bytes: Vec<u8>,
    /// How long it is kept waiting first.
    pub(crate) delay: Duration,
    /// It never arrives.
    pub(crate) dropped: bool,
    /// It arrives twice.
    pub(crate) twice: bool,
    /// A fault happened to it.
    pub(crate) deliberate: bool,
}

/// Why this fault can never happen, as a sentence; none when it can.
#[must_use]
pub fn problem(fault: &Fault) -> Option<String> {
    let why = arming::check(fault).err()?;
    Some(Error::Fault(why).to_string())
}

impl Faults {
    pub(crate) fn new(
        recorder: Arc<Recorder>,
        linked: Arc<Linked>,
        changes: watch::Sender<u64>,
    ) -> Self {
        Self {
            recorder,
            linked,
            changes,
            list: Mutex::default(),
            stalled: AtomicUsize::new(0),
        }
    }

    /// The faults that wait, the oldest first.
    pub(crate) fn armed(&self) -> Vec<ArmedFault> {
        let list = lock(&self.list);
        list.waiting
            .iter()
            .map(|waiting| waiting.armed.clone())
            .collect()
    }

    /// Checks a fault and lets it wait.
    pub(crate) fn arm(&self, fault: Fault) -> Result<ArmedFault, Error> {
        arming::check(&fault).map_err(Error::Fault)?;
        let earlier = match &fault.effect {
            Effect::Replay { earlier } => Some(
                replay::earlier(&self.recorder, &fault.message, fault.direction, *earlier)?.into(),
            ),
            _ => None,
        };
        let mut list = lock(&self.list);
        if list.waiting.len() >= MOST {
            return Err(Error::Fault(format!(
                "{MOST} faults wait already; disarm some first"
            )));
        }
        list.last_id += 1;
        let armed = ArmedFault {
            id: list.last_id,
            left: fault.times,
            fault,
        };
        // Told before it can happen.
        let body = json!({ "id": armed.id, "fault": armed.fault });
        self.tell(
            Draft::new(Party::Bench, kinds::FAULT_ARMED)
                .body(body)
                .deliberate(),
        );
        list.waiting.push(Waiting {
            armed: armed.clone(),
            earlier,
        });
        drop(list);
        self.note_change();
        Ok(armed)
    }

    /// Takes an armed fault away.
    pub(crate) fn disarm(&self, id: u32) -> Result<(), Error> {
        let mut list = lock(&self.list);
        let place = list.waiting.iter().position(|it| it.armed.id == id);
        let place = place.ok_or(Error::NoSuchFault(id))?;
        let gone = list.waiting.remove(place);
        drop(list);
        self.tell_gone(&gone.armed, "disarmed");
        self.note_change();
        Ok(())
    }

    /// Takes every armed fault away.
    pub(crate) fn clear(&self) {
        let gone = std::mem::take(&mut lock(&self.list).waiting);
        for waiting in &gone {
            self.tell_gone(&waiting.armed, "disarmed");
        }
        self.note_change();
    }

    /// Whether somebody waits for a message that was dropped.
    pub(crate) fn are_stalled(&self) -> bool {
        self.stalled.load(Ordering::SeqCst) > 0
    }

    /// Waits, for whoever waits for a dropped message, until `end`.
    async fn stall(&self, end: impl Future<Output = ()>) {
        struct Waits<'a>(&'a Faults);
        impl Drop for Waits<'_> {
            fn drop(&mut self) {
                self.0.stalled.fetch_sub(1, Ordering::SeqCst);
                self.0.note_change();
            }
        }
        self.stalled.fetch_add(1, Ordering::SeqCst);
        let _waits = Waits(self);
        self.note_change();
        end.await;
    }

    /// Lets the armed faults happen to a message, in the order of arming, until one drops it.
    pub(crate) fn happen(&self, message: Message<'_>) -> Fared {
        let mut fared = Fared {
            bytes: message.bytes.clone(),
            ..Fared::default()
        };
        for waiting in self.take(&message) {
            match self.apply(&waiting, &message, &mut fared) {
                Ok(change) => self.tell_applied(&waiting.armed, &message, change),
                Err(reason) => self.miss(waiting, &message, &reason),
            }
        }
        fared
    }

    /// Takes the faults that wait for this message, each once, up to one that drops it.
    fn take(&self, message: &Message<'_>) -> Vec<Waiting> {
        let mut taken = Vec::new();
        let mut list = lock(&self.list);
        list.waiting.retain_mut(|waiting| {
            let fault = &waiting.armed.fault;
            let dropped = taken
                .last()
                .is_some_and(|last: &Waiting| last.armed.fault.effect == Effect::Drop);
            if dropped || fault.message != message.name || fault.direction != message.direction {
                return true;
            }
            waiting.armed.left -= 1;
            taken.push(waiting.clone());
            waiting.armed.left > 0
        });
        taken
    }

    fn apply(
        &self,
        waiting: &Waiting,
        message: &Message<'_>,
        fared: &mut Fared,
    ) -> Result<Option<Tampered<()>>, String> {
        let mut change = None;
        match (&waiting.armed.fault.effect, &waiting.earlier) {
            (Effect::Drop, _) => fared.dropped = true,
            (Effect::Delay { millis }, _) => fared.delay += Duration::from_millis(*millis),
            (Effect::Duplicate, _) => fared.twice = true,
            (Effect::Replay { .. }, Some(earlier)) => fared.bytes = earlier.to_vec(),
            // A replay is armed with its message.
            (Effect::Replay { .. }, None) => return Err("there is no earlier one".to_owned()),
            (Effect::Tamper { field, change: how }, _) => {
                let tampered = match message.command {
                    Some(command) => {
                        tamper::ctap(command, message.direction, &fared.bytes, field, how)
                    }
                    None => tamper::http(&fared.bytes, field, how),
                }?;
                if message.command.is_none() {
                    self.linked.changed(&fared.bytes, &tampered.whole);
                }
                fared.bytes.clone_from(&tampered.whole);
                change = Some(tampered.map(drop));
            }
        }
        fared.deliberate = true;
        Ok(change)
    }

    /// A fault that could not be applied waits on.
    fn miss(&self, mut waiting: Waiting, message: &Message<'_>, reason: &str) {
        let mut body = about(&waiting.armed, message);
        body["reason"] = json!(format!(
            "{} passed unchanged: {reason}. The fault waits for the next one.",
            message.name
        ));
        let missed = Draft::new(Party::Bench, kinds::FAULT_MISSED);
        self.tell(missed.cause(message.cause).body(body).deliberate());
        let mut list = lock(&self.list);
        let id = waiting.armed.id;
        match list.waiting.iter_mut().find(|it| it.armed.id == id) {
            Some(waits) => waits.armed.left += 1,
            None => {
                waiting.armed.left += 1;
                let place = list.waiting.partition_point(|it| it.armed.id < id);
                list.waiting.insert(place, waiting);
            }
        }
    }

    fn tell_applied(
        &self,
        armed: &ArmedFault,
        message: &Message<'_>,
        change: Option<Tampered<()>>,
    ) {
        let mut body = about(armed, message);
        body["left"] = json!(armed.left);
        if let Some(Tampered { before, after, .. }) = change {
            let name = match &armed.fault.effect {
                Effect::Tamper { field, .. } => field.rsplit('.').next().unwrap_or_default(),
                _ => "",
            };
            for (side, value) in [("before", before), ("after", after)] {
                if let Some(value) = value {
                    body[side] = without_secrets(name, value);
                }
            }
        }
        let applied = Draft::new(Party::Bench, kinds::FAULT_APPLIED);
        self.tell(applied.cause(message.cause).body(body).deliberate());
        if armed.left == 0 {
            self.tell_gone(armed, "spent");
        }
        self.note_change();
    }

    fn tell_gone(&self, armed: &ArmedFault, why: &str) {
        let mut body = fault_body(armed);
        body["why"] = json!(why);
        self.tell(Draft::new(Party::Bench, kinds::FAULT_DISARMED).body(body));
    }

    fn tell(&self, draft: Draft) {
        self.linked.emit(draft);
    }

    fn note_change(&self) {
        self.changes
            .send_modify(|version| *version = version.wrapping_add(1));
    }
}

/// What every event about a fault and a message says.
fn about(armed: &ArmedFault, message: &Message<'_>) -> Json {
    let mut body = fault_body(armed);
    if let Some(rp_id) = message.rp_id {
        body["rpId"] = json!(rp_id);
    }
    body
}

/// What every event about a fault says.
fn fault_body(armed: &ArmedFault) -> Json {
    let fault = &armed.fault;
    let mut body = json!({
        "id": armed.id,
        "message": fault.message,
        "direction": fault.direction,
        "effect": json!(fault.effect)["kind"],
    });
    if let Effect::Tamper { field, .. } = &fault.effect {
        body["field"] = json!(field);
    }
    body
}

/// The value of the member `name` as the timeline may have it.
fn without_secrets(name: &str, value: Json) -> Json {
    let mut member = json!({ name: value });
    timeline::redact(&mut member);
    member[name].take()
}
