use proptest::prelude::*;
use webauthn::cbor::Value;

use super::*;
use crate::world::World;

/// The payload's map with one key replaced, or without it.
fn with(delivery: &Delivery, key: i64, value: Option<Value<'static>>) -> Vec<u8> {
    let bytes = delivery.encode();
    let decoded = webauthn::cbor::decode(&bytes, webauthn::cbor::Level::Ctap).expect("canonical");
    let Value::Map(pairs) = decoded.value.into_owned() else {
        panic!("a map");
    };
    let kept = pairs.into_iter().filter(|(it, _)| it.as_i64() != Some(key));
    let added = value.map(|value| (Value::from(key), value));
    Value::Map(kept.chain(added).collect()).encode()
}

fn read(bytes: &[u8], purpose: Purpose) -> Result<Delivery, Error> {
    Delivery::decode(bytes, purpose, true)
}

#[test]
fn each_missing_key_is_named() {
    let sync = World::new().delivery(Purpose::Sync);
    for key in (2..=15).filter(|key| *key != 10) {
        let refused = read(&with(&sync, key, None), Purpose::Sync).expect_err("a key is missing");
        let key = u8::try_from(key).expect("small");
        assert_eq!(refused, Error::PayloadMalformed(key));
    }
    let without_hash = read(&with(&sync, 1, None), Purpose::Sync).expect_err("no hash");
    assert_eq!(without_hash, Error::PayloadPurpose);
}

#[test]
fn each_key_of_the_wrong_form_is_named() {
    let sync = World::new().delivery(Purpose::Sync);
    let cases: [(u8, Value<'static>); 12] = [
        (1, Value::bytes(vec![0; 31])),
        (2, Value::bytes(vec![0; 15])),
        (4, (-1).into()),
        (7, Value::from(u64::MAX)),
        (8, Value::from(1u64 << 32)),
        (10, "soon".into()),
        (11, true.into()),
        (12, Value::from(0u64)),
        (13, Value::from(64u64)),
        (13, Value::from(3u64)),
        (14, "letters".into()),
        (15, "for-ever".into()),
    ];
    for (key, value) in cases {
        let bytes = with(&sync, key.into(), Some(value));
        let refused = read(&bytes, Purpose::Sync).expect_err("the wrong form");
        assert_eq!(refused, Error::PayloadMalformed(key));
    }
    let unknown = with(&sync, 16, Some(true.into()));
    assert_eq!(
        read(&unknown, Purpose::Sync).expect_err("unknown"),
        Error::PayloadMalformed(0)
    );
    let few = with(&sync, 3, Some(Value::from(999u64)));
    assert_eq!(
        read(&few, Purpose::Sync).expect_err("too few").code(),
        "tooFewIterations"
    );
}

#[test]
fn a_pad_with_more_than_a_pad_is_refused() {
    let pad = World::new().delivery(Purpose::Verify);
    assert!(read(&pad.encode(), Purpose::Verify).is_ok());
    for key in [1, 2, 3, 4, 7, 8, 9, 15] {
        let more = with(&pad, key, Some(Value::from(1u64)));
        let refused = read(&more, Purpose::Verify).expect_err("more than a pad");
        assert_eq!(refused, Error::PayloadPurpose);
    }
    let sync = World::new().delivery(Purpose::Sync);
    assert_eq!(
        read(&sync.encode(), Purpose::Verify).expect_err("a hash"),
        Error::PayloadPurpose
    );
}

proptest! {
    #[test]
    fn a_payload_comes_back_and_writing_it_leaves_no_copy(
        numbers: [u64; 3], attempts: u32, validity in 0..MAX_VALIDITY_SECONDS,
        expires in proptest::option::of(0..i64::MAX), wipe: bool
    ) {
        let mut payload = World::new().payload;
        (payload.pin_version, payload.unlock_epoch) = (numbers[0], numbers[1]);
        payload.pad.policy_version = numbers[2];
        payload.max_offline_attempts = attempts;
        payload.validity = Duration::from_secs(validity);
        payload.pad.pin_expires_at = expires.map(Timestamp);
        if wipe {
            payload.lock_kind = LockKind::WipeAndResync;
        }
        let bytes = Delivery::Sync(Box::new(payload.clone())).encode();
        prop_assert_eq!(bytes.capacity(), ROOM + TAG_LENGTH, "it grew");
        let Ok(Delivery::Sync(back)) = read(&bytes, Purpose::Sync) else {
            panic!("what was written");
        };
        prop_assert_eq!(back.versions(), payload.versions());
        prop_assert_eq!(&back.pad, &payload.pad);
        prop_assert_eq!(back.validity, payload.validity);
        prop_assert_eq!(back.lock_kind, payload.lock_kind);
        prop_assert_eq!(&Delivery::Sync(back).encode()[..], &bytes[..]);
    }

    #[test]
    fn no_bytes_are_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        for purpose in Purpose::ALL {
            prop_assert!(read(&bytes, purpose).is_err());
        }
    }
}
