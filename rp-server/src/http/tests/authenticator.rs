//! A small authenticator and client, whose every answer a test may bend.

use p256::ecdsa::{DerSignature, SigningKey, signature::Signer as _};
use serde_json::Value as Json;
use webauthn::{
    attestation::AttestationObject,
    authenticator_data::{AttestedCredentialData, AuthenticatorData, Flags},
    cbor::Value,
    client_data::{CREATE, CollectedClientData, GET},
    cose::CoseKey,
    id::{Aaguid, Base64Url, Challenge, CredentialId},
    json::{
        AuthenticationResponseJSON, AuthenticatorAssertionResponseJSON,
        AuthenticatorAttestationResponseJSON, RegistrationResponseJSON,
    },
    uvm::Entry,
};

#[derive(Clone)]
pub(super) struct Authenticator {
    key: SigningKey,
    pub(super) credential_id: Vec<u8>,
    pub(super) user_handle: Vec<u8>,
    pub(super) public_key: Vec<u8>,
    pub(super) flags: Flags,
    pub(super) sign_count: u32,
    pub(super) origin: String,
    pub(super) rp_id: String,
    pub(super) aaguid: Aaguid,
    /// The methods it signs with the extension `uvm`; none: it does not know the extension.
    pub(super) methods: Vec<u32>,
}

impl Authenticator {
    pub(super) fn new(seed: u8, origin: &str, rp_id: &str) -> Self {
        let key = SigningKey::from_slice(&[seed; 32]).expect("a valid scalar");
        let point = key.verifying_key().to_sec1_point(false);
        Self {
            public_key: CoseKey::es256(point.as_bytes())
                .expect("a real key")
                .encode(),
            key,
            credential_id: vec![seed; 32],
            user_handle: Vec::new(),
            flags: Flags::UP.with(Flags::UV),
            sign_count: 0,
            origin: origin.to_owned(),
            rp_id: rp_id.to_owned(),
            aaguid: Aaguid([7; 16]),
            methods: Vec::new(),
        }
    }

    /// The answer to creation options, as `toJSON()` gives it.
    pub(super) fn create(&mut self, options: &Json) -> Json {
        self.user_handle = bytes(&options["user"]["id"]);
        serde_json::to_value(self.registration(&bytes(&options["challenge"]))).expect("JSON")
    }

    fn registration(&mut self, challenge: &[u8]) -> RegistrationResponseJSON {
        let client_data = CollectedClientData::new(CREATE, challenge, &self.origin, None).to_json();
        let data = self.data(Some(AttestedCredentialData {
            aaguid: self.aaguid,
            credential_id: &self.credential_id,
            public_key: &self.public_key,
        }));
        let object = AttestationObject {
            format: "none".into(),
            statement: Value::Map(Vec::new()),
            auth_data: &data,
            canonical_order: true,
        };
        let response = AuthenticatorAttestationResponseJSON {
            client_data_json: client_data.into(),
            authenticator_data: None,
            transports: vec![
                "internal".into(),
                "hybrid".into(),
                "NOT A TRANSPORT".into(),
                "internal".into(),
            ],
            public_key: None,
            public_key_algorithm: None,
            attestation_object: object.encode().into(),
        };
        RegistrationResponseJSON::new(CredentialId::new(self.credential_id.clone()), response)
    }

    /// The answer to request options, with the counter moved on.
    pub(super) fn get(&mut self, options: &Json) -> Json {
        self.sign_count += 1;
        self.get_without_counting(options)
    }

    pub(super) fn get_without_counting(&self, options: &Json) -> Json {
        let challenge = Challenge::new(bytes(&options["challenge"]));
        let client_data =
            CollectedClientData::new(GET, challenge.as_bytes(), &self.origin, None).to_json();
        let data = self.data(None);
        let signed = [data.clone(), webauthn::sha256(&client_data).to_vec()].concat();
        let signature: DerSignature = self.key.sign(&signed);
        let response = AuthenticatorAssertionResponseJSON {
            client_data_json: client_data.into(),
            authenticator_data: data.into(),
            signature: signature.as_bytes().to_vec().into(),
            user_handle: Some(self.user_handle.clone().into()),
        };
        let response = AuthenticationResponseJSON::new(
            CredentialId::new(self.credential_id.clone()),
            response,
        );
        serde_json::to_value(response).expect("JSON")
    }

    fn uvm(&self) -> Value<'static> {
        let entries: Vec<Entry> = self
            .methods
            .iter()
            .map(|method| Entry {
                method: *method,
                key_protection: Entry::KEY_PROTECTION_SOFTWARE,
                matcher_protection: Entry::MATCHER_PROTECTION_SOFTWARE,
            })
            .collect();
        Value::map([("uvm", Entry::output(&entries))])
    }

    fn data(&self, attested: Option<AttestedCredentialData<'_>>) -> Vec<u8> {
        let flags = if attested.is_some() {
            self.flags.with(Flags::AT)
        } else {
            self.flags
        };
        AuthenticatorData {
            rp_id_hash: webauthn::sha256(self.rp_id.as_bytes()),
            flags,
            sign_count: self.sign_count,
            attested,
            extensions: (!self.methods.is_empty()).then(|| self.uvm()),
            canonical_order: true,
        }
        .encode()
    }
}

/// A base64url member's bytes.
pub(super) fn bytes(text: &Json) -> Vec<u8> {
    Base64Url::parse(text.as_str().expect("text"))
        .expect("base64url")
        .0
}

/// Replaces a base64url member by what `bend` makes of its bytes.
pub(super) fn bend(member: &mut Json, bend: impl FnOnce(&mut Vec<u8>)) {
    let mut content = bytes(member);
    bend(&mut content);
    *member = Base64Url(content).to_string().into();
}
