//! Refusals as JSON.

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::Refusal;

/// `{error: {code, message, section?, step?}, verification?}`.
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
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(code = self.code(), "{self}");
        } else {
            tracing::debug!(code = self.code(), "refused: {self}");
        }
        let judged = match &self {
            Self::NotVerified(judged) => Some(judged),
            _ => None,
        };
        let verification = judged.map(|judged| &*judged.report);
        let error = ErrorDetail {
            code: self.code(),
            message: self.to_string(),
            section: judged.map(|judged| judged.section),
            step: judged.map(|judged| judged.step),
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
