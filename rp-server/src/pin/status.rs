//! What can be seen of an account's PIN from outside.

use webauthn::id::UserHandle;

use super::{PhoneOverview, PinOverview, standing::Standing};
use crate::{
    Refusal, RelyingParty,
    store::{PinAccount, PinEnrolment},
};

impl From<PinEnrolment> for PhoneOverview {
    fn from(enrolment: PinEnrolment) -> Self {
        Self {
            enrolment_id: enrolment.id,
            device_name: enrolment.device_name,
            enrolled_at: enrolment.enrolled_at,
            last_sync_at: enrolment.last_sync_at,
            failures: enrolment.failures,
            pin_version: enrolment.synced_pin_version,
            sync_counter: enrolment.sync_counter,
            may_be_copied: enrolment.copied_at.is_some(),
        }
    }
}

impl RelyingParty {
    /// What is known of the account's PIN.
    pub(crate) async fn pin_status(&self, account: &UserHandle) -> Result<PinOverview, Refusal> {
        let found = self.pin_account(account).await?;
        let phones = self.store.pin_enrolments(account).await?;
        let policy = self.policy();
        let standing = Standing::of(&policy, &found, self.now());
        Ok(PinOverview {
            status: standing.state,
            pin_version: found.pin_version,
            attempts_left: policy.pin.online_attempts.saturating_sub(found.attempts),
            locked: found.locked_at.is_some(),
            unlock_epoch: found.unlock_epoch,
            expires_at: standing.expires_at,
            extra_uses_left: standing.extra_uses_left,
            campaign: standing.campaign,
            logon_locked: self.logon_is_locked(&found).await?,
            phones: phones.into_iter().map(Into::into).collect(),
        })
    }

    /// What is kept of the account's PIN; an account that was deleted meanwhile is gone.
    pub(super) async fn pin_account(&self, account: &UserHandle) -> Result<PinAccount, Refusal> {
        let found = self.store.pin_account(account).await?;
        found.ok_or(Refusal::AccountGone)
    }
}
