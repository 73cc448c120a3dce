//! The account's passkeys.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};

use super::{Passkey, Visitor};
use crate::{
    Refusal, RelyingParty,
    http::{answer::ErrorBody, body::Json},
};

/// The account's passkeys.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct Passkeys {
    /// Oldest first.
    passkeys: Vec<Passkey>,
}

/// A passkey's new label.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Rename {
    label: String,
}

/// Lists the account's passkeys.
#[utoipa::path(
    get, path = "/api/passkeys", tag = "passkeys",
    responses((status = 200, body = Passkeys), (status = 401, description = "Nobody is signed in", body = ErrorBody))
)]
pub(in crate::http) async fn list(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
) -> Result<Answer<Passkeys>, Refusal> {
    let passkeys = party
        .passkeys(session)
        .await?
        .into_iter()
        .map(Into::into)
        .collect();
    Ok(Answer(Passkeys { passkeys }))
}

/// Gives a passkey another label.
#[utoipa::path(
    patch, path = "/api/passkeys/{id}", tag = "passkeys",
    params(("id" = String, Path, description = "The credential ID, base64url")),
    request_body = inline(Rename),
    responses(
        (status = 200, body = Passkey),
        (status = 401, description = "Nobody is signed in", body = ErrorBody),
        (status = 404, description = "The account has no such passkey", body = ErrorBody),
        (status = 422, description = "The label cannot be used", body = ErrorBody)
    )
)]
pub(in crate::http) async fn rename(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
    Path(id): Path<String>,
    Json(rename): Json<Rename>,
) -> Result<Answer<Passkey>, Refusal> {
    party
        .rename_passkey(session, &id, &rename.label)
        .await
        .map(|passkey| Answer(passkey.into()))
}

/// Deletes a passkey, but never the last one.
#[utoipa::path(
    delete, path = "/api/passkeys/{id}", tag = "passkeys",
    params(("id" = String, Path, description = "The credential ID, base64url")),
    responses(
        (status = 204),
        (status = 401, description = "Nobody is signed in", body = ErrorBody),
        (status = 404, description = "The account has no such passkey", body = ErrorBody),
        (status = 409, description = "It is the last one", body = ErrorBody)
    )
)]
pub(in crate::http) async fn delete(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    party
        .delete_passkey(session, &id)
        .await
        .map(|()| StatusCode::NO_CONTENT)
}
