use webauthn::attestation::AttestationObject;
use webauthn::authenticator_data::Flags;
use webauthn::cbor::Value;
use webauthn::client_data::{CollectedClientData, GET};
use webauthn::cose::Algorithm;
use webauthn::id::{CredentialId, Origin};
use webauthn::json::UserVerificationRequirement;

use super::world::*;
use crate::*;

fn refuses(world: World, steps: &[u8], code: &str, message: &str) {
    let response = world.registration_response();
    assert_fails_only(&world.judge_registration(&response), steps, code, message);
}

#[test]
fn accepts_a_registration_without_attestation_and_says_what_to_store() {
    let world = World::creating();
    let response = world.registration_response();
    let report = world.judge_registration(&response);
    assert_complete(&report);
    assert!(report.verified(), "{:#}", report.to_json());
    assert_eq!(report.refusal(), None);
    let record = report
        .credential
        .as_ref()
        .expect("a verified registration has a record");
    assert_eq!(record.id, world.credential_id);
    assert_eq!(record.public_key, world.public_key);
    assert_eq!(
        (
            record.sign_count,
            record.backup_eligible,
            record.user_verified
        ),
        (5, false, true)
    );
    let json = report.to_json();
    assert_eq!(json["credential"]["algorithm"], "ES256");
    assert_eq!(
        json["credential"]["aaguid"],
        "03030303-0303-0303-0303-030303030303"
    );
    assert_eq!(
        json["attestation"],
        serde_json::json!({ "format": "none", "type": "none" })
    );
    assert_eq!(json["steps"][7]["step"], 8);
    assert_eq!(json["steps"][7]["outcome"], "passed");
    assert_eq!(json["steps"][7]["expected"], json["steps"][7]["actual"]);
}

#[test]
fn accepts_packed_self_attestation() {
    let mut world = World::creating();
    world.format = "packed";
    world.policy = AttestationPolicy::Untrusted;
    let response = world.registration_response();
    let report = world.judge_registration(&response);
    assert!(report.verified(), "{:#}", report.to_json());
    assert_eq!(report.to_json()["attestation"]["type"], "self");
}

#[test]
fn accepts_a_conditional_registration_without_presence_but_not_an_optional_one() {
    let mut world = World::creating();
    world.flags = Flags::UV;
    let response = world.registration_response();
    let report = world.judge_registration(&response);
    assert_fails_only(
        &report,
        &[15],
        "userNotPresent",
        "the authenticator did not see the user's presence (step 15)",
    );
    world.mediation = Mediation::Conditional;
    let report = world.judge_registration(&response);
    assert!(report.verified());
    assert_eq!(outcome(&report, 15), Outcome::NotApplicable);
}

#[test]
fn refuses_client_data_of_another_type() {
    let mut world = World::creating();
    world.client_data.kind = GET.into();
    refuses(
        world,
        &[7],
        "clientDataType",
        "the client data is of another type (step 7)",
    );
}

#[test]
fn refuses_a_wrong_challenge() {
    let mut world = World::creating();
    world.client_data = CollectedClientData::new("webauthn.create", b"another", ORIGIN, None);
    refuses(
        world,
        &[8],
        "challengeMismatch",
        "the challenge is not the one that was issued (step 8)",
    );
}

#[test]
fn refuses_a_replayed_challenge() {
    let mut world = World::creating();
    world.challenge_state = ChallengeState::Used;
    refuses(
        world,
        &[8],
        "challengeUsed",
        "the challenge was already used (step 8)",
    );
}

#[test]
fn refuses_an_expired_challenge() {
    let mut world = World::creating();
    world.challenge_state = ChallengeState::Expired;
    refuses(
        world,
        &[8],
        "challengeExpired",
        "the challenge has expired (step 8)",
    );
}

#[test]
fn refuses_a_wrong_origin() {
    for origin in [
        "https://example.org:8443",
        "http://example.org",
        "https://evil.example.org",
        "https://example.org/",
    ] {
        let mut world = World::creating();
        world.client_data.origin = origin.into();
        let message = "the page's origin is not one that this relying party expects (step 9)";
        refuses(world, &[9], "originNotExpected", message);
    }
}

#[test]
fn refuses_a_frame_of_another_origin_unless_it_is_expected() {
    let mut world = World::creating();
    world.client_data.cross_origin = Some(true);
    let response = world.registration_response();
    let message = "the page was framed by another origin, which is not expected (step 10)";
    assert_fails_only(
        &world.judge_registration(&response),
        &[10],
        "crossOriginNotExpected",
        message,
    );
    world.cross_origin_allowed = true;
    assert!(world.judge_registration(&response).verified());
}

