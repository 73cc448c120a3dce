//! A relying party and an authenticator with a real key, to be bent by each test.

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use webauthn::attestation::AttestationObject;
use webauthn::authenticator_data::{AttestedCredentialData, AuthenticatorData, Flags};
use webauthn::cbor::Value;
use webauthn::client_data::{CREATE, CollectedClientData, GET};
use webauthn::cose::CoseKey;
use webauthn::id::{Aaguid, CredentialId, Origin, RpId, UserHandle};
use webauthn::json::{
    AuthenticationResponseJSON, AuthenticatorAssertionResponseJSON,
    AuthenticatorAttestationResponseJSON, RegistrationResponseJSON,
};

use crate::*;

pub const CHALLENGE: &[u8] = b"a challenge of thirty-two bytes!";
pub const ORIGIN: &str = "https://example.org";
pub const USER: &[u8] = b"user one";
pub const UP_UV: Flags = Flags(0x05);

/// What the relying party expects and what the authenticator does; tests change single members.
pub struct World {
    pub key: SigningKey,
    pub public_key: Vec<u8>,
    pub credential_id: Vec<u8>,
    pub rp_id: RpId,
    pub signed_rp_id: String,
    pub origins: Vec<Origin>,
    pub top_origins: Vec<Origin>,
    pub cross_origin_allowed: bool,
    pub challenge_state: ChallengeState,
    pub user_verification: webauthn::json::UserVerificationRequirement,
    pub algorithms: Vec<webauthn::cose::Algorithm>,
    pub mediation: Mediation,
    pub known: Vec<CredentialId>,
    pub policy: AttestationPolicy,
    pub allow: Vec<CredentialId>,
    pub identified_user: Option<UserHandle>,
    pub appid: Option<String>,
    pub stored: Option<StoredCredential>,
    pub flags: Flags,
    pub sign_count: u32,
    pub client_data: CollectedClientData<'static>,
    pub format: &'static str,
    pub statement: Option<Value<'static>>,
}

impl World {
    pub fn new(kind: &'static str) -> Self {
        let key = SigningKey::from_slice(&[7; 32]).expect("a fixed valid scalar");
        let point = key.verifying_key().to_sec1_point(false);
        let public_key = CoseKey::es256(point.as_bytes())
            .expect("a real key")
            .encode();
        let credential_id = vec![9; 32];
        let stored = StoredCredential {
            id: CredentialId::new(credential_id.clone()),
            public_key: public_key.clone(),
            sign_count: 4,
            backup_eligible: Some(false),
            user_handle: Some(UserHandle::new(USER)),
        };
        Self {
            key,
            public_key,
            credential_id,
            rp_id: RpId::parse("example.org").expect("a domain"),
            signed_rp_id: "example.org".to_owned(),
            origins: vec![Origin::parse(ORIGIN).expect("an origin")],
            top_origins: Vec::new(),
            cross_origin_allowed: false,
            challenge_state: ChallengeState::Open,
            user_verification: webauthn::json::UserVerificationRequirement::Required,
            algorithms: SUPPORTED_ALGORITHMS.to_vec(),
            mediation: Mediation::Optional,
            known: Vec::new(),
            policy: AttestationPolicy::None,
            allow: Vec::new(),
            identified_user: None,
            appid: None,
            stored: Some(stored),
            flags: UP_UV,
            sign_count: 5,
            client_data: CollectedClientData::new(kind, CHALLENGE, ORIGIN, None),
            format: "none",
            statement: None,
        }
    }

    pub fn creating() -> Self {
        Self::new(CREATE)
    }

    pub fn getting() -> Self {
        Self::new(GET)
    }

