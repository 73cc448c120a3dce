//! Enrolling this phone for an account's PIN: from a scanned code to the first synchronization.

use pin_sync::cache::VerifierKey;
use pin_sync::enrolment::{Binding, Names, check_successor};
use pin_sync::holding::Holding;
use pin_sync::key::{PointName, Signature, SigningKey, VerifyingKey};
use pin_sync::offer::{self, Offer};
use pin_sync::refusal::Reason;
use pin_sync::wire::{Body as _, Bytes, ClaimAnswer, ClaimRequest, FinishAnswer, FinishRequest};
use pin_sync::{exchange::Purpose, logon};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use timeline::Timestamp;

use super::agent::Agent;
use super::info::{PairingInfo, Scanned};
use super::link::{Call, Origin, Reply};
use super::stores::{About, shortened};
use crate::{Device, Error, Model, kinds};

/// How long an enrolment may stay under way, by the device's clock.
const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// An enrolment that both sides hold the keys of and nobody has confirmed.
#[derive(Clone)]
pub(super) struct Pairing {
    binding: Binding,
    kd: SigningKey,
    digits: String,
    about: About,
    origin: Origin,
    /// The enrolment for the same account that this one takes the place of.
    replaces: Option<String>,
    pub expires: Timestamp,
}

impl Device {
    /// Takes a scanned text: an enrolment's code begins an enrolment, a workstation's code asks for
    /// its PIN at the prompts and leaves the answer on the display.
    ///
    /// # Errors
    /// [`Error::NoEnrolments`] on a key, [`Error::AppLocked`], [`Error::NoCode`], [`Error::Elsewhere`],
    /// [`Error::NotEnrolled`], [`Error::EnrolmentTaken`], [`Error::Unreachable`], [`Error::PinSync`] where a
    /// signature or name is wrong, [`Error::Vault`]; for a workstation also [`Error::Busy`], [`Error::Declined`],
    /// [`Error::TimedOut`].
    pub async fn scan(&self, text: &str) -> Result<Scanned, Error> {
        if self.model() != Model::Phone {
            return Err(Error::NoEnrolments);
        }
        self.needs_open_app()?;
        let text = text.trim();
        self.0.agent.start();
        if text.starts_with(offer::PREFIX) {
            self.claim(Offer::from_text(text)?).await?;
            Ok(Scanned::Pairing)
        } else if text.starts_with(logon::PREFIX) {
            self.answer_logon(text).await?;
            Ok(Scanned::Logon)
        } else {
            Err(Error::NoCode)
        }
    }

    /// The enrolment under way.
    #[must_use]
    pub fn pairing(&self) -> Option<PairingInfo> {
        let agent = &self.0.agent;
        let now = agent.seams.clock.now();
        let state = agent.state();
        let pairing = state.pairing.as_ref().filter(|it| it.expires > now)?;
        Some(PairingInfo {
            enrolment_id: pairing.binding.names().enrolment_id().to_owned(),
            rp_name: pairing.about.rp_name.clone(),
            username: pairing.about.username.clone(),
            digits: pairing.digits.clone(),
            expires: pairing.expires,
        })
    }

    /// Goes on with the enrolment under way, once it is confirmed on the relying party's page: both
    /// sides sign, and the phone synchronizes; where the account has no PIN, it asks for one first.
    ///
    /// # Errors
    /// [`Error::AppLocked`], [`Error::NoPairing`], [`Error::NotConfirmed`] (then again later),
    /// [`Error::NotEnrolled`], [`Error::Unreachable`], [`Error::PinSync`], [`Error::Vault`]; and those of
    /// [`Device::set_pin_online`]. What fails after the enrolment was made leaves it in place.
    pub async fn continue_pairing(&self) -> Result<(), Error> {
        self.needs_open_app()?;
        let agent = &self.0.agent;
        let id = self.pairing().ok_or(Error::NoPairing)?.enrolment_id;
        // Its turn is held from before it is stored, so that it is synchronized once.
        let turn = agent.turn(&id, Purpose::Sync).await;
        // Whoever had the turn before may have made it.
        let now = agent.seams.clock.now();
        let pairing = agent.state().pairing.clone();
        let pairing =
            pairing.filter(|it| it.expires > now && it.binding.names().enrolment_id() == id);
        let pairing = pairing.ok_or(Error::NoPairing)?;
        agent.finish(pairing).await?;
        let synced = agent.synchronize(&turn).await;
        drop(turn);
        match synced {
            Err(Error::Refused {
                reason: Reason::NoPin,
                ..
            }) => self.set_first_pin(&id).await,
            // It is enrolled; the agent synchronizes when it can, and shows what is wrong meanwhile.
            _ => Ok(()),
        }
    }

