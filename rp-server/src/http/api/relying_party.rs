//! Who this is.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;

use crate::RelyingParty;

/// The relying party.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RelyingParty)]
pub(in crate::http) struct Identity {
    /// The name people see.
    name: String,
    /// The RP ID.
    rp_id: String,
    /// The origin of its pages.
    origin: String,
}

/// Says who this relying party is.
#[utoipa::path(get, path = "/api/relying-party", tag = "relying party", responses((status = 200, body = Identity)))]
pub(in crate::http) async fn show(State(party): State<Arc<RelyingParty>>) -> Json<Identity> {
    Json(Identity {
        name: party.identity.name.clone(),
        rp_id: party.rp_id().to_owned(),
        origin: party.origin().to_owned(),
    })
}
