//! Invitations to enrol a phone.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use webauthn::id::Challenge;

use super::Confirmed;
use crate::{
    Refusal, RelyingParty,
    accounts::ConfirmationFinish,
    http::{
        answer::ErrorBody,
        api::{
            CeremonyText, Visitor,
            authentication::{self, Begun, Finish},
            rfc3339,
        },
        body::{Arrived, Json},
        record::Cause,
    },
    pin::{Offer, OfferState},
    policy::EnrolmentBy,
    store::{Confirmation, Kind},
};

/// Nothing else is needed.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Nothing {}

/// An invitation for a phone.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct OfferMade {
    /// Its name.
    offer: String,
    /// The text to scan.
    code: String,
    /// RFC 3339.
    expires_at: String,
    /// The relying party's own time, RFC 3339.
    now: String,
}

/// How far an invitation has come.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct OfferStanding {
    state: OfferState,
    /// RFC 3339.
    expires_at: String,
    /// What the phone that took it calls itself.
    device_name: Option<String>,
    /// Six digits that the phone shows too.
    digits: Option<String>,
}

impl From<Offer> for OfferStanding {
    fn from(offer: Offer) -> Self {
        let (device_name, digits) = offer
            .claim
            .map(|claim| (claim.device_name, claim.digits))
            .unzip();
        Self {
            state: offer.state,
            expires_at: rfc3339(offer.expires_at),
            device_name,
            digits,
        }
    }
}

/// Invites the account's owner to enrol a phone.
#[utoipa::path(
    post, path = "/api/pin/offers", tag = "pin",
    request_body = inline(Nothing),
    responses(
        (status = 201, body = OfferMade),
        (status = 401, description = "Nobody is signed in", body = ErrorBody),
        (status = 409, description = "PINs are switched off, or no more phones may be enrolled", body = ErrorBody),
        (status = 503, description = "Too many invitations are open", body = ErrorBody)
    )
)]
pub(in crate::http) async fn make(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
    Cause(cause): Cause,
    Json(Nothing {}): Json<Nothing>,
) -> Result<(StatusCode, Answer<OfferMade>), Refusal> {
    let account = party.signed_in(session).await?.account;
    let made = party.make_offer(&account, cause).await?;
    Ok((
        StatusCode::CREATED,
        Answer(OfferMade {
            offer: made.offer,
            code: made.code.to_string(),
            expires_at: rfc3339(made.expires_at),
            now: rfc3339(party.now()),
        }),
    ))
}

/// Says how far an invitation has come.
#[utoipa::path(
    get, path = "/api/pin/offers/{offer}", tag = "pin",
    params(("offer" = String, Path, description = "The invitation's name")),
    responses(
        (status = 200, body = OfferStanding),
        (status = 401, description = "Nobody is signed in", body = ErrorBody),
        (status = 404, description = "The account has no such invitation", body = ErrorBody)
    )
)]
pub(in crate::http) async fn show(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
    Path(offer): Path<String>,
) -> Result<Answer<OfferStanding>, Refusal> {
    let account = party.signed_in(session).await?.account;
    let offer = party
        .offer(&account.id, &offer)
        .ok_or(Refusal::OfferUnknown)?;
    Ok(Answer(offer.into()))
}