    /// Deletes an enrolment on this device, its app open or not: it is the way out for one that was
    /// revoked, whose PIN opens nothing any more. The relying party does not learn of it.
    ///
    /// # Errors
    /// [`Error::NoSuchEnrolment`], [`Error::Vault`].
    pub async fn forget_enrolment(&self, enrolment: &str) -> Result<(), Error> {
        let agent = self.agent(enrolment).await?;
        let turn = agent.turn(enrolment, Purpose::Sync).await;
        agent.forget(enrolment, "owner").await?;
        drop(turn);
        agent.look_again().await;
        Ok(())
    }

    async fn claim(&self, offer: Offer) -> Result<(), Error> {
        let agent = &self.0.agent;
        let _work = agent.work();
        let elsewhere = || Error::Elsewhere(shortened(&offer.rp_name));
        let origin = Origin::parse(&offer.origin).ok_or_else(elsewhere)?;
        let kd = agent.with_rng(|rng| SigningKey::generate(&mut **rng))?;
        let request = ClaimRequest {
            code: Bytes(offer.code.fingerprint()),
            device_id: agent.device.to_string(),
            device_name: self.info()?.name,
            kd: Bytes(*kd.verifying_key().as_bytes()),
        };
        let call = |path| Call {
            origin: &origin,
            path,
            cause: None,
        };
        let reply = agent.link.post(call("/pin/enrol/claim"), request.to_json());
        let reply = reply.await.map_err(|away| Error::Unreachable {
            rp_name: shortened(&offer.rp_name),
            why: away.0,
        })?;
        if !reply.is_success() {
            return Err(not_enrolled(&offer.rp_name, &reply));
        }
        let answer = ClaimAnswer::read(&reply.body)?;
        if !origin.speaks_for(&answer.rp_id) {
            return Err(elsewhere());
        }
        let names = Names::new(
            &answer.rp_id,
            &answer.account_id,
            agent.device.as_str(),
            &answer.enrolment_id,
        )?;
        let ks = VerifyingKey::from_sec1(PointName::Ks, &answer.ks.0)?;
        let binding = Binding::new(
            names,
            kd.verifying_key().clone(),
            ks,
            answer.test_iterations,
        );
        let (id, rp_name) = (answer.enrolment_id.clone(), answer.rp_name.clone());
        agent
            .blocking(move |agent| agent.enrolments.is_free(&id, &rp_name))
            .await?;
        let replaces = agent.replaced_by(&binding, &answer).await?;
        let now = agent.seams.clock.now();
        let pairing = Pairing {
            digits: binding.t().digits(&offer.code),
            about: About {
                origin: origin.as_str().to_owned(),
                rp_name: shortened(&answer.rp_name),
                username: shortened(&answer.username),
                made: now,
                acknowledged: None,
                place: 0,
            },
            binding,
            kd,
            origin,
            replaces,
            expires: now.plus(LIFETIME),
        };
        agent.tell_pairing(kinds::ENROLMENT_CLAIMED, &pairing, true);
        agent.state().pairing = Some(pairing);
        agent.note_change();
        agent.poke();
        Ok(())
    }
}

impl Agent {
    /// The enrolment for the same account that a new one takes the place of, once the old server key
    /// has signed the new one.
    async fn replaced_by(
        self: &Arc<Self>,
        new: &Binding,
        answer: &ClaimAnswer,
    ) -> Result<Option<String>, Error> {
        let all = self.blocking(|agent| agent.enrolments.all()).await?;
        let names = new.names();
        let old = all.iter().find(|stored| {
            let old = stored.names();
            old.rp_id() == names.rp_id() && old.account_id() == names.account_id()
        });
        let Some(old) = old else { return Ok(None) };
        let word = answer.previous.as_ref();
        let word = word.filter(|word| word.enrolment_id == old.id());
        let signature: Option<Signature> = word.map(|word| word.signature.into());
        check_successor(&old.holding.record.binding, new, signature.as_ref())?;
        Ok(Some(old.id().to_owned()))
    }

