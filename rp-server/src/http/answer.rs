//! Refusals as JSON.

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::Refusal;

/// `{error: {code, message, section?, step?, field?, line?, column?}, verification?}`.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ErrorBody)]
pub(super) struct ErrorBody<'a> {
    error: ErrorDetail,
    /// The ladder, when a ceremony was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<super::api::Report>)]
    verification: Option<&'a RawValue>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct ErrorDetail {
    /// A stable name, for programs.
    code: &'static str,
    /// A sentence, for people.
    message: String,
    /// The section of WebAuthn Level 3 whose step failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<&'static str>,
    /// The first step that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<u8>,
    /// The member of a policy that it is about, such as `pin.validity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The line of a policy's text, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// The column in that line, from 1, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(code = self.code(), "{self}");
        } else {
            tracing::debug!(code = self.code(), "refused: {self}");
        }
        if let Self::Signed(refused) = self {
            return (status, Json(refused)).into_response();
        }
        let judged = match &self {
            Self::NotVerified(judged) => Some(judged),
            _ => None,
        };
        let verification = match &self {
            Self::FactorRefused(refused) => Some(&*refused.report),
            _ => judged.map(|judged| &*judged.report),
        };
        let problem = match &self {
            Self::PolicyUnusable(problem) => Some(problem),
            _ => None,
        };
        let error = ErrorDetail {
            code: self.code(),
            message: self.to_string(),
            section: judged.map(|judged| judged.section),
            step: judged.map(|judged| judged.step),
            field: problem.and_then(|problem| problem.member.clone()),
            line: problem.map(|problem| problem.line),
            column: problem.map(|problem| problem.column),
        };
        let mut response = (
            status,
            Json(ErrorBody {
                error,
                verification,
            }),
        )
            .into_response();
        if matches!(self, Self::BodyTooLarge | Self::BodyLate | Self::BodyBroken) {
            response
                .headers_mut()
                .insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
