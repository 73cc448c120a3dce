//! PIN synchronization, and the ways in which a device verifies a person.

use std::borrow::Cow;

use serde_json::Value;
use timeline::Event;

use super::{Drawn, Lane, Place, Tone, flag, list, named, number, own, text};
use crate::report::{counted, span};

pub(super) fn device(event: &Event) -> Drawn {
    let own = |title: &str| own(Lane::Device, title);
    let message = || text(event, "/message").or_else(|| text(event, "/reason"));
    match &*event.kind {
        "device.enrolment.claimed" => {
            own(&format!("Enrolment begins{}", rp_name(event))).note(list([
                text(event, "/account").map(str::to_owned),
                digits(event),
            ]))
        }
        "device.enrolment.made" => own(&format!("PIN enrolled{}", rp_name(event)))
            .note(text(event, "/account"))
            .tone(Tone::Good),
        "device.enrolment.forgotten" => own(&format!("Enrolment forgotten{}", rp_name(event)))
            .note(because(event, "/why"))
            .tone(Tone::Warn),
        "device.pin.exchange" => own(match text(event, "/purpose").unwrap_or_default() {
            "sync" => "PIN sync begins",
            "verify" => "Online PIN check begins",
            "set" => "Setting a PIN begins",
            "change" => "PIN change begins",
            _ => "Exchange begins",
        })
        .note(numbered("counter", number(event, "/syncCounter"))),
        "device.pin.synced" => synced(event),
        "device.pin.acknowledged" => own("Sync acknowledged").note(version(event)),
        "device.pin.answered" => answered(event),
        "device.pin.refused" => own(match text(event, "/reason").unwrap_or_default() {
            "pinLocked" => "Refused: the PIN is locked",
            "offlineOff" => "Refused: offline checks are off",
            "pinSyncOff" => "Refused: PIN sync is off",
            "noPin" => "Refused: no PIN is set",
            "signInFirst" => "Refused: nobody signed in since the reset",
            "counterBack" => "Refused: the counter went back",
            "busy" => "Refused: another exchange is open",
            "revoked" => "Refused: the enrolment is revoked",
            _ => "Answer not accepted",
        })
        .note(message())
        .tone(Tone::Bad),
        "device.pin.unreachable" => own("Relying party not reached")
            .note(text(event, "/why"))
            .tone(Tone::Warn),
        "device.pin.state" => state(event),
        "device.pin.offline" => offline(event),
        "device.pin.push" => push(event),
        "device.pin.stream" => stream(Lane::Device, event),
        "device.verification.done" => own(&format!(
            "User verified by {}",
            text(event, "/method").map_or("the device", method)
        ))
        .note(joined(&event.body["rpIds"]))
        .tone(Tone::Good),
        "device.verification.impossible" => own("No way to verify the user")
            .note(message())
            .tone(Tone::Bad),
        "device.fingerprint.checked" => fingerprint(event),
        "device.app.locked" => own("App locked").note(because(event, "/by")),
        "device.app.unlocked" => own("App unlocked").note(because(event, "/by")),
        "device.logon.answered" => own("Logon code shown")
            .note(text(event, "/workstation"))
            .tone(Tone::Good),
        "device.logon.refused" => own("Logon challenge refused")
            .note(message())
            .tone(Tone::Bad),
        "device.settings.changed" => own("Device settings changed"),
        kind => own(kind),
    }
}