#[test]
fn refuses_a_top_origin_that_is_not_expected() {
    let mut world = World::creating();
    world.cross_origin_allowed = true;
    world.client_data.cross_origin = Some(true);
    world.client_data.top_origin = Some("https://example.com".into());
    let response = world.registration_response();
    let message = "the page was framed by an origin that is not expected (step 11)";
    assert_fails_only(
        &world.judge_registration(&response),
        &[11],
        "topOriginNotExpected",
        message,
    );
    world.top_origins = vec![Origin::parse("https://example.com").expect("an origin")];
    assert!(world.judge_registration(&response).verified());
    world.cross_origin_allowed = false;
    let code = "crossOriginNotExpected";
    let message = "the page was framed by another origin, which is not expected (step 10)";
    assert_fails_only(
        &world.judge_registration(&response),
        &[10, 11],
        code,
        message,
    );
}

#[test]
fn refuses_the_hash_of_another_rp_id() {
    let mut world = World::creating();
    world.signed_rp_id = "example.com".to_owned();
    refuses(
        world,
        &[14],
        "rpIdHashMismatch",
        "the RP ID hash is not this relying party's (step 14)",
    );
}

#[test]
fn refuses_missing_user_verification_only_when_it_is_required() {
    let mut world = World::creating();
    world.flags = Flags::UP;
    let response = world.registration_response();
    let message = "the user was not verified, which is required (step 16)";
    assert_fails_only(
        &world.judge_registration(&response),
        &[16],
        "userNotVerified",
        message,
    );
    world.user_verification = UserVerificationRequirement::Preferred;
    let report = world.judge_registration(&response);
    assert!(report.verified());
    assert_eq!(outcome(&report, 16), Outcome::NotApplicable);
}

#[test]
fn refuses_a_backup_state_without_eligibility() {
    let mut world = World::creating();
    world.flags = UP_UV.with(Flags::BS);
    let message = "the credential claims to be backed up but not to be eligible (step 17)";
    refuses(world, &[17], "backupStateInconsistent", message);
}

#[test]
fn refuses_an_algorithm_that_was_not_asked_for() {
    let mut world = World::creating();
    world.algorithms = vec![Algorithm::Rs256];
    let message = "the public key's algorithm was not asked for (step 20)";
    refuses(world, &[20], "algorithmNotAllowed", message);
}

#[test]
fn refuses_a_public_key_off_its_curve() {
    let mut world = World::creating();
    let last = world.public_key.len() - 1;
    world.public_key[last] ^= 1;
    let message = "the public key is not a point on its curve (step 20)";
    refuses(world, &[20], "coseNotOnCurve", message);
}

#[test]
fn refuses_authenticator_data_without_a_credential() {
    let world = World::creating();
    let mut response = world.registration_response();
    let object = AttestationObject::parse(response.response.attestation_object.as_bytes())
        .expect("well-formed");
    let mut auth_data = object.auth_data[..37].to_vec();
    auth_data[32] &= !Flags::AT.0;
    let bytes = AttestationObject {
        auth_data: &auth_data,
        ..object.clone()
    }
    .encode();
    response.response.attestation_object = bytes.into();
    let message = "the authenticator data carries no credential (step 20)";
    assert_fails_only(
        &world.judge_registration(&response),
        &[20],
        "noCredential",
        message,
    );
}

#[test]
fn refuses_an_attestation_format_that_comes_later() {
    for (format, message) in [
        (
            "tpm",
            "this attestation format cannot be verified here yet (step 21)",
        ),
        (
            "compound",
            "this attestation format cannot be verified here yet (step 21)",
        ),
        (
            "Packed",
            "this attestation format is not a registered one (step 21)",
        ),
    ] {
        let mut world = World::creating();
        world.format = format;
        refuses(world, &[21], "attestationFormat", message);
    }
}

#[test]
fn refuses_a_statement_in_the_format_none() {
    let mut world = World::creating();
    world.statement = Some(Value::map([("alg", Value::from(-7))]));
    let message = "the format none must have an empty statement (step 22)";
    refuses(world, &[22], "attestationStatement", message);
}

