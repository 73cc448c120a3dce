use super::*;
use crate::world::World;

fn names() -> Names {
    Names::new("acme.example", "account-1", "phone-1", "enrolment-1").expect("names")
}

#[test]
fn both_keys_sign_t_and_neither_stands_in_for_the_other() {
    let world = World::new();
    let t = world.binding.t();
    let (by_device, by_server) = (t.sign(&world.holding.record.kd), t.sign(&world.ks));
    assert_eq!(world.binding.check_device(&by_device), Ok(()));
    assert_eq!(world.binding.check_server(&by_server), Ok(()));
    assert_eq!(
        world.binding.check_device(&by_server),
        Err(Error::EnrolmentDeviceSignature)
    );
    assert_eq!(
        world.binding.check_server(&by_device),
        Err(Error::EnrolmentServerSignature)
    );
}

#[test]
fn every_part_of_a_binding_changes_t() {
    let (one, other) = (World::new(), World::of("acme.example", 8));
    let (kd, ks) = (one.binding.device_key(), one.binding.server_key());
    let named = |rp, account, device, enrolment| {
        let names = Names::new(rp, account, device, enrolment).expect("names");
        Binding::new(names, kd.clone(), ks.clone(), false)
    };
    let (kd2, ks2) = (other.binding.device_key(), other.binding.server_key());
    let all = [
        named("acme.example", "account-1", "phone-1", "enrolment-1"),
        named("acme.exampl", "eaccount-1", "phone-1", "enrolment-1"),
        named("acme.example", "account-2", "phone-1", "enrolment-1"),
        named("acme.example", "account-1", "phone-2", "enrolment-1"),
        named("acme.example", "account-1", "phone-1", "enrolment-2"),
        Binding::new(names(), kd2.clone(), ks.clone(), false),
        Binding::new(names(), kd.clone(), ks2.clone(), false),
        Binding::new(names(), ks.clone(), kd.clone(), false),
        Binding::new(names(), kd.clone(), ks.clone(), true),
    ];
    let mut ts: Vec<[u8; 32]> = all.iter().map(|binding| binding.t().0).collect();
    ts.sort_unstable();
    ts.dedup();
    assert_eq!(ts.len(), all.len());
}

#[test]
fn the_six_digits_need_the_code_that_never_crosses_the_network() {
    let mut world = World::new();
    let t = world.binding.t();
    let mut digits: Vec<String> = (0..20)
        .map(|_| t.digits(&Code::random(&mut world.rng).expect("a code")))
        .collect();
    assert!(
        digits
            .iter()
            .all(|it| it.len() == 6 && it.bytes().all(|b| b.is_ascii_digit()))
    );
    digits.dedup();
    assert!(digits.len() > 15, "{digits:?}");
    let code = Code::random(&mut world.rng).expect("a code");
    assert_eq!(t.digits(&code), t.digits(&code));
}

#[test]
fn a_changed_server_key_needs_the_old_ones_word_for_exactly_this_enrolment() {
    let (old, new) = (World::new(), World::of("acme.example", 8));
    let good = sign_successor(&old.ks, "enrolment-1", &new.binding.t());
    assert_eq!(
        check_successor(&old.binding, &new.binding, Some(&good)),
        Ok(())
    );
    let by_new = sign_successor(&new.ks, "enrolment-1", &new.binding.t());
    let of_other = sign_successor(&old.ks, "enrolment-2", &new.binding.t());
    let for_other = sign_successor(&old.ks, "enrolment-1", &old.binding.t());
    for bad in [None, Some(&by_new), Some(&of_other), Some(&for_other)] {
        assert_eq!(
            check_successor(&old.binding, &new.binding, bad),
            Err(Error::SuccessorSignature)
        );
    }
}

#[test]
fn names_are_neither_empty_nor_long() {
    let long = "x".repeat(256);
    for (names, what) in [
        (["", "a", "d", "e"], "RP ID"),
        (["r", &long, "d", "e"], "account's id"),
        (["r", "a", "", "e"], "device's id"),
        (["r", "a", "d", &long], "enrolment's id"),
    ] {
        let refused = Names::new(names[0], names[1], names[2], names[3]);
        assert_eq!(refused, Err(Error::Name(what)));
    }
}
