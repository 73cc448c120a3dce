//! The policy.

use std::sync::Arc;

use axum::{Json as Answer, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Administrator;
use crate::{
    Refusal, RelyingParty,
    http::{answer::ErrorBody, body::Json, record::Cause},
    policy::{Policy, Problem, Shown, Wanted},
};

/// The policy in force.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = AdminPolicy)]
pub(in crate::http) struct InForce {
    /// Rises with every effective change.
    version: u64,
    /// The file, with its comments.
    text: String,
    /// What it says, every member of it; the names are those of the file.
    #[schema(value_type = Object)]
    policy: Arc<Policy>,
    /// What is wrong with the file on disk, while the last good one stays in force.
    problem: Option<Problem>,
}

impl From<Shown> for InForce {
    fn from(shown: Shown) -> Self {
        Self {
            version: shown.policy.policy_version,
            text: shown.text.to_string(),
            policy: shown.policy,
            problem: shown.problem,
        }
    }
}

/// Another policy, in one of three forms.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminPolicyPut)]
pub(in crate::http) struct Put {
    /// The version it was made from; refused when another is in force by now.
    version: Option<u64>,
    /// The file's text.
    text: Option<String>,
    /// The whole policy; members left out have their defaults. Comments stay.
    #[schema(value_type = Option<Object>)]
    policy: Option<Map<String, Value>>,
    /// The members to change, such as `{"pin": {"validity": "8h"}}`; null for a member's default.
    /// Comments stay.
    #[schema(value_type = Option<Object>)]
    changes: Option<Map<String, Value>>,
}

impl Put {
    fn wanted(self) -> Result<Wanted, Refusal> {
        match (self.text, self.policy, self.changes) {
            (Some(text), None, None) => Ok(Wanted::Text(text)),
            (None, Some(policy), None) => Ok(Wanted::Whole(policy)),
            (None, None, Some(changes)) => Ok(Wanted::Changes(changes)),
            _ => Err(Refusal::PolicyNotOnce),
        }
    }
}

/// Shows the policy in force.
#[utoipa::path(
    get, path = "/api/admin/policy", tag = "administration",
    responses((status = 200, body = InForce), (status = 401, description = "Not the administrator", body = ErrorBody))
)]
pub(in crate::http) async fn show(
    _: Administrator,
    State(party): State<Arc<RelyingParty>>,
) -> Answer<InForce> {
    Answer(party.policy_shown().into())
}

/// Puts another policy in force, writes it to its file, and hints every phone.
#[utoipa::path(
    put, path = "/api/admin/policy", tag = "administration",
    request_body = Put,
    responses(
        (status = 200, body = InForce),
        (status = 401, description = "Not the administrator", body = ErrorBody),
        (status = 409, description = "Another policy came first", body = ErrorBody),
        (status = 422, description = "It cannot be used: a member is wrong, or it contradicts itself", body = ErrorBody)
    )
)]
pub(in crate::http) async fn put(
    _: Administrator,
    State(party): State<Arc<RelyingParty>>,
    Cause(cause): Cause,
    Json(put): Json<Put>,
) -> Result<Answer<InForce>, Refusal> {
    let of = put.version;
    let changed = party.change_policy(put.wanted()?, of, cause).await;
    if let Err(Refusal::PolicyUnusable(problem)) = &changed {
        party.note_refused(problem, "administrator").await?;
    }
    Ok(Answer(changed?.into()))
}
