use proptest::prelude::*;

use super::*;
use crate::payload::Charset;

fn reading() -> impl Strategy<Value = Reading> {
    (any::<i64>(), any::<[u8; 16]>(), any::<u64>()).prop_map(|(wall, boot, nanos)| Reading {
        wall: Timestamp(wall),
        boot,
        since_boot: Duration::from_nanos(nanos),
    })
}

fn pad() -> impl Strategy<Value = Pad> {
    let numbers = (
        any::<u64>(),
        0..i64::MAX,
        proptest::option::of(0..i64::MAX),
        any::<u32>(),
    );
    (numbers, 1u8..=63, 0u8..=62, any::<bool>()).prop_map(
        |((policy, issued, expires, extra), min, more, any)| Pad {
            policy_version: policy,
            issued_at: Timestamp(issued),
            pin_expires_at: expires.map(Timestamp),
            extra_uses_left: extra,
            min_length: min,
            max_length: min.saturating_add(more).min(63),
            charset: if any { Charset::Any } else { Charset::Digits },
        },
    )
}

fn synced() -> impl Strategy<Value = Synced> {
    let numbers = (
        any::<u64>(),
        any::<u32>(),
        any::<u64>(),
        any::<u32>(),
        0..u64::from(u32::MAX),
    );
    let secrets = (any::<[u8; 16]>(), any::<[u8; 32]>(), any::<[u8; 32]>());
    let seen = (reading(), any::<u64>(), any::<i64>(), 0..i64::MAX);
    (numbers, secrets, pad(), seen, 1_000u32..=Iterations::MOST).prop_map(
        |(
            (pin_version, max, sync_counter, extra_used, validity),
            secrets,
            pad,
            seen,
            iterations,
        )| Synced {
            salt: Salt(secrets.0),
            iterations: Iterations::new(iterations, true).expect("in bounds"),
            verifier: Verifier::from_slice(&secrets.1).expect("32 bytes"),
            pin_version,
            validity: Duration::from_secs(validity),
            max_offline_attempts: max,
            lock_kind: if max % 2 == 0 {
                LockKind::Indefinite
            } else {
                LockKind::WipeAndResync
            },
            pad,
            response: ResponseKey::from_slice(&secrets.2).expect("32 bytes"),
            sync_counter,
            extra_used,
            seen: Seen {
                wall_at_sync: seen.0.wall,
                boot: seen.0.boot,
                since_boot: seen.0.since_boot,
                age: Duration::from_nanos(seen.1),
                latest_wall: Timestamp(seen.2),
                issued_at: Timestamp(seen.3),
            },
        },
    )
}

fn cache() -> impl Strategy<Value = Cache> {
    let contents = prop_oneof![
        proptest::sample::select(Why::ALL.to_vec()).prop_map(Contents::Empty),
        synced().prop_map(|synced| Contents::Synced(Box::new(synced))),
    ];
    (any::<u64>(), any::<u32>(), contents).prop_map(|(epoch, failures, contents)| Cache {
        tries: Tries { epoch, failures },
        contents,
    })
}

proptest! {
    #[test]
    fn a_cache_comes_back_as_it_was_stored(cache in cache()) {
        let bytes = cache.encode();
        let back = Cache::decode(&bytes).expect("what was written");
        prop_assert_eq!(&back.encode()[..], &bytes[..]);
        prop_assert_eq!(back.tries, cache.tries);
        if let (Some(back), Some(cache)) = (back.synced(), cache.synced()) {
            prop_assert_eq!(back.seen, cache.seen);
            prop_assert_eq!(&back.pad, &cache.pad);
            prop_assert!(back.verifier.same_as(&cache.verifier));
        }
        prop_assert!(bytes.capacity() == ROOM, "it grew, and left a copy behind");
    }

    #[test]
    fn a_damaged_cache_is_refused_and_never_a_panic(
        cache in cache(), cut in any::<prop::sample::Index>(), bytes in proptest::collection::vec(any::<u8>(), 0..64)
    ) {
        let encoded = cache.encode();
        let cut = cut.index(encoded.len());
        prop_assert_eq!(Cache::decode(&encoded[..cut]).err(), Some(Error::Stored("cache")));
        let _ = Cache::decode(&bytes);
    }
}

#[test]
fn the_verifier_needs_both_the_key_and_the_hash() {
    let key = |byte| VerifierKey::from_slice(&[byte; 32]).expect("32 bytes");
    let hash = |byte| PinHash::from_slice(&[byte; 32]).expect("32 bytes");
    let verifier = Verifier::of(&key(1), &hash(2));
    assert!(verifier.same_as(&Verifier::of(&key(1), &hash(2))));
    assert!(!verifier.same_as(&Verifier::of(&key(3), &hash(2))));
    assert!(!verifier.same_as(&Verifier::of(&key(1), &hash(3))));
}

#[test]
fn only_the_last_two_states_answer() {
    let all = [
        CacheState::Disabled,
        CacheState::Locked,
        CacheState::Empty,
        CacheState::Stale,
        CacheState::Expired,
        CacheState::Expiring,
        CacheState::Valid,
    ];
    assert_eq!(
        all.map(CacheState::answers),
        [false, false, false, false, false, true, true]
    );
    for state in all {
        assert_eq!(serde_json::to_value(state).expect("JSON"), state.as_str());
    }
}
