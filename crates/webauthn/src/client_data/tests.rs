use proptest::prelude::*;

use super::*;

#[test]
fn writes_the_exact_bytes_of_the_specification() {
    let data = CollectedClientData::new(CREATE, &[0xfb, 0xff], "https://example.org", None);
    let expected = r#"{"type":"webauthn.create","challenge":"-_8","origin":"https://example.org","crossOrigin":false}"#;
    assert_eq!(String::from_utf8(data.to_json()).expect("text"), expected);
    let framed = CollectedClientData::new(GET, b"", "https://a.example", Some("https://b.example"));
    let expected = r#"{"type":"webauthn.get","challenge":"","origin":"https://a.example","crossOrigin":true,"topOrigin":"https://b.example"}"#;
    assert_eq!(String::from_utf8(framed.to_json()).expect("text"), expected);
}

#[test]
fn reads_members_in_any_order_beside_unknown_ones() {
    let text = r#"{"origin":"https:\/\/example.org","new":{"deep":[1]},"challenge":"AA","type":"webauthn.get"}"#;
    let data = CollectedClientData::parse(text.as_bytes()).expect("client data");
    assert_eq!(
        (&*data.origin, data.cross_origin, data.top_origin),
        ("https://example.org", None, None)
    );
}

#[test]
fn skips_a_byte_order_mark() {
    let bytes = [
        b"\xef\xbb\xbf".as_slice(),
        &CollectedClientData::new(GET, b"x", "o:1", None).to_json(),
    ]
    .concat();
    assert!(CollectedClientData::parse(&bytes).is_ok());
}

#[test]
fn refuses_what_is_not_client_data() {
    for bad in [
        "",
        "null",
        "[]",
        "{}",
        r#"["webauthn.get","AA","o",false,null]"#,
        r#" [ "webauthn.get","AA","o"]"#,
        r#"{"type":"webauthn.get","challenge":"AA"}"#,
        r#"{"type":1,"challenge":"AA","origin":"o"}"#,
        r#"{"type":"t","challenge":"AA","origin":"o","crossOrigin":"no"}"#,
        r#"{"type":"t","type":"u","challenge":"AA","origin":"o"}"#,
        r#"{"type":"t","challenge":"AA","origin":"o"} x"#,
    ] {
        let error = CollectedClientData::parse(bad.as_bytes()).expect_err(bad);
        assert_eq!(error.code(), "clientDataMalformed");
    }
    assert_eq!(
        CollectedClientData::parse(&[0xff]),
        Err(Error::ClientDataEncoding)
    );
}

proptest! {
    #[test]
    fn reads_what_it_writes(challenge in proptest::collection::vec(any::<u8>(), 0..64), origin in any::<String>(), top in any::<Option<String>>()) {
        let data = CollectedClientData::new(GET, &challenge, &origin, top.as_deref());
        let json = data.to_json();
        prop_assert_eq!(CollectedClientData::parse(&json).expect("own output"), data);
    }

    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = CollectedClientData::parse(&bytes);
    }
}