pub(super) fn relying_party(event: &Event) -> Drawn {
    let about = |title: &str| {
        let account = named(text(event, "/account").map(Cow::from));
        own(Lane::RelyingParty, &format!("{title}{account}"))
    };
    let workstation = || text(event, "/workstation");
    match &*event.kind {
        "rp.pin.offered" => about("PIN enrolment offered"),
        "rp.pin.claimed" => own(
            Lane::RelyingParty,
            &format!(
                "Code claimed by {}",
                text(event, "/deviceName").unwrap_or("a phone")
            ),
        )
        .note(list([
            text(event, "/account").map(str::to_owned),
            digits(event),
        ])),
        "rp.pin.confirmed" => about("Enrolment confirmed"),
        "rp.pin.enrolled" => about("PIN enrolled").tone(Tone::Good),
        "rp.pin.checked" if flag(event, "/matched") => about("PIN matches").tone(Tone::Good),
        "rp.pin.checked" if flag(event, "/locked") => {
            about("Wrong PIN").note(Some("now locked")).tone(Tone::Bad)
        }
        "rp.pin.checked" => about("Wrong PIN").note(attempts(event)).tone(Tone::Warn),
        "rp.pin.set" if flag(event, "/changed") => about("PIN changed").note(version(event)),
        "rp.pin.set" => about("PIN set").note(version(event)),
        "rp.pin.acknowledged" => {
            let failures = number(event, "/failures").filter(|count| *count > 0);
            let failures = failures.map(|count| format!("{count} failed offline"));
            about("Sync recorded").note(list([version(event), failures]))
        }
        "rp.pin.locked" => about("PIN locked")
            .note(because(event, "/why"))
            .tone(Tone::Bad),
        "rp.pin.reset" => about("PIN reset")
            .note(because(event, "/by"))
            .tone(Tone::Warn),
        "rp.pin.pushed" => about("Push sent").note(
            event.body["enrolmentIds"]
                .as_array()
                .map(|ids| format!("to {}", counted(ids.len(), "phone"))),
        ),
        "rp.pin.revoked" => about("Enrolment revoked")
            .note(because(event, "/by"))
            .tone(Tone::Warn),
        "rp.pin.streams" => stream(Lane::RelyingParty, event),
        "rp.policy.changed" => own(Lane::RelyingParty, "Policy changed").note(list([
            numbered("version", number(event, "/version")),
            Some(changed(event)),
        ])),
        "rp.policy.refused" => own(Lane::RelyingParty, "Policy refused")
            .note(text(event, "/message"))
            .tone(Tone::Bad),
        "rp.factor.judged" => {
            let (title, tone) = match text(event, "/outcome").unwrap_or_default() {
                "passed" => ("Factor accepted", Tone::Good),
                "failed" => ("Factor refused", Tone::Bad),
                _ => ("Factor not judged", Tone::Plain),
            };
            about(title).note(text(event, "/message")).tone(tone)
        }
        "rp.logon.begun" => about("Workstation logon begins").note(workstation()),
        "rp.logon.finished" => about("Logged on at a workstation")
            .note(workstation())
            .tone(Tone::Good),
        "rp.logon.refused" => about("Workstation logon refused")
            .note(because(event, "/reason"))
            .tone(Tone::Bad),
        kind => own(Lane::RelyingParty, kind),
    }
}

fn synced(event: &Event) -> Drawn {
    let validity = number(event, "/validitySeconds");
    if validity == Some(0) {
        return own(Lane::Device, "PIN synced: offline checks are off")
            .note(version(event))
            .tone(Tone::Warn);
    }
    let validity = validity.map(|seconds| format!("valid {}", span(seconds.saturating_mul(1000))));
    own(Lane::Device, "PIN synced")
        .note(list([version(event), validity]))
        .tone(Tone::Good)
}

fn answered(event: &Event) -> Drawn {
    let result = text(event, "/result").unwrap_or_default();
    if result == "ok" {
        return own(
            Lane::Device,
            match text(event, "/purpose").unwrap_or_default() {
                "verify" => "PIN matches, online",
                "set" => "PIN set, online",
                "change" => "PIN changed, online",
                _ => "Done, online",
            },
        )
        .note(version(event))
        .tone(Tone::Good);
    }
    let title = match result {
        "wrongPin" => "Wrong PIN, online",
        "locked" => "PIN locked, says the relying party",
        "noPin" => "No PIN is set",
        "alreadySet" => "A PIN is set already",
        "tooShort" => "New PIN refused: too short",
        "tooLong" => "New PIN refused: too long",
        "charset" => "New PIN refused: other characters",
        "blocklisted" => "New PIN refused: too easy to guess",
        "inHistory" => "New PIN refused: used before",
        "samePin" => "New PIN refused: the same as now",
        "offNow" => "PIN sync is off",
        _ => "Not done, online",
    };
    own(Lane::Device, title)
        .note(attempts(event))
        .tone(match result {
            "locked" => Tone::Bad,
            _ => Tone::Warn,
        })
}

fn state(event: &Event) -> Drawn {
    let to = text(event, "/to").unwrap_or("unknown");
    let from = text(event, "/from").filter(|from| !from.is_empty());
    let from = from.map(|from| format!("{from} → ")).unwrap_or_default();
    own(Lane::Device, &format!("PIN cache: {from}{to}"))
        .note(text(event, "/reason"))
        .tone(match to {
            "locked" => Tone::Bad,
            "stale" | "expired" | "disabled" | "expiring" => Tone::Warn,
            _ => Tone::Plain,
        })
}

