//! A forgotten PIN is reset by whoever shows another factor: on the self-service page, or in the
//! app of an enrolled phone, where the passkey alone says whose PIN it is.

use std::sync::Arc;

use axum::{Json as Answer, extract::State};

use serde::Deserialize;
use webauthn::json::AuthenticationResponseJSON;

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
        body::{self, Arrived, Json},
        pin::Admitted,
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
    reset(&party, done, ResetBy::SelfService, cause).await
}

/// The end of a reset in a phone's app.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = AppResetFinish)]
pub(in crate::http) struct AppFinish {
    /// The phone's enrolment, whose account the passkey must belong to.
    enrolment_id: String,
    /// What `begin` returned.
    #[schema(value_type = String)]
    ceremony: CeremonyText,
    /// `AuthenticationResponseJSON` (WebAuthn Level 3 §5.1).
    #[schema(value_type = Object)]
    credential: AuthenticationResponseJSON,
}

/// Begins a ceremony with any passkey, which asks how its authenticator verified the user.
#[utoipa::path(
    post, path = "/pin/reset/begin", tag = "phones",
    request_body = inline(Nothing),
    responses((status = 200, body = Begun), (status = 429, description = "Too many requests", body = ErrorBody), (status = 503, description = "Too many ceremonies are open", body = ErrorBody))
)]
pub(in crate::http) async fn begin_in_app(
    _: Admitted,
    State(party): State<Arc<RelyingParty>>,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Answer<Begun>, Refusal> {
    let (ceremony, public_key) = party.begin_app_reset().await?;
    Ok(Answer(Begun {
        ceremony: CeremonyText(ceremony),
        public_key,
    }))
}

/// Judges the assertion by the 25 steps of §7.2, then whether another factor than the PIN was used;
/// if so, and if the phone is enrolled for the passkey's account, that account's PIN is reset.
#[utoipa::path(
    post, path = "/pin/reset/finish", tag = "phones",
    request_body = AppFinish,
    responses(
        (status = 200, description = "The PIN is reset", body = Confirmed),
        (status = 404, description = "The phone is not enrolled for this account", body = ErrorBody),
        (status = 422, description = "A step failed, or the factor was the PIN", body = ErrorBody),
        (status = 429, description = "Too many requests", body = ErrorBody)
    )
)]
pub(in crate::http) async fn finish_in_app(
    _: Admitted,
    State(party): State<Arc<RelyingParty>>,
    Cause(cause): Cause,
    arrived: Arrived,
) -> Result<Answer<Confirmed>, Refusal> {
    let finish: AppFinish = body::json(&arrived)?;
    let done = party
        .finish_confirmation(
            Kind::AppPinReset,
            ConfirmationFinish {
                ceremony: finish.ceremony.0,
                response: Ok(finish.credential),
                session: None,
                cause,
            },
        )
        .await?;
    let enrolled = party.pin_status(&done.account.id).await?.phones;
    if !enrolled
        .iter()
        .any(|phone| phone.enrolment_id == finish.enrolment_id)
    {
        return Err(Refusal::NoSuchEnrolment);
    }
    reset(&party, done, ResetBy::App, cause).await
}

async fn reset(
    party: &RelyingParty,
    done: crate::accounts::Confirmed,
    by: ResetBy,
    cause: Option<timeline::Seq>,
) -> Result<Answer<Confirmed>, Refusal> {
    if !party.reset_pin(&done.account.id, by, cause).await? {
        return Err(Refusal::AccountGone);
    }
    Ok(Answer(Confirmed {
        verification: done.report,
    }))
}
