//! The API's requests and answers on the timeline, linked by cause; cookies stay out.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::FromRequestParts,
    http::request::Parts,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use timeline::{Draft, Party, Seq};

use super::body::Collected;
use crate::{Refusal, RelyingParty, kinds};

/// The event that a handler's own events are caused by; none when nobody listens.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cause(pub Option<Seq>);

impl<S: Sync> FromRequestParts<S> for Cause {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(head.extensions.get::<Self>().copied().unwrap_or_default())
    }
}

/// Answers the request, with one event before and one after.
pub(super) async fn through(
    party: &Arc<RelyingParty>,
    mut request: Collected,
    next: Next,
) -> Response {
    let started = party.clock.monotonic();
    let cause = asked(party, &request.head, &request.body);
    request.head.extensions.insert(Cause(Some(cause)));
    let response = next.run(request.into()).await;
    answered(party, cause, started, response).await
}

/// Answers a request whose body was no good, with the same two events.
pub(super) async fn refused(party: &Arc<RelyingParty>, head: &Parts, refusal: Refusal) -> Response {
    let started = party.clock.monotonic();
    let cause = asked(party, head, &Bytes::new());
    answered(party, cause, started, refusal.into_response()).await
}

fn asked(party: &RelyingParty, head: &Parts, body: &Bytes) -> Seq {
    let event =
        json!({ "method": head.method.as_str(), "path": head.uri.path(), "body": decoded(body) });
    let draft = Draft::new(Party::RelyingParty, kinds::REQUEST).body(event);
    party.emit(if body.is_empty() {
        draft
    } else {
        draft.raw(body.to_vec())
    })
}

async fn answered(
    party: &RelyingParty,
    cause: Seq,
    started: Duration,
    response: Response,
) -> Response {
    let (head, body) = response.into_parts();
    // The bodies of our own answers are whole in memory already; reading them cannot fail.
    let body = axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default();
    let took = party.clock.monotonic().saturating_sub(started);
    let event = json!({
        "status": head.status.as_u16(),
        "body": decoded(&body),
        "durationMicros": u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
    });
    let draft = Draft::new(Party::RelyingParty, kinds::RESPONSE)
        .cause(cause)
        .body(event);
    party.emit(if body.is_empty() {
        draft
    } else {
        draft.raw(body.to_vec())
    });
    Response::from_parts(head, Body::from(body))
}

fn decoded(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or(Value::Null)
}
