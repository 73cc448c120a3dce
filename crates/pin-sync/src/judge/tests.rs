use super::*;

const ALL: [Reason; 15] = [
    Reason::Off,
    Reason::Revoked,
    Reason::TriesSpent,
    Reason::LockedByServer,
    Reason::KeyringLost,
    Reason::NeverSynced,
    Reason::NoPin,
    Reason::PinNewer,
    Reason::PolicyNewer,
    Reason::OlderCopy,
    Reason::ValidityOver,
    Reason::ClockBack,
    Reason::PinTooOld,
    Reason::NearlyOver,
    Reason::Good,
];

#[test]
fn every_reason_names_the_relying_party_and_ends_as_a_sentence() {
    for reason in ALL {
        let sentence = reason.sentence("Acme");
        assert!(
            sentence.contains("Acme") && sentence.ends_with('.'),
            "{sentence}"
        );
        assert!(!sentence.contains('!'), "{sentence}");
    }
}

#[test]
fn reasons_are_in_the_order_of_their_states() {
    use CacheState::{Disabled, Empty, Expired, Expiring, Locked, Stale, Valid};
    let order = [Disabled, Locked, Empty, Stale, Expired, Expiring, Valid];
    let place = |reason: Reason| order.iter().position(|state| *state == reason.state());
    assert!(ALL.map(place).is_sorted());
    let mut words = ALL.map(Reason::as_str);
    words.sort_unstable();
    assert!(words.windows(2).all(|pair| pair[0] != pair[1]));
}
