use super::*;
use crate::cbor::{Level, decode};

const FINGERPRINT: Entry = Entry {
    method: Entry::FINGERPRINT_INTERNAL,
    key_protection: Entry::KEY_PROTECTION_SOFTWARE,
    matcher_protection: Entry::MATCHER_PROTECTION_SOFTWARE,
};

#[test]
fn reads_what_it_writes() {
    let largest = Entry {
        method: u32::MAX,
        key_protection: u16::MAX,
        matcher_protection: u16::MAX,
    };
    for entries in [vec![FINGERPRINT], vec![FINGERPRINT, largest, FINGERPRINT]] {
        let bytes = Entry::output(&entries).encode();
        let decoded = decode(&bytes, Level::Ctap).expect("our own CBOR");
        assert_eq!(Entry::parse_all(&decoded.value), Ok(entries));
    }
    assert_eq!(
        Entry::output(&[FINGERPRINT]).encode(),
        [0x81, 0x83, 0x02, 0x01, 0x01]
    );
}

#[test]
fn refuses_every_other_form() {
    let number = |number: u64| Value::Unsigned(number);
    let entry = |parts: &[u64]| Value::Array(parts.iter().map(|part| number(*part)).collect());
    let bad = [
        number(2),
        Value::text("uvm"),
        Value::Array(vec![]),
        Value::Array(vec![number(2), number(1), number(1)]),
        Value::Array(vec![entry(&[2, 1])]),
        Value::Array(vec![entry(&[2, 1, 1, 1])]),
        Value::Array(vec![entry(&[1 << 32, 1, 1])]),
        Value::Array(vec![entry(&[2, 1 << 16, 1])]),
        Value::Array(vec![entry(&[2, 1, 1 << 16])]),
        Value::Array(vec![entry(&[2, 1, 1]); MOST_ENTRIES + 1]),
        Value::Array(vec![entry(&[2, 1, 1]), Value::text("2")]),
    ];
    for output in bad {
        assert!(Entry::parse_all(&output).is_err(), "{output:?}");
    }
}

#[test]
fn tells_bodies_from_secrets() {
    let with = |method| Entry {
        method,
        ..FINGERPRINT
    };
    for method in [0x2, 0x8, 0x10, 0x40, 0x100] {
        assert!(with(method).is_biometric(), "{method:#x}");
    }
    for method in [0x0, 0x1, 0x4, 0x20, 0x80, 0x200, 0x800, 0x1000] {
        assert!(!with(method).is_biometric(), "{method:#x}");
    }
    assert_eq!(with(0x2).name(), "fingerprint");
    assert_eq!(with(0x40_0000).name(), "method 0x400000");
}
