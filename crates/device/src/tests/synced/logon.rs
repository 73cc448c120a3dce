use std::time::Duration;

use super::party::PIN;
use super::phone::World;
use crate::tests::owners::hands;
use crate::{CacheState, Device, Error, Scanned, kinds};

const TWO_MINUTES: Duration = Duration::from_secs(120);

async fn answer(phone: &Device, text: &str, pins: &[&str]) -> Result<Scanned, Error> {
    let owner = hands(phone, &[], pins);
    let result = phone.scan(text).await;
    owner.abort();
    result
}

#[tokio::test]
async fn an_offline_phone_answers_a_workstation_for_two_minutes() {
    let world = World::enrolled().await;
    world.network.set(false);
    let (text, expected) = world
        .party
        .logon(&world.id(), world.phone.id().as_str(), TWO_MINUTES);
    let scanned = answer(&world.phone, &text, &["111111", PIN]).await.unwrap();
    assert_eq!(scanned, Scanned::Logon);
    let shown = world.phone.logon_answer().expect("shown");
    assert_eq!(shown.code, expected);
    assert_eq!(
        (shown.workstation.as_str(), shown.account.as_str()),
        ("front desk", "alice")
    );
    assert_eq!(world.info().failures, 0);
    let words = format!("{:?}", world.bench.notes.all());
    assert!(
        !words.contains(&expected) && !words.contains(PIN),
        "nothing secret is told"
    );
    assert_eq!(world.of(kinds::LOGON_ANSWERED).len(), 1);
    world.pass(119);
    assert!(world.phone.logon_answer().is_some());
    world.pass(1);
    assert_eq!(world.phone.logon_answer(), None);
}

#[tokio::test]
async fn a_challenge_that_is_not_the_servers_for_this_phone_asks_for_nothing() {
    let world = World::enrolled().await;
    let (id, phone) = (world.id(), world.phone.id().as_str());
    let (genuine, _) = world.party.logon(&id, phone, TWO_MINUTES);
    let mut forged = genuine.clone().into_bytes();
    let last = forged.len() - 3;
    forged[last] = if forged[last] == b'A' { b'B' } else { b'A' };
    let (other_device, _) = world.party.logon(&id, "0123456789abcdef", TWO_MINUTES);
    let (over, _) = world.party.logon(&id, phone, Duration::ZERO);
    for (text, code) in [
        (String::from_utf8(forged).unwrap(), "logonSignature"),
        (other_device, "logonDevice"),
        (over, "logonExpired"),
    ] {
        assert_eq!(world.phone.scan(&text).await.unwrap_err().code(), code);
        let told = world.of(kinds::LOGON_REFUSED).pop().unwrap();
        assert_eq!(told["reason"], code);
    }
    assert!(
        world.of(kinds::PIN_OFFLINE).is_empty(),
        "no PIN was asked for"
    );
    world.phone.forget_enrolment(&id).await.unwrap();
    let refused = world.phone.scan(&genuine).await.unwrap_err();
    assert_eq!(refused.code(), "logonEnrolment");
}

#[tokio::test]
async fn tries_at_a_workstation_count_and_end_with_a_locked_phone() {
    let world = World::enrolled().await;
    let (text, _) = world
        .party
        .logon(&world.id(), world.phone.id().as_str(), TWO_MINUTES);
    let wrong = ["111111", "222222", "333333", "444444", "555555", PIN];
    let refused = answer(&world.phone, &text, &wrong).await.unwrap_err();
    assert_eq!(refused.code(), "notUsable");
    assert_eq!(world.state(), CacheState::Locked);
    assert_eq!(world.phone.logon_answer(), None);
    let again = answer(&world.phone, &text, &[PIN]).await.unwrap_err();
    assert_eq!(again.code(), "notUsable");
}
