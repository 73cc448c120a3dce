//! From an invitation to an enrolment: offered to a person, claimed by a phone, confirmed by the
//! person, finished by the phone.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use pin_sync::{
    enrolment::{Binding, Names, sign_successor},
    key::{PointName, SigningKey, VerifyingKey},
    offer::{self, Code},
    wire::{ClaimAnswer, ClaimRequest, Previous},
};
use serde_json::json;
use timeline::{Seq, Timestamp};
use webauthn::id::{CredentialId, UserHandle};

use super::{
    NewOffer, Offer, OfferClaim, OfferState, draw::Draw, memory::unpoisoned, table::Table,
};
use crate::{Refusal, RelyingParty, kinds, store::Account};

/// How long an offer is good.
const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// Offers of one account at once; the oldest gives way.
const PER_ACCOUNT: usize = 4;
/// The most characters of a phone's name.
const LONGEST_NAME: usize = 64;

/// An offer as it is remembered.
pub(super) struct Offering {
    pub account: Account,
    code: Code,
    fingerprint: [u8; offer::FINGERPRINT_LENGTH],
    pub claim: Option<Claim>,
}

/// The phone that took it.
pub(super) struct Claim {
    pub binding: Binding,
    pub ks: SigningKey,
    pub device_name: String,
    digits: String,
    previous: Option<Previous>,
    pub confirmed: Option<Confirmed>,
    pub is_enrolled: bool,
}

#[derive(Clone)]
pub(super) struct Confirmed {
    pub credential: Option<CredentialId>,
}

impl Claim {
    fn state(&self) -> OfferState {
        match (self.is_enrolled, &self.confirmed) {
            (true, _) => OfferState::Enrolled,
            (false, Some(_)) => OfferState::Confirmed,
            (false, None) => OfferState::Claimed,
        }
    }

    fn seen(&self) -> OfferClaim {
        OfferClaim {
            enrolment_id: self.binding.names().enrolment_id().to_owned(),
            device_name: self.device_name.clone(),
            digits: self.digits.clone(),
            transcript: self.binding.t().0,
        }
    }
}

impl RelyingParty {
    /// Invites the account's owner to enrol a phone.
    pub(crate) async fn make_offer(
        &self,
        account: &Account,
        cause: Option<Seq>,
    ) -> Result<NewOffer, Refusal> {
        if !self.policy().pin.enabled {
            return Err(Refusal::PinOff);
        }
        let code = Code::random(&mut Draw(&*self.seams.random))?;
        let name = BASE64URL_NOPAD.encode(&self.draw::<16>()?);
        let text = offer::Offer {
            origin: self.origin().to_owned(),
            code: code.clone(),
            rp_name: self.identity.name.clone(),
            account_name: account.username.clone(),
        };
        let offering = Offering {
            account: account.clone(),
            fingerprint: code.fingerprint(),
            code,
            claim: None,
        };
        let now = self.now();
        let expires_at = now.plus(LIFETIME);
        {
            let mut offers = unpoisoned(&self.pin.offers);
            offers.keep_latest(PER_ACCOUNT - 1, |offering| {
                offering.account.id == account.id
            });
            if !offers.insert(name.clone(), offering, expires_at, now) {
                return Err(Refusal::OffersFull);
            }
        }
        self.tell(
            kinds::PIN_OFFERED,
            cause,
            || json!({ "account": account.username, "offer": name }),
        );
        Ok(NewOffer {
            offer: name,
            code: text.to_text().into(),
            expires_at,
        })
    }

    /// How far the account's offer has come; none when it has no such offer.
    pub(crate) fn offer(&self, account: &UserHandle, offer: &str) -> Option<Offer> {
        let now = self.now();
        let mut offers = unpoisoned(&self.pin.offers);
        let (_, offering, expires_at) = offers
            .iter_mut()
            .find(|(name, offering, _)| *name == offer && offering.account.id == *account)?;
        let state = match &offering.claim {
            Some(claim) if claim.is_enrolled => OfferState::Enrolled,
            _ if expires_at <= now => OfferState::Expired,
            Some(claim) => claim.state(),
            None => OfferState::Open,
        };
        Some(Offer {
            state,
            expires_at,
            claim: offering.claim.as_ref().map(Claim::seen),
        })
    }

