//! Finds the tester's acts in a timeline.

use serde_json::{Map, Value};
use timeline::Event;

use crate::engine::{Account, Act, Cast, Player, Registry, Role};

/// Answers to a prompt that are the person's own doing; what the PIN pad brings is told otherwise.
const ANSWERS: [&str; 5] = ["touched", "chosen", "wiped", "declined", "timedOut"];

/// What happened so far, and what of it the tester did.
pub(super) struct Tape {
    registry: Registry,
    cast: Cast,
    events: Vec<Event>,
    acts: Vec<Found>,
    ignored: u32,
}

/// An act of the tester.
pub(super) struct Found {
    /// `room.verb`.
    pub(super) name: &'static str,
    /// Its members.
    pub(super) members: Map<String, Value>,
    /// What was done, as a sentence.
    pub(super) sentence: String,
    /// Place of the event that shows it.
    pub(super) at: usize,
}

impl Tape {
    /// An empty tape; the cast has one device, named after its profile.
    pub(super) fn new(profile: &str, device: String, registry: Registry) -> Self {
        let device = Player {
            name: profile.to_owned(),
            profile: profile.to_owned(),
            way: None,
            id: device,
        };
        Self {
            registry,
            cast: Cast {
                devices: vec![device],
                ..Cast::default()
            },
            events: Vec::new(),
            acts: Vec::new(),
            ignored: 0,
        }
    }

    /// The number of the last event.
    pub(super) fn last(&self) -> u64 {
        self.events.last().map_or(0, |event| event.seq.0)
    }

    pub(super) fn cast(&self) -> &Cast {
        &self.cast
    }

    pub(super) fn acts(&self) -> &[Found] {
        &self.acts
    }

    /// Things the tester did that no act stands for.
    pub(super) fn ignored(&self) -> u32 {
        self.ignored
    }

    /// The events that an act led to, with the one that shows it.
    pub(super) fn led_to(&self, act: usize) -> &[Event] {
        let (from, to) = (self.acts.get(act), self.acts.get(act + 1));
        let to = to.map_or(self.events.len(), |next| next.at);
        let from = from.map_or(to, |act| act.at);
        &self.events[from..to]
    }

    /// An event before this one.
    pub(super) fn cause(&self, event: &Event) -> Option<&Event> {
        let cause = event.cause?;
        let place = self.events.binary_search_by_key(&cause, |event| event.seq);
        self.events.get(place.ok()?)
    }

    /// The next event.
    pub(super) fn take(&mut self, event: Event) {
        self.meet(&event);
        match self.found(&event) {
            Some(found) => self.acts.push(found),
            None if is_doing(&event, &self.cast) => self.ignored += 1,
            None => {}
        }
        self.events.push(event);
    }

    fn found(&self, event: &Event) -> Option<Found> {
        self.registry.acts.iter().find_map(|kind| {
            let members = (kind.recorded)(event, &self.events, &self.cast)?;
            let act = (kind.read)(Value::Object(members.clone())).ok()?;
            self.can_be_played(act.as_ref()).then(|| Found {
                name: kind.name,
                sentence: act.instruction(&self.cast),
                members,
                at: self.events.len(),
            })
        })
    }

    /// False when the act is about somebody whom the walk would not know.
    fn can_be_played(&self, act: &dyn Act) -> bool {
        act.refers().iter().all(|reference| {
            reference.role != Role::Account || self.cast.account(&reference.name).is_some()
        })
    }

    /// Whoever asks for an account takes part from then on.
    fn meet(&mut self, event: &Event) {
        let body = &event.body["body"];
        let asks = event.kind == "rp.request" && event.body["path"] == "/api/registration/begin";
        let Some(name) = body["username"].as_str().filter(|_| asks) else {
            return;
        };
        if self.cast.account(name).is_none() {
            let display_name = body["displayName"].as_str().unwrap_or(name).to_owned();
            self.cast.accounts.push(Account {
                name: name.to_owned(),
                display_name,
            });
        }
    }
}

/// True for an event that only happens because somebody did something.
fn is_doing(event: &Event, cast: &Cast) -> bool {
    let text = |member: &str| event.body[member].as_str().unwrap_or_default();
    match event.kind.as_ref() {
        // What a page sends after the client has answered is no new doing.
        "rp.request" => text("method") != "GET" && event.cause.is_none(),
        "device.prompt.answered" => ANSWERS.contains(&text("answer")),
        "bench.device.added" => cast.device_by_id(text("device")).is_none(),
        "client.account.chosen"
        | "device.passkey.renamed"
        | "device.passkey.deleted"
        | "bench.device.renamed"
        | "bench.device.picked"
        | "bench.device.removed"
        | "bench.device.powerCycled"
        | "bench.device.cloned"
        | "bench.clock.moved"
        | "bench.network.set"
        | "bench.fault.armed" => true,
        _ => false,
    }
}
