//! The PIN of the account that is signed in, and the phones that have it.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Visitor, rfc3339};
use crate::{
    CampaignOverview, PhoneOverview, PinOverview, PinState, Refusal, RelyingParty,
    http::{answer::ErrorBody, record::Cause},
    pin::RevokedBy,
    policy::{Charset, EnrolmentBy, Policy},
};

pub(in crate::http) mod offers;
pub(in crate::http) mod reset;

/// The account's PIN.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct PinStanding {
    /// The relying party's own time, RFC 3339.
    now: String,
    /// What the PIN is good for.
    status: PinState,
    /// Rises with every set, change and reset.
    pin_version: u64,
    /// Wrong PINs online until it locks.
    attempts_left: u32,
    /// When it must be changed, RFC 3339; null: never.
    expires_at: Option<String>,
    /// How often it may still be used after its end; null where it has none.
    extra_sign_ins_left: Option<u32>,
    /// Present while a campaign asks for another PIN.
    campaign: Option<PinCampaign>,
    /// Whether codes at workstations are refused until the next sign-in with a passkey.
    logon_locked: bool,
    /// The phones that have the PIN, oldest first.
    phones: Vec<PinPhone>,
    /// What a person should know of the policy.
    policy: PinPolicyWords,
}

/// A campaign for other PINs.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct PinCampaign {
    /// Until when the change can be put off, RFC 3339.
    ends_at: String,
    /// Whether that is over.
    must_change: bool,
}

impl From<CampaignOverview> for PinCampaign {
    fn from(campaign: CampaignOverview) -> Self {
        Self {
            ends_at: rfc3339(campaign.ends_at),
            must_change: campaign.must_change,
        }
    }
}

/// A phone that has the account's PIN.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct PinPhone {
    /// The enrolment's name.
    enrolment_id: String,
    /// What the phone calls itself.
    device_name: String,
    /// RFC 3339.
    enrolled_at: String,
    /// When it last acknowledged a synchronization, RFC 3339; null: never.
    last_sync_at: Option<String>,
    /// Wrong PINs offline, as it said then.
    failures: u32,
    /// The PIN it had then.
    pin_version: Option<u64>,
    /// Whether there may be a copy of it: it is refused until it is removed or enrolled anew.
    may_be_copied: bool,
}

impl From<PhoneOverview> for PinPhone {
    fn from(phone: PhoneOverview) -> Self {
        Self {
            enrolment_id: phone.enrolment_id,
            device_name: phone.device_name,
            enrolled_at: rfc3339(phone.enrolled_at),
            last_sync_at: phone.last_sync_at.map(rfc3339),
            failures: phone.failures,
            pin_version: phone.pin_version,
            may_be_copied: phone.may_be_copied,
        }
    }
}

/// What a person should know of the policy on PINs.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct PinPolicyWords {
    /// The fewest characters of a PIN.
    min_length: u32,
    /// The most characters.
    max_length: u32,
    /// Which characters it may have.
    charset: Charset,
    /// What authorises a phone's enrolment.
    enrolment: EnrolmentBy,
    /// Whether phones may check the PIN by themselves.
    offline: bool,
    /// For how long, in seconds.
    validity_seconds: u64,
}

impl From<&Policy> for PinPolicyWords {
    fn from(policy: &Policy) -> Self {
        Self {
            min_length: policy.pin.min_length,
            max_length: policy.pin.max_length,
            charset: policy.pin.charset,
            enrolment: policy.pin.enrolment,
            offline: policy.allows_offline_pin(),
            validity_seconds: policy.pin.validity.seconds(),
        }
    }
}

/// A ceremony that confirmed something.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct Confirmed {
    #[schema(value_type = super::Report)]
    verification: Arc<RawValue>,
}

/// Says what the account's PIN is good for, and which phones have it.
#[utoipa::path(
    get, path = "/api/pin", tag = "pin",
    responses((status = 200, body = PinStanding), (status = 401, description = "Nobody is signed in", body = ErrorBody))
)]
pub(in crate::http) async fn show(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
) -> Result<Answer<PinStanding>, Refusal> {
    let account = party.signed_in(session).await?.account;
    let PinOverview {
        status,
        pin_version,
        attempts_left,
        expires_at,
        extra_uses_left,
        campaign,
        logon_locked,
        phones,
        ..
    } = party.pin_status(&account.id).await?;
    Ok(Answer(PinStanding {
        now: rfc3339(party.now()),
        status,
        pin_version,
        attempts_left,
        expires_at: expires_at.map(rfc3339),
        extra_sign_ins_left: expires_at.map(|_| extra_uses_left),
        campaign: campaign.map(Into::into),
        logon_locked,
        phones: phones.into_iter().map(Into::into).collect(),
        policy: (&*party.policy()).into(),
    }))
}

/// Takes the PIN away from a phone.
#[utoipa::path(
    delete, path = "/api/pin/phones/{enrolmentId}", tag = "pin",
    params(("enrolmentId" = String, Path, description = "The enrolment's name")),
    responses(
        (status = 204),
        (status = 401, description = "Nobody is signed in", body = ErrorBody),
        (status = 404, description = "The account has no such phone", body = ErrorBody)
    )
)]
pub(in crate::http) async fn remove_phone(
    State(party): State<Arc<RelyingParty>>,
    Visitor(session): Visitor,
    Cause(cause): Cause,
    Path(enrolment_id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let account = party.signed_in(session).await?.account;
    let revoked = party
        .revoke_enrolment(Some(&account.id), &enrolment_id, RevokedBy::Person, cause)
        .await?;
    if revoked {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::NoSuchEnrolment)
    }
}
