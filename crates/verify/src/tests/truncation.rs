use proptest::prelude::*;

use super::world::*;
use crate::Outcome;

#[test]
fn never_verifies_an_attestation_object_cut_anywhere() {
    for format in ["none", "packed"] {
        let mut world = World::creating();
        world.format = format;
        let whole = world.registration_response();
        let length = whole.response.attestation_object.0.len();
        for cut in 0..length {
            let mut response = whole.clone();
            response.response.attestation_object.0.truncate(cut);
            let report = world.judge_registration(&response);
            assert_complete(&report);
            assert!(!report.verified(), "cut at {cut} of {length}");
            assert_eq!(
                outcome(&report, 13),
                Outcome::Failed,
                "cut at {cut} of {length}"
            );
        }
    }
}

#[test]
fn never_verifies_authenticator_data_cut_anywhere() {
    let world = World::getting();
    let whole = world.authentication_response();
    for cut in 0..whole.response.authenticator_data.0.len() {
        let mut response = whole.clone();
        response.response.authenticator_data.0.truncate(cut);
        let report = world.judge_authentication(&response);
        assert_complete(&report);
        assert_eq!(
            report.refusal().map(|refusal| refusal.step),
            Some(7),
            "cut at {cut}"
        );
    }
}

#[test]
fn never_verifies_client_data_cut_anywhere() {
    let world = World::getting();
    let whole = world.authentication_response();
    for cut in 0..whole.response.client_data_json.0.len() {
        let mut response = whole.clone();
        response.response.client_data_json.0.truncate(cut);
        assert!(
            !world.judge_authentication(&response).verified(),
            "cut at {cut}"
        );
    }
}

#[test]
fn refuses_trailing_bytes_everywhere() {
    let world = World::creating();
    let mut response = world.registration_response();
    response.response.attestation_object.0.push(0);
    let message = "the attestation object is malformed (step 13)";
    let report = world.judge_registration(&response);
    assert_fails_only(&report, &[13], "cborTrailingBytes", message);
    let world = World::getting();
    let mut response = world.authentication_response();
    response.response.authenticator_data.0.push(0);
    let message = "the authenticator data is malformed (step 7)";
    let code = "authenticatorDataMalformed";
    assert_fails_only(
        &world.judge_authentication(&response),
        &[7, 21],
        code,
        message,
    );
}

proptest! {
    #[test]
    fn never_verifies_an_assertion_with_a_byte_changed(at in 0usize..37, change in 1u8..) {
        let world = World::getting();
        let mut response = world.authentication_response();
        response.response.authenticator_data.0[at] ^= change;
        prop_assert!(!world.judge_authentication(&response).verified());
    }

    #[test]
    fn never_verifies_nor_panics_on_arbitrary_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let creating = World::creating();
        let mut registration = creating.registration_response();
        registration.response.attestation_object = bytes.clone().into();
        prop_assert!(!creating.judge_registration(&registration).verified());
        let getting = World::getting();
        let mut authentication = getting.authentication_response();
        authentication.response.authenticator_data = bytes.clone().into();
        authentication.response.client_data_json = bytes.into();
        prop_assert!(!getting.judge_authentication(&authentication).verified());
    }
}
