//! The log of transitions.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::{Query, State, rejection::QueryRejection},
};
use serde::{Deserialize, Serialize};
use webauthn::id::UserHandle;

use super::Administrator;
use crate::{
    Refusal, RelyingParty,
    http::{answer::ErrorBody, api::rfc3339},
};

/// Which transitions.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Which {
    /// Those after the one with this number; without it, from the first.
    after: Option<i64>,
    /// Those of this account, by its user handle in base64url.
    account: Option<String>,
}

/// A page of the log.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct AuditPage {
    /// Oldest first, 500 at most; the next page is what comes after the last one's number.
    entries: Vec<AuditEntry>,
    /// The relying party's own time, RFC 3339.
    now: String,
}

/// A transition.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct AuditEntry {
    /// Later ones have higher numbers.
    number: i64,
    /// RFC 3339.
    at: String,
    /// The user name at that time; null where it was about no account.
    account: Option<String>,
    /// `person`, `device`, `administrator` or `relyingParty`.
    who: String,
    /// A stable name, such as `pinLocked`.
    what: String,
    /// What else is known of it.
    #[schema(value_type = Object)]
    detail: serde_json::Value,
}

/// Lists transitions, a page at a time.
#[utoipa::path(
    get, path = "/api/admin/audit", tag = "administration",
    params(Which),
    responses((status = 200, body = AuditPage), (status = 401, description = "Not the administrator", body = ErrorBody))
)]
pub(in crate::http) async fn list(
    _: Administrator,
    State(party): State<Arc<RelyingParty>>,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Answer<AuditPage>, Refusal> {
    let Query(which) = which.map_err(|error| Refusal::QueryUnusable(error.body_text()))?;
    let account = which
        .account
        .as_deref()
        .map(|account| UserHandle::parse(account).map_err(|_| Refusal::NoSuchAccount))
        .transpose()?;
    let entries = party
        .audit_list(which.after.unwrap_or(0), account.as_ref())
        .await?
        .into_iter()
        .map(|entry| AuditEntry {
            number: entry.number,
            at: rfc3339(entry.at),
            account: entry.account,
            who: entry.who,
            what: entry.what,
            detail: entry.detail,
        });
    Ok(Answer(AuditPage {
        entries: entries.collect(),
        now: rfc3339(party.now()),
    }))
}
