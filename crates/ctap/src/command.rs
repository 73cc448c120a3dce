//! Commands: a code byte, then CBOR parameters (CTAP 2.3 §8.1).

use crate::{Status, client_pin, get_assertion, make_credential};

/// What a client asks of an authenticator.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// authenticatorMakeCredential (0x01).
    MakeCredential(Box<make_credential::Request>),
    /// authenticatorGetAssertion (0x02).
    GetAssertion(Box<get_assertion::Request>),
    /// authenticatorGetInfo (0x04).
    GetInfo,
    /// authenticatorClientPIN (0x06).
    ClientPin(Box<client_pin::Request>),
    /// authenticatorReset (0x07).
    Reset,
    /// authenticatorGetNextAssertion (0x08).
    GetNextAssertion,
    /// authenticatorSelection (0x0B).
    Selection,
}

impl Command {
    /// Reads a request as an authenticator must.
    ///
    /// Errors: CTAP1_ERR_INVALID_LENGTH for an empty request, parameters where none belong or a
    /// hash that is not 32 bytes; CTAP1_ERR_INVALID_COMMAND for an unknown code;
    /// CTAP2_ERR_INVALID_CBOR, CTAP2_ERR_CBOR_UNEXPECTED_TYPE, CTAP2_ERR_MISSING_PARAMETER and
    /// CTAP2_ERR_LIMIT_EXCEEDED for the parameters.
    pub fn decode(request: &[u8]) -> Result<Command, Status> {
        let (&code, parameters) = request.split_first().ok_or(Status::InvalidLength)?;
        let command = match code {
            0x01 | 0x02 | 0x06 if parameters.is_empty() => return Err(Status::MissingParameter),
            0x01 => {
                return make_credential::Request::decode(parameters)
                    .map(Box::new)
                    .map(Command::MakeCredential);
            }
            0x02 => {
                return get_assertion::Request::decode(parameters)
                    .map(Box::new)
                    .map(Command::GetAssertion);
            }
            0x06 => {
                return client_pin::Request::decode(parameters)
                    .map(Box::new)
                    .map(Command::ClientPin);
            }
            0x04 => Command::GetInfo,
            0x07 => Command::Reset,
            0x08 => Command::GetNextAssertion,
            0x0B => Command::Selection,
            _ => return Err(Status::InvalidCommand),
        };
        if parameters.is_empty() {
            Ok(command)
        } else {
            Err(Status::InvalidLength)
        }
    }

    /// The request's bytes, canonical.
    pub fn encode(&self) -> Vec<u8> {
        let parameters = match self {
            Command::MakeCredential(request) => request.encode(),
            Command::GetAssertion(request) => request.encode(),
            Command::ClientPin(request) => request.encode(),
            Command::GetInfo | Command::Reset | Command::GetNextAssertion | Command::Selection => {
                Vec::new()
            }
        };
        let mut bytes = Vec::with_capacity(1 + parameters.len());
        bytes.push(self.code());
        bytes.extend(parameters);
        bytes
    }

    /// The code byte.
    pub const fn code(&self) -> u8 {
        match self {
            Command::MakeCredential(_) => 0x01,
            Command::GetAssertion(_) => 0x02,
            Command::GetInfo => 0x04,
            Command::ClientPin(_) => 0x06,
            Command::Reset => 0x07,
            Command::GetNextAssertion => 0x08,
            Command::Selection => 0x0B,
        }
    }

    /// The specification's name of the command.
    pub const fn name(&self) -> &'static str {
        match self {
            Command::MakeCredential(_) => "authenticatorMakeCredential",
            Command::GetAssertion(_) => "authenticatorGetAssertion",
            Command::GetInfo => "authenticatorGetInfo",
            Command::ClientPin(_) => "authenticatorClientPIN",
            Command::Reset => "authenticatorReset",
            Command::GetNextAssertion => "authenticatorGetNextAssertion",
            Command::Selection => "authenticatorSelection",
        }
    }

    /// The specification's names of the request's members, the first one being number 1; empty for
    /// a number without a name.
    pub const fn request_members(&self) -> &'static [&'static str] {
        match self {
            Command::MakeCredential(_) => &[
                "clientDataHash",
                "rp",
                "user",
                "pubKeyCredParams",
                "excludeList",
                "extensions",
                "options",
                "pinUvAuthParam",
                "pinUvAuthProtocol",
                "enterpriseAttestation",
                "attestationFormatsPreference",
            ],
            Command::GetAssertion(_) => &[
                "rpId",
                "clientDataHash",
                "allowList",
                "extensions",
                "options",
                "pinUvAuthParam",
                "pinUvAuthProtocol",
            ],
            Command::ClientPin(_) => &[
                "pinUvAuthProtocol",
                "subCommand",
                "keyAgreement",
                "pinUvAuthParam",
                "newPinEnc",
                "pinHashEnc",
                "",
                "",
                "permissions",
                "rpId",
            ],
            Command::GetInfo | Command::Reset | Command::GetNextAssertion | Command::Selection => {
                &[]
            }
        }
    }

    /// The specification's names of the response's members, the first one being number 1.
    pub const fn response_members(&self) -> &'static [&'static str] {
        match self {
            Command::MakeCredential(_) => &[
                "fmt",
                "authData",
                "attStmt",
                "epAtt",
                "largeBlobKey",
                "unsignedExtensionOutputs",
            ],
            Command::GetAssertion(_) | Command::GetNextAssertion => &[
                "credential",
                "authData",
                "signature",
                "user",
                "numberOfCredentials",
                "userSelected",
                "largeBlobKey",
                "unsignedExtensionOutputs",
            ],
            Command::GetInfo => &[
                "versions",
                "extensions",
                "aaguid",
                "options",
                "maxMsgSize",
                "pinUvAuthProtocols",
                "maxCredentialCountInList",
                "maxCredentialIdLength",
                "transports",
                "algorithms",
                "maxSerializedLargeBlobArray",
                "forcePINChange",
                "minPINLength",
                "firmwareVersion",
                "maxCredBlobLength",
                "maxRPIDsForSetMinPINLength",
                "preferredPlatformUvAttempts",
                "uvModality",
                "certifications",
                "remainingDiscoverableCredentials",
                "vendorPrototypeConfigCommands",
                "attestationFormats",
                "uvCountSinceLastPinEntry",
                "longTouchForReset",
                "encIdentifier",
                "transportsForReset",
                "pinComplexityPolicy",
                "pinComplexityPolicyURL",
                "maxPINLength",
                "encCredStoreState",
                "authenticatorConfigCommands",
            ],
            Command::ClientPin(_) => &[
                "keyAgreement",
                "pinUvAuthToken",
                "pinRetries",
                "powerCycleState",
                "uvRetries",
            ],
            Command::Reset | Command::Selection => &[],
        }
    }
}

/// A response's bytes: the status, then the CBOR of a success.
pub fn answer(outcome: Result<Vec<u8>, Status>) -> Vec<u8> {
    match outcome {
        Ok(mut cbor) => {
            cbor.insert(0, Status::Ok.code());
            cbor
        }
        Err(status) => vec![status.code()],
    }
}
