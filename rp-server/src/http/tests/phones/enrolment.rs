//! From the offer to the enrolment, and to its end.

use std::time::Duration;

use pin_sync::{
    enrolment::check_successor,
    exchange::Purpose,
    key::SigningKey,
    refusal::Reason,
    wire::{Body as _, Bytes, FinishRequest},
};
use serde_json::json;

use super::device::{Phone, World, claim_request, seen, send};
use crate::{
    Limits, SystemRandom,
    pin::{OfferState, RevokedBy, draw::Draw},
};

#[tokio::test]
async fn a_phone_is_enrolled_once_the_person_has_confirmed_what_both_sides_show() {
    let world = World::new().await;
    let party = world.party();
    let claimed = Phone::claim(&world.bench.router, party, &world.ada, "phone").await;
    let offer = party
        .offer(&world.ada.id, &claimed.offer)
        .expect("an offer");
    assert_eq!(offer.state, OfferState::Claimed);
    let shown = offer.claim.expect("a claim");
    let t = claimed.phone.binding.t();
    assert_eq!(shown.transcript, t.0, "the ceremony's challenge");
    assert_eq!(shown.digits, t.digits(&claimed.code), "both show the same");
    assert_eq!(shown.device_name, "Ada's phone");

    let early = claimed.phone.finish().await;
    assert_eq!((early.status.as_u16(), early.code()), (409, "notConfirmed"));
    party
        .confirm_offer(&world.ada.id, &claimed.offer, None, None)
        .await
        .expect("confirmed");
    let answer = claimed.phone.finish().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let again = claimed.phone.finish().await;
    assert_eq!(
        seen(&again),
        seen(&answer),
        "a lost answer can be asked for"
    );

    let offer = party
        .offer(&world.ada.id, &claimed.offer)
        .expect("an offer");
    assert_eq!(offer.state, OfferState::Enrolled);
    let phones = world.status().await.phones;
    assert_eq!(phones.len(), 1);
    assert_eq!(phones[0].enrolment_id, claimed.answer.enrolment_id);
    let told = world.events("rp.pin.enrolled");
    let enrolment = claimed.phone.id();
    assert_eq!(
        told,
        [json!({ "account": "ada", "enrolmentId": enrolment })]
    );
    assert_eq!(world.logged().await, ["enrolled"]);
}

#[tokio::test]
async fn an_offer_is_for_one_phone_and_for_ten_minutes() {
    let world = World::new().await;
    let (router, party) = (&world.bench.router, world.party());
    let claimed = Phone::claim(router, party, &world.ada, "phone").await;
    let again = claim_request(&claimed.code, "phone", &claimed.phone.kd);
    let again = send(router, "/pin/enrol/claim", &again.to_json()).await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(again.body["enrolmentId"], claimed.answer.enrolment_id);

    let stranger = SigningKey::generate(&mut Draw(&SystemRandom)).expect("a key");
    let taken = claim_request(&claimed.code, "phone", &stranger);
    let taken = send(router, "/pin/enrol/claim", &taken.to_json()).await;
    assert_eq!((taken.status.as_u16(), taken.code()), (404, "offerUnknown"));
    let mut unknown = claim_request(&claimed.code, "phone", &stranger);
    unknown.code = Bytes([7; 32]);
    let unknown = send(router, "/pin/enrol/claim", &unknown.to_json()).await;
    assert_eq!(seen(&unknown), seen(&taken), "nobody learns which it was");

    party
        .confirm_offer(&world.ada.id, &claimed.offer, None, None)
        .await
        .expect("confirmed");
    world.clock().advance(Duration::from_secs(600));
    let late = claimed.phone.finish().await;
    assert_eq!((late.status.as_u16(), late.code()), (403, "notAccepted"));
    let offer = party
        .offer(&world.ada.id, &claimed.offer)
        .expect("an offer");
    assert_eq!(offer.state, OfferState::Expired);
    assert!(world.status().await.phones.is_empty());
}

