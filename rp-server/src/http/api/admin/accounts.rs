//! Accounts' PINs and phones, as the administrator sees them.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Serialize;
use webauthn::id::UserHandle;

use super::Administrator;
use crate::{
    PhoneOverview, PinOverview, PinState, Refusal, RelyingParty,
    http::{
        answer::ErrorBody,
        api::{Account, pin::PinCampaign, rfc3339},
        record::Cause,
    },
    overview::AccountOverview,
    pin::{ResetBy, RevokedBy},
};

/// All accounts.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct AdminAccounts {
    /// Oldest first.
    accounts: Vec<AdminAccount>,
    /// The relying party's own time, RFC 3339.
    now: String,
}

/// An account and its PIN.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct AdminAccount {
    account: Account,
    pin: AdminPin,
}

/// An account's PIN.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct AdminPin {
    /// What it is good for.
    status: PinState,
    /// Rises with every set, change and reset.
    pin_version: u64,
    /// Wrong PINs online until it locks.
    attempts_left: u32,
    /// Whether it is locked, whatever else is true of it.
    locked: bool,
    /// Rises with a correct PIN online and with a reset.
    unlock_epoch: u64,
    /// When it must be changed, RFC 3339; null: never.
    expires_at: Option<String>,
    /// How often it may still be used after its end.
    extra_uses_left: u32,
    /// Present while a campaign asks for another PIN.
    campaign: Option<PinCampaign>,
    /// Whether codes at workstations are refused until the next sign-in with a passkey.
    logon_locked: bool,
    /// Oldest first.
    phones: Vec<AdminPhone>,
}

/// A phone that has the PIN.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct AdminPhone {
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
    /// The counter of its last exchange.
    sync_counter: u64,
    /// Whether there may be a copy of it: it is refused until it is revoked or enrolled anew.
    may_be_copied: bool,
}

impl From<PhoneOverview> for AdminPhone {
    fn from(phone: PhoneOverview) -> Self {
        Self {
            enrolment_id: phone.enrolment_id,
            device_name: phone.device_name,
            enrolled_at: rfc3339(phone.enrolled_at),
            last_sync_at: phone.last_sync_at.map(rfc3339),
            failures: phone.failures,
            pin_version: phone.pin_version,
            sync_counter: phone.sync_counter,
            may_be_copied: phone.may_be_copied,
        }
    }
}

impl From<PinOverview> for AdminPin {
    fn from(pin: PinOverview) -> Self {
        Self {
            status: pin.status,
            pin_version: pin.pin_version,
            attempts_left: pin.attempts_left,
            locked: pin.locked,
            unlock_epoch: pin.unlock_epoch,
            expires_at: pin.expires_at.map(rfc3339),
            extra_uses_left: pin.extra_uses_left,
            campaign: pin.campaign.map(Into::into),
            logon_locked: pin.logon_locked,
            phones: pin.phones.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<AccountOverview> for AdminAccount {
    fn from(overview: AccountOverview) -> Self {
        Self {
            account: Account {
                id: overview.id,
                username: overview.username,
                display_name: overview.display_name,
            },
            pin: overview.pin.into(),
        }
    }
}

/// Lists the accounts with their PINs, locks and phones.
#[utoipa::path(
    get, path = "/api/admin/accounts", tag = "administration",
    responses((status = 200, body = AdminAccounts), (status = 401, description = "Not the administrator", body = ErrorBody))
)]
pub(in crate::http) async fn list(
    _: Administrator,
    State(party): State<Arc<RelyingParty>>,
) -> Result<Answer<AdminAccounts>, Refusal> {
    let accounts = party.overview().await?.accounts;
    Ok(Answer(AdminAccounts {
        accounts: accounts.into_iter().map(Into::into).collect(),
        now: rfc3339(party.now()),
    }))
}

/// Clears an account's PIN and its lock, so that another can be set.
#[utoipa::path(
    post, path = "/api/admin/accounts/{id}/pin/reset", tag = "administration",
    params(("id" = String, Path, description = "The user handle, base64url")),
    responses(
        (status = 204),
        (status = 401, description = "Not the administrator", body = ErrorBody),
        (status = 404, description = "There is no such account", body = ErrorBody)
    )
)]
pub(in crate::http) async fn reset_pin(
    _: Administrator,
    State(party): State<Arc<RelyingParty>>,
    Cause(cause): Cause,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let account = UserHandle::parse(&id).map_err(|_| Refusal::NoSuchAccount)?;
    let reset = party
        .reset_pin(&account, ResetBy::Administrator, cause)
        .await?;
    if reset {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::NoSuchAccount)
    }
}

/// Takes the PIN away from a phone.
#[utoipa::path(
    delete, path = "/api/admin/enrolments/{id}", tag = "administration",
    params(("id" = String, Path, description = "The enrolment's name")),
    responses(
        (status = 204),
        (status = 401, description = "Not the administrator", body = ErrorBody),
        (status = 404, description = "There is no such phone", body = ErrorBody)
    )
)]
pub(in crate::http) async fn revoke(
    _: Administrator,
    State(party): State<Arc<RelyingParty>>,
    Cause(cause): Cause,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let revoked = party
        .revoke_enrolment(None, &id, RevokedBy::Administrator, cause)
        .await?;
    if revoked {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::NoSuchEnrolment)
    }
}
