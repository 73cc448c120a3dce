//! How an event is drawn: as the window's wire draws it. `fixtures/wire.json` says so to both.

use std::borrow::Cow;

use serde_json::Value;
use timeline::{Event, Party, Seq};

use self::bench::bench;

mod bench;
mod key;
mod pin;
#[cfg(test)]
mod tests;

/// A vertical line of the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    Device,
    Client,
    RelyingParty,
}

/// Where it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A message from one lane to another.
    Arrow(Lane, Lane),
    /// Something a party did by itself.
    Own(Lane),
    /// What concerns the bench as a whole.
    Across,
}

/// What its colour and sign say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Good,
    Bad,
    Warn,
}

impl Tone {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Warn => "warn",
        }
    }
}

/// An event as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Drawn {
    pub place: Place,
    pub title: String,
    pub note: Option<String>,
    pub tone: Tone,
}

/// How `event` is drawn; `events` are the run's, in order.
pub(super) fn present(event: &Event, events: &[Event]) -> Drawn {
    match event.party {
        Party::Client => client(event),
        Party::Device => device(event),
        Party::RelyingParty => relying_party(event, events),
        Party::Bench => bench(event),
    }
}

/// The event of this number.
pub(super) fn find(events: &[Event], seq: Option<Seq>) -> Option<&Event> {
    let seq = seq?;
    let at = events.binary_search_by_key(&seq, |event| event.seq).ok()?;
    events.get(at)
}

fn client(event: &Event) -> Drawn {
    let own = |title: &str| own(Lane::Client, title);
    match &*event.kind {
        "client.create.called" => {
            own("navigator.credentials.create()").note(text(event, "/origin"))
        }
        "client.get.called" => own("navigator.credentials.get()").note(text(event, "/origin")),
        "client.command.sent" => Drawn::new(
            Place::Arrow(Lane::Client, Lane::Device),
            text(event, "/command").unwrap_or("Command"),
        )
        .note(list([
            text(event, "/subcommand").map(Into::into),
            number(event, "/code").map(|code| format!("CTAP 0x{code:02x}")),
        ])),
        "client.command.answered" => answered(event),
        "client.create.returned" => own("New credential given to the page"),
        "client.get.returned" => own("Assertion given to the page"),
        "client.account.chosen" => own(&format!("Account chosen{}", named(user_name(event)))),
        "client.failed" => own(text(event, "/name").unwrap_or("Failed"))
            .note(text(event, "/message"))
            .tone(Tone::Bad),
        _ => key::client(event),
    }
}

fn answered(event: &Event) -> Drawn {
    let place = Place::Arrow(Lane::Device, Lane::Client);
    let status = text(event, "/status").unwrap_or_default();
    let took = took(event);
    if number(event, "/code") == Some(0) || status == "CTAP2_OK" {
        let title = match text(event, "/command").unwrap_or_default() {
            "authenticatorMakeCredential" => "new credential",
            "authenticatorGetAssertion" => "assertion",
            "authenticatorGetNextAssertion" => "next assertion",
            "authenticatorGetInfo" => "what the device can do",
            "authenticatorSelection" => "selected",
            "authenticatorReset" => "device wiped",
            "authenticatorClientPIN" => "about the PIN",
            _ => "answer",
        };
        Drawn::new(place, title).note(list([Some(status.into()), took]))
    } else {
        let title = if status.is_empty() { "Refused" } else { status };
        Drawn::new(place, title).note(took).tone(Tone::Bad)
    }
}

fn device(event: &Event) -> Drawn {
    let own = |title: &str| own(Lane::Device, title);
    match &*event.kind {
        "device.prompt.shown" => own(match text(event, "/prompt/kind").unwrap_or_default() {
            "touch" => "Asks for a touch",
            "setPin" => "Asks for a new PIN",
            "enterPin" => "Asks for the PIN",
            "chooseAccount" => "Asks which account",
            "fingerprint" => "Asks for a fingerprint",
            "unverifiable" => "Says that it cannot verify",
            "blocked" => "Says that it is blocked",
            _ => "Asks the person",
        })
        .note(text(event, "/prompt/rpId")),
        "device.prompt.answered" => prompt_answered(event),
        "device.pin.checked" => pin_checked(event),
        "device.pin.set" if flag(event, "/changed") => own("PIN changed"),
        "device.pin.set" => own("PIN set"),
        "device.passkey.created" => {
            let whom = text(event, "/userName").map(|name| format!(" for {name}"));
            own(&format!("Passkey created{}", whom.unwrap_or_default()))
                .note(text(event, "/rpId"))
                .tone(Tone::Good)
        }
        "device.passkey.used" => own("Passkey signed")
            .note(number(event, "/signCount").map(|count| format!("counter {count}"))),
        "device.passkey.renamed" => own("Passkey renamed"),
        "device.passkey.deleted" => own("Passkey deleted")
            .note(text(event, "/rpId"))
            .tone(Tone::Warn),
        "device.reset" => own("Device wiped").tone(Tone::Warn),
        "device.failed" => own("The device failed")
            .note(text(event, "/message"))
            .tone(Tone::Bad),
        _ => key::device(event),
    }
}

