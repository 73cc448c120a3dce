use proptest::prelude::*;

use super::*;

fn key(byte: u8) -> VaultKey {
    VaultKey(Zeroizing::new([byte; 32]))
}

fn place<'a>(table: &'a str, id: &'a str, version: u64) -> Place<'a> {
    Place { table, id, version }
}

fn notes(byte: u8) -> Sealer {
    Sealer::new(&key(byte), b"here", Purpose::Table("note"))
}

proptest! {
    #[test]
    fn what_is_sealed_opens_in_its_place(
        plain in proptest::collection::vec(any::<u8>(), 0..300),
        table in ".{0,8}",
        id in ".{0,8}",
        version: u64,
    ) {
        let sealer = Sealer::new(&key(1), b"here", Purpose::Table(&table));
        let sealed = sealer.seal(place(&table, &id, version), &plain).unwrap();
        let opened = sealer.open(place(&table, &id, version), &sealed);
        prop_assert_eq!(opened.map(|bytes| bytes.to_vec()), Some(plain));
    }

    #[test]
    fn any_changed_byte_is_noticed(
        plain in proptest::collection::vec(any::<u8>(), 0..60),
        at: proptest::sample::Index,
        change in 1..=255_u8,
    ) {
        let mut sealed = notes(1).seal(place("note", "a", 1), &plain).unwrap();
        *at.get_mut(&mut sealed) ^= change;
        prop_assert!(notes(1).open(place("note", "a", 1), &sealed).is_none());
    }

    #[test]
    fn arbitrary_bytes_never_open_and_never_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        prop_assert!(notes(1).open(place("note", "a", 1), &bytes).is_none());
    }

    #[test]
    fn no_two_places_share_associated_data(
        one in (".{0,4}", ".{0,4}", any::<u64>()),
        other in (".{0,4}", ".{0,4}", any::<u64>()),
    ) {
        let data = |p: &(String, String, u64)| place(&p.0, &p.1, p.2).associated_data();
        prop_assert_eq!(data(&one) == data(&other), one == other);
    }

    #[test]
    fn a_key_is_read_back_from_its_text(bytes: [u8; 32]) {
        let key = VaultKey(Zeroizing::new(bytes));
        prop_assert!(VaultKey::from_text(&key.to_text()) == Some(key));
    }

    #[test]
    fn no_other_text_is_a_key(text in ".{0,80}") {
        prop_assume!(text.trim_ascii().len() != 64);
        prop_assert!(VaultKey::from_text(&text).is_none());
    }
}

#[test]
fn text_moved_between_table_and_id_is_another_place() {
    let sealed = notes(1).seal(place("ab", "c", 1), b"x").unwrap();
    assert!(notes(1).open(place("a", "bc", 1), &sealed).is_none());
}

#[test]
fn another_key_table_installation_or_purpose_does_not_open() {
    let at = place("note", "a", 1);
    let sealed = notes(1).seal(at, b"x").unwrap();
    let others = [
        notes(2),
        Sealer::new(&key(1), b"here", Purpose::Table("pin")),
        Sealer::new(&key(1), b"there", Purpose::Table("note")),
        Sealer::new(&key(1), b"here", Purpose::KeyCheck),
    ];
    assert!(others.iter().all(|other| other.open(at, &sealed).is_none()));
    assert!(notes(1).open(at, &sealed).is_some());
}

#[test]
fn the_same_bytes_are_never_sealed_alike() {
    let at = place("note", "a", 1);
    assert_ne!(
        notes(1).seal(at, b"x").unwrap(),
        notes(1).seal(at, b"x").unwrap()
    );
}

/// The expected text is what Python's `hashlib.pbkdf2_hmac` gives.
#[test]
fn a_passphrase_makes_the_key_that_pbkdf2_gives_and_another_with_another_salt() {
    let key = VaultKey::from_passphrase("password", b"salt");
    let expected = "669cfe52482116fda1aa2cbe409b2f56c8e4563752b7a28f6eaab614ee005178";
    assert_eq!(key.to_text().as_str(), expected);
    assert!(VaultKey::from_passphrase("password", b"other") != key);
}
