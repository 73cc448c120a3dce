//! The server's side. Each step hands over the value on which the next one stands, so that the order
//! of the checks is the order of the types: [`Request`], [`Signed`], [`Fresh`], [`Session`].

use rand_core::TryCryptoRng;
use sha2::{Digest as _, Sha256};

use super::{Keys, Purpose, Transcript, ephemeral, message, nonce};
use crate::ack::ConfirmKey;
use crate::aead::SealingKey;
use crate::enrolment::Binding;
use crate::key::{PointName, SigningKey, point};
use crate::logon::ResponseKey;
use crate::online::{self, Outcome, Typed};
use crate::payload::Delivery;
use crate::refusal::{self, Reason};
use crate::steps::{Step, Steps};
use crate::wire::{
    Ack, Blob, Body as _, Bytes, ExchangeAnswer, ExchangeRequest, MAX_BODY, Message, OnlineAnswer,
    OnlineRequest, Refused, fits, parse,
};
use crate::{Error, apart};
use timeline::Timestamp;

/// A request that was read; nothing of it is believed yet.
#[derive(Debug)]
pub struct Request {
    wire: ExchangeRequest,
    ed: p256::PublicKey,
}

/// A request whose signature is `Kd`'s.
#[derive(Debug)]
pub struct Signed {
    request: Request,
    binding: Binding,
    message: Vec<u8>,
}

/// A request that was never seen before, by its counter.
#[derive(Debug)]
pub struct Fresh(Signed);

impl Request {
    /// Steps 1 to 3: size, parse, point.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Unreadable`], [`Error::Point`].
    pub fn read(body: &[u8], steps: &mut Steps) -> Result<Self, Error> {
        let length = format!("{} bytes", body.len());
        let most = format!("at most {MAX_BODY} bytes");
        steps.take(
            Step::Size,
            fits(Message::ExchangeRequest, body),
            most,
            length,
        )?;
        let parsed: Result<ExchangeRequest, Error> = parse(ExchangeRequest::MESSAGE, body);
        let wire = steps.judge(Step::Parse, parsed, "an exchange request")?;
        let ed = point(PointName::Ed, &wire.ed.0);
        let ed = steps.judge(Step::Point, ed, "a point of P-256, not the identity")?;
        Ok(Self { wire, ed })
    }

    /// The enrolment that it claims to be for: what to look up.
    #[must_use]
    pub fn enrolment_id(&self) -> &str {
        &self.wire.enrolment_id
    }

    /// Step 4: signature. `binding` is the enrolment looked up, `None` when there is none: then the
    /// same work is done with a key that belongs to nobody.
    ///
    /// # Errors
    /// [`Error::EnrolmentUnknown`] (also for another device's id) and [`Error::RequestSignature`];
    /// a caller outside must not be able to tell them apart.
    pub fn verify(self, binding: Option<&Binding>, steps: &mut Steps) -> Result<Signed, Error> {
        let known = binding.filter(|binding| {
            let names = binding.names();
            names.enrolment_id() == self.wire.enrolment_id
                && names.device_id() == self.wire.device_id
        });
        let nobody;
        let binding = match known {
            Some(binding) => binding,
            None => {
                nobody = Binding::nobody()?;
                &nobody
            }
        };
        let wire = &self.wire;
        let message = message(
            binding,
            wire.purpose,
            wire.sync_counter,
            &wire.nonce_d.0,
            &wire.ed.0,
        );
        let good = binding
            .device_key()
            .verifies(&message, &wire.signature.into());
        let verdict = match (known, good) {
            (None, _) => Err(Error::EnrolmentUnknown),
            (Some(_), false) => Err(Error::RequestSignature),
            (Some(binding), true) => Ok(binding.clone()),
        };
        let binding = steps.judge(Step::Signature, verdict, "signed by the enrolled key Kd")?;
        Ok(Signed {
            request: self,
            binding,
            message,
        })
    }
}

impl Signed {
    /// The enrolment.
    #[must_use]
    pub fn binding(&self) -> &Binding {
        &self.binding
    }

    /// The counter that the request carries: what to store once it is found higher.
    #[must_use]
    pub fn sync_counter(&self) -> u64 {
        self.request.wire.sync_counter
    }

    /// What tells this request from any other: a hash of what was signed. The same request played
    /// again has the same.
    #[must_use]
    pub fn mark(&self) -> [u8; 32] {
        Sha256::digest(&self.message).into()
    }

