use ctap::{Options, make_credential};
use webauthn::{attestation::AttestationObject, cbor::Value};

use super::*;
use crate::kinds;

pub(super) fn response(format: &str, auth_data: Vec<u8>) -> Reply {
    let statement = Value::map([("alg", Value::from(-7))]);
    Reply::Bytes(answer(Ok(make_credential::Response::new(
        format, auth_data, statement,
    )
    .encode())))
}

pub(super) fn good() -> Reply {
    response("packed", attested("example.com", AAGUID, &[9; 32]))
}

async fn request_for(
    options: &Json,
    device: &[(&str, bool)],
) -> Result<make_credential::Request, ClientError> {
    let mut device = Scripted::device(device, good());
    Page::new(Chooser::MustNotBeAsked)
        .create(&mut device, options)
        .await?;
    match device.last() {
        Command::MakeCredential(request) => Ok(*request),
        other => panic!("sent {other:?}"),
    }
}

#[tokio::test]
async fn returns_what_to_json_gives_and_says_every_step() {
    let page = Page::new(Chooser::MustNotBeAsked);
    let options = patched(
        creation_options(),
        json!({ "extensions": { "credProps": true } }),
    );
    let mut device = Scripted::device(&[("rk", true), ("uv", false)], good());
    let credential = page.create(&mut device, &options).await.unwrap();

    assert_eq!(credential.id.as_bytes(), [9; 32]);
    assert_eq!(
        credential.authenticator_attachment.as_deref(),
        Some("cross-platform")
    );
    assert_eq!(
        Json::from(credential.client_extension_results.clone()),
        json!({ "credProps": { "rk": false } })
    );
    assert_eq!(
        String::from_utf8_lossy(credential.response.client_data_json.as_bytes()),
        r#"{"type":"webauthn.create","challenge":"Y2hhbGxlbmdlLWNoYWxsZW5nZQ","origin":"https://login.example.com","crossOrigin":false}"#
    );
    assert_eq!(
        credential.response.transports,
        ["internal", "usb"],
        "sorted, each once"
    );
    assert_eq!(credential.response.public_key_algorithm, Some(-7));
    let spki = credential.response.public_key.expect("ES256 is known");
    assert_eq!((spki.0.len(), spki.0[0]), (91, 0x30));
    match device.last() {
        Command::MakeCredential(request) => {
            assert_eq!(
                request.client_data_hash,
                webauthn::sha256(credential.response.client_data_json.as_bytes())
            );
            assert_eq!(
                (request.rp.id.as_str(), request.user.id.as_slice()),
                ("example.com", &[1, 2, 3][..])
            );
        }
        other => panic!("sent {other:?}"),
    }

    let events = page.events();
    let steps: Vec<_> = events
        .iter()
        .map(|event| (event.kind, event.cause.map(|seq| seq.0)))
        .collect();
    assert_eq!(
        steps,
        [
            (kinds::CREATE_CALLED, Some(77)),
            (kinds::COMMAND_SENT, Some(1)),
            (kinds::COMMAND_ANSWERED, Some(2)),
            (kinds::COMMAND_SENT, Some(3)),
            (kinds::COMMAND_ANSWERED, Some(4)),
            (kinds::CREATE_RETURNED, Some(5)),
        ]
    );
    assert_eq!(events[2].body["response"]["versions"], json!(["FIDO_2_0"]));
    assert_eq!(events[3].body["command"], "authenticatorMakeCredential");
    assert_eq!(events[3].body["request"]["user"]["displayName"], "Alice");
    assert_eq!(
        events[3].raw.as_deref(),
        device.sent.last().map(Vec::as_slice)
    );
    assert_eq!(events[4].body["status"], "CTAP2_OK");
    assert_eq!(
        events[4].body["authenticatorData"]["flags"],
        json!(["UP", "UV", "AT"])
    );
    assert_eq!(
        events[4].body["authenticatorData"]["aaguid"],
        AAGUID.to_string()
    );
    assert_eq!(events[5].body["credential"]["type"], "public-key");
}

#[tokio::test]
async fn attestation_none_drops_the_statement_and_keeps_the_aaguid() {
    for (attestation, aaguid, format) in [
        (json!(null), AAGUID, "none"),
        (json!("none"), AAGUID, "none"),
        (json!("later"), AAGUID, "none"),
        (json!("none"), Aaguid([0; 16]), "packed"),
        (json!("indirect"), AAGUID, "packed"),
        (json!("direct"), AAGUID, "packed"),
        (json!("enterprise"), AAGUID, "packed"),
    ] {
        let options = patched(creation_options(), json!({ "attestation": attestation }));
        let auth_data = attested("example.com", aaguid, &[9; 32]);
        let mut device = Scripted::device(&[], response("packed", auth_data.clone()));
        let credential = Page::new(Chooser::MustNotBeAsked)
            .create(&mut device, &options)
            .await
            .unwrap();
        let object =
            AttestationObject::parse(credential.response.attestation_object.as_bytes()).unwrap();
        assert_eq!(object.format, format, "{attestation} with {aaguid}");
        assert_eq!(
            object.statement.as_map().unwrap().is_empty(),
            format == "none"
        );
        assert_eq!(
            object.auth_data, auth_data,
            "the authenticator data is never touched"
        );
    }
}

