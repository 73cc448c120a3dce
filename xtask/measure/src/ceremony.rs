//! Real registrations and sign-ins with a fresh P-256 key, as a client would send them.

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use verify::StoredCredential;
use webauthn::attestation::AttestationObject;
use webauthn::authenticator_data::{AttestedCredentialData, AuthenticatorData, Flags};
use webauthn::cbor::Value;
use webauthn::client_data::{self, CollectedClientData};
use webauthn::cose::CoseKey;
use webauthn::id::{Aaguid, Base64Url, CredentialId, UserHandle};
use webauthn::json::{
    AuthenticationResponseJSON, AuthenticatorAssertionResponseJSON,
    AuthenticatorAttestationResponseJSON, RegistrationResponseJSON,
};

use crate::Error;

/// The relying party of all ceremonies here.
pub const RP_ID: &str = "localhost";
/// A passkey, and the authenticator that holds it.
pub struct Passkey {
    signing_key: SigningKey,
    /// 32 bytes.
    pub credential_id: CredentialId,
    /// The account's user handle.
    pub user_handle: Vec<u8>,
    /// The origin of the pages it is used on.
    pub origin: String,
    /// The public key.
    pub public_key: CoseKey,
    /// The public key as an uncompressed SEC 1 point.
    pub sec1: Vec<u8>,
}

/// A sign-in: its JSON, and what a bare signature check is given.
pub struct SignIn {
    /// `AuthenticationResponseJSON`.
    pub json: String,
    /// Authenticator data and the hash of the client data.
    pub signed: Vec<u8>,
    /// ASN.1 DER.
    pub signature: Vec<u8>,
}

impl Passkey {
    /// A new passkey for the account with this handle, at this origin.
    pub fn new(user_handle: &[u8], origin: &str) -> Result<Self, Error> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)?;
        let signing_key = SigningKey::from_slice(&secret)?;
        let mut id = [0; 32];
        getrandom::fill(&mut id)?;
        let sec1 = signing_key
            .verifying_key()
            .to_sec1_point(false)
            .as_bytes()
            .to_vec();
        Ok(Self {
            signing_key,
            credential_id: CredentialId::new(id),
            user_handle: user_handle.to_vec(),
            origin: origin.to_owned(),
            public_key: CoseKey::es256(&sec1).map_err(webauthn::Error::from)?,
            sec1,
        })
    }

    /// What a relying party keeps of it, before the first sign-in.
    pub fn stored(&self) -> StoredCredential {
        StoredCredential {
            id: self.credential_id.clone(),
            public_key: self.public_key.encode(),
            sign_count: 0,
            backup_eligible: Some(false),
            user_handle: Some(UserHandle::new(self.user_handle.as_slice())),
        }
    }

    /// `RegistrationResponseJSON` with attestation `none` for this challenge.
    pub fn register(&self, challenge: &[u8]) -> Result<String, Error> {
        let public_key = self.public_key.encode();
        let auth_data = AuthenticatorData {
            attested: Some(AttestedCredentialData {
                aaguid: Aaguid([0; 16]),
                credential_id: self.credential_id.as_bytes(),
                public_key: &public_key,
            }),
            ..authenticator_data(0)
        }
        .encode();
        let attestation = AttestationObject {
            format: "none".into(),
            statement: Value::Map(Vec::new()),
            auth_data: auth_data.as_slice(),
            canonical_order: true,
        };
        let client_data =
            CollectedClientData::new(client_data::CREATE, challenge, &self.origin, None);
        let response = AuthenticatorAttestationResponseJSON {
            client_data_json: Base64Url(client_data.to_json()),
            authenticator_data: Some(Base64Url(auth_data.clone())),
            transports: vec!["internal".to_owned()],
            public_key: Some(Base64Url(self.public_key.to_spki())),
            public_key_algorithm: Some(self.public_key.algorithm().number()),
            attestation_object: Base64Url(attestation.encode()),
        };
        let response = RegistrationResponseJSON::new(self.credential_id.clone(), response);
        Ok(serde_json::to_string(&response)?)
    }

    /// A sign-in for this challenge, with this signature counter.
    pub fn sign_in(&self, challenge: &[u8], sign_count: u32) -> Result<SignIn, Error> {
        let auth_data = authenticator_data(sign_count).encode();
        let client_data =
            CollectedClientData::new(client_data::GET, challenge, &self.origin, None).to_json();
        let mut signed = auth_data.clone();
        signed.extend_from_slice(&webauthn::sha256(&client_data));
        let signature: DerSignature = self.signing_key.try_sign(&signed)?;
        let signature = signature.as_bytes().to_vec();
        let response = AuthenticatorAssertionResponseJSON {
            client_data_json: Base64Url(client_data),
            authenticator_data: Base64Url(auth_data),
            signature: Base64Url(signature.clone()),
            user_handle: Some(Base64Url(self.user_handle.clone())),
        };
        let response = AuthenticationResponseJSON::new(self.credential_id.clone(), response);
        Ok(SignIn {
            json: serde_json::to_string(&response)?,
            signed,
            signature,
        })
    }
}

/// Present, verified, not backed up, as the bench's own device says it.
fn authenticator_data(sign_count: u32) -> AuthenticatorData<'static> {
    AuthenticatorData {
        rp_id_hash: webauthn::sha256(RP_ID.as_bytes()),
        flags: Flags::UP.with(Flags::UV),
        sign_count,
        attested: None,
        extensions: None,
        canonical_order: true,
    }
}