    /// What the exchange is for.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.request.wire.purpose
    }

    /// Step 5: counter. Compare and store in one transaction.
    ///
    /// # Errors
    /// [`Error::RequestCounter`], with the request, which can still be refused under signature.
    pub fn counter(self, last: u64, steps: &mut Steps) -> Result<Fresh, (Error, Box<Self>)> {
        let counter = self.sync_counter();
        let verdict = match counter > last {
            true => Ok(()),
            false => Err(Error::RequestCounter { counter, last }),
        };
        let expected = format!("more than {last}");
        match steps.take(Step::Counter, verdict, expected, counter.to_string()) {
            Ok(()) => Ok(Fresh(self)),
            Err(error) => Err((error, Box::new(self))),
        }
    }

    /// Refuses under signature.
    #[must_use]
    pub fn refuse(
        &self,
        ks: &SigningKey,
        reason: Reason,
        policy_version: u64,
        issued_at: Timestamp,
    ) -> Refused {
        refusal::sign(
            ks,
            self.binding.names().enrolment_id(),
            &self.request.wire.nonce_d.0,
            reason,
            policy_version,
            issued_at,
        )
    }
}

impl Fresh {
    /// The enrolment.
    #[must_use]
    pub fn binding(&self) -> &Binding {
        self.0.binding()
    }

    /// The request's counter.
    #[must_use]
    pub fn sync_counter(&self) -> u64 {
        self.0.sync_counter()
    }

    /// What the exchange is for.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.0.purpose()
    }

    /// Refuses under signature; see [`Steps::refuse`] for step 6.
    #[must_use]
    pub fn refuse(
        &self,
        ks: &SigningKey,
        reason: Reason,
        policy_version: u64,
        issued_at: Timestamp,
    ) -> Refused {
        self.0.refuse(ks, reason, policy_version, issued_at)
    }

    /// Step 6 was in order: answers. Draws `nonceS`, `Es` and AES-GCM's nonce.
    ///
    /// # Errors
    /// [`Error::PayloadPurpose`] when `delivery` is for another purpose; [`Error::NoRandomness`].
    pub fn answer<R: TryCryptoRng + ?Sized>(
        self,
        ks: &SigningKey,
        delivery: &Delivery,
        rng: &mut R,
    ) -> Result<(ExchangeAnswer, Session), Error> {
        let Signed {
            request,
            binding,
            message,
        } = self.0;
        if !delivery.fits(request.wire.purpose) {
            return Err(Error::PayloadPurpose);
        }
        let nonce_s = nonce(rng)?;
        let nonce_d = &request.wire.nonce_d.0;
        let (es, transcript, keys, (gcm_nonce, ciphertext)) = apart(|| {
            let (ephemeral, es) = ephemeral(rng)?;
            let transcript = Transcript::of(&message, &nonce_s, &es);
            let keys = Keys::derive(&ephemeral, &request.ed, nonce_d, &nonce_s, &transcript);
            let sealed = keys.payload.seal(&transcript.0, delivery.encode(), rng)?;
            Ok::<_, Error>((es, transcript, keys, sealed))
        })?;
        let signature = ks.sign(&transcript.sealed("server", &gcm_nonce, &ciphertext));
        let answer = ExchangeAnswer {
            nonce_s: Bytes(nonce_s),
            es: Bytes(es),
            gcm_nonce: Bytes(gcm_nonce),
            ciphertext: Blob(ciphertext),
            signature: signature.into(),
        };
        let (awaits, response) = match delivery {
            Delivery::Sync(payload) => {
                let awaits = Awaits::Acknowledgement(keys.confirm, payload.pin_version);
                (awaits, Some(keys.response))
            }
            Delivery::Pad(_) => (Awaits::SecondRound(keys.online), None),
        };
        let session = Session {
            binding,
            purpose: request.wire.purpose,
            sync_counter: request.wire.sync_counter,
            policy_version: delivery.pad().policy_version,
            transcript,
            awaits,
            response,
        };
        Ok((answer, session))
    }
}

/// What the server keeps of an exchange until its second round or its acknowledgement.
pub struct Session {
    binding: Binding,
    purpose: Purpose,
    sync_counter: u64,
    policy_version: u64,
    transcript: Transcript,
    awaits: Awaits,
    response: Option<ResponseKey>,
}

/// What comes next, and the one key that it needs; the others end with the answer.
enum Awaits {
    /// Of `verify`, `set` and `change`.
    SecondRound(SealingKey),
    /// Of `sync`; with the PIN's version that was sent.
    Acknowledgement(ConfirmKey, u64),
}

/// A sync that the device has acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledged {
    /// The PIN version it took.
    pub pin_version: u64,
    /// The policy version it took.
    pub policy_version: u64,
    /// Its wrong tries.
    pub failures: u32,
}

impl Session {
    /// The enrolment.
    #[must_use]
    pub fn binding(&self) -> &Binding {
        &self.binding
    }

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