/// Begins the ceremony that confirms the phone: its challenge is `T`, the hash of both sides' keys
/// and names.
#[utoipa::path(
    post, path = "/api/pin/offers/{offer}/begin", tag = "pin",
    params(("offer" = String, Path, description = "The invitation's name")),
    request_body = inline(Nothing),
    responses(
        (status = 200, body = Begun),
        (status = 401, description = "Nobody is signed in", body = ErrorBody),
        (status = 404, description = "The account has no such invitation", body = ErrorBody),
        (status = 409, description = "No phone has taken it yet, or it is over", body = ErrorBody)
    )
)]
pub(in crate::http) async fn begin(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
    Path(offer): Path<String>,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Answer<Begun>, Refusal> {
    let account = party.signed_in(session).await?.account;
    let transcript = claimed(&party, &account.id, &offer)?;
    let what = Confirmation::PinEnrolment(offer);
    let challenge = Some(Challenge::new(transcript));
    let (ceremony, public_key) = party.begin_confirmation(&account, what, challenge).await?;
    Ok(Answer(Begun {
        ceremony: CeremonyText(ceremony),
        public_key,
    }))
}

/// Judges the assertion by the 25 steps of §7.2; if all hold, the phone is confirmed.
#[utoipa::path(
    post, path = "/api/pin/offers/{offer}/finish", tag = "pin",
    params(("offer" = String, Path, description = "The invitation's name")),
    request_body = Finish,
    responses(
        (status = 200, description = "The phone is confirmed", body = Confirmed),
        (status = 401, description = "Nobody is signed in", body = ErrorBody),
        (status = 404, description = "The account has no such invitation", body = ErrorBody),
        (status = 409, description = "The invitation is over", body = ErrorBody),
        (status = 422, description = "A step failed, or the factor does not do", body = ErrorBody)
    )
)]
pub(in crate::http) async fn finish(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
    Cause(cause): Cause,
    Path(offer): Path<String>,
    arrived: Arrived,
) -> Result<Answer<Confirmed>, Refusal> {
    let account = party.signed_in(session).await?.account;
    let transcript = claimed(&party, &account.id, &offer)?;
    let (ceremony, response) = authentication::received(&arrived)?;
    let finish = ConfirmationFinish {
        ceremony,
        response,
        session,
        cause,
    };
    let done = party
        .finish_confirmation(Kind::PinEnrolment, finish)
        .await?;
    // The ceremony must have been begun for this invitation, and for the keys it has now.
    if done.what != Confirmation::PinEnrolment(offer.clone())
        || done.challenge.as_bytes() != transcript
    {
        return Err(Refusal::OfferOver);
    }
    party
        .confirm_offer(&done.account.id, &offer, Some(done.credential), cause)
        .await?;
    Ok(Answer(Confirmed {
        verification: done.report,
    }))
}

/// Confirms the phone by the digits that both sides show, where the policy allows that.
#[utoipa::path(
    post, path = "/api/pin/offers/{offer}/confirm", tag = "pin",
    params(("offer" = String, Path, description = "The invitation's name")),
    request_body = inline(Nothing),
    responses(
        (status = 204, description = "The phone is confirmed"),
        (status = 401, description = "Nobody is signed in", body = ErrorBody),
        (status = 404, description = "The account has no such invitation", body = ErrorBody),
        (status = 409, description = "The policy asks for a passkey, no phone has taken it, or it is over", body = ErrorBody)
    )
)]
pub(in crate::http) async fn confirm(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
    Cause(cause): Cause,
    Path(offer): Path<String>,
    Json(Nothing {}): Json<Nothing>,
) -> Result<StatusCode, Refusal> {
    let account = party.signed_in(session).await?.account;
    if party.policy().pin.enrolment != EnrolmentBy::Digits {
        return Err(Refusal::PasskeyNeeded);
    }
    claimed(&party, &account.id, &offer)?;
    party
        .confirm_offer(&account.id, &offer, None, cause)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `T` of the phone that has taken the invitation and awaits its confirmation.
fn claimed(
    party: &RelyingParty,
    account: &webauthn::id::UserHandle,
    offer: &str,
) -> Result<[u8; 32], Refusal> {
    let offer = party.offer(account, offer).ok_or(Refusal::OfferUnknown)?;
    match (offer.state, offer.claim) {
        (OfferState::Claimed, Some(claim)) => Ok(claim.transcript),
        (OfferState::Open, _) => Err(Refusal::NotClaimed),
        _ => Err(Refusal::OfferOver),
    }
}
