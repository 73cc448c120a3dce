mod properties;

use ctap::{Command, Descriptor, UserEntity, get_assertion, make_credential};
use serde_json::{Value as Json, json};
use webauthn::{
    attestation::AttestationObject,
    authenticator_data::{AttestedCredentialData, AuthenticatorData, Flags},
    cbor::Value,
    id::{Aaguid, Base64Url},
};

use super::{ctap, http};
use crate::api::{Change, Direction};

fn text(bytes: impl Into<Vec<u8>>) -> String {
    Base64Url(bytes.into()).to_string()
}

/// A COSE key, in CTAP2's canonical order.
fn key() -> Vec<u8> {
    Value::map([
        (1, Value::from(2)),
        (3, Value::from(-7)),
        (-1, Value::from(1)),
        (-2, Value::bytes(vec![5; 32])),
        (-3, Value::bytes(vec![6; 32])),
    ])
    .encode()
}

fn data(count: u32, flags: u8, attested: bool, extended: bool) -> Vec<u8> {
    let key = key();
    AuthenticatorData {
        rp_id_hash: [3; 32],
        flags: Flags(flags),
        sign_count: count,
        attested: attested.then_some(AttestedCredentialData {
            aaguid: Aaguid([7; 16]),
            credential_id: &[9; 20],
            public_key: &key,
        }),
        extensions: extended.then(|| Value::map([("credProtect", Value::from(2))])),
        canonical_order: true,
    }
    .encode()
}

fn attestation_object(data: &[u8]) -> Vec<u8> {
    AttestationObject {
        format: "none".into(),
        statement: Value::Map(Vec::new()),
        auth_data: data,
        canonical_order: true,
    }
    .encode()
}

/// A finish as pages send it, with odd spacing and an order of members that must survive.
fn finish(name: &str, origin: &str, count: u32, flags: u8) -> String {
    let client_data = format!(
        r#"{{"type":"webauthn.get", "challenge":"{}","origin":{},"crossOrigin":false}}"#,
        text(*b"challenge"),
        json!(origin)
    );
    let data = data(count, flags, true, true);
    format!(
        r#"{{ "zeta":{}, "credential":{{"type":"public-key","id":"{id}","rawId":"{id}","response":{{"signature":"{}","clientDataJSON":"{}","authenticatorData":"{}","attestationObject":"{}"}}}},"list":[1, {{"id":"{id}"}}],"ok":true,"count":41}}"#,
        json!(name),
        text([1, 2, 3]),
        text(client_data),
        text(data.clone()),
        text(attestation_object(&data)),
        id = text([9; 20]),
    )
}

#[test]
fn fields_are_set_inside_every_codec_and_told_before_and_after() {
    let body = finish("zoe", "http://localhost", 4, 0x05);
    for (field, value, before) in [
        ("zeta", json!(7), json!("zoe")),
        ("list.0", json!("one"), json!(1)),
        (
            "credential.response.clientDataJSON.origin",
            json!("http://evil.example"),
            json!("http://localhost"),
        ),
        (
            "credential.response.authenticatorData.flags.uv",
            json!(false),
            json!(true),
        ),
        (
            "credential.response.authenticatorData.signCount",
            json!(0),
            json!(4),
        ),
        (
            "credential.response.authenticatorData.credentialId",
            json!("AQID"),
            json!(text([9; 20])),
        ),
        (
            "credential.response.authenticatorData.extensions.credProtect",
            json!(3),
            json!(2),
        ),
        (
            "credential.response.attestationObject.fmt",
            json!("packed"),
            json!("none"),
        ),
        (
            "credential.response.attestationObject.authData.aaguid",
            json!("00000000-0000-0000-0000-000000000000"),
            json!("07070707-0707-0707-0707-070707070707"),
        ),
        (
            "credential.response.attestationObject.authData.credentialPublicKey.3",
            json!(-8),
            json!(-7),
        ),
    ] {
        let set = Change::Set {
            value: value.clone(),
        };
        let changed =
            http(body.as_bytes(), field, &set).unwrap_or_else(|why| panic!("{field}: {why}"));
        assert_eq!(
            (changed.before, changed.after),
            (Some(before), Some(value.clone())),
            "{field}"
        );
        let again = http(&changed.whole, field, &set).expect("still there");
        assert_eq!(again.before, Some(value), "{field}: it is read back");
    }
}

#[test]
fn a_longer_credential_id_still_makes_authenticator_data() {
    let body = json!({ "authenticatorData": text(data(1, 0x05, true, true)) }).to_string();
    let value = json!(text([8; 300]));
    let longer = http(
        body.as_bytes(),
        "authenticatorData.credentialId",
        &Change::Set { value },
    );
    let body: Json = serde_json::from_slice(&longer.expect("set").whole).expect("JSON");
    let bytes = Base64Url::parse(body["authenticatorData"].as_str().expect("text"))
        .expect("base64url")
        .0;
    let parsed = AuthenticatorData::parse(&bytes).expect("whole");
    assert_eq!(parsed.attested.expect("attested").credential_id, [8; 300]);
    assert!(parsed.extensions.is_some(), "what follows stayed");
}

