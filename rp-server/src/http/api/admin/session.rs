//! The administrator's session.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
};
use serde::Serialize;

use crate::{
    Refusal, RelyingParty,
    http::{answer::ErrorBody, api::rfc3339, pin::Caller},
};

/// A session of the administrator.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct AdminSession {
    /// When it ends, RFC 3339.
    expires_at: String,
    /// The relying party's own time, RFC 3339.
    now: String,
}

/// Opens a session with the token in `Authorization: Bearer …`; sets a cookie that scripts cannot
/// read.
#[utoipa::path(
    post, path = "/api/admin/session", tag = "administration",
    responses(
        (status = 200, body = AdminSession),
        (status = 401, description = "The token is wrong", body = ErrorBody),
        (status = 429, description = "Too many wrong tokens came", body = ErrorBody)
    )
)]
pub(in crate::http) async fn begin(
    State(party): State<Arc<RelyingParty>>,
    Caller(address): Caller,
    headers: HeaderMap,
) -> Result<([(HeaderName, HeaderValue); 1], Answer<AdminSession>), Refusal> {
    let (cookie, ends) = party.begin_administration(&headers, address).await?;
    Ok((
        [(header::SET_COOKIE, cookie)],
        Answer(AdminSession {
            expires_at: rfc3339(ends),
            now: rfc3339(party.now()),
        }),
    ))
}

/// Ends the session; without one there is nothing to do.
#[utoipa::path(delete, path = "/api/admin/session", tag = "administration", responses((status = 204)))]
pub(in crate::http) async fn end(
    State(party): State<Arc<RelyingParty>>,
    headers: HeaderMap,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1]), Refusal> {
    let cookie = party.end_administration(&headers).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}
