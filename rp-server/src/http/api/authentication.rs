//! Sign-in.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::State,
    http::{StatusCode, header},
    response::Response,
};
use serde::{Deserialize, Serialize};
use webauthn::json::{AuthenticationResponseJSON, PublicKeyCredentialRequestOptionsJSON};

use super::{CeremonyText, Finished, Visitor};
use crate::{
    Refusal, RelyingParty,
    accounts::SignInFinish,
    http::{
        answer::ErrorBody,
        body::{self, Arrived, Json},
        record::Cause,
    },
    store::CeremonyId,
};

/// Nothing is needed to begin a sign-in.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Begin {}

/// A sign-in that has begun.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuthenticationBegun)]
pub(in crate::http) struct Begun {
    /// What to name when finishing.
    #[schema(value_type = String)]
    pub(super) ceremony: CeremonyText,
    /// `PublicKeyCredentialRequestOptionsJSON` (WebAuthn Level 3 §5.1.9).
    #[schema(value_type = Object)]
    pub(super) public_key: PublicKeyCredentialRequestOptionsJSON,
}

/// The end of a sign-in.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AuthenticationFinish)]
pub(in crate::http) struct Finish {
    /// What `begin` returned.
    #[schema(value_type = String)]
    ceremony: CeremonyText,
    /// `AuthenticationResponseJSON` (WebAuthn Level 3 §5.1).
    #[schema(value_type = Object)]
    credential: AuthenticationResponseJSON,
}

/// Begins a sign-in and returns request options that any discoverable credential may answer.
#[utoipa::path(
    post, path = "/api/authentication/begin", tag = "authentication",
    request_body = inline(Begin),
    responses(
        (status = 200, body = Begun),
        (status = 503, description = "Too many ceremonies are open", body = ErrorBody)
    )
)]
pub(in crate::http) async fn begin(
    State(party): State<Arc<RelyingParty>>,
    Json(Begin {}): Json<Begin>,
) -> Result<Answer<Begun>, Refusal> {
    let (ceremony, public_key) = party.begin_sign_in().await?;
    Ok(Answer(Begun {
        ceremony: CeremonyText(ceremony),
        public_key,
    }))
}

/// Judges the assertion by the 25 steps of §7.2, and signs its user in if all hold.
#[utoipa::path(
    post, path = "/api/authentication/finish", tag = "authentication",
    request_body = Finish,
    responses(
        (status = 200, description = "Signed in; the session cookie is set", body = Finished),
        (status = 422, description = "A step failed; the ladder says which", body = ErrorBody)
    )
)]
pub(in crate::http) async fn finish(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
    Cause(cause): Cause,
    arrived: Arrived,
) -> Result<Response, Refusal> {
    let (ceremony, response) = received(&arrived)?;
    let done = party
        .finish_sign_in(SignInFinish {
            ceremony,
            response,
            session,
            cause,
        })
        .await?;
    let mut response =
        Finished::new(done.account, done.passkey, &done.report).into_answer(StatusCode::OK);
    response
        .headers_mut()
        .insert(header::SET_COOKIE, party.session_cookie(&done.token)?);
    Ok(response)
}

/// The ceremony that is to be finished, and the credential, in its form or not and why.
pub(super) fn received(
    arrived: &Arrived,
) -> Result<(CeremonyId, Result<AuthenticationResponseJSON, String>), Refusal> {
    Ok(match body::json::<Finish>(arrived) {
        Ok(finish) => (finish.ceremony.0, Ok(finish.credential)),
        Err(refusal) => {
            let (ceremony, why) = body::unreadable_credential(arrived, refusal)?;
            (ceremony.0, Err(why))
        }
    })
}