#[test]
fn members_are_taken_away_and_added() {
    let body = finish("zoe", "http://localhost", 4, 0x05);
    for field in [
        "ok",
        "list.0",
        "credential.response.signature",
        "credential.response.clientDataJSON.crossOrigin",
        "credential.response.attestationObject.attStmt",
        "credential.response.authenticatorData.extensions",
    ] {
        let gone = http(body.as_bytes(), field, &Change::Remove)
            .unwrap_or_else(|why| panic!("{field}: {why}"));
        assert_eq!(gone.after, None);
        if field != "list.0" {
            http(&gone.whole, field, &Change::Remove).expect_err("it is gone");
        }
    }
    let added = http(
        body.as_bytes(),
        "credential.response.clientDataJSON.topOrigin",
        &Change::Set {
            value: json!("http://a"),
        },
    )
    .expect("added");
    assert_eq!((added.before, added.after), (None, Some(json!("http://a"))));

    let request = Command::GetAssertion(Box::new(get_assertion::Request {
        rp_id: "a".into(),
        client_data_hash: [1; 32],
        allow_list: Vec::new(),
        extensions: None,
        options: ctap::Options {
            rk: None,
            up: None,
            uv: Some(true),
        },
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
    }));
    let bytes = request.encode();
    let change = |bytes: &[u8], field: &str, change| {
        ctap(&request, Direction::Request, bytes, field, &change)
            .expect("changed")
            .whole
    };
    let without = change(&bytes, "options", Change::Remove);
    let Ok(Command::GetAssertion(read)) = Command::decode(&without) else {
        panic!("a request")
    };
    assert_eq!(read.options, ctap::Options::default());
    let set = change(
        &without,
        "options",
        Change::Set {
            value: json!({ "up": false }),
        },
    );
    let Ok(Command::GetAssertion(read)) = Command::decode(&set) else {
        panic!("a request")
    };
    assert_eq!(read.options.up, Some(false));
    let hash = change(&bytes, "clientDataHash", Change::Remove);
    assert!(Command::decode(&hash).is_err(), "the device will miss it");
    let back = change(
        &hash,
        "clientDataHash",
        Change::Set {
            value: json!(text([1; 32])),
        },
    );
    assert_eq!(
        Command::decode(&back),
        Ok(request.clone()),
        "bytes come back as bytes, under their number"
    );
}

#[test]
fn what_is_not_there_is_said_in_words() {
    let body = finish("zoe", "http://localhost", 4, 0x05);
    for (field, change, why) in [
        ("nothing", Change::Flip, "it has no nothing"),
        ("list.9", Change::Remove, "it has no 9"),
        ("ok.inside", Change::Flip, "ok has no members"),
        ("list", Change::Flip, "cannot be flipped"),
        (
            "credential.response.authenticatorData.signCount",
            Change::Remove,
            "cannot be taken away",
        ),
        (
            "credential.response.authenticatorData.rpIdHash",
            Change::Set {
                value: json!("AQID"),
            },
            "32 bytes",
        ),
        (
            "credential.response.authenticatorData.flags.uv",
            Change::Set { value: json!(1) },
            "true or false",
        ),
        (
            "credential.response.attestationObject.fmt.x",
            Change::Flip,
            "fmt has no members",
        ),
    ] {
        let error = http(body.as_bytes(), field, &change).expect_err(field);
        assert!(error.contains(why), "{field}: {error}");
    }
    let refused = ctap(
        &Command::GetNextAssertion,
        Direction::Response,
        &[0x30],
        "signature",
        &Change::Flip,
    );
    assert_eq!(
        refused.expect_err("no CBOR"),
        "the device answered CTAP2_ERR_NOT_ALLOWED and nothing more"
    );
    assert_eq!(
        http(b"", "x", &Change::Flip).expect_err("none"),
        "its body is empty"
    );
    assert_eq!(
        http(b"<html>", "x", &Change::Flip).expect_err("none"),
        "its body is not JSON"
    );
}

#[test]
fn a_registration_keeps_its_statement_when_a_flag_is_flipped() {
    let statement = Value::map([("alg", Value::from(-7)), ("sig", Value::bytes(vec![1, 2]))]);
    let response =
        make_credential::Response::new("packed", data(0, 0x45, true, false), statement.clone());
    let bytes = [&[0][..], &response.encode()].concat();
    let command = Command::decode(&[0x08]).expect("getNextAssertion");
    assert_eq!(
        command.response_members()[1],
        "authData",
        "both answers call it so"
    );
    let flipped = ctap(
        &command,
        Direction::Response,
        &bytes,
        "authData.flags.uv",
        &Change::Flip,
    )
    .expect("there");
    let read = make_credential::Response::decode(&flipped.whole[1..]).expect("canonical");
    assert_eq!(read.statement, statement);
    assert_eq!(read.auth_data, data(0, 0x41, true, false));
    assert_eq!(
        (flipped.before, flipped.after),
        (Some(json!(true)), Some(json!(false)))
    );
}
