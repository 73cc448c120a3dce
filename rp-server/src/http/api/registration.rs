//! Registration.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::State,
    http::{StatusCode, header},
    response::Response,
};
use serde::{Deserialize, Serialize};
use webauthn::json::{PublicKeyCredentialCreationOptionsJSON, RegistrationResponseJSON};

use super::{CeremonyText, Finished, Visitor};
use crate::{
    Refusal, RelyingParty,
    accounts::{RegistrationFinish, Subject},
    http::{
        answer::ErrorBody,
        body::{self, Arrived, Json},
        record::Cause,
    },
};

/// Who wants to register.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = RegistrationBegin)]
pub(in crate::http) struct Begin {
    /// The new account's name; left out to add a passkey to the account that is signed in.
    username: Option<String>,
    /// The name people see; the user name when left out.
    #[serde(default)]
    display_name: String,
}

/// A registration that has begun.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RegistrationBegun)]
pub(in crate::http) struct Begun {
    /// What to name when finishing.
    #[schema(value_type = String)]
    ceremony: CeremonyText,
    /// `PublicKeyCredentialCreationOptionsJSON` (WebAuthn Level 3 §5.1.8).
    #[schema(value_type = Object)]
    public_key: PublicKeyCredentialCreationOptionsJSON,
}

/// The end of a registration.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RegistrationFinish)]
pub(in crate::http) struct Finish {
    /// What `begin` returned.
    #[schema(value_type = String)]
    ceremony: CeremonyText,
    /// `RegistrationResponseJSON` (WebAuthn Level 3 §5.1).
    #[schema(value_type = Object)]
    credential: RegistrationResponseJSON,
    /// A name for the passkey; "Passkey N" when left out.
    label: Option<String>,
}

/// Begins a registration and returns creation options.
#[utoipa::path(
    post, path = "/api/registration/begin", tag = "registration",
    request_body = Begin,
    responses(
        (status = 200, body = Begun),
        (status = 401, description = "Neither a user name nor a session", body = ErrorBody),
        (status = 409, description = "The user name is taken", body = ErrorBody),
        (status = 422, description = "A name cannot be used", body = ErrorBody),
        (status = 503, description = "Too many ceremonies are open", body = ErrorBody)
    )
)]
pub(in crate::http) async fn begin(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
    Json(begin): Json<Begin>,
) -> Result<Answer<Begun>, Refusal> {
    let subject = match begin.username {
        Some(username) => Subject::Newcomer {
            username,
            display_name: begin.display_name,
        },
        None => Subject::SignedIn(session),
    };
    let (ceremony, public_key) = party.begin_registration(subject).await?;
    Ok(Answer(Begun {
        ceremony: CeremonyText(ceremony),
        public_key,
    }))
}

/// Judges the new credential by the 29 steps of §7.1, and keeps it if all hold.
#[utoipa::path(
    post, path = "/api/registration/finish", tag = "registration",
    request_body = Finish,
    responses(
        (status = 201, description = "Registered; the session cookie is set for a new account", body = Finished),
        (status = 409, description = "The user name was taken meanwhile", body = ErrorBody),
        (status = 422, description = "A step failed; the ladder says which", body = ErrorBody)
    )
)]
pub(in crate::http) async fn finish(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
    Cause(cause): Cause,
    arrived: Arrived,
) -> Result<Response, Refusal> {
    let (ceremony, response, label) = match body::json::<Finish>(&arrived) {
        Ok(finish) => (finish.ceremony, Ok(finish.credential), finish.label),
        Err(refusal) => {
            let (ceremony, why) = body::unreadable_credential(&arrived, refusal)?;
            (ceremony, Err(why), None)
        }
    };
    let finish = RegistrationFinish {
        ceremony: ceremony.0,
        response,
        label,
        session,
        cause,
    };
    let done = party.finish_registration(finish).await?;
    let mut response =
        Finished::new(done.account, done.passkey, &done.report).into_answer(StatusCode::CREATED);
    if let Some(token) = done.token {
        response
            .headers_mut()
            .insert(header::SET_COOKIE, party.session_cookie(&token)?);
    }
    Ok(response)
}