#[tokio::test]
async fn maps_resident_key_and_user_verification_to_what_the_device_has() {
    let none: &[(&str, bool)] = &[];
    let (rk, no_rk): (&[_], &[_]) = (&[("rk", true)], &[("rk", false)]);
    let (uv, unset_uv): (&[_], &[_]) = (&[("uv", true)], &[("uv", false)]);
    let always: &[_] = &[("uv", true), ("alwaysUv", true)];
    let (t, constraint) = (Some(true), Err("ConstraintError"));
    for (selection, device, expected) in [
        (json!({}), none, Ok((None, None))),
        (json!({ "residentKey": "required" }), rk, Ok((t, None))),
        (json!({ "residentKey": "required" }), no_rk, constraint),
        (json!({ "residentKey": "required" }), none, constraint),
        (json!({ "requireResidentKey": true }), rk, Ok((t, None))),
        (json!({ "requireResidentKey": true }), none, constraint),
        (
            json!({ "residentKey": "discouraged", "requireResidentKey": true }),
            rk,
            Ok((None, None)),
        ),
        (json!({ "residentKey": "preferred" }), rk, Ok((t, None))),
        (
            json!({ "residentKey": "preferred" }),
            none,
            Ok((None, None)),
        ),
        (
            json!({ "residentKey": "discouraged" }),
            rk,
            Ok((None, None)),
        ),
        (json!({ "residentKey": "later" }), rk, Ok((None, None))),
        (json!({ "userVerification": "required" }), uv, Ok((None, t))),
        (
            json!({ "userVerification": "required" }),
            unset_uv,
            Ok((None, t)),
        ),
        (json!({ "userVerification": "required" }), none, constraint),
        (
            json!({ "userVerification": "preferred" }),
            unset_uv,
            Ok((None, t)),
        ),
        (
            json!({ "userVerification": "preferred" }),
            none,
            Ok((None, None)),
        ),
        (json!({ "userVerification": "later" }), uv, Ok((None, t))),
        (
            json!({ "userVerification": "discouraged" }),
            uv,
            Ok((None, None)),
        ),
        (
            json!({ "userVerification": "discouraged" }),
            always,
            Ok((None, t)),
        ),
    ] {
        let options = patched(
            creation_options(),
            json!({ "authenticatorSelection": selection }),
        );
        let outcome = request_for(&options, device).await;
        let outcome = outcome
            .map(|request| (request.options.rk, request.options.uv))
            .map_err(|error| error.name());
        assert_eq!(outcome, expected, "{selection} on {device:?}");
    }
}

#[tokio::test]
async fn a_2_1_device_with_verification_gets_it_even_when_discouraged() {
    let options = patched(
        creation_options(),
        json!({ "authenticatorSelection": { "userVerification": "discouraged" } }),
    );
    for (not_required, expected) in [
        (None, Some(true)),
        (Some(false), Some(true)),
        (Some(true), None),
    ] {
        let mut info = info_of(&[("uv", true)]);
        info.versions.push("FIDO_2_1".into());
        info.options
            .extend(not_required.map(|on| ("makeCredUvNotRqd".to_owned(), on)));
        let mut device = Scripted::new([Reply::Bytes(answer(Ok(info.encode()))), good()]);
        Page::new(Chooser::MustNotBeAsked)
            .create(&mut device, &options)
            .await
            .unwrap();
        let Command::MakeCredential(request) = device.last() else {
            panic!("no makeCredential")
        };
        assert_eq!(
            request.options,
            Options {
                uv: expected,
                ..Options::default()
            },
            "makeCredUvNotRqd {not_required:?}"
        );
    }
}