    /// Both sides sign; the enrolment is stored.
    async fn finish(self: &Arc<Self>, pairing: Pairing) -> Result<(), Error> {
        let _work = self.work();
        let t = pairing.binding.t();
        let names = pairing.binding.names().clone();
        let request = FinishRequest {
            enrolment_id: names.enrolment_id().to_owned(),
            device_id: names.device_id().to_owned(),
            signature: t.sign(&pairing.kd).into(),
        };
        let call = Call {
            origin: &pairing.origin,
            path: "/pin/enrol/finish",
            cause: None,
        };
        let rp_name = pairing.about.rp_name.clone();
        let reply = self.link.post(call, request.to_json()).await;
        let reply = reply.map_err(|away| Error::Unreachable {
            rp_name: rp_name.clone(),
            why: away.0,
        })?;
        if !reply.is_success() {
            let error = not_enrolled(&rp_name, &reply);
            if !matches!(error, Error::NotConfirmed(_)) && reply.status < 500 {
                self.drop_pairing();
            }
            return Err(error);
        }
        let signed = FinishAnswer::read(&reply.body)
            .and_then(|answer| pairing.binding.check_server(&answer.signature.into()));
        if let Err(error) = signed {
            self.drop_pairing();
            return Err(error.into());
        }
        self.store_pairing(&pairing).await?;
        self.drop_pairing();
        self.tell_pairing(kinds::ENROLMENT_MADE, &pairing, false);
        if let Some(old) = &pairing.replaces {
            self.forget(old, "replaced").await?;
        }
        self.look_again().await;
        Ok(())
    }

    async fn store_pairing(self: &Arc<Self>, pairing: &Pairing) -> Result<(), Error> {
        let kv = self.with_rng(|rng| VerifierKey::random(&mut **rng))?;
        let holding = Holding::new(pairing.binding.clone(), pairing.kd.clone(), kv);
        let about = pairing.about.clone();
        self.blocking(move |agent| {
            let _alone = agent.enrolments.vault().alone();
            agent.enrolments.add(&holding, about)
        })
        .await
    }

    fn drop_pairing(&self) {
        self.state().pairing = None;
        self.note_change();
    }

    fn tell_pairing(&self, kind: &'static str, pairing: &Pairing, with_digits: bool) {
        let names = pairing.binding.names();
        let mut body = json!({
            "enrolmentId": names.enrolment_id(),
            "rpId": names.rp_id(),
            "rpName": pairing.about.rp_name,
            "account": pairing.about.username,
        });
        if with_digits {
            body["digits"] = json!(pairing.digits);
        }
        self.tell(kind, body, None);
    }

    /// Deletes an enrolment and tells why.
    pub(super) async fn forget(self: &Arc<Self>, id: &str, why: &'static str) -> Result<(), Error> {
        let wanted = id.to_owned();
        let rp_id = self.blocking(move |agent| {
            let _alone = agent.enrolments.vault().alone();
            let rp_id = agent.enrolments.one(&wanted)?.names().rp_id().to_owned();
            agent.enrolments.delete(&wanted)?;
            Ok(rp_id)
        });
        let body = json!({ "enrolmentId": id, "rpId": rp_id.await?, "why": why });
        self.tell(kinds::ENROLMENT_FORGOTTEN, body, None);
        Ok(())
    }
}

/// What a relying party's unsigned "no" to an enrolment means.
fn not_enrolled(rp_name: &str, reply: &Reply) -> Error {
    let rp_name = shortened(rp_name);
    let body: Option<serde_json::Value> = serde_json::from_slice(&reply.body).ok();
    let code = body
        .as_ref()
        .and_then(|body| body["error"]["code"].as_str());
    match code {
        Some("notConfirmed") => Error::NotConfirmed(rp_name),
        code => Error::NotEnrolled {
            rp_name,
            code: code.map_or_else(|| format!("status {}", reply.status), shortened),
        },
    }
}
