use ctap::{Descriptor, Options, get_assertion, make_credential};
use webauthn::{attestation::AttestationObject, cbor::Value};

use super::*;
use crate::kinds;

fn response(format: &str, auth_data: Vec<u8>) -> Reply {
    let statement = Value::map([("alg", Value::from(-7))]);
    Reply::Bytes(answer(Ok(make_credential::Response::new(
        format, auth_data, statement,
    )
    .encode())))
}

fn good() -> Reply {
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

fn excluding(ids: &[&[u8]]) -> Json {
    let list: Vec<Json> = ids
        .iter()
        .map(|id| json!({ "type": "public-key", "id": webauthn::id::CredentialId::new(*id), "transports": ["usb"] }))
        .collect();
    patched(creation_options(), json!({ "excludeCredentials": list }))
}

#[tokio::test]
async fn passes_the_exclude_list_on_without_what_the_device_cannot_know() {
    let mut options = excluding(&[&[1; 16], &[2; 65]]);
    options["excludeCredentials"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "type": "later", "id": "AAAA" }));
    let mut info = info_of(&[]);
    info.max_credential_id_length = Some(64);
    info.max_credential_count_in_list = Some(1);
    let mut device = Scripted::new([Reply::Bytes(answer(Ok(info.encode()))), good()]);
    Page::new(Chooser::MustNotBeAsked)
        .create(&mut device, &options)
        .await
        .unwrap();
    let Command::MakeCredential(request) = device.last() else {
        panic!("no makeCredential")
    };
    assert_eq!(
        request.exclude_list,
        [Descriptor {
            id: vec![1; 16],
            transports: vec!["usb".into()]
        }]
    );
}

#[tokio::test]
async fn an_exclude_list_too_long_for_the_device_is_asked_for_silently_in_batches() {
    let mut info = info_of(&[]);
    info.max_credential_count_in_list = Some(2);
    let known = Descriptor {
        id: vec![3],
        transports: vec![],
    };
    let found =
        get_assertion::Response::new(known.clone(), auth_data("example.com", None), vec![0; 8]);
    let mut device = Scripted::new([
        Reply::Bytes(answer(Ok(info.encode()))),
        Reply::Bytes(answer(Err(Status::NoCredentials))),
        Reply::Bytes(answer(Ok(found.encode()))),
        Reply::Bytes(answer(Err(Status::CredentialExcluded))),
    ]);
    let outcome = Page::new(Chooser::MustNotBeAsked)
        .create(&mut device, &excluding(&[&[1], &[2], &[3], &[4], &[5]]))
        .await;
    assert_eq!(
        verdict(outcome),
        ("InvalidStateError", "credentialExcluded")
    );
    let commands = device.commands();
    for probe in &commands[1..3] {
        let Command::GetAssertion(probe) = probe else {
            panic!("no probe: {probe:?}")
        };
        assert_eq!((probe.options.up, probe.allow_list.len()), (Some(false), 2));
    }
    let Command::MakeCredential(request) = &commands[3] else {
        panic!("no makeCredential")
    };
    assert_eq!(
        request.exclude_list,
        [known],
        "so that the device asks for consent before it tells"
    );
}

#[tokio::test]
async fn a_request_longer_than_the_device_takes_is_not_sent() {
    let ids: Vec<Vec<u8>> = (0..40).map(|n| vec![n; 64]).collect();
    let ids: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
    let mut device = Scripted::new([Reply::Bytes(info(&[]))]);
    let outcome = Page::new(Chooser::MustNotBeAsked)
        .create(&mut device, &excluding(&ids))
        .await;
    assert_eq!(verdict(outcome), ("NotAllowedError", "requestTooLong"));
}

