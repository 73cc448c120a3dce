//! Attestation statements (L3 §8), one module a format, one signature for all.

mod certificate;
mod none;
mod packed;
mod trust;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use webauthn::attestation::AttestationObject;
use webauthn::authenticator_data::AttestedCredentialData;
use webauthn::cose::CoseKey;

pub use trust::{Root, RootError, Trust};

/// What an attestation is worth (L3 §6.5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AttestationType {
    /// No attestation.
    None,
    /// Signed with the credential's own key.
    #[serde(rename = "self")]
    SelfAttestation,
    /// Signed with a certified key; whose, its chain tells (Basic, AttCA and AnonCA look alike).
    Basic,
}

/// What a relying party asks of an attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AttestationPolicy {
    /// None is needed.
    #[default]
    None,
    /// One is needed, if only with the credential's own key.
    Untrusted,
    /// One is needed that chains to a given root.
    Trusted,
}

/// What a verification procedure is given: the statement, the bytes signed, the new credential.
pub(crate) struct Statement<'s, 'a> {
    pub object: &'s AttestationObject<'a>,
    pub signed: &'s [u8],
    pub attested: &'s AttestedCredentialData<'a>,
    pub key: &'s CoseKey,
}

/// A statement found correct.
#[derive(Debug)]
pub(crate) struct Verified<'s> {
    pub kind: AttestationType,
    /// The attestation trust path in DER, leaf first; empty without certificates.
    pub chain: Vec<&'s [u8]>,
}

/// A format's verification procedure: what the statement proves, or why it is wrong.
pub(crate) type Procedure =
    for<'s> fn(&Statement<'s, '_>) -> Result<Verified<'s>, Cow<'static, str>>;

/// The verification procedure of a format, or why there is none.
pub(crate) fn procedure(format: &str) -> Result<Procedure, &'static str> {
    match format {
        "none" => Ok(none::verify),
        "packed" => Ok(packed::verify),
        "tpm" | "android-key" | "android-safetynet" | "fido-u2f" | "apple" | "compound" => {
            Err("this attestation format cannot be verified here yet")
        }
        _ => Err("this attestation format is not a registered one"),
    }
}
