//! What can be wrong with bytes or text handed to this room.

use crate::cbor;
use crate::cose;

/// Why something could not be read as what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are not CBOR of the level asked for.
    #[error("{0}")]
    Cbor(#[from] cbor::Error),
    /// The bytes are not a usable COSE key.
    #[error("{0}")]
    Cose(#[from] cose::Error),
    /// Authenticator data has another shape than L3 §6.1 lays down.
    #[error("The authenticator data is malformed: {0}.")]
    AuthenticatorData(&'static str),
    /// An attestation object has another shape than L3 §6.5.4 lays down.
    #[error("The attestation object is malformed: {0}.")]
    AttestationObject(&'static str),
    /// Client data is not UTF-8.
    #[error("The client data is not valid UTF-8.")]
    ClientDataEncoding,
    /// Client data is not the JSON object of L3 §5.8.1.
    #[error("The client data is not the JSON it should be: {0}.")]
    ClientData(String),
    /// An identifier does not keep its rules.
    #[error("{what} is not usable: {why}.")]
    Identifier {
        /// Which identifier, as a sentence's subject ("The RP ID").
        what: &'static str,
        /// The rule that was not kept.
        why: &'static str,
    },
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cbor(error) => error.code(),
            Self::Cose(error) => error.code(),
            Self::AuthenticatorData(_) => "authenticatorDataMalformed",
            Self::AttestationObject(_) => "attestationObjectMalformed",
            Self::ClientDataEncoding => "clientDataNotUtf8",
            Self::ClientData(_) => "clientDataMalformed",
            Self::Identifier { .. } => "identifierUnusable",
        }
    }
}
