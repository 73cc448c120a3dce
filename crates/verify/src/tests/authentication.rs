use webauthn::authenticator_data::Flags;
use webauthn::client_data::{CREATE, CollectedClientData};
use webauthn::id::{CredentialId, UserHandle};

use super::world::*;
use crate::*;

fn refuses(world: World, steps: &[u8], code: &str, message: &str) {
    let response = world.authentication_response();
    assert_fails_only(&world.judge_authentication(&response), steps, code, message);
}

#[test]
fn accepts_a_sign_in_without_a_user_name_and_says_what_to_store() {
    let world = World::getting();
    let response = world.authentication_response();
    let report = world.judge_authentication(&response);
    assert_complete(&report);
    assert!(report.verified(), "{:#}", report.to_json());
    let json = report.to_json();
    assert_eq!(json["credential"]["signCount"], 5);
    assert_eq!(json["credential"]["backedUp"], false);
    assert_eq!(json.get("attestation"), None);
    assert_eq!(json["steps"][20]["name"], "The signature is valid");
    assert_eq!(json["steps"][20]["outcome"], "passed");
}

#[test]
fn accepts_a_known_user_without_a_user_handle() {
    let mut world = World::getting();
    world.identified_user = Some(UserHandle::new(USER));
    let mut response = world.authentication_response();
    response.response.user_handle = None;
    assert!(world.judge_authentication(&response).verified());
}

#[test]
fn refuses_an_unknown_credential() {
    let mut world = World::getting();
    world.stored = None;
    let message = "the credential is not registered with this relying party (step 6)";
    refuses(world, &[6], "credentialUnknown", message);
    let mut world = World::getting();
    world.credential_id = vec![8; 32];
    refuses(world, &[6], "credentialUnknown", message);
}

#[test]
fn refuses_another_users_handle() {
    let message = "the credential belongs to another user (step 6)";
    let world = World::getting();
    let mut response = world.authentication_response();
    response.response.user_handle = Some(b"user two".to_vec().into());
    assert_fails_only(
        &world.judge_authentication(&response),
        &[6],
        "userHandleMismatch",
        message,
    );
    let mut world = World::getting();
    world.identified_user = Some(UserHandle::new(*b"user two"));
    refuses(world, &[6], "userHandleMismatch", message);
    let mut world = World::getting();
    world.identified_user = Some(UserHandle::new(*b"user two"));
    response.response.user_handle = Some(b"user two".to_vec().into());
    assert_fails_only(
        &world.judge_authentication(&response),
        &[6],
        "userHandleMismatch",
        message,
    );
}

#[test]
fn refuses_an_unnamed_user() {
    let world = World::getting();
    let mut response = world.authentication_response();
    response.response.user_handle = None;
    let message = "the response names no user, and none was known before (step 6)";
    assert_fails_only(
        &world.judge_authentication(&response),
        &[6],
        "userHandleMissing",
        message,
    );
}

#[test]
fn refuses_a_credential_that_was_not_allowed() {
    let mut world = World::getting();
    world.allow = vec![CredentialId::new([1])];
    let message = "the credential is not one of those that were allowed (step 5)";
    refuses(world, &[5], "credentialNotAllowed", message);
}

#[test]
fn refuses_client_data_of_a_registration() {
    let mut world = World::getting();
    world.client_data.kind = CREATE.into();
    refuses(
        world,
        &[10],
        "clientDataType",
        "the client data is of another type (step 10)",
    );
}

#[test]
fn refuses_wrong_replayed_and_expired_challenges() {
    let mut world = World::getting();
    world.client_data = CollectedClientData::new("webauthn.get", b"another", ORIGIN, None);
    let message = "the challenge is not the one that was issued (step 11)";
    refuses(world, &[11], "challengeMismatch", message);
    let mut world = World::getting();
    world.challenge_state = ChallengeState::Used;
    refuses(
        world,
        &[11],
        "challengeUsed",
        "the challenge was already used (step 11)",
    );
    let mut world = World::getting();
    world.challenge_state = ChallengeState::Expired;
    refuses(
        world,
        &[11],
        "challengeExpired",
        "the challenge has expired (step 11)",
    );
}

#[test]
fn refuses_a_wrong_origin() {
    let mut world = World::getting();
    world.client_data.origin = "https://evil.example".into();
    let message = "the page's origin is not one that this relying party expects (step 12)";
    refuses(world, &[12], "originNotExpected", message);
}

#[test]
fn refuses_unexpected_frames() {
    let mut world = World::getting();
    world.client_data = CollectedClientData::new(
        "webauthn.get",
        CHALLENGE,
        ORIGIN,
        Some("https://example.com"),
    );
    let message = "the page was framed by another origin, which is not expected (step 13)";
    refuses(world, &[13, 14], "crossOriginNotExpected", message);
}

#[test]
fn refuses_the_hash_of_another_rp_id() {
    let mut world = World::getting();
    world.signed_rp_id = "example.com".to_owned();
    refuses(
        world,
        &[15],
        "rpIdHashMismatch",
        "the RP ID hash is not this relying party's (step 15)",
    );
}

