//! The stream: opened with a challenge that `Kd` signs; beats and pushes are signed by `Ks`. Both are
//! hints only: they can make a cache stale, never fresh.

use timeline::Timestamp;

use crate::Error;
use crate::encoding::{Parts, millis, timestamp};
use crate::enrolment::Binding;
use crate::key::SigningKey;
use crate::wire::{self, Bytes, StreamRequest};

/// How often a beat comes.
pub const EVERY: std::time::Duration = std::time::Duration::from_secs(30);

/// What a beat or a push says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beat {
    /// The current PIN version; 0 when the account has no PIN.
    pub pin_version: u64,
    /// The current policy version.
    pub policy_version: u64,
    /// When, by the RP's clock.
    pub issued_at: Timestamp,
}

impl Beat {
    /// Signs it, `lp("…/beat") lp(enrolmentId) lp(pinVersion) lp(policyVersion) lp(issuedAt)`.
    #[must_use]
    pub fn sign(&self, ks: &SigningKey, enrolment_id: &str) -> wire::Beat {
        let issued_at = millis(self.issued_at);
        let message = signed(
            enrolment_id,
            self.pin_version,
            self.policy_version,
            issued_at,
        );
        wire::Beat {
            pin_version: self.pin_version,
            policy_version: self.policy_version,
            issued_at,
            signature: ks.sign(&message).into(),
        }
    }
}

/// The beats of one open stream, as a device reads them.
#[derive(Debug, Default)]
pub struct Beats {
    last: Option<Timestamp>,
}

impl Beats {
    /// Takes the next one.
    ///
    /// # Errors
    /// [`Error::BeatSignature`]; [`Error::BeatOld`] when it was issued before the last one.
    pub fn take(&mut self, beat: &wire::Beat, binding: &Binding) -> Result<Beat, Error> {
        let message = signed(
            binding.names().enrolment_id(),
            beat.pin_version,
            beat.policy_version,
            beat.issued_at,
        );
        let ks = binding.server_key();
        if !ks.verifies(&message, &beat.signature.into()) {
            return Err(Error::BeatSignature);
        }
        let issued_at = timestamp(beat.issued_at);
        if self.last.is_some_and(|last| issued_at < last) {
            return Err(Error::BeatOld);
        }
        self.last = Some(issued_at);
        Ok(Beat {
            pin_version: beat.pin_version,
            policy_version: beat.policy_version,
            issued_at,
        })
    }
}

fn signed(enrolment_id: &str, pin_version: u64, policy_version: u64, issued_at: u64) -> Vec<u8> {
    Parts::labelled("beat")
        .text(enrolment_id)
        .number(pin_version)
        .number(policy_version)
        .number(issued_at)
        .into_bytes()
}

/// Opens a stream: `Kd` over `lp("…/stream") lp(enrolmentId) lp(deviceId) lp(challenge)`.
#[must_use]
pub fn open(binding: &Binding, kd: &SigningKey, challenge: [u8; 32]) -> StreamRequest {
    let names = binding.names();
    StreamRequest {
        enrolment_id: names.enrolment_id().to_owned(),
        device_id: names.device_id().to_owned(),
        challenge: Bytes(challenge),
        signature: kd.sign(&opening(binding, &challenge)).into(),
    }
}

/// Checks a request for a stream against the enrolment and a challenge that the server gave out.
/// `None` is an unknown enrolment: the same work is done with a key that belongs to nobody.
///
/// # Errors
/// [`Error::EnrolmentUnknown`], [`Error::StreamSignature`]; a caller outside must not be able to tell
/// them apart.
pub fn check_open(
    request: &StreamRequest,
    binding: Option<&Binding>,
    challenge: &[u8; 32],
) -> Result<(), Error> {
    let known = binding.filter(|binding| {
        let names = binding.names();
        request.enrolment_id == names.enrolment_id() && request.device_id == names.device_id()
    });
    let held_against = match known {
        Some(binding) => binding.clone(),
        None => Binding::nobody()?,
    };
    let message = opening(&held_against, challenge);
    let kd = held_against.device_key();
    let good = kd.verifies(&message, &request.signature.into());
    match known {
        None => Err(Error::EnrolmentUnknown),
        Some(_) if good && request.challenge.0 == *challenge => Ok(()),
        Some(_) => Err(Error::StreamSignature),
    }
}

fn opening(binding: &Binding, challenge: &[u8; 32]) -> Vec<u8> {
    Parts::labelled("stream")
        .text(binding.names().enrolment_id())
        .text(binding.names().device_id())
        .part(challenge)
        .into_bytes()
}
