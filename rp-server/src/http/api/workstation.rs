//! Sign-in at a workstation with a code of an offline phone.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::State,
    http::{HeaderName, HeaderValue, header},
};
use serde::{Deserialize, Serialize};

use super::{Account, Visitor, rfc3339};
use crate::{
    Refusal, RelyingParty,
    http::{answer::ErrorBody, body::Json, pin::Caller, record::Cause},
};

/// Who wants to sign in, and where.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct LogonBegin {
    username: String,
    /// The workstation's name, which the phone shows.
    workstation: String,
}

/// A question for phones.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct LogonBegun {
    /// What to name when finishing.
    session: String,
    /// The phones that can answer; none where there is no such account, or no phone of it can.
    phones: Vec<LogonPhone>,
    /// RFC 3339.
    expires_at: String,
    /// The relying party's own time, RFC 3339.
    now: String,
}

/// The question for one phone.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct LogonPhone {
    /// The enrolment's name.
    enrolment_id: String,
    /// What the phone calls itself.
    device_name: String,
    /// The text to scan.
    code: String,
}

/// The answer that a phone shows.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::http) struct LogonFinish {
    /// What `begin` returned.
    session: String,
    /// Eight digits; blanks do not count.
    code: String,
    /// The phone whose question was shown; without it, any of them may have answered.
    enrolment_id: Option<String>,
}

/// Somebody signed in at a workstation.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct LogonFinished {
    account: Account,
    workstation: String,
}

/// Makes a question for the phones of an account.
#[utoipa::path(
    post, path = "/api/workstation/logon/begin", tag = "workstation",
    request_body = LogonBegin,
    responses(
        (status = 200, body = LogonBegun),
        (status = 422, description = "A name cannot be used, or the method is locked", body = ErrorBody),
        (status = 429, description = "Too many questions for this account", body = ErrorBody),
        (status = 503, description = "Too many questions are open", body = ErrorBody)
    )
)]
pub(in crate::http) async fn begin(
    State(party): State<Arc<RelyingParty>>,
    Cause(cause): Cause,
    Caller(address): Caller,
    Json(begin): Json<LogonBegin>,
) -> Result<Answer<LogonBegun>, Refusal> {
    let begun = party
        .begin_logon(&begin.username, &begin.workstation, address, cause)
        .await?;
    let phones = begun.phones.into_iter().map(|phone| LogonPhone {
        enrolment_id: phone.enrolment_id,
        device_name: phone.device_name,
        code: phone.code,
    });
    Ok(Answer(LogonBegun {
        session: begun.session,
        phones: phones.collect(),
        expires_at: rfc3339(begun.expires_at),
        now: rfc3339(party.now()),
    }))
}

/// Judges the code, and signs the account in if it is right. Each question takes one answer.
#[utoipa::path(
    post, path = "/api/workstation/logon/finish", tag = "workstation",
    request_body = LogonFinish,
    responses(
        (status = 200, description = "Signed in; the session cookie is set", body = LogonFinished),
        (status = 422, description = "The code is wrong, the question is over, or the method is locked", body = ErrorBody)
    )
)]
pub(in crate::http) async fn finish(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
    Cause(cause): Cause,
    Json(finish): Json<LogonFinish>,
) -> Result<([(HeaderName, HeaderValue); 1], Answer<LogonFinished>), Refusal> {
    let done = party
        .finish_logon(
            &finish.session,
            (&finish.code, finish.enrolment_id.as_deref()),
            session,
            cause,
        )
        .await?;
    Ok((
        [(header::SET_COOKIE, party.session_cookie(&done.token)?)],
        Answer(LogonFinished {
            account: done.account.into(),
            workstation: done.workstation,
        }),
    ))
}
