use proptest::prelude::*;

use super::*;

fn ctap(bytes: &[u8]) -> Result<Value<'_>, Error> {
    decode(bytes, Level::Ctap).map(|decoded| decoded.value)
}

fn lenient(bytes: &[u8]) -> Result<Decoded<'_>, Error> {
    decode(bytes, Level::Attestation)
}

/// Both levels refuse with the same error.
fn refused(bytes: &[u8]) -> Error {
    let error = ctap(bytes).expect_err("must be refused at the CTAP level");
    assert_eq!(
        lenient(bytes).expect_err("must be refused at the attestation level"),
        error
    );
    error
}

#[test]
fn refuses_numbers_longer_than_needed() {
    let cases: [&[u8]; 8] = [
        &[0x18, 23],
        &[0x19, 0, 255],
        &[0x1a, 0, 0, 255, 255],
        &[0x1b, 0, 0, 0, 0, 255, 255, 255, 255],
        &[0x38, 0],
        &[0x58, 1, 0],
        &[0x78, 0],
        &[0xb8, 0],
    ];
    for bytes in cases {
        assert_eq!(refused(bytes), Error::NotMinimal(0), "{bytes:02x?}");
    }
}

#[test]
fn refuses_indefinite_lengths_and_reserved_bytes() {
    for bytes in [
        &[0x5f, 0xff][..],
        &[0x7f, 0xff],
        &[0x9f, 0xff],
        &[0xbf, 0xff],
        &[0xff],
    ] {
        assert_eq!(refused(bytes), Error::IndefiniteLength(0), "{bytes:02x?}");
    }
    for bytes in [[0x1c], [0x5d], [0xfe]] {
        assert_eq!(refused(&bytes), Error::Reserved(0), "{bytes:02x?}");
    }
}

#[test]
fn refuses_trailing_bytes_and_simple_values_and_bad_text() {
    assert_eq!(refused(&[0x00, 0x00]), Error::TrailingBytes(1));
    for bytes in [&[0xf7][..], &[0xe0], &[0xf8, 32]] {
        assert_eq!(refused(bytes), Error::SimpleValue(0));
    }
    assert_eq!(refused(&[0x62, 0xc3, 0x28]), Error::Utf8(0));
}

#[test]
fn refuses_duplicate_keys_next_to_each_other_or_not() {
    assert_eq!(refused(&[0xa2, 1, 0, 1, 0]), Error::DuplicateKey(3));
    let apart = [0xa3, 1, 0, 2, 0, 1, 0];
    assert_eq!(lenient(&apart), Err(Error::DuplicateKey(1)));
    assert_eq!(ctap(&apart), Err(Error::KeyOrder(5)));
}

#[test]
fn notes_key_order_at_the_attestation_level_and_demands_it_of_ctap() {
    let inside = [0x81, 0xa2, 2, 0, 1, 0];
    assert_eq!(ctap(&inside), Err(Error::KeyOrder(4)));
    assert!(
        !lenient(&inside)
            .expect("any order is accepted")
            .canonical_order
    );
    let ordered = [0xa4, 0x01, 0, 0x18, 0x18, 0, 0x20, 0, 0x61, b'a', 0];
    assert!(ctap(&ordered).is_ok());
    assert!(lenient(&ordered).expect("ordered").canonical_order);
}

#[test]
fn orders_keys_by_major_type_then_length_then_bytes() {
    let map = Value::map([
        (Value::text("aa"), Value::Null),
        (Value::text("b"), Value::Null),
        (Value::from(-1), Value::Null),
        (Value::from(500), Value::Null),
        (Value::from(9), Value::Null),
        (Value::bytes(vec![0xff; 40]), Value::Null),
        (Value::bytes(vec![1]), Value::Null),
    ]);
    let bytes = map.encode();
    let keys: Vec<Value<'_>> = match ctap(&bytes).expect("canonical") {
        Value::Map(pairs) => pairs.into_iter().map(|(key, _)| key).collect(),
        other => panic!("{other:?} is not a map"),
    };
    let expected: [Value<'_>; 7] = [
        9.into(),
        500.into(),
        (-1).into(),
        Value::bytes(vec![1]),
        Value::bytes(vec![0xff; 40]),
        "b".into(),
        "aa".into(),
    ];
    assert_eq!(keys, expected);
}

#[test]
fn allows_four_levels_to_ctap_and_eight_to_attestations() {
    let nested = |depth: usize| [vec![0x81; depth], vec![0x00]].concat();
    assert!(ctap(&nested(4)).is_ok());
    assert_eq!(ctap(&nested(5)), Err(Error::TooDeep(4)));
    assert!(lenient(&nested(8)).is_ok());
    assert_eq!(lenient(&nested(9)), Err(Error::TooDeep(8)));
    assert_eq!(lenient(&vec![0xc1; 100_000]), Err(Error::TooDeep(8)));
}

#[test]
fn refuses_sizes_beyond_the_input_without_making_room_for_them() {
    for head in [0x5b, 0x7b, 0x9b, 0xbb] {
        let bytes = [vec![head], vec![0xff; 8]].concat();
        assert_eq!(refused(&bytes), Error::Truncated(9));
    }
    let many = [vec![0x9a, 0, 1, 0, 0], vec![0; 65_536]].concat();
    assert!(matches!(refused(&many), Error::TooManyItems(_)));
}

