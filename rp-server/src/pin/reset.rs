//! A reset: the PIN and its locks go, and another one can be set.

use serde_json::json;
use timeline::Seq;
use webauthn::id::UserHandle;

use super::{ResetBy, Transition, kept::KeptPins};
use crate::{Refusal, RelyingParty, kinds};

impl RelyingParty {
    /// Clears the PIN and its locks, so that another can be set; false when there is no such
    /// account. Who may ask for it was judged before.
    pub(crate) async fn reset_pin(
        &self,
        account: &UserHandle,
        by: ResetBy,
        cause: Option<Seq>,
    ) -> Result<bool, Refusal> {
        let _alone = self.pin.check_alone(account).await;
        let Some(found) = self.store.pin_account(account).await? else {
            return Ok(false);
        };
        // A PIN that does not open any more is no reason to keep it.
        let kept = KeptPins::unseal(&self.pin.seal, &found).unwrap_or_default();
        let next = kept.followed_by(None, self.policy().pin.history);
        let log = Transition {
            account: Some(account.clone()),
            who: match by {
                ResetBy::App | ResetBy::SelfService => "person",
                ResetBy::Administrator => "administrator",
            },
            what: "pinReset",
            detail: json!({
                "by": by.name(),
                "wasLocked": found.locked_at.is_some(),
                "hadPin": found.sealed.is_some(),
            }),
        };
        let pin = self.next_version(&found, &next, log)?;
        let pin_version = pin.pin_version;
        if !self.store.clear_pin(pin).await? {
            return Err(Refusal::AccountGone);
        }
        self.tell(
            kinds::PIN_RESET,
            cause,
            || json!({ "account": found.account.username, "by": by.name() }),
        );
        self.push_pin(account, pin_version, None, cause);
        Ok(true)
    }
}
