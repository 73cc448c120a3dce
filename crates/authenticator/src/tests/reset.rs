use std::time::Duration;

use ctap::{Command, Status};
use timeline::Clock as _;

use super::world::{Asked, Bench, sign_in};
use crate::{Purpose, Refusal, kinds};

#[tokio::test]
async fn a_key_resets_within_ten_seconds_of_power_up() {
    let mut bench = Bench::key();
    bench.enrol(["alice"]).await;
    bench.world.clock.advance(Duration::from_secs(10));
    assert_eq!(bench.run(&Command::Reset).await, Ok(vec![]));
    assert_eq!(
        bench.world.user.asked,
        [Asked::Presence(Purpose::Reset, None, None)]
    );
    assert_eq!(
        bench.get(sign_in()).await.err(),
        Some(Status::NoCredentials)
    );
    assert_eq!(bench.world.notes.kinds().last(), Some(&kinds::RESET));
}

#[tokio::test]
async fn a_key_refuses_a_late_reset_until_it_is_plugged_in_again() {
    let mut bench = Bench::key();
    bench.enrol(["alice"]).await;
    bench.world.clock.advance(Duration::from_millis(10_001));
    assert_eq!(bench.run(&Command::Reset).await, Err(Status::NotAllowed));
    assert!(bench.world.user.asked.is_empty());
    let now = bench.world.clock.monotonic();
    bench.authenticator.power_cycle(now);
    assert_eq!(bench.run(&Command::Reset).await, Ok(vec![]));
}

#[tokio::test]
async fn a_phone_resets_whenever_its_owner_agrees() {
    let mut bench = Bench::phone();
    bench.enrol(["alice"]).await;
    bench.world.clock.advance(Duration::from_secs(3_600));
    bench.world.user.refusals.push_back(Refusal::Declined);
    assert_eq!(
        bench.run(&Command::Reset).await,
        Err(Status::OperationDenied)
    );
    bench.get(sign_in()).await.expect("nothing was erased");
    assert_eq!(bench.run(&Command::Reset).await, Ok(vec![]));
    assert!(bench.world.store.credentials.is_empty());
}