fn prompt_answered(event: &Event) -> Drawn {
    let (title, tone) = match text(event, "/answer").unwrap_or_default() {
        "touched" => ("Touched", Tone::Plain),
        "pinEntered" => ("PIN entered", Tone::Plain),
        "chosen" => ("Account chosen", Tone::Plain),
        "fingerLaid" => ("Finger laid on the reader", Tone::Plain),
        "pinInstead" => ("PIN chosen instead", Tone::Plain),
        "closed" => ("Closed by the person", Tone::Plain),
        "wiped" => ("Wipe chosen", Tone::Warn),
        "declined" => ("Declined by the person", Tone::Warn),
        "cancelled" => ("Cancelled by the client", Tone::Warn),
        "timedOut" => ("Nobody answered in time", Tone::Warn),
        _ => ("Answered", Tone::Plain),
    };
    own(Lane::Device, title).tone(tone)
}

fn pin_checked(event: &Event) -> Drawn {
    if flag(event, "/matched") {
        return own(Lane::Device, "PIN matches").tone(Tone::Good);
    }
    let left = number(event, "/triesLeft");
    own(Lane::Device, "Wrong PIN")
        .note(left.map(pin::tries_left))
        .tone(Tone::Warn)
}

fn relying_party(event: &Event, events: &[Event]) -> Drawn {
    let own = |title: &str| own(Lane::RelyingParty, title);
    let account = || named(text(event, "/account").map(Cow::from));
    let session = || text(event, "/session").map(|id| format!("session {id}…"));
    match &*event.kind {
        "rp.request" => Drawn::new(
            Place::Arrow(caller(Some(event)), Lane::RelyingParty),
            &asked(Some(event)),
        ),
        "rp.response" => response(event, events),
        "rp.verification" | "rp.pin.judged" => verification(event),
        "rp.account.created" => own(&format!("Account created{}", account())),
        "rp.session.bound" => own(&format!("Signed in{}", account()))
            .note(session())
            .tone(Tone::Good),
        "rp.session.ended" => own("Signed out").note(session()),
        _ => pin::relying_party(event),
    }
}

/// Who calls: the device by itself under `/pin/`, else the page.
fn caller(request: Option<&Event>) -> Lane {
    match request.and_then(|request| text(request, "/path")) {
        Some(path) if path.starts_with("/pin/") => Lane::Device,
        _ => Lane::Client,
    }
}

fn response(event: &Event, events: &[Event]) -> Drawn {
    let status = number(event, "/status").unwrap_or(0);
    let request = find(events, event.cause);
    let asked = asked(request);
    // Nobody is signed in yet: that is how a first visit looks, not a failure.
    let first_visit = status == 401 && asked == "GET /api/session";
    let title = match asked.as_str() {
        _ if first_visit => "no session",
        _ if status >= 400 => text(event, "/body/error/code").unwrap_or("refused"),
        "POST /api/registration/begin" => "creation options",
        "POST /api/registration/finish" => "passkey accepted",
        "POST /api/authentication/begin" => "request options",
        "POST /api/authentication/finish" => "signed in",
        "GET /api/session" => "session",
        "DELETE /api/session" => "signed out",
        "GET /api/passkeys" => "passkeys of the account",
        "GET /api/relying-party" => "name, RP ID and origin",
        "GET /api/pin" => "how the PIN stands",
        "POST /api/pin/offers" => "code to scan",
        "POST /api/pin/reset/begin" => "request options",
        "POST /api/pin/reset/finish" => "PIN reset",
        "POST /api/workstation/logon/begin" => "logon challenge",
        "POST /api/workstation/logon/finish" => "logged on",
        "POST /pin/enrol/claim" => "keys for the enrolment",
        "POST /pin/enrol/finish" => "enrolment signed",
        "POST /pin/exchange" => "sealed payload",
        "POST /pin/online" => "sealed result",
        "POST /pin/sync/ack" => "sync recorded",
        "POST /pin/stream/challenge" => "challenge",
        "POST /pin/stream" => "push stream",
        _ => "response",
    };
    let refused = status >= 400 && !first_visit;
    Drawn::new(Place::Arrow(Lane::RelyingParty, caller(request)), title)
        .note(list([Some(status.to_string()), took(event)]))
        .tone(if refused { Tone::Bad } else { Tone::Plain })
}

