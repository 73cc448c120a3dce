//! Wrong PINs, one after the other.

use ctap::client_pin::{Request, Subcommand};
use ctap::pin_uv_auth::Protocol;
use ctap::{Command, Status};
use proptest::prelude::*;
use serde_json::json;

use super::platform::{
    BOTH, GA, PIN, RP, WRONG, enrolled, enter, request, rng, sealed_hash, sealed_pin, with_pin,
};
use crate::PIN_RETRIES;

#[tokio::test]
async fn three_wrong_pins_in_a_row_need_a_power_cycle() {
    let mut bench = with_pin().await;
    assert_eq!(enter(&mut bench, WRONG).await, Err(Status::PinInvalid));
    assert_eq!(bench.retries().await, (7, false));
    assert_eq!(enter(&mut bench, WRONG).await, Err(Status::PinInvalid));
    assert_eq!(enter(&mut bench, PIN).await, Ok(()));
    assert_eq!(
        bench.retries().await,
        (8, false),
        "the right one restores all"
    );
    for status in [
        Status::PinInvalid,
        Status::PinInvalid,
        Status::PinAuthBlocked,
    ] {
        assert_eq!(enter(&mut bench, WRONG).await, Err(status));
    }
    assert_eq!(bench.retries().await, (5, true));
    for pin in [PIN, WRONG] {
        assert_eq!(enter(&mut bench, pin).await, Err(Status::PinAuthBlocked));
        let old = bench.pin_token(Protocol::One, pin).await.map(drop);
        assert_eq!(old, Err(Status::PinAuthBlocked));
        let changed = bench.change_pin(Protocol::Two, pin, "another").await;
        assert_eq!(changed, Err(Status::PinAuthBlocked));
    }
    assert_eq!(bench.retries().await, (5, true), "nothing was compared");
    bench.power_cycle();
    assert_eq!(bench.retries().await, (5, false));
    assert_eq!(enter(&mut bench, PIN).await, Ok(()));
    assert_eq!(bench.retries().await, (8, false));
    let checked = bench.world.notes.of("device.pin.checked");
    assert_eq!(
        checked[5],
        json!({ "matched": false, "triesLeft": 5, "needsPowerCycle": true })
    );
    assert_eq!(checked.len(), 7);
}

#[tokio::test]
async fn eight_wrong_pins_block_the_key_until_it_is_reset() {
    let mut bench = enrolled(["alice"]).await;
    for wrong in 1..=8 {
        if wrong % 3 == 1 {
            bench.power_cycle();
        }
        let status = match wrong {
            8 => Status::PinBlocked,
            3 | 6 => Status::PinAuthBlocked,
            _ => Status::PinInvalid,
        };
        assert_eq!(enter(&mut bench, WRONG).await, Err(status), "try {wrong}");
    }
    bench.power_cycle();
    assert_eq!(bench.retries().await, (0, false));
    assert_eq!(enter(&mut bench, PIN).await, Err(Status::PinBlocked));
    assert_eq!(
        bench.pin_token(Protocol::One, PIN).await.map(drop),
        Err(Status::PinBlocked)
    );
    assert_eq!(
        bench.change_pin(Protocol::One, PIN, "another").await,
        Err(Status::PinBlocked)
    );
    assert_eq!(
        bench.set_pin(Protocol::One, "another").await,
        Err(Status::PinAuthInvalid)
    );
    assert_eq!(bench.run(&Command::Reset).await, Ok(Vec::new()));
    assert!(bench.world.store.credentials.is_empty());
    assert_eq!(bench.retries().await, (8, false));
    assert_eq!(enter(&mut bench, PIN).await, Err(Status::PinNotSet));
    assert_eq!(bench.set_pin(Protocol::One, "another").await, Ok(()));
    assert_eq!(enter(&mut bench, "another").await, Ok(()));
}

#[tokio::test]
async fn a_reset_needs_no_power_cycle_after_three_wrong_pins() {
    let mut bench = with_pin().await;
    for _ in 0..3 {
        assert!(enter(&mut bench, WRONG).await.is_err());
    }
    assert_eq!(bench.retries().await, (5, true));
    assert_eq!(bench.run(&Command::Reset).await, Ok(Vec::new()));
    assert_eq!(bench.retries().await, (8, false));
    assert_eq!(bench.set_pin(Protocol::Two, PIN).await, Ok(()));
    assert_eq!(enter(&mut bench, PIN).await, Ok(()));
}

#[tokio::test]
async fn a_wrong_pin_of_any_subcommand_counts() {
    let mut bench = with_pin().await;
    let changed = bench.change_pin(Protocol::One, WRONG, "another").await;
    assert_eq!(changed, Err(Status::PinInvalid));
    let old = bench.pin_token(Protocol::One, WRONG).await.map(drop);
    assert_eq!(old, Err(Status::PinInvalid));
    assert_eq!(enter(&mut bench, WRONG).await, Err(Status::PinAuthBlocked));
    assert_eq!(bench.retries().await, (5, true));
}

