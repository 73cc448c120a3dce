//! Ceremonies that were finished.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::{Path, State},
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{CeremonyText, Report, raw, rfc3339};
use crate::{Refusal, RelyingParty, http::answer::ErrorBody};

/// What became of a ceremony.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct Ceremony {
    /// `registration` or `authentication`.
    kind: String,
    /// Whether every step held.
    verified: bool,
    /// RFC 3339.
    finished_at: String,
    #[schema(value_type = Report)]
    verification: Box<RawValue>,
}

/// Shows the ladder of a finished ceremony; whoever began it knows its name.
#[utoipa::path(
    get, path = "/api/ceremonies/{id}", tag = "ceremonies",
    params(("id" = String, Path, description = "What begin returned")),
    responses((status = 200, body = Ceremony), (status = 404, description = "None of that name was finished", body = ErrorBody))
)]
pub(in crate::http) async fn show(
    State(party): State<Arc<RelyingParty>>,
    Path(id): Path<String>,
) -> Result<Answer<Ceremony>, Refusal> {
    let id = CeremonyText::parse(&id).ok_or(Refusal::NoSuchCeremony)?;
    let finished = party.finished_ceremony(id.0).await?;
    Ok(Answer(Ceremony {
        kind: finished.kind,
        verified: finished.verified,
        finished_at: rfc3339(finished.at),
        verification: raw(&finished.report)?,
    }))
}
