//! The API's requests and answers on the timeline, linked by cause; cookies stay out.

use std::time::Duration;

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

/// A request on the timeline, whose answer is still to come.
pub(super) struct Asked {
    pub event: Seq,
    started: Duration,
}

impl Asked {
    /// Records a request as it was received.
    pub(super) fn record(party: &RelyingParty, request: &Collected, deliberate: bool) -> Self {
        let Collected { head, body } = request;
        let event = json!({
            "method": head.method.as_str(),
            "path": head.uri.path(),
            "body": decoded(body),
        });
        let draft = Draft::new(Party::RelyingParty, kinds::REQUEST).body(event);
        Self {
            started: party.seams.clock.monotonic(),
            event: party.emit(with_bytes(draft, body, deliberate)),
        }
    }

    /// The event of its answer, with the time of now, to be recorded when the answer's fate is
    /// known.
    pub(super) fn answered(self, party: &RelyingParty, status: StatusCode, body: &[u8]) -> Draft {
        let took = party.seams.clock.monotonic().saturating_sub(self.started);
        let event = json!({
            "status": status.as_u16(),
            "body": decoded(body),
            "durationMicros": u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        });
        let draft = Draft::new(Party::RelyingParty, kinds::RESPONSE)
            .cause(self.event)
            .body(event)
            .at(party.now());
        with_bytes(draft, body, false)
    }
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
