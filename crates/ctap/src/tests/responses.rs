//! Responses, there and back.

use super::*;

#[test]
fn an_answer_is_a_status_and_cbor_only_on_success() {
    assert_eq!(answer(Ok(vec![0xA0])), [0, 0xA0]);
    assert_eq!(answer(Err(Status::NoCredentials)), [0x2E]);
}

#[test]
fn responses_are_canonical_and_survive_the_round_trip() {
    let mut credential =
        make_credential::Response::new("packed", vec![1; 40], texts(&[("alg", (-7).into())]));
    credential.enterprise_attestation = Some(true);
    assert_eq!(
        credential.encode()[..9],
        [0xA4, 1, 0x66, b'p', b'a', b'c', b'k', b'e', b'd']
    );
    assert_eq!(
        make_credential::Response::decode(&credential.encode()),
        Ok(credential)
    );

    let descriptor = Descriptor {
        id: vec![1; 16],
        transports: vec![],
    };
    let mut assertion = get_assertion::Response::new(descriptor, vec![2; 37], vec![3; 70]);
    assertion.user = Some(UserEntity {
        id: vec![4],
        name: None,
        display_name: None,
    });
    assertion.number_of_credentials = Some(2);
    assertion.user_selected = Some(true);
    assert_eq!(
        get_assertion::Response::decode(&assertion.encode()),
        Ok(assertion)
    );
}

#[test]
fn an_assertion_by_a_credential_of_unknown_type_is_refused() {
    let unknown = texts(&[("id", vec![3u8].into()), ("type", "later".into())]);
    let cbor = request(
        0,
        vec![
            (1, unknown),
            (2, vec![0u8; 37].into()),
            (3, vec![0u8].into()),
        ],
    );
    assert_eq!(
        get_assertion::Response::decode(&cbor[1..]),
        Err(Status::InvalidCredential)
    );
}

#[test]
fn info_survives_the_round_trip_with_members_it_has_no_field_for() {
    let mut info = Info {
        versions: vec!["FIDO_2_0".into(), "FIDO_2_3".into()],
        extensions: vec!["credProtect".into()],
        options: [("rk".to_owned(), true), ("uv".to_owned(), false)].into(),
        max_msg_size: Some(7609),
        pin_uv_auth_protocols: vec![2, 1],
        transports: vec!["internal".into(), "usb".into()],
        algorithms: Some(vec![-7, -8]),
        remaining_discoverable_credentials: Some(0),
        attestation_formats: vec!["packed".into()],
        ..Info::default()
    };
    info.aaguid.0 = [0xAB; 16];
    info.others.insert(0x1F, vec![Value::from(1)].into());
    info.others.insert(0x19, vec![5u8; 32].into());
    let decoded = Info::decode(&info.encode()).unwrap();
    assert_eq!(decoded, info);
    assert_eq!(
        (decoded.option("uv"), decoded.option("ep")),
        (Some(false), None)
    );
}

#[test]
fn info_of_a_wrong_shape_is_refused() {
    let good = || {
        vec![
            (1, Value::from(vec![Value::from("FIDO_2_0")])),
            (3, vec![0u8; 16].into()),
        ]
    };
    let decode = |members| Info::decode(&request(0, members)[1..]);
    assert!(decode(good()).is_ok());
    assert_eq!(decode(without(good(), 1)), Err(Status::MissingParameter));
    assert_eq!(decode(without(good(), 3)), Err(Status::MissingParameter));
    assert_eq!(
        decode(with(good(), 3, vec![0u8; 15].into())),
        Err(Status::InvalidLength)
    );
    assert_eq!(
        decode(with(good(), 4, texts(&[("rk", 1.into())]))),
        Err(Status::CborUnexpectedType)
    );
    assert_eq!(
        decode(with(good(), 1, vec![Value::from(2)].into())),
        Err(Status::CborUnexpectedType)
    );
}

#[test]
fn member_names_end_where_ctap_2_3_ends() {
    assert_eq!(
        Command::GetInfo.response_members().get(0x1F - 1),
        Some(&"authenticatorConfigCommands")
    );
    assert_eq!(Command::GetInfo.response_members().len(), 0x1F);
    let request = Command::decode(&request(1, good_make_credential())).unwrap();
    assert_eq!(
        request.request_members()[0x0B - 1],
        "attestationFormatsPreference"
    );
}
