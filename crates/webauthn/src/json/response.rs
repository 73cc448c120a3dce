//! What `create()` and `get()` return, as `toJSON()` writes it.

use serde::{Deserialize, Serialize};

use super::{Extensions, PUBLIC_KEY};
use crate::id::{Base64Url, CredentialId};

/// `RegistrationResponseJSON` (L3 §5.1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationResponseJSON {
    /// The credential ID.
    pub id: CredentialId,
    /// The credential ID once more; senders that leave it out are tolerated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_id: Option<CredentialId>,
    /// What the authenticator and client made.
    pub response: AuthenticatorAttestationResponseJSON,
    /// Where the authenticator sits, if the client says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<String>,
    /// The client's extension outputs.
    #[serde(default)]
    pub client_extension_results: Extensions,
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// `AuthenticatorAttestationResponseJSON` (L3 §5.2.1). The members beside client data and
/// attestation object repeat what that object holds; a relying party never trusts them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorAttestationResponseJSON {
    /// The client data, as hashed.
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: Base64Url,
    /// The authenticator data inside the attestation object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_data: Option<Base64Url>,
    /// How the authenticator can be reached.
    #[serde(default)]
    pub transports: Vec<String>,
    /// The public key as SubjectPublicKeyInfo, if the client knows the algorithm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<Base64Url>,
    /// The public key's COSE algorithm number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key_algorithm: Option<i64>,
    /// The attestation object.
    pub attestation_object: Base64Url,
}

/// `AuthenticationResponseJSON` (L3 §5.1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticationResponseJSON {
    /// The credential ID.
    pub id: CredentialId,
    /// The credential ID once more; senders that leave it out are tolerated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_id: Option<CredentialId>,
    /// What the authenticator and client made.
    pub response: AuthenticatorAssertionResponseJSON,
    /// Where the authenticator sits, if the client says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<String>,
    /// The client's extension outputs.
    #[serde(default)]
    pub client_extension_results: Extensions,
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// `AuthenticatorAssertionResponseJSON` (L3 §5.2.2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorAssertionResponseJSON {
    /// The client data, as hashed.
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: Base64Url,
    /// The authenticator data, as signed.
    pub authenticator_data: Base64Url,
    /// The signature over authenticator data and the hash of the client data.
    pub signature: Base64Url,
    /// The account's user handle, if the authenticator gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_handle: Option<Base64Url>,
}

impl RegistrationResponseJSON {
    /// A response as `toJSON()` writes it.
    pub fn new(id: CredentialId, response: AuthenticatorAttestationResponseJSON) -> Self {
        Self {
            raw_id: Some(id.clone()),
            id,
            response,
            authenticator_attachment: None,
            client_extension_results: Extensions::new(),
            kind: PUBLIC_KEY.to_owned(),
        }
    }
}

impl AuthenticationResponseJSON {
    /// A response as `toJSON()` writes it.
    pub fn new(id: CredentialId, response: AuthenticatorAssertionResponseJSON) -> Self {
        Self {
            raw_id: Some(id.clone()),
            id,
            response,
            authenticator_attachment: None,
            client_extension_results: Extensions::new(),
            kind: PUBLIC_KEY.to_owned(),
        }
    }
}