#[tokio::test]
async fn cred_props_tells_whether_a_discoverable_credential_was_asked_for() {
    for (inputs, resident_key, expected) in [
        (
            json!({ "credProps": true }),
            "required",
            json!({ "credProps": { "rk": true } }),
        ),
        (
            json!({ "credProps": true }),
            "discouraged",
            json!({ "credProps": { "rk": false } }),
        ),
        (json!({ "credProps": false }), "required", json!({})),
        (json!({ "later": 1 }), "required", json!({})),
    ] {
        let selection = json!({ "residentKey": resident_key });
        let options = patched(
            creation_options(),
            json!({ "extensions": inputs, "authenticatorSelection": selection }),
        );
        let mut device = Scripted::device(&[("rk", true)], good());
        let credential = Page::new(Chooser::MustNotBeAsked)
            .create(&mut device, &options)
            .await
            .unwrap();
        assert_eq!(
            Json::from(credential.client_extension_results),
            expected,
            "{inputs}"
        );
    }
}

#[tokio::test]
async fn refuses_malformed_options_with_a_type_error_before_any_command() {
    for (patch, reason) in [
        (json!({ "rp": null }), "rp absent"),
        (json!({ "rp": { "id": "example.com" } }), "rp.name absent"),
        (
            json!({ "user": { "name": "a", "displayName": "A" } }),
            "user.id absent",
        ),
        (
            json!({ "user": { "id": "AQID", "name": "a" } }),
            "user.displayName absent",
        ),
        (
            json!({ "user": { "id": "AQ==", "name": "a", "displayName": "A" } }),
            "padded base64url",
        ),
        (
            json!({ "user": { "id": "a+b/", "name": "a", "displayName": "A" } }),
            "base64, not base64url",
        ),
        (
            json!({ "user": { "id": "", "name": "a", "displayName": "A" } }),
            "user.id empty",
        ),
        (
            json!({ "user": { "id": "A".repeat(88), "name": "a", "displayName": "A" } }),
            "user.id of 66 bytes",
        ),
        (json!({ "challenge": 5 }), "challenge a number"),
        (json!({ "challenge": null }), "challenge absent"),
        (
            json!({ "pubKeyCredParams": {} }),
            "pubKeyCredParams not a list",
        ),
        (
            json!({ "pubKeyCredParams": [{ "type": "public-key" }] }),
            "alg absent",
        ),
        (
            json!({ "pubKeyCredParams": [{ "type": "public-key", "alg": "ES256" }] }),
            "alg a text",
        ),
        (json!({ "timeout": -1 }), "a negative time-out"),
        (json!({ "timeout": "60000" }), "a time-out in text"),
        (
            json!({ "excludeCredentials": [{ "type": "public-key" }] }),
            "a descriptor without id",
        ),
    ] {
        let mut device = Scripted::new([]);
        let page = Page::new(Chooser::MustNotBeAsked);
        let outcome = page
            .create(&mut device, &patched(creation_options(), patch))
            .await;
        assert_eq!(verdict(outcome).0, "TypeError", "{reason}");
        let events = page.events();
        assert_eq!(
            (events.len(), events[1].kind),
            (2, kinds::FAILED),
            "{reason}"
        );
        assert_eq!(events[1].body["name"], "TypeError");
    }
    let outcome = Page::new(Chooser::MustNotBeAsked)
        .create(&mut Scripted::new([]), &json!("text"))
        .await;
    assert_eq!(verdict(outcome).0, "TypeError");
}

#[tokio::test]
async fn refuses_what_the_page_may_not_ask_before_any_command() {
    for (patch, expected) in [
        (
            json!({ "rp": { "id": "com", "name": "E" } }),
            ("SecurityError", "rpIdNotAllowed"),
        ),
        (
            json!({ "rp": { "id": "example.org", "name": "E" } }),
            ("SecurityError", "rpIdNotAllowed"),
        ),
        (
            json!({ "pubKeyCredParams": [{ "type": "later", "alg": -7 }] }),
            ("NotSupportedError", "noCredentialType"),
        ),
        (
            json!({ "authenticatorSelection": { "authenticatorAttachment": "platform" } }),
            ("NotAllowedError", "attachmentMismatch"),
        ),
    ] {
        let outcome = Page::new(Chooser::MustNotBeAsked)
            .create(
                &mut Scripted::new([]),
                &patched(creation_options(), patch.clone()),
            )
            .await;
        assert_eq!(verdict(outcome), expected, "{patch}");
    }
}

#[tokio::test]
async fn without_algorithms_the_defaults_are_es256_and_rs256() {
    let request = request_for(
        &patched(creation_options(), json!({ "pubKeyCredParams": [] })),
        &[],
    )
    .await
    .unwrap();
    assert_eq!(request.algorithms, [-7, -257]);
    let mixed = json!([{ "type": "later", "alg": -8 }, { "type": "public-key", "alg": -9999 }]);
    let request = request_for(
        &patched(creation_options(), json!({ "pubKeyCredParams": mixed })),
        &[],
    )
    .await
    .unwrap();
    assert_eq!(
        request.algorithms,
        [-9999],
        "unknown types are left out, unknown algorithms are not"
    );
}
