//! Requests as an authenticator must read them.

mod properties;
mod responses;

use crate::{
    Command, Descriptor, Options, PUBLIC_KEY, RpEntity, Status, UserEntity, answer, get_assertion,
    get_info::Info, make_credential,
};
use webauthn::cbor::Value;

fn map(pairs: Vec<(Value<'static>, Value<'static>)>) -> Value<'static> {
    Value::Map(pairs)
}

fn texts(pairs: &[(&'static str, Value<'static>)]) -> Value<'static> {
    map(pairs
        .iter()
        .map(|(key, value)| ((*key).into(), value.clone()))
        .collect())
}

fn descriptor_value() -> Value<'static> {
    texts(&[("id", vec![1u8, 2].into()), ("type", PUBLIC_KEY.into())])
}

fn parameter_value(kind: &'static str, algorithm: i64) -> Value<'static> {
    texts(&[("alg", algorithm.into()), ("type", kind.into())])
}

/// The members of a good makeCredential request.
fn good_make_credential() -> Vec<(i64, Value<'static>)> {
    vec![
        (1, vec![7u8; 32].into()),
        (
            2,
            texts(&[("id", "example.com".into()), ("name", "Example".into())]),
        ),
        (
            3,
            texts(&[
                ("id", vec![9u8].into()),
                ("name", "alice".into()),
                ("displayName", "Alice".into()),
            ]),
        ),
        (4, vec![parameter_value(PUBLIC_KEY, -7)].into()),
    ]
}

fn good_get_assertion() -> Vec<(i64, Value<'static>)> {
    vec![(1, "example.com".into()), (2, vec![7u8; 32].into())]
}

fn request(code: u8, members: Vec<(i64, Value<'static>)>) -> Vec<u8> {
    let mut bytes = vec![code];
    bytes.extend(
        map(members
            .into_iter()
            .map(|(key, value)| (key.into(), value))
            .collect())
        .encode(),
    );
    bytes
}

fn with(
    mut members: Vec<(i64, Value<'static>)>,
    key: i64,
    value: Value<'static>,
) -> Vec<(i64, Value<'static>)> {
    members.retain(|(existing, _)| *existing != key);
    members.push((key, value));
    members
}

fn without(mut members: Vec<(i64, Value<'static>)>, key: i64) -> Vec<(i64, Value<'static>)> {
    members.retain(|(existing, _)| *existing != key);
    members
}

fn make_credential(
    members: Vec<(i64, Value<'static>)>,
) -> Result<make_credential::Request, Status> {
    match Command::decode(&request(0x01, members))? {
        Command::MakeCredential(request) => Ok(*request),
        other => panic!("decoded as {other:?}"),
    }
}

fn get_assertion(members: Vec<(i64, Value<'static>)>) -> Result<get_assertion::Request, Status> {
    match Command::decode(&request(0x02, members))? {
        Command::GetAssertion(request) => Ok(*request),
        other => panic!("decoded as {other:?}"),
    }
}

#[test]
fn reads_a_make_credential_request() {
    let request = make_credential(good_make_credential()).unwrap();
    assert_eq!(request.client_data_hash, [7; 32]);
    assert_eq!(
        request.rp,
        RpEntity {
            id: "example.com".into(),
            name: Some("Example".into())
        }
    );
    assert_eq!(request.user.display_name.as_deref(), Some("Alice"));
    assert_eq!(
        (request.algorithms, request.exclude_list),
        (vec![-7], vec![])
    );
    assert_eq!(request.options, Options::default());
}

#[test]
fn each_required_member_is_missed() {
    for key in 1..=4 {
        let error = make_credential(without(good_make_credential(), key)).unwrap_err();
        assert_eq!(
            error,
            Status::MissingParameter,
            "makeCredential 0x{key:02X}"
        );
    }
    for key in 1..=2 {
        let error = get_assertion(without(good_get_assertion(), key)).unwrap_err();
        assert_eq!(error, Status::MissingParameter, "getAssertion 0x{key:02X}");
    }
    assert_eq!(
        Command::decode(&request(0x06, vec![(1, 2.into())])),
        Err(Status::MissingParameter)
    );
    for code in [0x01, 0x02, 0x06] {
        assert_eq!(
            Command::decode(&[code]),
            Err(Status::MissingParameter),
            "no parameters at all"
        );
    }
}

#[test]
fn each_member_of_a_wrong_type_is_refused() {
    for key in 1..=0x0B {
        for wrong in [Value::Null, Value::Negative(3)] {
            let error = make_credential(with(good_make_credential(), key, wrong)).unwrap_err();
            assert_eq!(
                error,
                Status::CborUnexpectedType,
                "makeCredential 0x{key:02X}"
            );
        }
    }
    for key in 1..=7 {
        for wrong in [Value::Null, Value::Negative(3)] {
            let error = get_assertion(with(good_get_assertion(), key, wrong)).unwrap_err();
            assert_eq!(
                error,
                Status::CborUnexpectedType,
                "getAssertion 0x{key:02X}"
            );
        }
    }
}

#[test]
fn wrong_types_inside_members_are_refused() {
    let one: Value<'static> = 1.into();
    let list = |item: Value<'static>| Value::from(vec![item]);
    for (key, value, expected) in [
        (
            2,
            texts(&[("name", "Example".into())]),
            Status::MissingParameter,
        ),
        (2, texts(&[("id", one.clone())]), Status::CborUnexpectedType),
        (
            2,
            texts(&[("id", "a".into()), ("name", one.clone())]),
            Status::CborUnexpectedType,
        ),
        (
            3,
            texts(&[("name", "alice".into())]),
            Status::MissingParameter,
        ),
        (
            3,
            texts(&[("id", "text".into())]),
            Status::CborUnexpectedType,
        ),
        (
            3,
            texts(&[("id", vec![1u8].into()), ("displayName", one.clone())]),
            Status::CborUnexpectedType,
        ),
        (4, list(one.clone()), Status::CborUnexpectedType),
        (
            4,
            list(texts(&[("alg", (-7).into())])),
            Status::MissingParameter,
        ),
        (
            4,
            list(texts(&[("type", PUBLIC_KEY.into())])),
            Status::MissingParameter,
        ),
        (
            4,
            list(texts(&[
                ("alg", "ES256".into()),
                ("type", PUBLIC_KEY.into()),
            ])),
            Status::CborUnexpectedType,
        ),
        (
            4,
            list(texts(&[("alg", (-7).into()), ("type", one.clone())])),
            Status::CborUnexpectedType,
        ),
        (
            5,
            list(texts(&[("type", PUBLIC_KEY.into())])),
            Status::MissingParameter,
        ),
        (
            5,
            list(texts(&[("id", vec![1u8].into())])),
            Status::MissingParameter,
        ),
        (
            5,
            list(texts(&[("id", "text".into()), ("type", PUBLIC_KEY.into())])),
            Status::CborUnexpectedType,
        ),
        (7, texts(&[("rk", one.clone())]), Status::CborUnexpectedType),
        (7, texts(&[("uv", Value::Null)]), Status::CborUnexpectedType),
    ] {
        let error = make_credential(with(good_make_credential(), key, value.clone())).unwrap_err();
        assert_eq!(error, expected, "0x{key:02X} = {value:?}");
    }
    let short = with(good_make_credential(), 1, vec![7u8; 31].into());
    assert_eq!(
        make_credential(short),
        Err(Status::InvalidLength),
        "a hash of 31 bytes"
    );
}

#[test]
fn unknown_members_options_and_types_are_ignored() {
    let mut members = good_make_credential();
    members.push((0x7F, "later".into()));
    members = with(
        members,
        4,
        vec![
            parameter_value("later", -7),
            parameter_value(PUBLIC_KEY, -9999),
        ]
        .into(),
    );
    let unknown = texts(&[("id", vec![3u8].into()), ("type", "later".into())]);
    members = with(members, 5, vec![unknown, descriptor_value()].into());
    members = with(
        members,
        7,
        texts(&[("later", 1.into()), ("rk", true.into())]),
    );
    let request = make_credential(members).unwrap();
    assert_eq!(
        request.algorithms,
        [-9999],
        "an unknown algorithm of a known type is the authenticator's to judge"
    );
    assert_eq!(
        request.exclude_list,
        [Descriptor {
            id: vec![1, 2],
            transports: vec![]
        }]
    );
    assert_eq!(
        request.options,
        Options {
            rk: Some(true),
            up: None,
            uv: None
        }
    );
}

#[test]
fn an_allow_list_of_unknown_types_alone_fits_no_credential() {
    let unknown = texts(&[("id", vec![1u8].into()), ("type", "later".into())]);
    let listed = |list: Vec<Value<'static>>| {
        get_assertion(with(good_get_assertion(), 3, Value::Array(list)))
    };
    assert_eq!(
        listed(vec![unknown.clone()]).map(|_| ()),
        Err(Status::NoCredentials)
    );
    let mixed = listed(vec![unknown, descriptor_value()]).expect("one entry can be used");
    assert_eq!(mixed.allow_list.len(), 1);
    assert!(
        listed(Vec::new())
            .expect("as if absent")
            .allow_list
            .is_empty()
    );
}

#[test]
fn extensions_are_kept_as_they_came() {
    let extensions = texts(&[("credProtect", 2.into()), ("hmac-secret", true.into())]);
    let request = make_credential(with(good_make_credential(), 6, extensions.clone())).unwrap();
    assert_eq!(request.extensions, Some(extensions));
}

#[test]
fn cbor_that_is_not_canonical_is_refused() {
    let good = request(0x02, good_get_assertion());
    let mut trailing = good.clone();
    trailing.push(0);
    for (bytes, reason) in [
        (good[..good.len() - 1].to_vec(), "cut short"),
        (trailing, "a byte too many"),
        (vec![0x02, 0xBF, 0xFF], "an indefinite map"),
        (
            vec![0x02, 0xA2, 0x02, 0x00, 0x01, 0x00],
            "keys out of order",
        ),
        (vec![0x02, 0xA2, 0x01, 0x00, 0x01, 0x00], "a key twice"),
        (vec![0x02, 0xA1, 0x18, 0x01, 0x00], "an integer too long"),
        (
            vec![0x02, 0xA1, 0x01, 0x81, 0x81, 0x81, 0x81, 0x80],
            "nested over four levels",
        ),
    ] {
        assert_eq!(
            Command::decode(&bytes),
            Err(Status::InvalidCbor),
            "{reason}"
        );
    }
    assert_eq!(
        Command::decode(&[0x02, 0x80]),
        Err(Status::CborUnexpectedType),
        "an array for the map"
    );
}

#[test]
fn unknown_commands_and_surplus_parameters_are_refused() {
    for code in [0x00, 0x03, 0x05, 0x09, 0x0A, 0x0C, 0x0D, 0x40, 0xFF] {
        assert_eq!(
            Command::decode(&[code]),
            Err(Status::InvalidCommand),
            "0x{code:02X}"
        );
    }
    for code in [0x04, 0x07, 0x08, 0x0B] {
        assert!(Command::decode(&[code]).is_ok(), "0x{code:02X}");
        assert_eq!(
            Command::decode(&[code, 0xA0]),
            Err(Status::InvalidLength),
            "0x{code:02X} with parameters"
        );
    }
    assert_eq!(Command::decode(&[]), Err(Status::InvalidLength));
}
