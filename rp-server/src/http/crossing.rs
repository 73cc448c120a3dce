//! How a request and its answer cross a network that may lose, delay, repeat and change them.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header, response},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use timeline::{Draft, Seq};

use super::{
    arrival::{Arrival, whole},
    headers::Page,
    pin::GoesOn,
};
use crate::{
    RelyingParty,
    network::{Fate, Message},
};

/// Marks a response of which nothing reaches the visitor: the connection is closed instead.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the network lost the message")]
pub(super) struct Lost;

/// What the connection makes of a response: its bytes, or its end.
pub(super) fn delivered(response: Response) -> Result<Response, Lost> {
    match response.extensions().get() {
        Some(lost) => Err(*lost),
        None => Ok(response),
    }
}

/// Answers the request, as far as the network lets it and its answer through.
pub(super) async fn cross(party: &Arc<RelyingParty>, mut arrival: Arrival, next: Next) -> Response {
    let mut request = message(&arrival);
    let fate = party.seams.network.arrives(&mut request).await;
    if fate == Fate::Lose {
        return lost();
    }
    if *request.body != *arrival.request.body {
        request.deliberate = true;
        arrival.request.body = Bytes::copy_from_slice(&request.body);
        fit(&mut arrival.request.head.headers, request.body.len());
    }
    let again = (fate == Fate::Twice).then(|| (arrival.clone(), next.clone()));
    let answered = handle(party, arrival, next, request.deliberate).await;
    request.event = answered.request;
    let response = leave(party, &request, answered).await;
    if let Some((arrival, next)) = again {
        // Nobody receives the second answer.
        drop(handle(party, arrival, next, true).await);
    }
    response
}

fn message(arrival: &Arrival) -> Message {
    let head = &arrival.request.head;
    Message {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        status: None,
        body: arrival.request.body.to_vec(),
        deliberate: false,
        event: None,
    }
}

/// What the relying party answered, before the network has it.
struct Answered {
    request: Option<Seq>,
    head: response::Parts,
    body: Body,
    /// The body's bytes; none of a page or a stream, which pass unread.
    bytes: Option<Bytes>,
    event: Option<Unsent>,
}

async fn handle(
    party: &Arc<RelyingParty>,
    arrival: Arrival,
    next: Next,
    deliberate: bool,
) -> Answered {
    let is_api = arrival.page == Page::Api;
    let asked = arrival.tell(party, deliberate);
    let request = asked.as_ref().map(|asked| asked.event);
    let (head, body) = arrival.answer(next, request).await.into_parts();
    if !is_api {
        return Answered {
            request,
            head,
            body,
            bytes: None,
            event: None,
        };
    }
    let goes_on = head.extensions.get::<GoesOn>().is_some();
    let (body, bytes) = if goes_on {
        (body, None)
    } else {
        let bytes = whole(body).await;
        (bytes.clone().into(), Some(bytes))
    };
    let event = asked.map(|asked| {
        let shown = bytes.as_deref().unwrap_or_default();
        Unsent {
            draft: Some(asked.answered(party, head.status, shown)),
            party: party.clone(),
        }
    });
    Answered {
        request,
        head,
        body,
        bytes,
        event,
    }
}

/// Hands the answer to the network, and records what the relying party answered.
async fn leave(party: &RelyingParty, request: &Message, answered: Answered) -> Response {
    let Answered {
        mut head,
        body,
        bytes,
        event,
        ..
    } = answered;
    let mut answer = Message {
        method: request.method.clone(),
        path: request.path.clone(),
        status: Some(head.status.as_u16()),
        body: bytes.as_deref().map(<[u8]>::to_vec).unwrap_or_default(),
        deliberate: false,
        event: None,
    };
    let fate = party.seams.network.leaves(request, &mut answer).await;
    let is_lost = fate == Fate::Lose;
    let changed = bytes.is_some_and(|bytes| *answer.body != *bytes);
    if let Some(event) = event {
        event.record(answer.deliberate || changed || is_lost);
    }
    if is_lost {
        return lost();
    }
    if !changed {
        return Response::from_parts(head, body);
    }
    fit(&mut head.headers, answer.body.len());
    Response::from_parts(head, answer.body.into())
}

/// An answer's event while the network has the answer. Dropped unrecorded, because nobody waits
/// for the answer any more, it still reaches the timeline.
struct Unsent {
    draft: Option<Draft>,
    party: Arc<RelyingParty>,
}

impl Unsent {
    fn record(mut self, deliberate: bool) {
        if let Some(draft) = self.draft.take() {
            self.party.record(Draft {
                deliberate,
                ..draft
            });
        }
    }
}

impl Drop for Unsent {
    fn drop(&mut self) {
        if let Some(draft) = self.draft.take() {
            self.party.record(draft.deliberate());
        }
    }
}

/// Lets the headers say how long the body has become.
fn fit(headers: &mut HeaderMap, length: usize) {
    headers.remove(header::TRANSFER_ENCODING);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
}

fn lost() -> Response {
    let mut response = StatusCode::BAD_GATEWAY.into_response();
    response.extensions_mut().insert(Lost);
    response
}
