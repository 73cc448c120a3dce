//! What came to the front door, and how it is answered there.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::HeaderValue,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use timeline::Seq;

use super::{
    body::{self, Collected},
    guard,
    headers::{self, Page},
    pin::GoesOn,
    record::{Asked, Cause},
};
use crate::{Refusal, RelyingParty, config::Identity};

/// A request at the front door.
#[derive(Clone)]
pub(super) struct Arrival {
    pub page: Page,
    pub request: Collected,
    verdict: Verdict,
}

/// What becomes of it there.
#[derive(Clone)]
enum Verdict {
    /// A handler answers it.
    Answer,
    /// The browser is sent to the same page by its name.
    Redirect(HeaderValue),
    /// It came from where nothing is taken, or to a name that is not ours.
    TurnAway(Refusal),
    /// Its body is no good.
    Refuse(Refusal),
}

impl Arrival {
    /// Checks host and origin, and collects the body of a request that may come in.
    pub(super) async fn of(identity: &Identity, request: Request) -> Self {
        let page = Page::of(request.uri().path());
        let (request, verdict) = match guard::admit(identity, &request) {
            Ok(guard::Admitted::Pass) => match body::collect(request).await {
                Ok(request) => (request, Verdict::Answer),
                Err((head, refusal)) => (without_body(*head), Verdict::Refuse(refusal)),
            },
            Ok(guard::Admitted::Redirect(to)) => {
                (without_body(request.into_parts().0), Verdict::Redirect(to))
            }
            Err(refusal) => (
                without_body(request.into_parts().0),
                Verdict::TurnAway(refusal),
            ),
        };
        Self {
            page,
            request,
            verdict,
        }
    }

    /// Records the request, if it is one to the API that was let in and somebody listens.
    pub(super) fn tell(&self, party: &RelyingParty, deliberate: bool) -> Option<Asked> {
        let let_in = matches!(self.verdict, Verdict::Answer | Verdict::Refuse(_));
        (self.page == Page::Api && let_in && party.is_watched())
            .then(|| Asked::record(party, &self.request, deliberate))
    }

    /// Answers it; what the handler tells is caused by `cause`.
    pub(super) async fn answer(self, next: Next, cause: Option<Seq>) -> Response {
        match self.verdict {
            Verdict::Answer => {
                let mut request = self.request;
                if cause.is_some() {
                    request.head.extensions.insert(Cause(cause));
                }
                next.run(request.into()).await
            }
            Verdict::Redirect(to) => headers::redirect(&to),
            Verdict::TurnAway(refusal) | Verdict::Refuse(refusal) => refusal.into_response(),
        }
    }
}

/// Answers a request that nothing lay in the way of.
pub(super) async fn direct(party: &RelyingParty, arrival: Arrival, next: Next) -> Response {
    let asked = arrival.tell(party, false);
    let response = arrival
        .answer(next, asked.as_ref().map(|asked| asked.event))
        .await;
    let Some(asked) = asked else { return response };
    let (head, body) = response.into_parts();
    if head.extensions.get::<GoesOn>().is_some() {
        party.record(asked.answered(party, head.status, &[]));
        return Response::from_parts(head, body);
    }
    let body = whole(body).await;
    party.record(asked.answered(party, head.status, &body));
    Response::from_parts(head, Body::from(body))
}

/// The body of an answer of our own: whole in memory already, so that reading it cannot fail.
pub(super) async fn whole(body: Body) -> Bytes {
    axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default()
}

fn without_body(head: axum::http::request::Parts) -> Collected {
    Collected {
        head,
        body: Bytes::new(),
    }
}
