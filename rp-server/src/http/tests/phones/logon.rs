//! What an offline workstation's logon needs: codes of phones, and their count.

use std::time::Duration;

use pin_sync::{exchange::device::Session, logon::Scanned, payload::Payload};

use super::device::{PIN, POLICY, Phone, World, new_pin};
use crate::pin::{LogonAsk, LogonJudged};

fn ask(world: &World, challenge: u8) -> LogonAsk {
    LogonAsk {
        account: world.ada.clone(),
        workstation: "front desk".into(),
        session: format!("session {challenge}"),
        challenge: [challenge; 32],
        expires_at: world.party().now().plus(Duration::from_secs(120)),
    }
}

/// What the phone shows for a workstation's text, with that PIN typed.
fn code(
    world: &World,
    phone: &Phone,
    text: &str,
    payload: &Payload,
    session: &Session,
    pin: &str,
) -> String {
    let scanned = Scanned::from_text(text).expect("a challenge");
    let counter = session.sync_counter();
    let accepted = scanned
        .check(&phone.binding, world.party().now(), counter)
        .expect("for this phone");
    let hash = new_pin(pin).hash(&payload.salt, payload.iterations);
    let code = accepted
        .challenge()
        .answer_of(session.response_key(), counter, &hash);
    code.as_str().to_owned()
}

#[tokio::test]
async fn a_phones_code_is_right_for_its_challenge_alone() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let mut tablet = world.phone("tablet").await;
    world.phone("never synchronized").await;
    let (payload, session) = phone.sync(0).await;
    tablet.sync(0).await;
    let first = ask(&world, 1);
    let phones = world.party().logon_phones(&first).await.expect("phones");
    let names: Vec<_> = phones
        .iter()
        .map(|phone| phone.device_name.as_str())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    let asked = phones
        .iter()
        .find(|asked| asked.enrolment_id == phone.id())
        .expect("the phone");
    let right = code(&world, &phone, &asked.code, &payload, &session, PIN);
    let wrong = code(&world, &phone, &asked.code, &payload, &session, "111222");
    let party = world.party();
    let judged = party
        .check_logon_code(&first, &phones, &wrong)
        .await
        .expect("judged");
    assert_eq!(judged, LogonJudged::Wrong { attempts_left: 9 });
    let judged = party
        .check_logon_code(&first, &phones, &right)
        .await
        .expect("judged");
    assert_eq!(
        judged,
        LogonJudged::Matched {
            enrolment_id: phone.id().to_owned()
        }
    );
    let second = ask(&world, 2);
    let judged = party
        .check_logon_code(&second, &phones, &right)
        .await
        .expect("judged");
    assert_eq!(
        judged,
        LogonJudged::Wrong { attempts_left: 8 },
        "of another challenge"
    );
}

#[tokio::test]
async fn a_code_counts_whose_sync_was_never_acknowledged_and_so_does_the_one_before() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let (old_payload, old_session) = phone.sync(0).await;
    let (payload, session) = phone.fetch().await;
    // And once more: of these three the phone has the last whose answer arrived.
    let (last_payload, last_session) = phone.fetch().await;
    let party = world.party();
    for (challenge, payload, session) in [
        (1, &old_payload, &old_session),
        (2, &payload, &session),
        (3, &last_payload, &last_session),
    ] {
        let ask = ask(&world, challenge);
        let phones = party.logon_phones(&ask).await.expect("phones");
        let right = code(&world, &phone, &phones[0].code, payload, session, PIN);
        let judged = party
            .check_logon_code(&ask, &phones, &right)
            .await
            .expect("judged");
        assert!(
            matches!(judged, LogonJudged::Matched { .. }),
            "{challenge}: {judged:?}"
        );
    }
    phone.sync(0).await;
    let ask = ask(&world, 4);
    let phones = party.logon_phones(&ask).await.expect("phones");
    let scanned = Scanned::from_text(&phones[0].code).expect("a challenge");
    let late = scanned.check(&phone.binding, party.now(), old_session.sync_counter());
    assert_eq!(late.expect_err("too old").code(), "logonCounter");
}

#[tokio::test]
async fn ten_wrong_codes_across_challenges_lock_until_a_sign_in_with_a_passkey() {
    let world = World::new().await;
    let mut visitor = world.bench.visitor();
    let mut key = visitor.sign_up("eve", 9).await;
    let eve = super::device::account(world.party(), "eve").await;
    let mut phone = Phone::enrol(&world.bench.router, world.party(), &eve, "phone").await;
    phone.set(PIN).await;
    let (payload, session) = phone.sync(0).await;
    let party = world.party();
    let ask = |challenge| LogonAsk {
        account: eve.clone(),
        ..ask(&world, challenge)
    };
    for challenge in 0..10 {
        world.clock().advance(Duration::from_secs(60));
        let ask = ask(challenge);
        let phones = party.logon_phones(&ask).await.expect("phones");
        let judged = party
            .check_logon_code(&ask, &phones, "00000000")
            .await
            .expect("judged");
        match 9_u8.checked_sub(challenge) {
            Some(left) if left > 0 => assert_eq!(
                judged,
                LogonJudged::Wrong {
                    attempts_left: left.into()
                }
            ),
            _ => assert_eq!(judged, LogonJudged::Locked),
        }
    }
    assert!(
        party
            .pin_status(&eve.id)
            .await
            .expect("status")
            .logon_locked
    );
    world.clock().advance(Duration::from_secs(86_400));
    let late = ask(11);
    assert!(
        party.logon_phones(&late).await.expect("phones").is_empty(),
        "no time opens it"
    );
    let judged = party
        .check_logon_code(&late, &[], "00000000")
        .await
        .expect("judged");
    assert_eq!(judged, LogonJudged::Locked);

    assert_eq!(visitor.sign_in(&mut key).await.status, 200);
    let open = ask(12);
    let phones = party.logon_phones(&open).await.expect("phones");
    let right = code(&world, &phone, &phones[0].code, &payload, &session, PIN);
    let judged = party
        .check_logon_code(&open, &phones, &right)
        .await
        .expect("judged");
    assert!(matches!(judged, LogonJudged::Matched { .. }), "{judged:?}");
}

#[tokio::test]
async fn wrong_codes_are_forgotten_after_an_hour_as_long_as_nothing_locked() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    phone.sync(0).await;
    let party = world.party();
    for challenge in 0..9 {
        let ask = ask(&world, challenge);
        party
            .check_logon_code(&ask, &[], "00000000")
            .await
            .expect("judged");
    }
    world.clock().advance(Duration::from_secs(3600));
    let judged = party
        .check_logon_code(&ask(&world, 20), &[], "00000000")
        .await
        .expect("judged");
    assert_eq!(judged, LogonJudged::Wrong { attempts_left: 9 });
}

#[tokio::test]
async fn no_phone_is_asked_where_the_method_is_off_or_locked() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    phone.sync(0).await;
    let party = world.party();
    assert_eq!(
        party
            .logon_phones(&ask(&world, 1))
            .await
            .expect("phones")
            .len(),
        1
    );
    world
        .policy("[pin]\niterations = 1000\ntest-iterations = true\noffline = false\n")
        .await;
    assert!(
        party
            .logon_phones(&ask(&world, 2))
            .await
            .expect("phones")
            .is_empty()
    );
    world.policy(POLICY).await;
    for _ in 0..5 {
        phone.verify("555123").await;
    }
    assert!(
        party
            .logon_phones(&ask(&world, 3))
            .await
            .expect("phones")
            .is_empty()
    );
}