#[tokio::test]
async fn a_hash_of_another_length_is_a_wrong_pin() {
    for length in [0, 15, 16, 31, 32, 48, 64] {
        let mut bench = with_pin().await;
        let (key, secret) = bench.agree(Protocol::One).await;
        let hash = ctap::client_pin::pin_hash(PIN.as_bytes());
        let mut whole = secret.encrypt(&mut rng(), &*hash).expect("whole blocks");
        whole.resize(length, 0);
        let request = Request {
            pin_hash_enc: Some(whole),
            ..request(Subcommand::GetPinToken, Protocol::One, key)
        };
        let outcome = bench.client_pin(request).await.map(drop);
        let right = length == 16;
        assert_eq!(outcome.is_ok(), right, "{length} bytes");
        assert!(right || outcome == Err(Status::PinInvalid));
        assert_eq!(bench.retries().await.0, if right { 8 } else { 7 });
    }
}

#[tokio::test]
async fn a_wrong_pin_ends_the_key_that_it_was_sent_under() {
    let mut bench = with_pin().await;
    for protocol in BOTH {
        let before = [bench.key_of(BOTH[0]).await, bench.key_of(BOTH[1]).await];
        assert!(bench.token(protocol, PIN, GA, RP).await.is_ok());
        let (key, secret) = bench.agree(protocol).await;
        assert_eq!(
            bench.key_of(protocol).await,
            before[protocol.number() as usize - 1]
        );
        let wrong = bench.token(protocol, WRONG, GA, RP).await.map(drop);
        assert_eq!(wrong, Err(Status::PinInvalid));
        for (place, other) in BOTH.into_iter().enumerate() {
            let same = bench.key_of(other).await == before[place];
            assert_eq!(same, other != protocol, "{protocol:?}, {other:?}");
        }
        let late = Request {
            pin_hash_enc: Some(sealed_hash(&secret, PIN)),
            ..request(Subcommand::GetPinToken, protocol, key)
        };
        let outcome = bench.client_pin(late).await.map(drop);
        assert_eq!(outcome, Err(Status::PinInvalid), "under the secret before");
        assert!(bench.token(protocol, PIN, GA, RP).await.is_ok());
    }
    let before = bench.key_of(Protocol::Two).await;
    bench.power_cycle();
    assert!(bench.key_of(Protocol::Two).await != before);
}

#[tokio::test]
async fn a_try_that_cannot_be_counted_is_not_compared() {
    let mut bench = with_pin().await;
    bench.world.store.broken = true;
    for pin in [PIN, WRONG] {
        assert_eq!(enter(&mut bench, pin).await, Err(Status::Other));
    }
    assert!(bench.world.notes.of("device.pin.checked").is_empty());
    bench.world.store.broken = false;
    assert_eq!(bench.retries().await, (8, false));
    assert_eq!(enter(&mut bench, PIN).await, Ok(()));
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Right,
    Wrong,
    PowerCycle,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_sequence_of_tries_keeps_the_count(
        steps in proptest::collection::vec(
            prop_oneof![
                1 => Just(Step::Right),
                4 => Just(Step::Wrong),
                2 => Just(Step::PowerCycle),
            ],
            0..24,
        )
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let mut bench = with_pin().await;
            let (mut left, mut in_a_row) = (u64::from(PIN_RETRIES), 0);
            for step in steps {
                let pin = match step {
                    Step::Right => PIN,
                    Step::Wrong => WRONG,
                    Step::PowerCycle => {
                        bench.power_cycle();
                        in_a_row = 0;
                        continue;
                    }
                };
                let blocked = left == 0 || in_a_row == 3;
                if !blocked {
                    (left, in_a_row) = match step {
                        Step::Right => (8, 0),
                        _ => (left - 1, in_a_row + 1),
                    };
                }
                let expected = match (left, in_a_row) {
                    (0, _) => Err(Status::PinBlocked),
                    (_, 3) => Err(Status::PinAuthBlocked),
                    (_, 0) => Ok(()),
                    _ => Err(Status::PinInvalid),
                };
                prop_assert_eq!(enter(&mut bench, pin).await, expected);
                prop_assert_eq!(bench.retries().await, (left, in_a_row == 3));
            }
            Ok(())
        })?;
    }

    #[test]
    fn no_bit_that_flips_on_the_way_changes_a_pin(
        one in any::<bool>(), at: prop::sample::Index, bit in 0..8u8,
    ) {
        let protocol = if one { Protocol::One } else { Protocol::Two };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let mut bench = with_pin().await;
            let before = bench.world.store.pin.clone().map(|it| it.hash);
            let (key, secret) = bench.agree(protocol).await;
            let (new_pin_enc, pin_hash_enc) = (sealed_pin(&secret, "another"), sealed_hash(&secret, PIN));
            let message = [new_pin_enc.as_slice(), &pin_hash_enc].concat();
            let request = Request {
                pin_uv_auth_param: Some(secret.authenticate(&message)),
                new_pin_enc: Some(new_pin_enc),
                pin_hash_enc: Some(pin_hash_enc),
                ..request(Subcommand::ChangePin, protocol, key)
            };
            let good = Command::ClientPin(Box::new(request)).encode();
            let mut flipped = good.clone();
            flipped[at.index(good.len())] ^= 1 << bit;
            bench.raw(&flipped).await;
            let after = bench.world.store.pin.clone().map(|it| it.hash);
            prop_assert!(after == before, "{:02x?}", flipped);
            let (left, _) = bench.retries().await;
            prop_assert!(left >= 7);
            if left == 8 {
                prop_assert_eq!(bench.raw(&good).await, [0], "and the whole message does");
            }
            Ok(())
        })?;
    }
}
