//! A refusal: the server's signed "no". An unsigned one means "server away" and changes nothing.

use serde::{Deserialize, Serialize};
use timeline::Timestamp;

use crate::Error;
use crate::encoding::{Parts, millis, timestamp};
use crate::enrolment::Binding;
use crate::key::SigningKey;
use crate::wire::{self, Bytes, ErrorBody, Refused};

/// Why a server refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// The account's PIN is locked at the server.
    PinLocked,
    /// The policy does not allow offline use.
    OfflineOff,
    /// The policy does not allow PINs at all.
    PinSyncOff,
    /// The account has no PIN.
    NoPin,
    /// An administrator reset the PIN, and nobody has signed in since.
    SignInFirst,
    /// The counter was not above the last one: a replay, or a restored device.
    CounterBack,
    /// Another exchange of this enrolment is under way.
    Busy,
    /// The enrolment was revoked.
    Revoked,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::PinLocked,
        Self::OfflineOff,
        Self::PinSyncOff,
        Self::NoPin,
        Self::SignInFirst,
        Self::CounterBack,
        Self::Busy,
        Self::Revoked,
    ];

    /// The word on the wire, and the error's code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PinLocked => "pinLocked",
            Self::OfflineOff => "offlineOff",
            Self::PinSyncOff => "pinSyncOff",
            Self::NoPin => "noPin",
            Self::SignInFirst => "signInFirst",
            Self::CounterBack => "counterBack",
            Self::Busy => "busy",
            Self::Revoked => "revoked",
        }
    }

    /// What happened and what to do.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::PinLocked => {
                "The PIN is locked at the server. Reset it in the app, on the account's page, or ask an administrator."
            }
            Self::OfflineOff => "The policy does not allow PINs offline. Use the PIN online.",
            Self::PinSyncOff => "The policy does not allow PINs. Use another way to sign in.",
            Self::NoPin => "The account has no PIN. Set one first.",
            Self::SignInFirst => {
                "An administrator reset the PIN. Sign in with a passkey first, verified by a fingerprint, the device's own PIN or another authenticator; then set a new PIN."
            }
            Self::CounterBack => {
                "This device has gone back to an older state, or its request was played again. Remove the enrolment and enrol again."
            }
            Self::Busy => "Another exchange of this enrolment is under way. Try again in a moment.",
            Self::Revoked => "This enrolment was revoked. Enrol again if you still need it.",
        }
    }
}

/// A refusal whose signature was found right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// The policy in force.
    pub policy_version: u64,
    /// When, by the RP's clock.
    pub issued_at: Timestamp,
}

pub(crate) fn sign(
    ks: &SigningKey,
    enrolment_id: &str,
    nonce_d: &[u8; 32],
    reason: Reason,
    policy_version: u64,
    issued_at: Timestamp,
) -> Refused {
    let refusal = wire::Refusal {
        reason,
        enrolment_id: enrolment_id.to_owned(),
        nonce_d: Bytes(*nonce_d),
        policy_version,
        issued_at: millis(issued_at),
    };
    let signature = ks.sign(&signed(&refusal)).into();
    Refused {
        error: ErrorBody {
            code: reason.as_str().to_owned(),
            message: reason.sentence().to_owned(),
        },
        refusal,
        signature,
    }
}

pub(crate) fn check(
    refused: &Refused,
    binding: &Binding,
    nonce_d: &[u8; 32],
) -> Result<Refusal, Error> {
    let refusal = &refused.refusal;
    if refusal.enrolment_id != binding.names().enrolment_id() {
        return Err(Error::RefusalEnrolment);
    }
    if refusal.nonce_d.0 != *nonce_d {
        return Err(Error::RefusalNonce);
    }
    let ks = binding.server_key();
    if !ks.verifies(&signed(refusal), &refused.signature.into()) {
        return Err(Error::RefusalSignature);
    }
    Ok(Refusal {
        reason: refusal.reason,
        policy_version: refusal.policy_version,
        issued_at: timestamp(refusal.issued_at),
    })
}

/// `lp("…/refusal") lp(reason) lp(enrolmentId) lp(nonceD) lp(policyVersion) lp(issuedAt)`.
fn signed(refusal: &wire::Refusal) -> Vec<u8> {
    Parts::labelled("refusal")
        .text(refusal.reason.as_str())
        .text(&refusal.enrolment_id)
        .part(&refusal.nonce_d.0)
        .number(refusal.policy_version)
        .number(refusal.issued_at)
        .into_bytes()
}