#[tokio::test]
async fn only_the_claiming_phones_key_finishes() {
    let world = World::new().await;
    let (router, party) = (&world.bench.router, world.party());
    let claimed = Phone::claim(router, party, &world.ada, "phone").await;
    party
        .confirm_offer(&world.ada.id, &claimed.offer, None, None)
        .await
        .expect("confirmed");
    let good = FinishRequest {
        enrolment_id: claimed.phone.id().to_owned(),
        device_id: "phone".into(),
        signature: claimed.phone.binding.t().sign(&claimed.phone.kd).into(),
    };
    let mut bent = good.clone();
    bent.signature.0[40] ^= 1;
    let mut of_another = good.clone();
    of_another.device_id = "tablet".into();
    let mut unknown = good.clone();
    unknown.enrolment_id = "AAAAAAAAAAAAAAAAAAAAAA".into();
    let mut answers = Vec::new();
    for request in [bent, of_another, unknown] {
        let answer = send(router, "/pin/enrol/finish", &request.to_json()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (403, "notAccepted")
        );
        answers.push(answer.text);
    }
    assert!(
        answers.windows(2).all(|pair| pair[0] == pair[1]),
        "{answers:?}"
    );
    assert!(world.status().await.phones.is_empty());
    let answer = send(router, "/pin/enrol/finish", &good.to_json()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn the_same_phone_enrolled_anew_replaces_itself_with_the_old_keys_word() {
    let world = World::new().await;
    let (router, party) = (&world.bench.router, world.party());
    let mut old = world.phone_with_pin("phone").await;
    let other = world.phone("tablet").await;
    let claimed = Phone::claim(router, party, &world.ada, "phone").await;
    let previous = claimed.answer.previous.clone().expect("the old key's word");
    assert_eq!(previous.enrolment_id, old.id());
    let word = previous.signature.into();
    check_successor(&old.binding, &claimed.phone.binding, Some(&word)).expect("signed by old Ks");
    assert_eq!(old.sync(0).await.0.pin_version, 1, "until it is finished");
    party
        .confirm_offer(&world.ada.id, &claimed.offer, None, None)
        .await
        .expect("confirmed");
    assert_eq!(claimed.phone.finish().await.status, 200);
    let phones = world.status().await.phones;
    let ids: Vec<_> = phones
        .iter()
        .map(|phone| phone.enrolment_id.as_str())
        .collect();
    assert_eq!(ids, [other.id(), claimed.phone.id()]);
    assert_eq!(old.refused(Purpose::Sync).await, Reason::Revoked);
}

#[tokio::test]
async fn a_revoked_phone_is_told_so_under_signature_and_gets_nothing() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let party = world.party();
    let bob = {
        world.bench.visitor().sign_up("bob", 2).await;
        super::device::account(party, "bob").await
    };
    let id = phone.id().to_owned();
    let by = RevokedBy::Person;
    assert!(
        !party
            .revoke_enrolment(Some(&bob.id), &id, by, None)
            .await
            .expect("asked")
    );
    assert!(
        party
            .revoke_enrolment(Some(&world.ada.id), &id, by, None)
            .await
            .expect("asked")
    );
    assert!(
        !party
            .revoke_enrolment(None, &id, by, None)
            .await
            .expect("asked"),
        "once"
    );
    for purpose in Purpose::ALL {
        assert_eq!(phone.refused(purpose).await, Reason::Revoked, "{purpose}");
    }
    assert!(world.status().await.phones.is_empty());
    assert_eq!(
        world.logged().await,
        ["enrolled", "pinSet", "enrolmentRevoked"]
    );
}

#[tokio::test]
async fn offers_and_phones_are_bounded() {
    let limits = Limits {
        phones_per_account: 2,
        open_offers: 5,
        ..Limits::default()
    };
    let world = World::with(limits, super::device::POLICY).await;
    let (router, party) = (&world.bench.router, world.party());
    let first = party.make_offer(&world.ada, None).await.expect("an offer");
    for _ in 0..4 {
        party.make_offer(&world.ada, None).await.expect("an offer");
    }
    assert!(
        party.offer(&world.ada.id, &first.offer).is_none(),
        "the oldest gave way"
    );
    world.bench.visitor().sign_up("bob", 2).await;
    let bob = super::device::account(party, "bob").await;
    party.make_offer(&bob, None).await.expect("the fifth");
    let full = party.make_offer(&bob, None).await.err().expect("full");
    assert_eq!(full.code(), "offersFull");
    world.clock().advance(Duration::from_secs(600));
    for device in ["one", "two"] {
        Phone::enrol(router, party, &world.ada, device).await;
    }
    let claimed = Phone::claim(router, party, &world.ada, "three").await;
    party
        .confirm_offer(&world.ada.id, &claimed.offer, None, None)
        .await
        .expect("confirmed");
    let full = claimed.phone.finish().await;
    assert_eq!((full.status.as_u16(), full.code()), (409, "phonesFull"));
}

#[tokio::test]
async fn nobody_is_invited_while_pins_are_switched_off() {
    let world = World::with(Limits::default(), "[pin]\nenabled = false\n").await;
    let refused = world.party().make_offer(&world.ada, None).await;
    assert_eq!(refused.err().expect("refused").code(), "pinSyncOff");
}
