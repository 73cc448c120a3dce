//! The device's side.

use p256::ecdh::EphemeralSecret;
use rand_core::TryCryptoRng;

use super::{Keys, Purpose, Transcript, ephemeral, message, nonce};
use crate::enrolment::Binding;
use crate::key::{PointName, SigningKey, point};
use crate::logon::ResponseKey;
use crate::online::{Outcome, Typed};
use crate::payload::Delivery;
use crate::refusal::{self, Refusal};
use crate::wire::{
    Ack, Bytes, ExchangeAnswer, ExchangeRequest, OnlineAnswer, OnlineRequest, Refused,
};
use crate::{Error, ack, apart, online};

/// An exchange that waits for its answer.
pub struct Asking {
    binding: Binding,
    purpose: Purpose,
    sync_counter: u64,
    nonce_d: [u8; 32],
    message: Vec<u8>,
    /// On the heap, so that moving it leaves no copy behind.
    ephemeral: Box<EphemeralSecret>,
}

/// Asks: draws `nonceD` and `Ed` and signs. The raised `sync_counter` must be on disk before the
/// request leaves.
///
/// # Errors
/// [`Error::NoRandomness`].
pub fn ask<R: TryCryptoRng + ?Sized>(
    binding: &Binding,
    kd: &SigningKey,
    sync_counter: u64,
    purpose: Purpose,
    rng: &mut R,
) -> Result<(Asking, ExchangeRequest), Error> {
    let nonce_d = nonce(rng)?;
    let (ephemeral, ed) = apart(|| ephemeral(rng))?;
    let message = message(binding, purpose, sync_counter, &nonce_d, &ed);
    let names = binding.names();
    let request = ExchangeRequest {
        enrolment_id: names.enrolment_id().to_owned(),
        device_id: names.device_id().to_owned(),
        sync_counter,
        nonce_d: Bytes(nonce_d),
        ed: Bytes(ed),
        purpose,
        signature: kd.sign(&message).into(),
    };
    let asking = Asking {
        binding: binding.clone(),
        purpose,
        sync_counter,
        nonce_d,
        message,
        ephemeral,
    };
    Ok((asking, request))
}

impl Asking {
    /// What the exchange is for.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Takes the answer. The signature is verified before anything is derived or opened; the
    /// ephemeral key ends here, whatever comes of it.
    ///
    /// # Errors
    /// [`Error::Point`], [`Error::AnswerSignature`], [`Error::PayloadSealed`],
    /// [`Error::PayloadMalformed`], [`Error::PayloadPurpose`], and those of the iterations.
    pub fn receive(self, answer: &ExchangeAnswer) -> Result<(Delivery, Session), Error> {
        let es = point(PointName::Es, &answer.es.0)?;
        let nonce_s = &answer.nonce_s.0;
        let transcript = Transcript::of(&self.message, nonce_s, &answer.es.0);
        let signed = transcript.sealed("server", &answer.gcm_nonce.0, &answer.ciphertext.0);
        let ks = self.binding.server_key();
        if !ks.verifies(&signed, &answer.signature.into()) {
            return Err(Error::AnswerSignature);
        }
        let test_iterations = self.binding.test_iterations();
        let (delivery, keys) = apart(|| {
            let keys = Keys::derive(&self.ephemeral, &es, &self.nonce_d, nonce_s, &transcript);
            let opened = keys
                .payload
                .open(&answer.gcm_nonce.0, &transcript.0, &answer.ciphertext.0)
                .ok_or(Error::PayloadSealed)?;
            let delivery = Delivery::decode(&opened, self.purpose, test_iterations)?;
            Ok::<_, Error>((delivery, keys))
        })?;
        let session = Session {
            binding: self.binding,
            purpose: self.purpose,
            sync_counter: self.sync_counter,
            transcript,
            keys,
        };
        Ok((delivery, session))
    }

    /// Takes a refusal that came instead; only a signed one changes anything.
    ///
    /// # Errors
    /// [`Error::RefusalEnrolment`], [`Error::RefusalNonce`], [`Error::RefusalSignature`].
    pub fn refused(&self, refused: &Refused) -> Result<Refusal, Error> {
        refusal::check(refused, &self.binding, &self.nonce_d)
    }
}

impl std::fmt::Debug for Asking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Asking({}, {})", self.purpose, self.sync_counter)
    }
}

/// What is left of an answered exchange.
pub struct Session {
    binding: Binding,
    purpose: Purpose,
    sync_counter: u64,
    transcript: Transcript,
    keys: Keys,
}

impl Session {
    /// What the exchange was for.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Its counter.
    #[must_use]
    pub fn sync_counter(&self) -> u64 {
        self.sync_counter
    }

    /// What both sides hashed.
    #[must_use]
    pub fn transcript(&self) -> Transcript {
        self.transcript
    }

    /// `Kr`, to be kept with the payload of a sync.
    #[must_use]
    pub fn response_key(&self) -> &ResponseKey {
        &self.keys.response
    }

    /// Acknowledges a sync, after the new cache is stored.
    #[must_use]
    pub fn ack(&self, pin_version: u64, policy_version: u64, failures: u32) -> Ack {
        let names = self.binding.names();
        Ack {
            enrolment_id: names.enrolment_id().to_owned(),
            device_id: names.device_id().to_owned(),
            sync_counter: self.sync_counter,
            pin_version,
            policy_version,
            failures,
            mac: Bytes(ack::mac(
                &self.keys.confirm,
                pin_version,
                policy_version,
                failures,
            )),
        }
    }

    /// Seals what was typed. Once per exchange.
    ///
    /// # Errors
    /// [`Error::OnlineMalformed`] when it is not what the purpose needs; [`Error::NoRandomness`].
    pub fn online<R: TryCryptoRng + ?Sized>(
        &self,
        typed: &Typed,
        rng: &mut R,
    ) -> Result<OnlineRequest, Error> {
        if !typed.fits(self.purpose) {
            return Err(Error::OnlineMalformed);
        }
        let key = &self.keys.online;
        let (gcm_nonce, ciphertext) = apart(|| key.seal(&self.transcript.0, typed.encode(), rng))?;
        let names = self.binding.names();
        Ok(OnlineRequest {
            enrolment_id: names.enrolment_id().to_owned(),
            device_id: names.device_id().to_owned(),
            sync_counter: self.sync_counter,
            gcm_nonce: Bytes(gcm_nonce),
            ciphertext: crate::wire::Blob(ciphertext),
        })
    }

    /// Takes the answer to what was typed.
    ///
    /// # Errors
    /// [`Error::OnlineAnswerSignature`], [`Error::OnlineAnswerSealed`],
    /// [`Error::OnlineAnswerMalformed`].
    pub fn online_answer(&self, answer: &OnlineAnswer) -> Result<Outcome, Error> {
        let (nonce, ciphertext) = (&answer.gcm_nonce.0, &answer.ciphertext.0);
        let signed = self.transcript.sealed("online", nonce, ciphertext);
        let ks = self.binding.server_key();
        if !ks.verifies(&signed, &answer.signature.into()) {
            return Err(Error::OnlineAnswerSignature);
        }
        let aad = online::answer_aad(&self.transcript);
        let opened = self
            .keys
            .online
            .open(nonce, &aad, ciphertext)
            .ok_or(Error::OnlineAnswerSealed)?;
        Outcome::decode(&opened)
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Session({}, {})", self.purpose, self.sync_counter)
    }
}
