//! Finds the tester's acts in a timeline.

use bench::PartySetting;
use serde_json::{Map, Value};
use timeline::{Event, Party};

use crate::engine::{Account, Act, Cast, Player, Registry, Role};

/// Answers to a prompt that are the person's own doing; what the PIN pad brings is told otherwise.
const ANSWERS: [&str; 5] = ["touched", "chosen", "wiped", "declined", "timedOut"];

/// What happened so far, and what of it the tester did.
pub(super) struct Tape {
    registry: Registry,
    cast: Cast,
    seed: u64,
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
    /// An empty tape; the cast has one device, named after its profile, and one relying party.
    pub(super) fn new(
        profile: &str,
        device: String,
        party: PartySetting,
        seed: u64,
        registry: Registry,
    ) -> Self {
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
                parties: vec![party],
                ..Cast::default()
            },
            seed,
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

    /// Where the randomness of all that was recorded started from.
    pub(super) fn seed(&self) -> u64 {
        self.seed
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
        let place = self.cast.party_of(event);
        if event.party == Party::RelyingParty && place.is_none() {
            return None;
        }
        self.registry.acts.iter().find_map(|kind| {
            let members = (kind.recorded)(event, &self.events, &self.cast)?;
            // A step on the page is played on the site that was opened last.
            let on_page = kind.name.starts_with("page.") && kind.name != "page.open";
            if on_page && event.kind == "rp.request" && place != self.shown() {
                return None;
            }
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

    /// The name of the relying party whose site was opened last.
    fn shown(&self) -> Option<&str> {
        let opens = |event: &&Event| {
            event.kind == "rp.request"
                && event.body["method"] == "GET"
                && event.body["path"] == "/api/relying-party"
        };
        match self.events.iter().rev().find(opens) {
            Some(opened) => self.cast.party_of(opened),
            None => self.cast.parties.first().map(|first| first.name.as_str()),
        }
    }

    /// Whoever asks for an account takes part from then on, and whoever was added as a relying party.
    fn meet(&mut self, event: &Event) {
        if event.kind == "bench.relyingParty.added" && !knows_party(&self.cast, event) {
            let name = event.body["name"].as_str().unwrap_or_default();
            let party = PartySetting::named(name).ok();
            // A walk makes the address of the name.
            let party = party.filter(|party| event.body["rpId"] == *party.rp_id);
            self.cast.parties.extend(party);
        }
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

fn knows_party(cast: &Cast, event: &Event) -> bool {
    let mut known = cast.parties.iter();
    known.any(|party| event.body["rpId"] == *party.rp_id)
}

/// True for what the administration asks for and an act stands for: another event shows it.
fn administers(path: &str) -> bool {
    path.strip_prefix("/api/admin/").is_some_and(|path| {
        path == "policy" || path.ends_with("/pin/reset") || path.starts_with("enrolments/")
    })
}

/// True for an event that only happens because somebody did something.
fn is_doing(event: &Event, cast: &Cast) -> bool {
    let text = |member: &str| event.body[member].as_str().unwrap_or_default();
    match event.kind.as_ref() {
        // What a page sends after the client has answered is no new doing.
        "rp.request" => {
            text("method") != "GET" && event.cause.is_none() && !administers(text("path"))
        }
        "device.prompt.answered" => ANSWERS.contains(&text("answer")),
        "bench.device.added" => cast.device_by_id(text("device")).is_none(),
        "bench.relyingParty.added" => !knows_party(cast, event),
        // What it becomes by itself has a cause.
        "bench.network.set" | "bench.deviceNetwork.set" => event.cause.is_none(),
        // Nobody heard it, but somebody pressed something.
        "bench.network.lost" => {
            event.cause.is_none()
                && text("direction") == "request"
                && event.body.get("device").is_none()
                && !text("message").starts_with("GET ")
        }
        "client.account.chosen"
        | "device.passkey.renamed"
        | "device.passkey.deleted"
        | "bench.device.renamed"
        | "bench.device.picked"
        | "bench.device.removed"
        | "bench.device.powerCycled"
        | "bench.device.cloned"
        | "bench.clock.moved"
        | "bench.relyingParty.removed"
        | "bench.relyingParty.restarted"
        | "bench.fault.armed" => true,
        _ => false,
    }
}
