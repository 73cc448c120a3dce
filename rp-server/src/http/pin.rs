//! The addresses that phones use, under `/pin/`: no cookie, signed by the phone's own key.
//!
//! The bodies are those of `pin_sync::wire`; what a PIN is or could be guessed from crosses sealed.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Json as Answer,
    body::Body,
    extract::{FromRequestParts, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use pin_sync::wire::{
    Body as _, ChallengeAnswer, ChallengeRequest, ClaimAnswer, ClaimRequest, ExchangeAnswer,
    FinishAnswer, FinishRequest, OnlineAnswer, StreamRequest,
};

use super::{answer::ErrorBody, body::Arrived, record::Cause};
use crate::{Error, Refusal, RelyingParty};

const EVENTS: HeaderValue = HeaderValue::from_static("text/event-stream");

/// Where a connection comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub IpAddr);

/// Where a request comes from, if that is known.
pub(super) struct Caller(pub Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(head.extensions.get().map(|Peer(address)| *address)))
    }
}

/// That this address may ask once more.
pub(super) struct Admitted;

impl FromRequestParts<Arc<RelyingParty>> for Admitted {
    type Rejection = Refusal;

    async fn from_request_parts(
        head: &mut Parts,
        party: &Arc<RelyingParty>,
    ) -> Result<Self, Refusal> {
        let peer = head.extensions.get().map(|Peer(address)| *address);
        party.admit_phone(peer).map(|()| Self)
    }
}

/// Marks an answer that goes on and on: it is not collected.
#[derive(Debug, Clone, Copy)]
pub(super) struct GoesOn;

/// A phone's body, once its address may ask once more.
pub(super) struct Phone(axum::body::Bytes);

impl FromRequestParts<Arc<RelyingParty>> for Phone {
    type Rejection = Refusal;

    async fn from_request_parts(
        head: &mut Parts,
        party: &Arc<RelyingParty>,
    ) -> Result<Self, Refusal> {
        Admitted::from_request_parts(head, party).await?;
        let arrived = Arrived::from_request_parts(head, party).await?;
        arrived.json_bytes().map(Self)
    }
}

/// Takes up an invitation to enrol; the code is named by its hash.
#[utoipa::path(
    post, path = "/pin/enrol/claim", tag = "phones",
    request_body(content = Object, description = "`{code, deviceId, deviceName, kd}`"),
    responses(
        (status = 200, description = "`{enrolmentId, rpId, rpName, accountId, username, ks, testIterations, previous?}`", body = Object),
        (status = 404, description = "The code is unknown, used or too old", body = ErrorBody),
        (status = 409, description = "PINs are switched off", body = ErrorBody),
        (status = 429, description = "Too many requests", body = ErrorBody)
    )
)]
pub(super) async fn claim(
    State(party): State<Arc<RelyingParty>>,
    Cause(cause): Cause,
    Phone(body): Phone,
) -> Result<Answer<ClaimAnswer>, Refusal> {
    let request = ClaimRequest::read(&body)?;
    party.claim_offer(&request, cause).await.map(Answer)
}

/// Finishes an enrolment that the account's owner has confirmed.
#[utoipa::path(
    post, path = "/pin/enrol/finish", tag = "phones",
    request_body(content = Object, description = "`{enrolmentId, deviceId, signature}`"),
    responses(
        (status = 200, description = "`{signature}`, by Ks over T", body = Object),
        (status = 403, description = "Not accepted", body = ErrorBody),
        (status = 409, description = "Nobody has confirmed it yet, or the account has too many phones", body = ErrorBody)
    )
)]
pub(super) async fn finish(
    State(party): State<Arc<RelyingParty>>,
    Cause(cause): Cause,
    Phone(body): Phone,
) -> Result<Answer<FinishAnswer>, Refusal> {
    let request = FinishRequest::read(&body)?;
    party.finish_enrolment(&request, cause).await.map(Answer)
}

