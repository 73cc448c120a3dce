//! The vectors of the specification itself, every one of them.

use data_encoding::HEXLOWER;
use serde_json::Value;
use webauthn::attestation::AttestationObject;
use webauthn::authenticator_data::AuthenticatorData;
use webauthn::id::{CredentialId, Origin, RpId, UserHandle};
use webauthn::json::{
    AuthenticationResponseJSON, AuthenticatorAssertionResponseJSON,
    AuthenticatorAttestationResponseJSON, RegistrationResponseJSON,
};

use super::world::{assert_complete, outcome};
use crate::*;

const VECTORS: &str = include_str!("../../../../fixtures/vectors/w3c-l3.json");

/// Registrations whose attestation cannot be verified yet: the step that says so, and its message.
const ATTESTATION_LATER: &[(&str, u8, &str)] = &[
    ("tpm-es256", 21, FORMAT),
    ("android-key-es256", 21, FORMAT),
    ("apple-es256", 21, FORMAT),
    ("fido-u2f-es256", 21, FORMAT),
];
const FORMAT: &str = "this attestation format cannot be verified here yet (step 21)";

/// Vectors whose algorithm cannot be verified yet, so neither can their authentication.
const ALGORITHM_LATER: &[&str] = &["packed-ed448"];

fn bytes(case: &Value, member: &str) -> Vec<u8> {
    let text = case[member].as_str().expect("a vector's member is text");
    HEXLOWER
        .decode(text.as_bytes())
        .expect("a vector's member is hexadecimal")
}

struct Case {
    id: String,
    registration: Value,
    authentication: Value,
}

fn cases() -> Vec<Case> {
    let all: Value = serde_json::from_str(VECTORS).expect("the vectors are JSON");
    let cases = all["cases"].as_array().expect("the vectors have cases");
    let case = |case: &Value| Case {
        id: case["id"].as_str().expect("a case has a name").to_owned(),
        registration: case["registration"].clone(),
        authentication: case["authentication"].clone(),
    };
    cases.iter().map(case).collect()
}

fn origin(text: &str) -> Origin {
    Origin::parse(text).expect("an origin")
}

fn registration_response(case: &Case) -> RegistrationResponseJSON {
    RegistrationResponseJSON::new(
        CredentialId::new(bytes(&case.registration, "credential_id")),
        AuthenticatorAttestationResponseJSON {
            client_data_json: bytes(&case.registration, "clientDataJSON").into(),
            authenticator_data: None,
            transports: Vec::new(),
            public_key: None,
            public_key_algorithm: None,
            attestation_object: bytes(&case.registration, "attestationObject").into(),
        },
    )
}

fn authentication_response(case: &Case) -> AuthenticationResponseJSON {
    AuthenticationResponseJSON::new(
        CredentialId::new(bytes(&case.registration, "credential_id")),
        AuthenticatorAssertionResponseJSON {
            client_data_json: bytes(&case.authentication, "clientDataJSON").into(),
            authenticator_data: bytes(&case.authentication, "authenticatorData").into(),
            signature: bytes(&case.authentication, "signature").into(),
            user_handle: None,
        },
    )
}

fn expected<'a>(challenge: &'a [u8], party: &'a (RpId, [Origin; 1], [Origin; 1])) -> Expected<'a> {
    Expected {
        cross_origin: true,
        top_origins: &party.2,
        ..Expected::new(challenge, &party.1, &party.0)
    }
}

fn party() -> (RpId, [Origin; 1], [Origin; 1]) {
    let rp_id = RpId::parse("example.org").expect("a domain");
    (
        rp_id,
        [origin("https://example.org")],
        [origin("https://example.com")],
    )
}

#[test]
fn judges_every_registration_of_the_specification() {
    let party = party();
    for case in cases() {
        let challenge = bytes(&case.registration, "challenge");
        let response = registration_response(&case);
        let report = registration(&RegistrationRequest {
            response: &response,
            expected: expected(&challenge, &party),
            algorithms: SUPPORTED_ALGORITHMS,
            mediation: Mediation::Optional,
            known_credential_ids: &[],
            trust: Trust::default(),
        });
        assert_complete(&report);
        let refusal = report.refusal();
        if let Some((_, step, message)) = ATTESTATION_LATER.iter().find(|later| later.0 == case.id)
        {
            let refusal = refusal.expect("a format that comes later is a failed step");
            assert_eq!(
                (refusal.step, refusal.message.as_str()),
                (*step, *message),
                "{}",
                case.id
            );
            let failed = report
                .steps()
                .iter()
                .filter(|step| step.outcome == Outcome::Failed);
            assert_eq!(failed.count(), 1, "{}: {:#}", case.id, report.to_json());
        } else if ALGORITHM_LATER.contains(&case.id.as_str()) {
            let refusal = refusal.expect("an algorithm that comes later is a failed step");
            assert_eq!(
                (refusal.step, refusal.code),
                (20, "coseUnsupportedAlgorithm"),
                "{}",
                case.id
            );
        } else {
            assert!(report.verified(), "{}: {:#}", case.id, report.to_json());
        }
    }
}

