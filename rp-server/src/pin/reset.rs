//! A reset: the PIN and its locks go, and another one can be set.

use serde_json::json;
use timeline::Seq;
use webauthn::id::{Aaguid, UserHandle};

use super::{ResetBy, Transition, kept::KeptPins, memory::unpoisoned};
use crate::{
    Refusal, RelyingParty, factor, kinds,
    store::{Account, NewPin},
};

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
        let pin = NewPin {
            awaits_sign_in: by == ResetBy::Administrator,
            ..self.next_version(&found, &next, log)?
        };
        let (pin_version, awaits_sign_in) = (pin.pin_version, pin.awaits_sign_in);
        if !self.store.clear_pin(pin).await? {
            return Err(Refusal::AccountGone);
        }
        let mut awaiting = unpoisoned(&self.pin.awaiting);
        match awaits_sign_in {
            true => awaiting.insert(account.clone()),
            false => awaiting.remove(account),
        };
        drop(awaiting);
        self.tell(
            kinds::PIN_RESET,
            cause,
            || json!({ "account": found.account.username, "by": by.name() }),
        );
        self.push_pin(account, pin_version, None, cause);
        Ok(true)
    }

    /// Whether somebody must sign in before a PIN is set: then a sign-in is asked how it verified its
    /// user.
    pub(crate) fn awaits_sign_in(&self) -> bool {
        !unpoisoned(&self.pin.awaiting).is_empty()
    }

    /// Takes a ceremony that held as the sign-in which must follow an administrator's reset, unless
    /// the PIN that was reset may have verified its user.
    pub(crate) async fn signed_in_since_reset(
        &self,
        account: &Account,
        model: Aaguid,
        methods: &factor::Methods,
    ) -> Result<(), Refusal> {
        if !unpoisoned(&self.pin.awaiting).contains(&account.id) {
            return Ok(());
        }
        let phones = self.store.models_with_pin(&account.id).await?;
        if factor::may_be_synced_pin(methods, model, &phones) {
            return Ok(());
        }
        let log = Transition {
            account: Some(account.id.clone()),
            who: "person",
            what: "signedInSinceReset",
            detail: json!({}),
        };
        let store = &self.store;
        store
            .signed_in_since_reset(&account.id, log, self.now())
            .await?;
        unpoisoned(&self.pin.awaiting).remove(&account.id);
        Ok(())
    }
}
