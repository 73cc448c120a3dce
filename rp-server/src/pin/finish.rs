//! The end of an enrolment: the phone has signed what the person confirmed, and both are kept.

use pin_sync::{
    enrolment::Binding,
    key::SigningKey,
    wire::{FinishAnswer, FinishRequest},
};
use timeline::{Seq, Timestamp};
use webauthn::id::CredentialId;

use super::{RevokedBy, memory::unpoisoned, offers::enrolled, seal::About};
use crate::{
    Refusal, RelyingParty, kinds,
    store::{Account, Enrolled, NewEnrolment},
};

/// A claim that was confirmed and whose phone has signed it.
struct Ready {
    account: Account,
    binding: Binding,
    ks: SigningKey,
    device_name: String,
    credential: Option<CredentialId>,
}

impl RelyingParty {
    /// The phone finishes a confirmed claim; finishing again is answered alike.
    pub(crate) async fn finish_enrolment(
        &self,
        request: &FinishRequest,
        cause: Option<Seq>,
    ) -> Result<FinishAnswer, Refusal> {
        let now = self.now();
        let ready = self.ready(request, now)?;
        let names = ready.binding.names();
        let about = About::ServerKey(&ready.account.id, names.enrolment_id());
        let server_key =
            self.pin
                .seal
                .seal(about, ready.ks.to_bytes().as_bytes(), &*self.seams.random)?;
        let new = NewEnrolment {
            id: names.enrolment_id().to_owned(),
            account: ready.account.id.clone(),
            device_id: names.device_id().to_owned(),
            device_name: ready.device_name.clone(),
            device_key: ready.binding.device_key().as_bytes().to_vec(),
            server_point: ready.binding.server_key().as_bytes().to_vec(),
            server_key,
            credential: ready.credential.clone(),
            test_iterations: ready.binding.test_iterations(),
            at: now,
        };
        match self.store.enrol(new).await? {
            Enrolled::Done { replaced } => {
                if self.mark_enrolled(names.enrolment_id()) {
                    self.tell_enrolled(&ready, &replaced, cause);
                }
            }
            Enrolled::TooMany => return Err(Refusal::PhonesFull),
            Enrolled::NoAccount => return Err(Refusal::AccountGone),
        }
        Ok(FinishAnswer {
            signature: ready.binding.t().sign(&ready.ks).into(),
        })
    }

    /// The confirmed claim of this phone, once its signature is found right.
    fn ready(&self, request: &FinishRequest, now: Timestamp) -> Result<Ready, Refusal> {
        let mut offers = unpoisoned(&self.pin.offers);
        let (account, claim) = offers
            .iter_mut()
            .filter(|(_, _, expires_at)| *expires_at > now)
            .find_map(|(_, offering, _)| {
                let claim = offering.claim.as_ref()?;
                let names = claim.binding.names();
                let theirs = names.enrolment_id() == request.enrolment_id
                    && names.device_id() == request.device_id;
                theirs.then_some((&offering.account, claim))
            })
            .ok_or(Refusal::NotAccepted)?;
        claim.binding.check_device(&request.signature.into())?;
        let confirmed = claim.confirmed.as_ref().ok_or(Refusal::NotConfirmed)?;
        Ok(Ready {
            account: account.clone(),
            binding: claim.binding.clone(),
            ks: claim.ks.clone(),
            device_name: claim.device_name.clone(),
            credential: confirmed.credential.clone(),
        })
    }

    /// False when it was marked already.
    fn mark_enrolled(&self, enrolment_id: &str) -> bool {
        let mut offers = unpoisoned(&self.pin.offers);
        let claim = offers
            .iter_mut()
            .filter_map(|(_, offering, _)| offering.claim.as_mut())
            .find(|claim| claim.binding.names().enrolment_id() == enrolment_id);
        claim.is_some_and(|claim| !std::mem::replace(&mut claim.is_enrolled, true))
    }

    fn tell_enrolled(&self, ready: &Ready, replaced: &[String], cause: Option<Seq>) {
        let username = &ready.account.username;
        for old in replaced {
            self.pin.streams.end(old);
            self.tell_revoked(username, old, RevokedBy::Replaced, cause);
        }
        let enrolment_id = ready.binding.names().enrolment_id();
        self.tell(kinds::PIN_ENROLLED, cause, || {
            enrolled(username, enrolment_id, ready.credential.as_ref())
        });
    }
}
