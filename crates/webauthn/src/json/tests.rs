use serde_json::json;

use super::*;
use crate::id::CredentialId;

#[test]
fn reads_creation_options_and_ignores_what_it_does_not_know() {
    let options: PublicKeyCredentialCreationOptionsJSON = serde_json::from_value(json!({
        "rp": { "name": "Acme", "id": "example.org", "icon": "x" },
        "user": { "id": "dXNlcg", "name": "alice", "displayName": "Alice" },
        "challenge": "AAAA",
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -65535 }],
        "authenticatorSelection": { "residentKey": "perhaps", "requireResidentKey": true, "userVerification": "required" },
        "attestation": "whatever",
        "extensions": { "credProps": true },
        "future": [1],
    }))
    .expect("creation options");
    let selection = options.authenticator_selection.expect("a selection");
    assert_eq!(selection.resident_key, None);
    assert_eq!(
        selection.effective_resident_key(),
        ResidentKeyRequirement::Required
    );
    assert_eq!(
        selection.user_verification,
        Some(UserVerificationRequirement::Required)
    );
    assert_eq!((options.attestation, options.timeout), (None, None));
    assert_eq!(options.pub_key_cred_params[1].alg, -65535);
    assert_eq!(options.user.id.as_bytes(), b"user");
}

#[test]
fn writes_request_options_without_absent_members() {
    let options = PublicKeyCredentialRequestOptionsJSON {
        challenge: vec![0; 3].into(),
        timeout: Some(300_000),
        rp_id: Some("example.org".to_owned()),
        allow_credentials: vec![PublicKeyCredentialDescriptorJSON::new(CredentialId::new([
            1,
        ]))],
        user_verification: Some(UserVerificationRequirement::Required),
        hints: Vec::new(),
        extensions: None,
    };
    let expected = json!({
        "challenge": "AAAA", "timeout": 300_000, "rpId": "example.org",
        "allowCredentials": [{ "type": "public-key", "id": "AQ" }], "userVerification": "required",
    });
    assert_eq!(serde_json::to_value(options).expect("JSON"), expected);
}

#[test]
fn reads_a_registration_as_browsers_write_it() {
    let text = json!({
        "id": "AQ", "rawId": "AQ", "type": "public-key", "authenticatorAttachment": "platform",
        "clientExtensionResults": { "credProps": { "rk": true } },
        "response": {
            "clientDataJSON": "e30", "attestationObject": "oA", "authenticatorData": "AA",
            "transports": ["internal", "hybrid"], "publicKey": "AA", "publicKeyAlgorithm": -7,
        },
    });
    let response: RegistrationResponseJSON =
        serde_json::from_value(text.clone()).expect("a registration");
    assert_eq!(response.response.client_data_json.as_bytes(), b"{}");
    assert_eq!(serde_json::to_value(&response).expect("JSON"), text);
}

#[test]
fn reads_an_authentication_with_and_without_a_user_handle() {
    for handle in [json!(null), json!("dXNlcg")] {
        let text = json!({
            "id": "AQ", "type": "public-key",
            "response": { "clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": handle },
        });
        let response: AuthenticationResponseJSON =
            serde_json::from_value(text).expect("an authentication");
        assert_eq!(response.response.user_handle.is_some(), handle.is_string());
        assert_eq!(response.raw_id, None);
    }
}

#[test]
fn refuses_responses_that_lack_what_must_be_there() {
    let no_signature = json!({ "id": "AQ", "type": "public-key", "response": { "clientDataJSON": "e30", "authenticatorData": "AA" } });
    assert!(serde_json::from_value::<AuthenticationResponseJSON>(no_signature).is_err());
    let padded = json!({ "id": "AQ==", "type": "public-key", "response": { "clientDataJSON": "e30", "attestationObject": "AA" } });
    assert!(serde_json::from_value::<RegistrationResponseJSON>(padded).is_err());
}