fn verification(event: &Event) -> Drawn {
    let own = |title: &str| own(Lane::RelyingParty, title);
    let steps = event.body.get("steps").and_then(Value::as_array);
    let section = text(event, "/steps/0/section").unwrap_or_default();
    if flag(event, "/verified") {
        let ended = |outcome: &str| {
            let so = |step: &&Value| step.get("outcome").is_some_and(|it| it == outcome);
            steps.into_iter().flatten().filter(so).count()
        };
        let passed = format!("{} passed", ended("passed"));
        return own(format!("{section} verified").trim())
            .note(Some(match ended("notApplicable") {
                0 => passed,
                others => format!("{passed}, {others} not applicable"),
            }))
            .tone(Tone::Good);
    }
    let failed = steps.and_then(|steps| {
        let failed = |step: &&Value| step.get("outcome").is_some_and(|it| it == "failed");
        steps.iter().find(failed)
    });
    match failed {
        Some(step) => own(&format!("{section} step {} failed", step["step"]))
            .note(step.get("name").and_then(Value::as_str))
            .tone(Tone::Bad),
        None => own("Not verified").tone(Tone::Bad),
    }
}

fn asked(request: Option<&Event>) -> String {
    let member = |path| request.and_then(|event| text(event, path));
    let (method, path) = (member("/method"), member("/path"));
    format!("{} {}", method.unwrap_or(""), path.unwrap_or(""))
        .trim()
        .to_owned()
}

fn user_name(event: &Event) -> Option<Cow<'_, str>> {
    let name = text(event, "/user/displayName").filter(|name| !name.is_empty());
    name.or_else(|| text(event, "/user/name")).map(Cow::from)
}

fn named(name: Option<Cow<'_, str>>) -> String {
    name.map(|name| format!(": {name}")).unwrap_or_default()
}

/// "45 µs", "0.4 ms", "61 ms", "14.2 s".
fn took(event: &Event) -> Option<String> {
    let micros = number(event, "/durationMicros")?;
    let tenths = |unit: u64| {
        let tenths = micros.saturating_add(unit / 20) / (unit / 10);
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    Some(match micros {
        0..100 => format!("{micros} µs"),
        100..10_000 => format!("{} ms", tenths(1_000)),
        10_000..1_000_000 => format!("{} ms", (micros + 500) / 1_000),
        _ => format!("{} s", tenths(1_000_000)),
    })
}

fn list(parts: [Option<String>; 2]) -> Option<String> {
    let parts: Vec<_> = parts
        .into_iter()
        .flatten()
        .filter(|it| !it.is_empty())
        .collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

fn text<'a>(event: &'a Event, pointer: &str) -> Option<&'a str> {
    event.body.pointer(pointer)?.as_str()
}

fn number(event: &Event, pointer: &str) -> Option<u64> {
    event.body.pointer(pointer)?.as_u64()
}

fn flag(event: &Event, pointer: &str) -> bool {
    event.body.pointer(pointer) == Some(&Value::Bool(true))
}

fn across(title: impl AsRef<str>) -> Drawn {
    Drawn::new(Place::Across, title.as_ref())
}

fn own(lane: Lane, title: &str) -> Drawn {
    Drawn::new(Place::Own(lane), title)
}

impl Drawn {
    fn new(place: Place, title: &str) -> Self {
        Self {
            place,
            title: title.to_owned(),
            note: None,
            tone: Tone::Plain,
        }
    }

    fn note(mut self, note: Option<impl Into<String>>) -> Self {
        self.note = note.map(Into::into);
        self
    }

    fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}
