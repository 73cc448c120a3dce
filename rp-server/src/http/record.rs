//! The API's requests and answers on the timeline, linked by cause. Cookies stay out, and so do the
//! codes by which whoever holds them could enrol a phone or sign in at a workstation.

use std::{borrow::Cow, time::Duration};

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use serde_json::{Value, json};
use timeline::{Draft, Party, Seq};

use super::body::Collected;
use crate::{RelyingParty, kinds};

/// The event that a handler's own events are caused by; none when nobody listens.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cause(pub Option<Seq>);

impl<S: Sync> FromRequestParts<S> for Cause {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(head.extensions.get::<Self>().copied().unwrap_or_default())
    }
}

/// The answer that holds an invitation's code, and the request that holds a workstation's.
const OFFERS: &str = "/api/pin/offers";
const LOGON_FINISH: &str = "/api/workstation/logon/finish";
/// What stands where a code stood.
const HIDDEN: &str = "[secret]";

/// A request on the timeline, whose answer is still to come.
pub(super) struct Asked {
    pub event: Seq,
    started: Duration,
    hides_code: bool,
}

impl Asked {
    /// Records a request as it was received.
    pub(super) fn record(party: &RelyingParty, request: &Collected, deliberate: bool) -> Self {
        let Collected { head, body } = request;
        let path = head.uri.path();
        let body = shown(body, path == LOGON_FINISH);
        let event = json!({
            "method": head.method.as_str(),
            "path": path,
            "body": decoded(&body),
        });
        let draft = Draft::new(Party::RelyingParty, kinds::REQUEST).body(event);
        Self {
            started: party.seams.clock.monotonic(),
            event: party.emit(with_bytes(draft, &body, deliberate)),
            hides_code: path == OFFERS,
        }
    }

    /// The event of its answer, with the time of now, to be recorded when the answer's fate is
    /// known.
    pub(super) fn answered(self, party: &RelyingParty, status: StatusCode, body: &[u8]) -> Draft {
        let took = party.seams.clock.monotonic().saturating_sub(self.started);
        let body = shown(body, self.hides_code);
        let event = json!({
            "status": status.as_u16(),
            "body": decoded(&body),
            "durationMicros": u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        });
        let draft = Draft::new(Party::RelyingParty, kinds::RESPONSE)
            .cause(self.event)
            .body(event)
            .at(party.now());
        with_bytes(draft, &body, false)
    }
}

/// The body as the timeline may have it: of one that holds a code, everything else; of one that may
/// hold a code and is not an object, nothing.
fn shown(body: &[u8], hides_code: bool) -> Cow<'_, [u8]> {
    if !hides_code {
        return Cow::Borrowed(body);
    }
    let mut members = match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => members,
        _ => return Cow::Borrowed(&[]),
    };
    if let Some(code) = members.get_mut("code") {
        *code = HIDDEN.into();
    }
    Cow::Owned(serde_json::to_vec(&members).unwrap_or_default())
}

fn with_bytes(draft: Draft, body: &[u8], deliberate: bool) -> Draft {
    let draft = if body.is_empty() {
        draft
    } else {
        draft.raw(body)
    };
    if deliberate {
        draft.deliberate()
    } else {
        draft
    }
}

fn decoded(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or(Value::Null)
}
