use std::time::Duration;

use super::*;
use crate::world::{NOW, World};

/// RFC 6287 appendix C: mutual challenge-response and plain signature, HMAC-SHA256, eight digits.
#[test]
fn answers_as_rfc_6287_says() {
    let key = b"12345678901234567890123456789012";
    let suite = "OCRA-1:HOTP-SHA256-8:QA08";
    let cases = [
        ("CLI22220SRV11110", "28247970"),
        ("CLI22221SRV11111", "01984843"),
        ("CLI22222SRV11112", "65387857"),
        ("CLI22223SRV11113", "03351211"),
        ("CLI22224SRV11114", "83412541"),
        ("SRV11110CLI22220", "15510767"),
        ("SRV11111CLI22221", "90175646"),
        ("SRV11112CLI22222", "33777207"),
        ("SRV11113CLI22223", "95285278"),
        ("SRV11114CLI22224", "28934924"),
        ("SIG10000", "53095496"),
        ("SIG11000", "04110475"),
        ("SIG12000", "31331128"),
        ("SIG13000", "76028668"),
        ("SIG14000", "46554205"),
    ];
    for (question, expected) in cases {
        assert_eq!(
            *ocra(key, suite, question.as_bytes()),
            expected,
            "{question}"
        );
    }
}

fn challenge() -> Challenge {
    Challenge {
        rp_id: "acme.example".to_owned(),
        enrolment_id: "enrolment-1".to_owned(),
        device_id: "phone-1".to_owned(),
        workstation_id: "desk-7".to_owned(),
        session_id: "session-1".to_owned(),
        challenge: [9; 32],
        sync_counter: 1,
        account_name: "alice".to_owned(),
        expires_at: NOW.plus(LIFETIME),
    }
}

fn check(world: &World, text: &str) -> Result<Accepted, Error> {
    Scanned::from_text(text)?.check(&world.binding, NOW, 1)
}

#[test]
fn the_phone_and_the_server_come_to_the_same_digits() {
    let mut world = World::new();
    let theirs = world.sync(&crate::world::at(0)).expect("a sync");
    let challenge = challenge();
    let accepted = check(&world, &challenge.to_text(&world.ks)).expect("signed");
    assert_eq!(accepted.challenge(), &challenge);
    let synced = world.holding.synced().expect("a cache");
    let hash = &world.payload.pin_hash;
    let code = accepted.answer(synced, hash);
    assert_eq!(code.as_str().len(), DIGITS);
    let key = theirs.response_key().expect("a sync leaves it");
    let expected = challenge.answer_of(key, theirs.sync_counter(), hash);
    assert!(expected.is(code.as_str()));
    assert!(!expected.is("") && !expected.is(&code.as_str()[..7]));
    assert_eq!(format!("{code:?}"), "Code");
}

#[test]
fn everything_bound_changes_the_digits() {
    let kr = |byte| ResponseKey::from_slice(&[byte; 32]).expect("32 bytes");
    let hash = |byte| PinHash::from_slice(&[byte; 32]).expect("32 bytes");
    let changed = |change: fn(&mut Challenge)| {
        let mut challenge = challenge();
        change(&mut challenge);
        challenge.answer_of(&kr(1), 1, &hash(1))
    };
    let mut codes = vec![
        changed(|_| {}),
        changed(|it| it.rp_id.push('x')),
        changed(|it| it.enrolment_id.push('x')),
        changed(|it| it.device_id.push('x')),
        changed(|it| it.workstation_id.push('x')),
        changed(|it| it.session_id.push('x')),
        changed(|it| it.challenge[31] ^= 1),
        challenge().answer_of(&kr(1), 2, &hash(1)),
        challenge().answer_of(&kr(2), 1, &hash(1)),
        challenge().answer_of(&kr(1), 1, &hash(2)),
    ];
    let mut codes: Vec<String> = codes.drain(..).map(|it| it.as_str().to_owned()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), 10);
}

#[test]
fn each_tampered_field_of_a_challenge_has_its_own_error() {
    let world = World::new();
    // Under the old signature, as whoever changes a field would have to leave it.
    let forged = |change: fn(&mut Challenge)| {
        let mut scanned = Scanned::from_text(&challenge().to_text(&world.ks)).expect("signed");
        change(&mut scanned.challenge);
        scanned
            .check(&world.binding, NOW, 1)
            .expect_err("forged")
            .code()
    };
    assert_eq!(forged(|it| it.enrolment_id.push('x')), "logonEnrolment");
    assert_eq!(forged(|it| it.rp_id.push('x')), "logonRelyingParty");
    assert_eq!(forged(|it| it.device_id.push('x')), "logonDevice");
    assert_eq!(forged(|it| it.workstation_id.push('x')), "logonSignature");
    assert_eq!(forged(|it| it.session_id.push('x')), "logonSignature");
    assert_eq!(forged(|it| it.challenge[0] ^= 1), "logonSignature");
    assert_eq!(forged(|it| it.sync_counter = 0), "logonSignature");
    assert_eq!(forged(|it| it.account_name.push('x')), "logonSignature");
    let later: fn(&mut Challenge) = |it| it.expires_at = it.expires_at.plus(LIFETIME);
    assert_eq!(forged(later), "logonSignature");
    let stranger = World::of("acme.example", 8);
    let text = challenge().to_text(&stranger.ks);
    assert_eq!(check(&world, &text).err(), Some(Error::LogonSignature));
}

#[test]
fn a_challenge_ends_at_its_time_and_needs_no_later_sync_than_the_phone_has() {
    let world = World::new();
    let scanned = || Scanned::from_text(&challenge().to_text(&world.ks)).expect("signed");
    let last = NOW.plus(LIFETIME - Duration::from_millis(1));
    assert!(scanned().check(&world.binding, last, 1).is_ok());
    let over = scanned().check(&world.binding, NOW.plus(LIFETIME), 1);
    assert_eq!(over.err(), Some(Error::LogonExpired));
    let older = scanned().check(&world.binding, NOW, 0);
    assert_eq!(older.err(), Some(Error::LogonCounter));
    assert!(
        scanned().check(&world.binding, NOW, 2).is_ok(),
        "an answer lost before the ack"
    );
}

#[test]
fn a_text_that_is_no_challenge_is_refused() {
    let world = World::new();
    let whole = challenge().to_text(&world.ks);
    for cut in 0..whole.len() {
        let refused = Scanned::from_text(&whole[..cut]).err();
        assert_eq!(refused, Some(Error::LogonMalformed), "cut at {cut}");
    }
    for text in [
        "",
        "touchstone-logon:",
        "touchstone-enrol:AAAA",
        "https://example.com",
    ] {
        assert!(Scanned::from_text(text).is_err(), "{text}");
    }
    let long = format!("{PREFIX}{}", "A".repeat(100_000));
    assert!(Scanned::from_text(&long).is_err());
}
