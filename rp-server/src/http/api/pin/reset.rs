//! Self-service: a forgotten PIN is reset by whoever shows another factor.

use std::sync::Arc;

use axum::{Json as Answer, extract::State};

use super::{Confirmed, offers::Nothing};
use crate::{
    Refusal, RelyingParty,
    accounts::ConfirmationFinish,
    http::{
        answer::ErrorBody,
        api::{
            CeremonyText, Visitor,
            authentication::{self, Begun, Finish},
        },
        body::{Arrived, Json},
        record::Cause,
    },
    pin::ResetBy,
    store::{Confirmation, Kind},
};

/// Begins a ceremony with a passkey, which asks how its authenticator verified the user.
#[utoipa::path(
    post, path = "/api/pin/reset/begin", tag = "pin",
    request_body = inline(Nothing),
    responses((status = 200, body = Begun), (status = 401, description = "Nobody is signed in", body = ErrorBody))
)]
pub(in crate::http) async fn begin(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Answer<Begun>, Refusal> {
    let account = party.signed_in(session).await?.account;
    let (ceremony, public_key) = party
        .begin_confirmation(&account, Confirmation::PinReset, None)
        .await?;
    Ok(Answer(Begun {
        ceremony: CeremonyText(ceremony),
        public_key,
    }))
}

/// Judges the assertion by the 25 steps of §7.2, then whether another factor than the PIN was used;
/// if so, the PIN is reset.
#[utoipa::path(
    post, path = "/api/pin/reset/finish", tag = "pin",
    request_body = Finish,
    responses(
        (status = 200, description = "The PIN is reset", body = Confirmed),
        (status = 401, description = "Nobody is signed in", body = ErrorBody),
        (status = 422, description = "A step failed, or the factor was the PIN", body = ErrorBody)
    )
)]
pub(in crate::http) async fn finish(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
    Cause(cause): Cause,
    arrived: Arrived,
) -> Result<Answer<Confirmed>, Refusal> {
    party.signed_in(session).await?;
    let (ceremony, response) = authentication::received(&arrived)?;
    let finish = ConfirmationFinish {
        ceremony,
        response,
        session,
        cause,
    };
    let done = party.finish_confirmation(Kind::PinReset, finish).await?;
    if !party
        .reset_pin(&done.account.id, ResetBy::SelfService, cause)
        .await?
    {
        return Err(Refusal::AccountGone);
    }
    Ok(Answer(Confirmed {
        verification: done.report,
    }))
}
