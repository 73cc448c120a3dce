use pin_sync::exchange::Purpose;

use super::party::{PIN, Party};
use super::phone::{World, enrol};
use crate::tests::owners::hands;
use crate::{CacheState, Error, Model, Scanned, kinds};

#[tokio::test]
async fn a_phone_is_enrolled_and_synchronized_once_its_owner_confirmed() {
    let world = World::new().await;
    world.party.rules().is_confirmed = false;
    let scanned = world.phone.scan(&world.party.offer()).await.unwrap();
    assert_eq!(scanned, Scanned::Pairing);
    let pairing = world.phone.pairing().expect("under way");
    assert_eq!(pairing.digits.len(), 6);
    assert_eq!(
        (pairing.rp_name.as_str(), pairing.username.as_str()),
        ("Acme", "alice")
    );
    let early = world.phone.continue_pairing().await.unwrap_err();
    assert_eq!(early.code(), "notConfirmed");
    assert!(world.phone.pairing().is_some(), "it goes on later");
    world.party.rules().is_confirmed = true;
    world.phone.continue_pairing().await.unwrap();
    world.quiet().await;
    assert_eq!(world.phone.pairing(), None);
    let info = world.info();
    assert_eq!(info.state, CacheState::Valid, "{info:?}");
    assert_eq!((info.pin_version, info.tries_left), (Some(1), Some(5)));
    assert_eq!(world.party.purposes(), [Purpose::Sync]);
    assert_eq!(world.party.acks().len(), 1);
    assert_eq!(world.transitions(), ["empty→valid good"]);
    let claimed = &world.of(kinds::ENROLMENT_CLAIMED)[0];
    assert_eq!(claimed["digits"], pairing.digits);
    assert_eq!(world.check(PIN).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_without_a_pin_gets_one_at_the_enrolment() {
    let world = World::new().await;
    world.party.rules().pin = None;
    let owner = hands(&world.phone, &[], &["135790", "135790"]);
    enrol(&world.phone, &world.party).await;
    owner.abort();
    world.quiet().await;
    assert_eq!(world.state(), CacheState::Valid);
    assert_eq!(world.check("135790").await.unwrap().len(), 1);
    assert_eq!(world.check(PIN).await.unwrap().len(), 0);
}

#[tokio::test]
async fn codes_that_lead_elsewhere_or_are_none_are_refused_and_nothing_is_sent() {
    let world = World::new().await;
    for origin in [
        "http://example.org",
        "https://acme.localhost",
        "http://10.0.0.1:80",
    ] {
        let refused = world.phone.scan(&world.party.offer_at(origin)).await;
        assert_eq!(refused.unwrap_err().code(), "elsewhere", "{origin}");
    }
    let address = world.party.offer();
    let other_name = world
        .party
        .offer_at(&format!("http://evil.localhost:{}", world.party.port()));
    let refused = world.phone.scan(&other_name).await.unwrap_err();
    assert_eq!(refused.code(), "elsewhere", "it speaks for another name");
    for (text, code) in [
        ("", "noCode"),
        ("https://example.org", "noCode"),
        ("touchstone-enrol:", "offerMalformed"),
        ("touchstone-enrol:AAAA", "offerMalformed"),
        ("touchstone-logon:AAAA", "logonMalformed"),
    ] {
        assert_eq!(
            world.phone.scan(text).await.unwrap_err().code(),
            code,
            "{text}"
        );
    }
    world.phone.scan(&address).await.unwrap();
    let again = world.phone.scan(&address).await.unwrap_err();
    assert_eq!(again.code(), "notEnrolled", "a code is good once");
    let key = world.shelf.add("A key", Model::Key).unwrap();
    let refused = key.scan(&address).await.unwrap_err();
    assert!(matches!(refused, Error::NoEnrolments), "{refused}");
    assert!(world.phone.enrolments().unwrap().is_empty());
}

#[tokio::test]
async fn an_enrolment_that_nobody_goes_on_with_is_forgotten() {
    let world = World::new().await;
    world.phone.scan(&world.party.offer()).await.unwrap();
    world.pass(601);
    assert_eq!(world.phone.pairing(), None);
    let late = world.phone.continue_pairing().await.unwrap_err();
    assert_eq!(late.code(), "noPairing");
}

#[tokio::test]
async fn enrolling_anew_takes_the_place_of_the_old_only_with_the_old_keys_word() {
    let world = World::enrolled().await;
    let old = world.id();
    enrol(&world.phone, &world.party).await;
    world.quiet().await;
    assert_eq!(world.phone.enrolments().unwrap().len(), 1);
    assert_ne!(world.id(), old);
    assert_eq!(world.of(kinds::ENROLMENT_FORGOTTEN)[0]["why"], "replaced");
    // Another server under the same name does not have the old key.
    let impostor = Party::new("acme", &world.bench.clock).await;
    let refused = world.phone.scan(&impostor.offer()).await.unwrap_err();
    assert_eq!(refused.code(), "successorSignature");
    assert_eq!(world.phone.pairing(), None);
    world.phone.forget_enrolment(&world.id()).await.unwrap();
    enrol(&world.phone, &impostor).await;
}

#[tokio::test]
async fn going_on_twice_at_once_makes_one_enrolment() {
    let world = World::new().await;
    world.phone.scan(&world.party.offer()).await.unwrap();
    let both = tokio::join!(
        world.phone.continue_pairing(),
        world.phone.continue_pairing()
    );
    both.0.unwrap();
    assert_eq!(both.1.unwrap_err().code(), "noPairing");
    world.quiet().await;
    assert_eq!(world.info().sync_counter, 1, "nothing began anew");
    assert_eq!(world.check(PIN).await.unwrap().len(), 1);
    assert_eq!(world.of(kinds::ENROLMENT_MADE).len(), 1);
}

#[tokio::test]
async fn no_relying_party_takes_the_place_of_anothers_enrolment_by_its_name() {
    let world = World::enrolled().await;
    let before = (world.id(), world.info().sync_counter);
    let other = Party::new("other", &world.bench.clock).await;
    other.rules().calls_them = Some(world.id());
    let refused = world.phone.scan(&other.offer()).await.unwrap_err();
    assert_eq!(refused.code(), "enrolmentTaken");
    assert_eq!(world.phone.pairing(), None);
    world.quiet().await;
    assert_eq!((world.id(), world.info().sync_counter), before);
    assert_eq!(world.info().rp_id, "acme.localhost");
    assert_eq!(world.check(PIN).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_wipe_and_a_removal_leave_nothing_in_either_store() {
    for removes in [false, true] {
        let root = tempfile::tempdir().unwrap();
        let world = World::over(crate::tests::bench::in_folder(root.path())).await;
        enrol(&world.phone, &world.party).await;
        world.quiet().await;
        let items = || {
            std::fs::read_dir(root.path().join("items"))
                .unwrap()
                .count()
        };
        assert_eq!(items(), 1);
        if removes {
            world.shelf.remove(world.phone.id()).unwrap();
        } else {
            world.phone.wipe().unwrap();
        }
        assert_eq!(items(), 0);
        world.quiet().await;
        assert!(world.phone.enrolments().unwrap().is_empty());
        assert_eq!(world.party.streams(), 0, "its stream is closed");
    }
}
