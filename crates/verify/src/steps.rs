//! The two lists of the specification, in our words.

use serde::{Serialize, Serializer};

/// Which list of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// L3 §7.1, registering a new credential.
    Registration,
    /// L3 §7.2, verifying an authentication assertion.
    Authentication,
}

impl Section {
    /// The section's number.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "7.1",
            Self::Authentication => "7.2",
        }
    }

    /// The names of the steps; step 1 comes first.
    pub const fn steps(self) -> &'static [&'static str] {
        match self {
            Self::Registration => &REGISTRATION,
            Self::Authentication => &AUTHENTICATION,
        }
    }
}

impl Serialize for Section {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

const REGISTRATION: [&str; 29] = [
    "Make the creation options",
    "Call navigator.credentials.create()",
    "The response is an attestation response",
    "Take the client extension results",
    "Decode the client data as UTF-8",
    "Parse the client data as JSON",
    "The client data type is webauthn.create",
    "The challenge is the one issued",
    "The origin is expected",
    "A cross-origin frame is expected",
    "The top origin is expected",
    "Hash the client data",
    "Decode the attestation object",
    "The RP ID hash is right",
    "The user was present",
    "The user was verified",
    "Backup state fits backup eligibility",
    "Policy on backup eligibility",
    "Policy on backup state",
    "The algorithm is one that was asked for",
    "The attestation statement format is known",
    "The attestation statement is correct",
    "Acceptable trust anchors",
    "The attestation is trustworthy",
    "The credential ID has at most 1023 bytes",
    "The credential is not registered yet",
    "Make the credential record",
    "Process the extension outputs",
    "Store the credential record",
];

const AUTHENTICATION: [&str; 25] = [
    "Make the request options",
    "Call navigator.credentials.get()",
    "The response is an assertion response",
    "Take the client extension results",
    "The credential is one that was allowed",
    "Identify the user and the credential record",
    "Take client data, authenticator data and signature",
    "Decode the client data as UTF-8",
    "Parse the client data as JSON",
    "The client data type is webauthn.get",
    "The challenge is the one issued",
    "The origin is expected",
    "A cross-origin frame is expected",
    "The top origin is expected",
    "The RP ID hash is right",
    "The user was present",
    "The user was verified",
    "Backup state fits backup eligibility",
    "Backup eligibility is as at registration",
    "Hash the client data",
    "The signature is valid",
    "The signature counter went up",
    "Process the extension outputs",
    "Update the credential record",
    "Continue the ceremony",
];
