//! Enrolments that are made: their keys, and their end.

use pin_sync::{
    enrolment::{Binding, Names},
    key::{PointName, SigningKey, VerifyingKey},
};
use serde_json::json;
use timeline::Seq;
use webauthn::id::UserHandle;

use super::{RevokedBy, Transition, seal::About};
use crate::{Error, Refusal, RelyingParty, kinds, store::PinEnrolment};

impl RelyingParty {
    /// What the enrolment binds together.
    pub(super) fn binding(&self, found: &PinEnrolment) -> Result<Binding, Refusal> {
        let names = Names::new(
            self.rp_id(),
            &found.account.id.to_string(),
            &found.device_id,
            &found.id,
        )?;
        let kd = VerifyingKey::from_sec1(PointName::Kd, &found.device_key)?;
        let ks = VerifyingKey::from_sec1(PointName::Ks, &found.server_point)?;
        Ok(Binding::new(names, kd, ks, found.test_iterations))
    }

    /// `Ks`.
    pub(crate) fn server_key(&self, found: &PinEnrolment) -> Result<SigningKey, Refusal> {
        let about = About::ServerKey(&found.account.id, &found.id);
        let scalar = self.pin.seal.unseal(about, &found.server_key)?;
        Ok(SigningKey::from_bytes(&scalar).map_err(|_| Error::Unsealable)?)
    }

    /// Ends an enrolment: one of this account, or of any when none is named. False when there is
    /// no such enrolment.
    pub(crate) async fn revoke_enrolment(
        &self,
        account: Option<&UserHandle>,
        enrolment_id: &str,
        by: RevokedBy,
        cause: Option<Seq>,
    ) -> Result<bool, Refusal> {
        let log = Transition {
            account: None,
            who: match by {
                RevokedBy::Person => "person",
                RevokedBy::Administrator => "administrator",
                RevokedBy::Replaced => "relyingParty",
            },
            what: "enrolmentRevoked",
            detail: json!({ "enrolmentId": enrolment_id, "by": by.name() }),
        };
        let revoked = self
            .store
            .revoke(account, enrolment_id, self.now(), log)
            .await?;
        let Some(revoked) = revoked else {
            return Ok(false);
        };
        self.tell_revoked(&revoked.account.username, enrolment_id, by, cause);
        // Its phone is told that there is news, asks, and learns it under signature.
        self.push_one(enrolment_id, cause);
        self.pin.streams.end(enrolment_id);
        Ok(true)
    }

    pub(super) fn tell_revoked(
        &self,
        username: &str,
        enrolment_id: &str,
        by: RevokedBy,
        cause: Option<Seq>,
    ) {
        self.tell(
            kinds::PIN_REVOKED,
            cause,
            || json!({ "account": username, "enrolmentId": enrolment_id, "by": by.name() }),
        );
    }
}