#[tokio::test]
async fn each_refusal_of_the_device_has_its_name() {
    for (status, expected) in [
        (
            Status::CredentialExcluded,
            ("InvalidStateError", "credentialExcluded"),
        ),
        (
            Status::UnsupportedAlgorithm,
            ("NotSupportedError", "noCommonAlgorithm"),
        ),
        (Status::KeyStoreFull, ("NotAllowedError", "deviceRefused")),
        (
            Status::OperationDenied,
            ("NotAllowedError", "deviceRefused"),
        ),
        (
            Status::UserActionTimeout,
            ("NotAllowedError", "deviceRefused"),
        ),
        (
            Status::KeepaliveCancel,
            ("NotAllowedError", "deviceRefused"),
        ),
        (
            Status::Unassigned(0xF7),
            ("NotAllowedError", "deviceRefused"),
        ),
    ] {
        let mut device = Scripted::device(&[], Reply::Bytes(answer(Err(status))));
        let outcome = Page::new(Chooser::MustNotBeAsked)
            .create(&mut device, &creation_options())
            .await;
        assert_eq!(verdict(outcome), expected, "{status}");
    }
    for status in Status::NAMED
        .iter()
        .copied()
        .filter(|status| !status.is_ok())
    {
        verdict::<()>(Err(ClientError::from_status(
            "authenticatorMakeCredential",
            status,
        )));
    }
}

#[tokio::test]
async fn a_hostile_answer_is_an_error_and_never_a_panic() {
    let flagged = |flags: u8| {
        let mut bytes = auth_data("example.com", None);
        bytes[32] = flags;
        bytes
    };
    let mut off_length = attested("example.com", AAGUID, &[9; 32]);
    off_length[53..55].copy_from_slice(&u16::MAX.to_be_bytes());
    let mut trailing = match good() {
        Reply::Bytes(bytes) => bytes,
        _ => unreachable!(),
    };
    trailing.push(0);
    for (reply, reason) in [
        (Reply::Bytes(vec![]), "nothing"),
        (Reply::Bytes(vec![0]), "success without CBOR"),
        (Reply::Bytes(vec![0, 0x80]), "an array"),
        (Reply::Bytes(vec![0, 0xA0]), "an empty map"),
        (Reply::Bytes(vec![0, 0xBF, 0xFF]), "an indefinite map"),
        (
            Reply::Bytes([&[0][..], &[0x81; 5000]].concat()),
            "deep nesting",
        ),
        (Reply::Bytes(vec![0xFF; 100]), "a vendor status with bytes"),
        (Reply::Bytes(trailing), "a byte too many"),
        (response("packed", vec![]), "no authenticator data"),
        (
            response("packed", vec![0; 36]),
            "authenticator data cut short",
        ),
        (
            response("packed", attested("example.org", AAGUID, &[9; 32])),
            "another RP ID",
        ),
        (
            response("packed", auth_data("example.com", None)),
            "no credential",
        ),
        (response("packed", flagged(0x41)), "AT without a credential"),
        (response("packed", flagged(0x81)), "ED without extensions"),
        (
            response("packed", off_length),
            "a credential ID longer than the data",
        ),
        (
            response("packed", attested("example.com", AAGUID, &[])),
            "an empty credential ID",
        ),
        (
            response("packed", attested("example.com", AAGUID, &[9; 1024])),
            "a credential ID of 1024 bytes",
        ),
        (
            Reply::Fails(ChannelError::Gone("unplugged".into())),
            "unplugged",
        ),
    ] {
        let page = Page::new(Chooser::MustNotBeAsked);
        let outcome = page
            .create(&mut Scripted::device(&[], reply), &creation_options())
            .await;
        assert_eq!(verdict(outcome).0, "NotAllowedError", "{reason}");
        assert_eq!(
            page.events().last().unwrap().kind,
            kinds::FAILED,
            "{reason}"
        );
    }
    for bytes in [vec![], vec![0], vec![0, 0xA0], vec![0x01]] {
        let mut device = Scripted::new([Reply::Bytes(bytes)]);
        let page = Page::new(Chooser::MustNotBeAsked);
        let outcome = page.create(&mut device, &creation_options()).await;
        assert_eq!(verdict(outcome).0, "NotAllowedError", "a hostile getInfo");
    }
}

#[tokio::test]
async fn a_key_the_client_does_not_know_has_no_public_key_but_its_algorithm() {
    let key = Value::Map(vec![(1.into(), 7.into()), (3.into(), (-9999).into())]).encode();
    let attested = AttestedCredentialData {
        aaguid: AAGUID,
        credential_id: &[9; 32],
        public_key: &key,
    };
    let mut device = Scripted::device(
        &[],
        response("packed", auth_data("example.com", Some(attested))),
    );
    let credential = Page::new(Chooser::MustNotBeAsked)
        .create(&mut device, &creation_options())
        .await
        .unwrap();
    assert_eq!(
        (
            credential.response.public_key,
            credential.response.public_key_algorithm
        ),
        (None, Some(-9999))
    );
}
