//! The timeline as a file that may leave the bench.

use std::{cell::Cell, io, sync::Arc};

use serde::{
    Serialize, Serializer,
    ser::{self, SerializeSeq as _},
};
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
    /// Writes `{format, touchstone, savedAt, lost, events: […]}` to `out`, every event redacted once
    /// more, and returns how many there were.
    ///
    /// # Errors
    /// When the recorder's older part cannot be read or `out` cannot be written.
    pub fn write(&self, recorder: &Recorder, mut out: impl io::Write) -> Result<u64, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Document<'a> {
            format: &'static str,
            #[serde(flatten)]
            head: &'a Export<'a>,
            events: Events<'a>,
        }
        let written = Cell::new(0);
        let events = Events {
            recorder,
            written: &written,
        };
        let document = Document {
            format: "touchstone-timeline-1",
            head: self,
            events,
        };
        serde_json::to_writer_pretty(&mut out, &document)
            .map_err(|error| Error::Spill(error.into()))?;
        out.flush()?;
        Ok(written.get())
    }
}

/// Every event of a recorder, read page by page and counted.
struct Events<'a> {
    recorder: &'a Recorder,
    written: &'a Cell<u64>,
}

impl Serialize for Events<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        let last = self.recorder.last();
        let mut after = Seq(0);
        while after < last {
            let page: Vec<Arc<Event>> = self
                .recorder
                .range(after, PAGE)
                .map_err(ser::Error::custom)?;
            let Some(end) = page.last() else { break };
            after = end.seq;
            for event in page {
                let mut event = Arc::unwrap_or_clone(event);
                if redact(&mut event.body) {
                    // The bytes would hold what the body no longer does.
                    event.raw = None;
                }
                list.serialize_element(&event)?;
                self.written.set(self.written.get() + 1);
            }
        }
        list.end()
    }
}

/// Replaces the value of every member with a secret's name by `"[secret]"`, at any depth, and says
/// whether there was one.
pub fn redact(value: &mut Value) -> bool {
    let mut found = false;
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if SECRET_MEMBERS.contains(&name.as_str())
                    && !member.is_null()
                    && !member.is_boolean()
                {
                    *member = Value::from("[secret]");
                    found = true;
                } else {
                    found |= redact(member);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                found |= redact(item);
            }
        }
        _ => {}
    }
    found
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