#[test]
fn refuses_a_packed_statement_that_is_wrong() {
    let wrong = |members: Vec<(&'static str, Value<'static>)>, message: &str| {
        let mut world = World::creating();
        world.format = "packed";
        world.statement = Some(Value::map(members));
        refuses(world, &[22], "attestationStatement", message);
    };
    let sig = || ("sig", Value::from(vec![0x30, 6, 2, 1, 1, 2, 1, 1]));
    let alg = |number: i64| ("alg", Value::from(number));
    wrong(
        vec![alg(-7), sig()],
        "the statement's signature is not the credential key's (step 22)",
    );
    wrong(
        vec![alg(-8), sig()],
        "the statement's algorithm is not the credential key's (step 22)",
    );
    wrong(
        vec![alg(-7)],
        "the statement has no signature \"sig\" (step 22)",
    );
    wrong(
        vec![sig()],
        "the statement has no algorithm \"alg\" (step 22)",
    );
    let ecdaa = ("ecdaaKeyId", Value::from(vec![1u8]));
    wrong(
        vec![alg(-7), sig(), ecdaa],
        "ECDAA attestation is no longer part of WebAuthn (step 22)",
    );
}

#[test]
fn refuses_less_attestation_than_the_policy_asks() {
    let message = "the attestation is less than this relying party asks for (step 24)";
    for (format, policy) in [
        ("none", AttestationPolicy::Untrusted),
        ("none", AttestationPolicy::Trusted),
        ("packed", AttestationPolicy::Trusted),
    ] {
        let mut world = World::creating();
        (world.format, world.policy) = (format, policy);
        refuses(world, &[24], "attestationNotTrusted", message);
    }
}

#[test]
fn refuses_a_credential_id_of_1024_bytes_and_takes_one_of_1023() {
    let mut world = World::creating();
    world.credential_id = vec![1; 1023];
    let response = world.registration_response();
    assert!(world.judge_registration(&response).verified());
    world.credential_id = vec![1; 1024];
    let message = "the credential ID is longer than 1023 bytes (step 25)";
    refuses(world, &[25], "credentialIdTooLong", message);
}

#[test]
fn refuses_an_empty_credential_id() {
    let mut world = World::creating();
    world.credential_id = Vec::new();
    let message = "the credential ID is empty (step 25)";
    refuses(world, &[25], "credentialIdEmpty", message);
}

#[test]
fn refuses_a_credential_that_is_already_registered() {
    let mut world = World::creating();
    world.known = vec![
        CredentialId::new([1]),
        CredentialId::new(world.credential_id.clone()),
    ];
    refuses(
        world,
        &[26],
        "credentialAlreadyRegistered",
        "the credential is already registered (step 26)",
    );
}

#[test]
fn refuses_a_response_that_names_another_credential() {
    let world = World::creating();
    let mut response = world.registration_response();
    response.id = CredentialId::new([5; 32]);
    response.raw_id = None;
    let message = "the response names another credential than its authenticator data (step 27)";
    assert_fails_only(
        &world.judge_registration(&response),
        &[27],
        "credentialIdMismatch",
        message,
    );
    response.raw_id = Some(CredentialId::new(world.credential_id.clone()));
    let message = "id and rawId of the response differ (step 3)";
    assert_fails_only(
        &world.judge_registration(&response),
        &[3, 27],
        "credentialIdMismatch",
        message,
    );
}

#[test]
fn refuses_another_credential_type() {
    let world = World::creating();
    let mut response = world.registration_response();
    response.kind = "password".to_owned();
    let message = "the credential is not of the type public-key (step 3)";
    assert_fails_only(
        &world.judge_registration(&response),
        &[3],
        "credentialType",
        message,
    );
}

#[test]
fn tells_all_that_is_wrong_at_once() {
    let mut world = World::creating();
    world.client_data.origin = "https://evil.example".into();
    world.signed_rp_id = "evil.example".to_owned();
    world.flags = Flags::UP;
    let message = "the page's origin is not one that this relying party expects (step 9)";
    refuses(world, &[9, 14, 16], "originNotExpected", message);
}

#[test]
fn refuses_client_data_that_is_not_utf8_or_not_json() {
    let world = World::creating();
    let mut response = world.registration_response();
    response.response.client_data_json = vec![b'{', 0xff, b'}'].into();
    let message = "the client data is not valid UTF-8 (step 5)";
    assert_fails_only(
        &world.judge_registration(&response),
        &[5],
        "clientDataNotUtf8",
        message,
    );
    response.response.client_data_json = b"{\"type\":\"webauthn.create\"}".to_vec().into();
    let message = "the client data is not the JSON it should be (step 6)";
    assert_fails_only(
        &world.judge_registration(&response),
        &[6],
        "clientDataMalformed",
        message,
    );
}
