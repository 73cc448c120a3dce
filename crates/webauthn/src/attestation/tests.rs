use proptest::prelude::*;

use super::*;

fn object(auth_data: &[u8]) -> AttestationObject<'_> {
    AttestationObject {
        format: "packed".into(),
        statement: Value::map([("alg", Value::from(-7)), ("sig", Value::bytes(vec![1, 2]))]),
        auth_data,
        canonical_order: true,
    }
}

#[test]
fn reads_what_it_writes_and_refuses_every_truncation() {
    let written = object(&[5; 37]);
    let bytes = written.encode();
    assert_eq!(AttestationObject::parse(&bytes), Ok(written));
    for cut in 0..bytes.len() {
        assert!(
            AttestationObject::parse(&bytes[..cut]).is_err(),
            "cut at {cut}"
        );
    }
}

#[test]
fn notes_members_out_of_order_as_real_platforms_send_them() {
    let mut encoder = Encoder::default();
    encoder
        .map(3)
        .text("authData")
        .bytes(&[5; 37])
        .text("fmt")
        .text("none")
        .text("attStmt")
        .map(0);
    let bytes = encoder.into_bytes();
    let object = AttestationObject::parse(&bytes).expect("any order is accepted");
    assert!(!object.canonical_order);
    assert_eq!((&*object.format, object.auth_data.len()), ("none", 37));
}

#[test]
fn refuses_absent_members_and_members_of_other_types() {
    let whole = object(&[1]);
    let statement = || whole.statement.clone();
    let wrong = [
        Value::from(1),
        Value::map([("fmt", Value::from("none")), ("attStmt", statement())]),
        Value::map([
            ("fmt", Value::from(1)),
            ("attStmt", statement()),
            ("authData", Value::bytes(vec![1])),
        ]),
        Value::map([
            ("fmt", Value::from("none")),
            ("attStmt", Value::Null),
            ("authData", Value::bytes(vec![1])),
        ]),
        Value::map([
            ("fmt", Value::from("none")),
            ("attStmt", statement()),
            ("authData", Value::from("x")),
        ]),
    ];
    for value in wrong {
        let bytes = value.encode();
        let error = AttestationObject::parse(&bytes).expect_err("must be refused");
        assert_eq!(error.code(), "attestationObjectMalformed");
    }
}

proptest! {
    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = AttestationObject::parse(&bytes);
    }
}