/// Begins an exchange: sync, verify, set or change.
#[utoipa::path(
    post, path = "/pin/exchange", tag = "phones",
    request_body(content = Object, description = "`{enrolmentId, deviceId, syncCounter, nonceD, ed, purpose, signature}`"),
    responses(
        (status = 200, description = "`{nonceS, es, gcmNonce, ciphertext, signature}`", body = Object),
        (status = 403, description = "Not accepted: unknown, or not signed by the phone", body = ErrorBody),
        (status = 409, description = "Refused under signature: `{error, refusal, signature}`", body = Object),
        (status = 429, description = "Too many requests", body = ErrorBody)
    )
)]
pub(super) async fn exchange(
    State(party): State<Arc<RelyingParty>>,
    Cause(cause): Cause,
    Phone(body): Phone,
) -> Result<Answer<ExchangeAnswer>, Refusal> {
    party.exchange(&body, cause).await.map(Answer)
}

/// The second round of an exchange: a PIN to be checked, set or changed.
#[utoipa::path(
    post, path = "/pin/online", tag = "phones",
    request_body(content = Object, description = "`{enrolmentId, deviceId, syncCounter, gcmNonce, ciphertext}`"),
    responses(
        (status = 200, description = "`{gcmNonce, ciphertext, signature}`, whatever became of the PIN", body = Object),
        (status = 409, description = "No exchange waits for it", body = ErrorBody)
    )
)]
pub(super) async fn online(
    State(party): State<Arc<RelyingParty>>,
    Cause(cause): Cause,
    Phone(body): Phone,
) -> Result<Answer<OnlineAnswer>, Refusal> {
    // An attempt that was written down is settled, whether or not the phone waits for it.
    let settled = tokio::spawn(async move { party.online(&body, cause).await });
    settled.await.map_err(|_| Error::Closed)?.map(Answer)
}

/// Acknowledges a synchronization.
#[utoipa::path(
    post, path = "/pin/sync/ack", tag = "phones",
    request_body(content = Object, description = "`{enrolmentId, deviceId, syncCounter, pinVersion, policyVersion, failures, mac}`"),
    responses(
        (status = 204, description = "Recorded"),
        (status = 403, description = "Not accepted", body = ErrorBody),
        (status = 409, description = "No synchronization waits for it", body = ErrorBody)
    )
)]
pub(super) async fn acknowledge(
    State(party): State<Arc<RelyingParty>>,
    Cause(cause): Cause,
    Phone(body): Phone,
) -> Result<StatusCode, Refusal> {
    party.acknowledge(&body, cause).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A challenge to open a stream with.
#[utoipa::path(
    post, path = "/pin/stream/challenge", tag = "phones",
    request_body(content = Object, description = "`{enrolmentId}`"),
    responses((status = 200, description = "`{challenge}`", body = Object))
)]
pub(super) async fn challenge(
    State(party): State<Arc<RelyingParty>>,
    Phone(body): Phone,
) -> Result<Answer<ChallengeAnswer>, Refusal> {
    let request = ChallengeRequest::read(&body)?;
    party.stream_challenge(&request).map(Answer)
}

/// Opens the stream of beats and pushes, each signed.
#[utoipa::path(
    post, path = "/pin/stream", tag = "phones",
    request_body(content = Object, description = "`{enrolmentId, deviceId, challenge, signature}`"),
    responses(
        (status = 200, description = "`event: beat` at once and every 30 seconds, `event: push` at news; data `{pinVersion, policyVersion, issuedAt, signature}`", content_type = "text/event-stream", body = String),
        (status = 403, description = "Not accepted", body = ErrorBody)
    )
)]
pub(super) async fn stream(
    State(party): State<Arc<RelyingParty>>,
    Cause(cause): Cause,
    Phone(body): Phone,
) -> Result<Response, Refusal> {
    let request = StreamRequest::read(&body)?;
    let lines = party.open_stream(&request, cause).await?;
    let mut response = Response::new(Body::new(lines));
    response.headers_mut().insert(header::CONTENT_TYPE, EVENTS);
    response.extensions_mut().insert(GoesOn);
    Ok(response)
}