    pub fn expected(&self) -> Expected<'_> {
        Expected {
            challenge_state: self.challenge_state,
            user_verification: self.user_verification,
            cross_origin: self.cross_origin_allowed,
            top_origins: &self.top_origins,
            ..Expected::new(CHALLENGE, &self.origins, &self.rp_id)
        }
    }

    pub fn sign(&self, auth_data: &[u8], client_data: &[u8]) -> Vec<u8> {
        let message = [auth_data, &webauthn::sha256(client_data)].concat();
        let signature: DerSignature = self.key.sign(&message);
        signature.as_bytes().to_vec()
    }

    fn auth_data(&self, attested: Option<AttestedCredentialData<'_>>) -> Vec<u8> {
        AuthenticatorData {
            rp_id_hash: webauthn::sha256(self.signed_rp_id.as_bytes()),
            flags: self.flags,
            sign_count: self.sign_count,
            attested,
            extensions: None,
            canonical_order: true,
        }
        .encode()
    }

    pub fn registration_response(&self) -> RegistrationResponseJSON {
        let client_data = self.client_data.to_json();
        let auth_data = self.auth_data(Some(AttestedCredentialData {
            aaguid: Aaguid([3; 16]),
            credential_id: &self.credential_id,
            public_key: &self.public_key,
        }));
        let statement = self.statement.clone().unwrap_or_else(|| match self.format {
            "packed" => Value::map([
                ("alg", Value::from(-7)),
                ("sig", Value::from(self.sign(&auth_data, &client_data))),
            ]),
            _ => Value::Map(Vec::new()),
        });
        let object = AttestationObject {
            format: self.format.into(),
            statement,
            auth_data: &auth_data,
            canonical_order: true,
        };
        let response = AuthenticatorAttestationResponseJSON {
            client_data_json: client_data.into(),
            authenticator_data: None,
            transports: vec!["internal".to_owned()],
            public_key: None,
            public_key_algorithm: None,
            attestation_object: object.encode().into(),
        };
        RegistrationResponseJSON::new(CredentialId::new(self.credential_id.clone()), response)
    }

    pub fn authentication_response(&self) -> AuthenticationResponseJSON {
        let client_data = self.client_data.to_json();
        let auth_data = self.auth_data(None);
        let response = AuthenticatorAssertionResponseJSON {
            signature: self.sign(&auth_data, &client_data).into(),
            client_data_json: client_data.into(),
            authenticator_data: auth_data.into(),
            user_handle: Some(USER.to_vec().into()),
        };
        AuthenticationResponseJSON::new(CredentialId::new(self.credential_id.clone()), response)
    }

    pub fn judge_registration<'a>(&'a self, response: &'a RegistrationResponseJSON) -> Report<'a> {
        registration(&RegistrationRequest {
            response,
            expected: self.expected(),
            algorithms: &self.algorithms,
            mediation: self.mediation,
            known_credential_ids: &self.known,
            trust: Trust {
                policy: self.policy,
                ..Trust::default()
            },
        })
    }

    pub fn judge_authentication<'a>(
        &'a self,
        response: &'a AuthenticationResponseJSON,
    ) -> Report<'a> {
        authentication(&AuthenticationRequest {
            response,
            expected: self.expected(),
            allow_credentials: &self.allow,
            identified_user: self.identified_user.as_ref(),
            appid: self.appid.as_deref(),
            credential: self.stored.as_ref(),
        })
    }
}

/// The report's ladder is complete, and exactly these steps failed.
pub fn assert_fails_only(report: &Report<'_>, steps: &[u8], code: &str, message: &str) {
    assert_complete(report);
    let failed: Vec<u8> = report
        .steps()
        .iter()
        .filter(|step| step.outcome == Outcome::Failed)
        .map(|step| step.number)
        .collect();
    assert_eq!(failed, steps, "{:#}", report.to_json());
    assert!(!report.verified(), "a failed step must refuse");
    assert!(
        report.credential.is_none(),
        "a refused ceremony must leave nothing to store"
    );
    let refusal = report.refusal().expect("a failed step is a refusal");
    assert_eq!(
        (refusal.step, refusal.code, refusal.message.as_str()),
        (steps[0], code, message)
    );
}

/// Every step of the section, once and in order, with a reason where nothing was judged.
pub fn assert_complete(report: &Report<'_>) {
    let numbers: Vec<u8> = report.steps().iter().map(|step| step.number).collect();
    let section = report.steps()[0].section;
    let count = match section {
        Section::Registration => 29,
        Section::Authentication => 25,
    };
    assert_eq!(numbers, (1..=count).collect::<Vec<u8>>());
    for step in report.steps() {
        assert_eq!(step.section, section);
        if step.outcome == Outcome::NotApplicable {
            assert_ne!(
                step.actual,
                Fact::Nothing,
                "step {} is skipped in silence",
                step.number
            );
        }
    }
}

pub fn outcome(report: &Report<'_>, step: u8) -> Outcome {
    report.steps()[usize::from(step) - 1].outcome
}
