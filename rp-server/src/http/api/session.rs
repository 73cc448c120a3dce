//! The visitor's session.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
};
use serde::Serialize;

use super::{Account, Visitor, rfc3339};
use crate::{
    Refusal, RelyingParty,
    http::{answer::ErrorBody, record::Cause},
};

/// Who is signed in.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct Session {
    account: Account,
    /// RFC 3339.
    since: String,
    /// The relying party's own time, RFC 3339: what `since` and the passkeys' times are counted by.
    now: String,
    /// The credential ID of the passkey that signed in; null once it was deleted.
    passkey: Option<String>,
}

/// Says who is signed in.
#[utoipa::path(
    get, path = "/api/session", tag = "session",
    responses((status = 200, body = Session), (status = 401, description = "Nobody is signed in", body = ErrorBody))
)]
pub(in crate::http) async fn show(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
) -> Result<Answer<Session>, Refusal> {
    let session = party.signed_in(session).await?;
    Ok(Answer(Session {
        account: session.account.into(),
        since: rfc3339(session.since),
        now: rfc3339(party.now()),
        passkey: session.passkey.map(|id| id.to_string()),
    }))
}

/// Signs out; without a session there is nothing to do.
#[utoipa::path(delete, path = "/api/session", tag = "session", responses((status = 204)))]
pub(in crate::http) async fn end(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
    Cause(cause): Cause,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1]), Refusal> {
    party.sign_out(session, cause).await?;
    Ok((
        StatusCode::NO_CONTENT,
        [(header::SET_COOKIE, party.no_session_cookie()?)],
    ))
}