#[test]
fn refuses_tags_only_at_the_ctap_level_and_containers_as_keys_at_both() {
    assert_eq!(ctap(&[0xc1, 0x00]), Err(Error::Tag(0)));
    assert_eq!(
        lenient(&[0xc1, 0x00]).expect("a tag").value,
        Value::Tag(1, Box::new(0.into()))
    );
    assert_eq!(refused(&[0xa1, 0x80, 0x00]), Error::MapKey(1));
    assert_eq!(refused(&[0xa1, 0xf5, 0x00]), Error::MapKey(1));
}

#[test]
fn reads_a_prefix_and_says_where_it_ends() {
    let (decoded, read) = decode_prefix(&[0x82, 1, 2, 0xff], Level::Ctap).expect("an array");
    assert_eq!(
        (decoded.value, read),
        (Value::Array(vec![1.into(), 2.into()]), 3)
    );
}

#[test]
fn finds_members_by_integer_and_by_name() {
    let bytes = Value::map([
        (Value::from(3), "three".into()),
        (Value::from("fmt"), (-7).into()),
    ])
    .encode();
    let value = ctap(&bytes).expect("canonical");
    assert_eq!(value.get_int(3).and_then(Value::as_text), Some("three"));
    assert_eq!(value.get_text("fmt").and_then(Value::as_i64), Some(-7));
    assert_eq!(value.get_int(4), None);
    assert_eq!(Value::from(3).get_int(3), None);
}

#[test]
fn keeps_the_ends_of_the_integer_range() {
    for n in [0, -1, i64::MAX, i64::MIN] {
        let bytes = Value::from(n).encode();
        assert_eq!(ctap(&bytes).expect("an integer").as_i64(), Some(n));
    }
    assert_eq!(Value::Negative(u64::MAX).as_i64(), None);
    assert_eq!(Value::Negative(u64::MAX).to_json(), "-18446744073709551616");
}

#[test]
fn shows_itself_as_json() {
    let value = Value::map([
        (Value::from(1), Value::bytes(vec![0xfb, 0xff])),
        (Value::from("up"), true.into()),
        (
            Value::from(-2),
            Value::Array(vec![
                Value::Null,
                7.into(),
                Value::Float(Float::Double(0x3ff8_0000_0000_0000)),
            ]),
        ),
    ]);
    let expected = serde_json::json!({ "1": "-_8", "up": true, "-2": [null, 7, 1.5] });
    assert_eq!(value.to_json(), expected);
}

fn scalar() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        any::<u64>().prop_map(Value::Unsigned),
        any::<u64>().prop_map(Value::Negative),
        (0u64..300).prop_map(Value::Unsigned),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Null),
        any::<u16>().prop_map(|bits| Value::Float(Float::Half(bits))),
        any::<u32>().prop_map(|bits| Value::Float(Float::Single(bits))),
        any::<u64>().prop_map(|bits| Value::Float(Float::Double(bits))),
    ]
}

fn key() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        (-30i64..30).prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
        proptest::collection::vec(any::<u8>(), 0..6).prop_map(Value::from),
    ]
}

/// Values that CTAP can carry; maps in canonical order, as the reader gives them.
fn value() -> impl Strategy<Value = Value<'static>> {
    scalar().prop_recursive(4, 40, 5, |inner| {
        let map = proptest::collection::vec((key(), inner.clone()), 0..5).prop_map(|pairs| {
            let mut pairs: Vec<_> = pairs.into_iter().map(|(k, v)| (k.encode(), k, v)).collect();
            pairs.sort_by(|left, right| left.0.cmp(&right.0));
            pairs.dedup_by(|left, right| left.0 == right.0);
            Value::Map(pairs.into_iter().map(|(_, k, v)| (k, v)).collect())
        });
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(Value::Array),
            map
        ]
    })
}

proptest! {
    #[test]
    fn reads_what_it_writes(value in value()) {
        let bytes = value.encode();
        prop_assert_eq!(ctap(&bytes).expect("canonical"), value.clone());
        let decoded = lenient(&bytes).expect("canonical");
        prop_assert!(decoded.canonical_order);
        prop_assert_eq!(decoded.value.into_owned(), value);
    }

    #[test]
    fn writes_what_it_read(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(value) = ctap(&bytes) {
            prop_assert_eq!(value.encode(), bytes);
        }
    }

    #[test]
    fn never_panics_on_bytes_that_look_like_cbor(
        bytes in proptest::collection::vec(prop_oneof![0u8..4, 0x20u8..0x24, 0x40u8..0x44, 0x60u8..0x64, 0x80u8..0x84, 0xa0u8..0xa5, any::<u8>()], 0..64)
    ) {
        if let Ok(value) = ctap(&bytes) {
            prop_assert_eq!(value.encode(), bytes.clone());
        }
        if let Ok(decoded) = lenient(&bytes) {
            decoded.value.to_json();
            prop_assert_eq!(decoded.canonical_order, decoded.value.encode() == bytes);
        }
    }

    #[test]
    fn refuses_every_truncation(value in value()) {
        let bytes = value.encode();
        for cut in 0..bytes.len() {
            prop_assert!(lenient(&bytes[..cut]).is_err());
        }
    }
}