fn offline(event: &Event) -> Drawn {
    if let Some(matched) = joined(&event.body["matched"]) {
        return own(Lane::Device, "PIN, offline: match")
            .note(Some(matched))
            .tone(Tone::Good);
    }
    let entries = event.body["enrolments"].as_array();
    let asked: Vec<_> = entries
        .into_iter()
        .flatten()
        .filter(|entry| entry["outcome"] == "noMatch")
        .collect();
    let left = |entry: &Value| entry["triesLeft"].as_u64().map(tries_left);
    let tone = if asked.iter().all(|entry| entry["triesLeft"] == 0) {
        Tone::Bad
    } else {
        Tone::Warn
    };
    match asked.as_slice() {
        [] => own(Lane::Device, "PIN, offline: no cache may answer").tone(Tone::Bad),
        [only] => {
            let which = only["failures"].as_u64();
            let which = which.map(|count| format!(" · try {count}"));
            own(
                Lane::Device,
                &format!("PIN, offline: no match{}", which.unwrap_or_default()),
            )
            .note(left(only))
            .tone(tone)
        }
        several => {
            let each = several
                .iter()
                .filter_map(|entry| list([entry["rpId"].as_str().map(str::to_owned), left(entry)]));
            own(Lane::Device, "PIN, offline: no match")
                .note(Some(each.collect::<Vec<_>>().join(", ")).filter(|each| !each.is_empty()))
                .tone(tone)
        }
    }
}

fn push(event: &Event) -> Drawn {
    let title = match text(event, "/kind") {
        Some("beat") => "beat",
        _ => "push",
    };
    let news = flag(event, "/news").then(|| "news".to_owned());
    Drawn::new(Place::Arrow(Lane::RelyingParty, Lane::Device), title)
        .note(list([version(event), news]))
}

fn stream(lane: Lane, event: &Event) -> Drawn {
    let (title, tone) = match text(event, "/state").unwrap_or_default() {
        "opened" => ("Push stream opened", Tone::Plain),
        "closed" => ("Push stream closed", Tone::Plain),
        "refused" => ("Push stream refused", Tone::Warn),
        _ => ("Push stream", Tone::Plain),
    };
    own(lane, title).note(text(event, "/why")).tone(tone)
}

fn fingerprint(event: &Event) -> Drawn {
    if flag(event, "/matched") {
        return own(Lane::Device, "Fingerprint matches").tone(Tone::Good);
    }
    let (title, note) = if flag(event, "/locked") {
        ("Fingerprint locked", Some("the PIN instead".to_owned()))
    } else {
        let left = number(event, "/triesLeft").map(tries_left);
        ("Fingerprint does not match", left)
    };
    own(Lane::Device, title).note(note).tone(Tone::Warn)
}

fn method(name: &str) -> &str {
    match name {
        "devicePin" => "the device’s PIN",
        "syncedPin" => "the synced PIN",
        "fingerprint" => "fingerprint",
        "clientPin" => "the key’s PIN",
        other => other,
    }
}

/// Who or what brought it about; what is no known code stands as it is.
fn because<'a>(event: &'a Event, pointer: &str) -> Option<&'a str> {
    Some(match text(event, pointer)? {
        "app" => "in the app",
        "selfService" => "at the self-service page",
        "administrator" => "by an administrator",
        "person" => "by the person",
        "owner" => "by its owner",
        "enrolledAnew" | "replaced" => "enrolled anew",
        "revoked" => "the relying party took it away",
        "wiped" => "the device was wiped",
        "powerUp" => "after the power came",
        "powerCycle" => "after the power came back",
        "settings" => "as its settings say",
        "syncedPin" => "by the synced PIN",
        "onlinePin" => "by the PIN, online",
        "noEnrolment" => "there is no PIN to ask for",
        "onlineAttemptsSpent" => "all online attempts are spent",
        "logonWrong" => "the code is wrong",
        "logonLocked" => "too many wrong codes",
        other => other,
    })
}

fn changed(event: &Event) -> String {
    let changes = event.body["changes"].as_array();
    let members = changes.into_iter().flatten();
    let members = members.filter_map(|change| change["member"].as_str());
    members.collect::<Vec<_>>().join(", ")
}

fn rp_name(event: &Event) -> String {
    let name = text(event, "/rpName").or_else(|| text(event, "/rpId"));
    named(name.map(Cow::from))
}

fn digits(event: &Event) -> Option<String> {
    text(event, "/digits").map(|digits| format!("digits {digits}"))
}

fn version(event: &Event) -> Option<String> {
    numbered("PIN version", number(event, "/pinVersion"))
}

fn attempts(event: &Event) -> Option<String> {
    let count = number(event, "/attemptsLeft")?;
    let what = if count == 1 { "attempt" } else { "attempts" };
    Some(format!("{count} {what} left"))
}

/// "1 try left", "3 tries left".
pub(super) fn tries_left(count: u64) -> String {
    format!("{count} {} left", if count == 1 { "try" } else { "tries" })
}

fn numbered(what: &str, number: Option<u64>) -> Option<String> {
    number.map(|number| format!("{what} {number}"))
}

fn joined(texts: &Value) -> Option<String> {
    let texts: Vec<_> = texts.as_array()?.iter().filter_map(Value::as_str).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}