#[test]
fn verifies_every_authentication_of_the_specification() {
    let party = party();
    let user = UserHandle::new(*b"someone");
    for case in cases()
        .iter()
        .filter(|case| !ALGORITHM_LATER.contains(&case.id.as_str()))
    {
        let object = bytes(&case.registration, "attestationObject");
        let object = AttestationObject::parse(&object).expect("a vector's object is well-formed");
        let data = AuthenticatorData::parse(object.auth_data).expect("so is its data");
        let attested = data.attested.expect("a registration has a credential");
        let stored = StoredCredential {
            id: CredentialId::new(attested.credential_id),
            public_key: attested.public_key.to_vec(),
            sign_count: data.sign_count,
            backup_eligible: Some(data.flags.has(webauthn::authenticator_data::Flags::BE)),
            user_handle: Some(user.clone()),
        };
        let challenge = bytes(&case.authentication, "challenge");
        let response = authentication_response(case);
        let mut request = AuthenticationRequest {
            response: &response,
            expected: expected(&challenge, &party),
            allow_credentials: std::slice::from_ref(&stored.id),
            identified_user: Some(&user),
            appid: None,
            credential: Some(&stored),
        };
        let report = authentication(&request);
        assert_complete(&report);
        assert!(report.verified(), "{}: {:#}", case.id, report.to_json());

        let mut forged = response.clone();
        forged.response.authenticator_data.0[36] ^= 1;
        request.response = &forged;
        let report = authentication(&request);
        let refusal = report
            .refusal()
            .expect("a changed counter breaks the signature");
        assert_eq!(refusal.step, 21, "{}", case.id);
    }
}

#[test]
fn names_only_vectors_that_exist() {
    let names: Vec<String> = cases().into_iter().map(|case| case.id).collect();
    assert_eq!(names.len(), 15);
    for later in ATTESTATION_LATER
        .iter()
        .map(|later| later.0)
        .chain(ALGORITHM_LATER.iter().copied())
    {
        assert!(
            names.iter().any(|name| name == later),
            "{later} is not a vector"
        );
    }
}

#[test]
fn follows_certificate_chains_to_the_given_root_and_to_no_other() {
    let party = party();
    let all: Value = serde_json::from_str(VECTORS).expect("the vectors are JSON");
    let ca = [Root::from_der(bytes(&all, "attestation_ca_cert")).expect("a certificate")];
    let in_2026 = 1_795_000_000;
    let mut packed = 0;
    for case in cases()
        .iter()
        .filter(|case| case.id.starts_with("packed-") && case.id != "packed-self-es256")
    {
        if ALGORITHM_LATER.contains(&case.id.as_str()) {
            continue;
        }
        packed += 1;
        let challenge = bytes(&case.registration, "challenge");
        let response = registration_response(case);
        let judge = |trust| {
            let report = registration(&RegistrationRequest {
                response: &response,
                expected: expected(&challenge, &party),
                algorithms: SUPPORTED_ALGORITHMS,
                mediation: Mediation::Optional,
                known_credential_ids: &[],
                trust,
            });
            (
                report.refusal().map(|refusal| (refusal.step, refusal.code)),
                outcome(&report, 24),
            )
        };
        let trusted = Trust {
            policy: AttestationPolicy::Trusted,
            roots: &ca,
            now: in_2026,
        };
        assert_eq!(judge(trusted), (None, Outcome::Passed), "{}", case.id);
        let too_early = Trust { now: 0, ..trusted };
        assert_eq!(
            judge(too_early),
            (Some((24, "attestationChain")), Outcome::Failed),
            "{}",
            case.id
        );
        assert_eq!(
            judge(Trust::default()),
            (None, Outcome::NotApplicable),
            "{}",
            case.id
        );
        let no_roots = Trust {
            roots: &[],
            ..trusted
        };
        assert_eq!(
            judge(no_roots),
            (Some((24, "attestationNotTrusted")), Outcome::Failed),
            "{}",
            case.id
        );
    }
    assert_eq!(packed, 5);
}

#[test]
fn refuses_a_certified_statement_that_was_changed() {
    let party = party();
    let case = cases()
        .into_iter()
        .find(|case| case.id == "packed-es256")
        .expect("a vector");
    let challenge = bytes(&case.registration, "challenge");
    let response = registration_response(&case);
    let whole = response.response.attestation_object.as_bytes();
    let object = AttestationObject::parse(whole).expect("a vector's object is well-formed");
    let x5c = object
        .statement
        .get_text("x5c")
        .and_then(webauthn::cbor::Value::as_array);
    let leaf = x5c
        .and_then(|all| all[0].as_bytes())
        .expect("a certificate")
        .to_vec();
    let start = whole
        .windows(leaf.len())
        .position(|part| part == leaf)
        .expect("it is inside");
    let length = whole.len();
    for at in (0..length).filter(|at| !(start..start + leaf.len()).contains(at)) {
        let mut bent = response.clone();
        bent.response.attestation_object.0[at] ^= 0x10;
        let report = registration(&RegistrationRequest {
            response: &bent,
            expected: expected(&challenge, &party),
            algorithms: SUPPORTED_ALGORITHMS,
            mediation: Mediation::Optional,
            known_credential_ids: &[],
            trust: Trust::default(),
        });
        assert!(
            !report.verified(),
            "byte {at} of {length} is covered by no check"
        );
    }
}
