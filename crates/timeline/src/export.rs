//! The timeline as a file that may leave the bench.

use std::{io, sync::Arc};

use serde::{Serialize, ser::SerializeSeq};
use serde_json::Value;

use crate::{Error, Event, Recorder, Seq, Timestamp};

/// Members whose value is a secret wherever they stand. Rooms replace secrets
/// before they emit; an export goes over them once more.
const SECRET_MEMBERS: [&str; 8] = [
    "pin",
    "pinHash",
    "newPin",
    "privateKey",
    "token",
    "cookie",
    "password",
    "secret",
];

/// Events are read from the recorder in pages of this many.
const PAGE: usize = 1_000;

/// What a saved timeline says beside its events.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Export<'a> {
    /// Version of the program that wrote it.
    pub touchstone: &'a str,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// Events that neither memory nor disk could keep.
    pub lost: u64,
}

impl Export<'_> {
    /// Writes `{format, touchstone, savedAt, lost, events: […]}` to `out`, every event redacted once more.
    ///
    /// # Errors
    /// When the recorder's older part cannot be read or `out` cannot be written.
    pub fn write(&self, recorder: &Recorder, out: impl io::Write) -> Result<(), Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Document<'a> {
            format: &'static str,
            #[serde(flatten)]
            head: &'a Export<'a>,
            #[serde(serialize_with = "events")]
            events: &'a Recorder,
        }
        let document = Document {
            format: "touchstone-timeline-1",
            head: self,
            events: recorder,
        };
        serde_json::to_writer_pretty(out, &document).map_err(|error| Error::Spill(error.into()))
    }
}

fn events<S: serde::Serializer>(recorder: &&Recorder, serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(None)?;
    let last = recorder.last();
    let mut after = Seq(0);
    while after < last {
        let page: Vec<Arc<Event>> = recorder
            .range(after, PAGE)
            .map_err(serde::ser::Error::custom)?;
        let Some(end) = page.last() else { break };
        after = end.seq;
        for event in page {
            let mut event = Arc::unwrap_or_clone(event);
            redact(&mut event.body);
            list.serialize_element(&event)?;
        }
    }
    list.end()
}

/// Replaces the value of every member with a secret's name by `"[secret]"`, at any depth.
pub fn redact(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if SECRET_MEMBERS.contains(&name.as_str())
                    && !member.is_null()
                    && !member.is_boolean()
                {
                    *member = Value::from("[secret]");
                } else {
                    redact(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Draft, Emit, ManualClock, Party};

    #[test]
    fn an_export_holds_every_event_and_no_planted_secret() {
        let recorder = Recorder::new(Arc::new(ManualClock::new(Timestamp(7))), 3);
        for _ in 0..10 {
            let body = serde_json::json!({ "rpId": "localhost", "deep": [{ "pin": "CANARY-1", "token": "CANARY-2" }] });
            recorder.emit(Draft::new(Party::Device, "test.event").body(body));
        }
        let mut out = Vec::new();
        let head = Export {
            touchstone: "0.0.0",
            saved_at: Timestamp(9),
            lost: recorder.lost(),
        };
        head.write(&recorder, &mut out)
            .expect("memory can be written");
        let text = String::from_utf8(out).expect("JSON is UTF-8");
        assert!(!text.contains("CANARY"), "secrets are replaced");
        let json: Value = serde_json::from_str(&text).expect("the export is JSON");
        assert_eq!(json["events"].as_array().map(Vec::len), Some(10));
        assert_eq!(json["format"], "touchstone-timeline-1");
        assert_eq!(json["savedAt"], 9);
    }
}