#[test]
fn takes_the_appid_only_when_the_client_says_it_used_it() {
    let mut world = World::getting();
    let appid = "https://example.org/appid.json";
    world.signed_rp_id = appid.to_owned();
    world.appid = Some(appid.to_owned());
    let mut response = world.authentication_response();
    let message = "the RP ID hash is not this relying party's (step 15)";
    assert_fails_only(
        &world.judge_authentication(&response),
        &[15],
        "rpIdHashMismatch",
        message,
    );
    response
        .client_extension_results
        .insert("appid".to_owned(), true.into());
    let report = world.judge_authentication(&response);
    assert!(report.verified());
    assert_eq!(outcome(&report, 23), Outcome::Passed);
}

#[test]
fn refuses_the_rp_id_when_the_client_says_it_used_the_appid() {
    let mut world = World::getting();
    world.appid = Some("https://example.org/appid.json".to_owned());
    let mut response = world.authentication_response();
    response
        .client_extension_results
        .insert("appid".to_owned(), true.into());
    let message = "the RP ID hash is not this relying party's (step 15)";
    assert_fails_only(
        &world.judge_authentication(&response),
        &[15],
        "rpIdHashMismatch",
        message,
    );
}

#[test]
fn takes_an_empty_user_handle_for_none() {
    let world = World::getting();
    let mut response = world.authentication_response();
    response.response.user_handle = Some(Vec::new().into());
    let message = "the response names no user, and none was known before (step 6)";
    assert_fails_only(
        &world.judge_authentication(&response),
        &[6],
        "userHandleMissing",
        message,
    );
}

#[test]
fn cannot_judge_whose_a_record_is_that_does_not_say() {
    for handle in [None, Some(UserHandle::new(b""))] {
        let mut world = World::getting();
        world.stored.as_mut().expect("a record").user_handle = handle;
        let response = world.authentication_response();
        let report = world.judge_authentication(&response);
        assert!(report.verified());
        let step = &report.to_json()["steps"][5];
        assert_eq!(step["outcome"], "notApplicable");
        assert_eq!(
            step["actual"],
            "not judged: the credential record does not say whose it is"
        );
    }
}

#[test]
fn a_listed_credential_names_its_user() {
    let mut world = World::getting();
    let id = world.stored.as_ref().expect("a record").id.clone();
    world.allow = vec![id];
    let mut response = world.authentication_response();
    response.response.user_handle = None;
    assert!(world.judge_authentication(&response).verified());
}

#[test]
fn refuses_missing_presence_and_missing_verification() {
    let mut world = World::getting();
    world.flags = Flags::UV;
    let message = "the authenticator did not see the user's presence (step 16)";
    refuses(world, &[16], "userNotPresent", message);
    let mut world = World::getting();
    world.flags = Flags::UP;
    refuses(
        world,
        &[17],
        "userNotVerified",
        "the user was not verified, which is required (step 17)",
    );
}

#[test]
fn refuses_backup_flags_that_do_not_fit() {
    let mut world = World::getting();
    world.flags = UP_UV.with(Flags::BS);
    let message = "the credential claims to be backed up but not to be eligible (step 18)";
    refuses(world, &[18], "backupStateInconsistent", message);
    let mut world = World::getting();
    world.flags = UP_UV.with(Flags::BE);
    let message = "the credential's backup eligibility has changed (step 19)";
    refuses(world, &[19], "backupEligibilityChanged", message);
}

#[test]
fn refuses_a_bad_signature() {
    let world = World::getting();
    let message = "the signature is not the registered key's (step 21)";
    let good = world.authentication_response();
    for at in 0..good.response.signature.0.len() {
        let mut response = good.clone();
        response.response.signature.0[at] ^= 1;
        assert_fails_only(
            &world.judge_authentication(&response),
            &[21],
            "signatureInvalid",
            message,
        );
    }
    for signature in [vec![], vec![0x30], vec![0; 64], vec![0xff; 2000]] {
        let mut response = good.clone();
        response.response.signature = signature.into();
        assert_fails_only(
            &world.judge_authentication(&response),
            &[21],
            "signatureInvalid",
            message,
        );
    }
}

#[test]
fn refuses_a_counter_that_does_not_go_up() {
    let message = "the signature counter did not go up; the authenticator may be cloned (step 22)";
    for count in [0, 3, 4] {
        let mut world = World::getting();
        world.sign_count = count;
        refuses(world, &[22], "signCountNotIncreased", message);
    }
}

#[test]
fn takes_an_authenticator_that_does_not_count() {
    let mut world = World::getting();
    world.sign_count = 0;
    world.stored.as_mut().expect("stored").sign_count = 0;
    let response = world.authentication_response();
    let report = world.judge_authentication(&response);
    assert!(report.verified());
    assert_eq!(outcome(&report, 22), Outcome::NotApplicable);
}

#[test]
fn refuses_a_stored_key_that_is_damaged() {
    let mut world = World::getting();
    world.stored.as_mut().expect("stored").public_key.pop();
    refuses(
        world,
        &[21],
        "cborTruncated",
        "the registered public key is not usable (step 21)",
    );
}