    /// A phone takes an offer. Taking it again with the same key is answered alike.
    pub(crate) async fn claim_offer(
        &self,
        request: &ClaimRequest,
        cause: Option<Seq>,
    ) -> Result<ClaimAnswer, Refusal> {
        let policy = self.policy();
        if !policy.pin.enabled {
            return Err(Refusal::PinOff);
        }
        let kd = VerifyingKey::from_sec1(PointName::Kd, &request.kd.0)?;
        let device_name = name_of_device(&request.device_name)?;
        let now = self.now();
        let account = self.offered_to(&request.code.0, now)?;
        let enrolment_id = BASE64URL_NOPAD.encode(&self.draw::<16>()?);
        let names = Names::new(
            self.rp_id(),
            &account.id.to_string(),
            &request.device_id,
            &enrolment_id,
        )?;
        let ks = SigningKey::generate(&mut Draw(&*self.seams.random))?;
        let test_iterations = policy.pin.test_iterations;
        let binding = Binding::new(names, kd, ks.verifying_key().clone(), test_iterations);
        let previous = self.word_of_the_one_before(&account, &binding).await?;
        let (answer, is_new) = {
            let mut offers = unpoisoned(&self.pin.offers);
            let offering =
                by_code(&mut offers, &request.code.0, now).ok_or(Refusal::OfferUnknown)?;
            let is_new = offering.claim.is_none();
            let digits = binding.t().digits(&offering.code);
            let claim = offering.claim.get_or_insert_with(|| Claim {
                binding,
                ks,
                device_name,
                digits,
                previous,
                confirmed: None,
                is_enrolled: false,
            });
            let theirs = claim.binding.device_key().as_bytes() == &request.kd.0
                && claim.binding.names().device_id() == request.device_id;
            if !theirs {
                return Err(Refusal::OfferUnknown);
            }
            (
                self.answer_of(claim, &account),
                is_new.then(|| claim.seen()),
            )
        };
        if let Some(claim) = is_new {
            self.tell(kinds::PIN_CLAIMED, cause, || {
                json!({
                    "account": account.username,
                    "enrolmentId": claim.enrolment_id,
                    "deviceName": claim.device_name,
                    "digits": claim.digits,
                })
            });
        }
        Ok(answer)
    }

    fn offered_to(
        &self,
        code: &[u8; offer::FINGERPRINT_LENGTH],
        now: Timestamp,
    ) -> Result<Account, Refusal> {
        let mut offers = unpoisoned(&self.pin.offers);
        by_code(&mut offers, code, now)
            .map(|offering| offering.account.clone())
            .ok_or(Refusal::OfferUnknown)
    }

    /// The same phone's enrolment until now, and its key's word for the new one.
    async fn word_of_the_one_before(
        &self,
        account: &Account,
        new: &Binding,
    ) -> Result<Option<Previous>, Refusal> {
        let held = self.store.pin_enrolments(&account.id).await?;
        let Some(old) = held
            .into_iter()
            .find(|old| old.device_id == new.names().device_id())
        else {
            return Ok(None);
        };
        let ks = self.server_key(&old)?;
        Ok(Some(Previous {
            signature: sign_successor(&ks, &old.id, &new.t()).into(),
            enrolment_id: old.id,
        }))
    }

    fn answer_of(&self, claim: &Claim, account: &Account) -> ClaimAnswer {
        let names = claim.binding.names();
        ClaimAnswer {
            enrolment_id: names.enrolment_id().to_owned(),
            rp_id: names.rp_id().to_owned(),
            rp_name: self.identity.name.clone(),
            account_id: names.account_id().to_owned(),
            username: account.username.clone(),
            ks: pin_sync::wire::Bytes(*claim.binding.server_key().as_bytes()),
            test_iterations: claim.binding.test_iterations(),
            previous: claim.previous.clone(),
        }
    }

    /// The person has confirmed a claimed offer: by a ceremony with this credential, or by digits.
    pub(crate) async fn confirm_offer(
        &self,
        account: &UserHandle,
        offer: &str,
        credential: Option<CredentialId>,
        cause: Option<Seq>,
    ) -> Result<(), Refusal> {
        let now = self.now();
        let (username, enrolment_id) = {
            let mut offers = unpoisoned(&self.pin.offers);
            let offering = offers
                .get_mut(offer, now)
                .filter(|offering| offering.account.id == *account)
                .ok_or(Refusal::OfferUnknown)?;
            let username = offering.account.username.clone();
            let claim = offering.claim.as_mut().ok_or(Refusal::NotClaimed)?;
            if claim.confirmed.is_some() {
                return Ok(());
            }
            claim.confirmed = Some(Confirmed {
                credential: credential.clone(),
            });
            (username, claim.seen().enrolment_id)
        };
        self.tell(kinds::PIN_CONFIRMED, cause, || {
            enrolled(&username, &enrolment_id, credential.as_ref())
        });
        Ok(())
    }
}

pub(super) fn enrolled(
    username: &str,
    enrolment_id: &str,
    credential: Option<&CredentialId>,
) -> serde_json::Value {
    let mut body = json!({ "account": username, "enrolmentId": enrolment_id });
    if let Some(credential) = credential {
        body["credentialId"] = credential.to_string().into();
    }
    body
}

fn by_code<'a>(
    offers: &'a mut Table<Offering>,
    fingerprint: &[u8; offer::FINGERPRINT_LENGTH],
    now: Timestamp,
) -> Option<&'a mut Offering> {
    offers
        .iter_mut()
        .find(|(_, offering, expires_at)| *expires_at > now && offering.fingerprint == *fingerprint)
        .map(|(_, offering, _)| offering)
}

/// A phone's name, fit to be shown.
fn name_of_device(text: &str) -> Result<String, Refusal> {
    let name = text.trim();
    let is_shown =
        (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    match is_shown {
        true => Ok(name.to_owned()),
        false => Err(pin_sync::Error::Name("device's name").into()),
    }
}