    /// `Kr` of a sync, to be kept beside the previous one until the acknowledgement.
    #[must_use]
    pub fn response_key(&self) -> Option<&ResponseKey> {
        self.response.as_ref()
    }

    /// The same, out of the session: what has sealed it keeps it nowhere else.
    #[must_use]
    pub fn take_response_key(&mut self) -> Option<ResponseKey> {
        self.response.take()
    }

    /// Steps 7 and 8 of the second round: it continues this exchange, and opens. What it holds is
    /// then judged as step 9.
    ///
    /// # Errors
    /// [`Error::ExchangeUnknown`], [`Error::OnlineSealed`], [`Error::OnlineMalformed`].
    pub fn online(&self, request: &OnlineRequest, steps: &mut Steps) -> Result<Typed, Error> {
        let here = self.continues(
            &request.enrolment_id,
            &request.device_id,
            request.sync_counter,
        );
        let key = self.second_round().filter(|_| here);
        exchange_step(key.is_some(), steps)?;
        let key = key.ok_or(Error::ExchangeUnknown)?;
        let (nonce, ciphertext) = (&request.gcm_nonce.0, &request.ciphertext.0);
        let opened = apart(|| {
            key.open(nonce, &self.transcript.0, ciphertext)
                .ok_or(Error::OnlineSealed)
                .and_then(|opened| Typed::decode(&opened, self.purpose))
        });
        steps.judge(Step::Decrypt, opened, "sealed with this exchange's key")
    }

    fn second_round(&self) -> Option<&SealingKey> {
        match &self.awaits {
            Awaits::SecondRound(key) => Some(key),
            Awaits::Acknowledgement(..) => None,
        }
    }

    /// Answers the second round.
    ///
    /// # Errors
    /// [`Error::ExchangeUnknown`] when a sync has none; [`Error::NoRandomness`].
    pub fn online_answer<R: TryCryptoRng + ?Sized>(
        &self,
        ks: &SigningKey,
        outcome: &Outcome,
        rng: &mut R,
    ) -> Result<OnlineAnswer, Error> {
        let aad = online::answer_aad(&self.transcript);
        let key = self.second_round().ok_or(Error::ExchangeUnknown)?;
        let (gcm_nonce, ciphertext) = apart(|| key.seal(&aad, outcome.encode(), rng))?;
        let signature = ks.sign(&self.transcript.sealed("online", &gcm_nonce, &ciphertext));
        Ok(OnlineAnswer {
            gcm_nonce: Bytes(gcm_nonce),
            ciphertext: Blob(ciphertext),
            signature: signature.into(),
        })
    }

    /// Steps 7 and 10 of an acknowledgement: it is for this exchange, and made with its key.
    ///
    /// # Errors
    /// [`Error::ExchangeUnknown`], [`Error::AckPinVersion`], [`Error::AckPolicyVersion`],
    /// [`Error::AckMac`].
    pub fn acknowledged(&self, ack: &Ack, steps: &mut Steps) -> Result<Acknowledged, Error> {
        let here = self.continues(&ack.enrolment_id, &ack.device_id, ack.sync_counter);
        let Awaits::Acknowledgement(key, sent) = &self.awaits else {
            exchange_step(false, steps)?;
            return Err(Error::ExchangeUnknown);
        };
        exchange_step(here, steps)?;
        let verdict = self.check_ack(ack, key, *sent);
        steps.judge(Step::Mac, verdict, "made with this exchange's key")
    }

    fn check_ack(&self, ack: &Ack, key: &ConfirmKey, sent: u64) -> Result<Acknowledged, Error> {
        if ack.pin_version != sent {
            let got = ack.pin_version;
            return Err(Error::AckPinVersion { got, sent });
        }
        if ack.policy_version != self.policy_version {
            return Err(Error::AckPolicyVersion {
                got: ack.policy_version,
                sent: self.policy_version,
            });
        }
        apart(|| crate::ack::check(key, ack))?;
        Ok(Acknowledged {
            pin_version: ack.pin_version,
            policy_version: ack.policy_version,
            failures: ack.failures,
        })
    }

    fn continues(&self, enrolment_id: &str, device_id: &str, sync_counter: u64) -> bool {
        let names = self.binding.names();
        names.enrolment_id() == enrolment_id
            && names.device_id() == device_id
            && self.sync_counter == sync_counter
    }
}

/// Step 7 of a message that may belong to no pending exchange at all.
///
/// # Errors
/// [`Error::ExchangeUnknown`] unless it does.
pub fn exchange_step(found: bool, steps: &mut Steps) -> Result<(), Error> {
    let verdict = found.then_some(()).ok_or(Error::ExchangeUnknown);
    steps.judge(Step::Exchange, verdict, "an exchange that waits for this")
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Session({}, {})", self.purpose, self.sync_counter)
    }
}
