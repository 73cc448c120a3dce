use proptest::prelude::*;

use super::*;
use crate::world::pin;

fn map(pairs: &[(i64, &'static str)]) -> Vec<u8> {
    use webauthn::cbor::Value;
    Value::map(pairs.iter().map(|(key, text)| (*key, Value::text(*text)))).encode()
}

#[test]
fn what_was_typed_fits_its_purpose_only() {
    let one = map(&[(1, "2580")]);
    let two = map(&[(1, "2580"), (2, "1379")]);
    let fits = |bytes: &[u8]| Purpose::ALL.map(|purpose| Typed::decode(bytes, purpose).is_ok());
    assert_eq!(fits(&one), [false, true, true, false]);
    assert_eq!(fits(&two), [false, false, false, true]);
    assert_eq!(fits(&map(&[(2, "1379")])), [false; 4]);
    assert_eq!(fits(&map(&[(1, "2580"), (3, "1379")])), [false; 4]);
    assert_eq!(fits(&map(&[(1, "")])), [false; 4]);
    assert_eq!(
        fits(&map(&[(1, "cafe\u{301}")])),
        [false; 4],
        "not composed"
    );
    assert_eq!(fits(&map(&[(1, "caf\u{e9}")])), [false, true, true, false]);
}

#[test]
fn the_longest_pins_are_written_without_leaving_a_copy() {
    let longest = pin(&"9".repeat(63));
    let change = Typed::Change {
        old: longest.clone(),
        new: longest,
    };
    let bytes = change.encode();
    assert!(bytes.len() + TAG_LENGTH <= bytes.capacity());
    assert_eq!(bytes.capacity(), 2 * MAX_BYTES + 16 + TAG_LENGTH);
}

fn outcome() -> impl Strategy<Value = Outcome> {
    (
        proptest::sample::select(Verdict::ALL.to_vec()),
        proptest::option::of(any::<u32>()),
        proptest::option::of(any::<u64>()),
        proptest::option::of(any::<u64>()),
        proptest::option::of("\\PC{0,40}"),
    )
        .prop_map(
            |(verdict, attempts_left, pin_version, unlock_epoch, detail)| Outcome {
                verdict,
                attempts_left,
                pin_version,
                unlock_epoch,
                detail,
            },
        )
}

proptest! {
    #[test]
    fn an_outcome_comes_back_as_it_was_said(outcome in outcome()) {
        prop_assert_eq!(Outcome::decode(&outcome.encode()), Ok(outcome));
    }

    #[test]
    fn no_bytes_are_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        if let Ok(outcome) = Outcome::decode(&bytes) {
            prop_assert_eq!(&outcome.encode()[..], &bytes[..]);
        }
        for purpose in Purpose::ALL {
            let _ = Typed::decode(&bytes, purpose);
        }
    }
}
