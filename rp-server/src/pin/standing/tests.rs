use time::OffsetDateTime;
use webauthn::id::UserHandle;

use super::*;
use crate::{policy::Campaign, store::Account};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn day(number: i64) -> Timestamp {
    Timestamp(NOW.0 + number * DAY)
}

fn set_at(at: Timestamp) -> PinAccount {
    PinAccount {
        account: Account {
            id: UserHandle::new([1; 32]),
            username: "ada".into(),
            username_key: "ada".into(),
            display_name: "Ada".into(),
        },
        pin_version: 1,
        unlock_epoch: 0,
        sealed: Some(vec![1]),
        history: None,
        set_at: Some(at),
        extra_uses: 0,
        attempts: 0,
        locked_at: None,
        logon_locked_at: None,
        reset_at: None,
    }
}

fn policy(age_days: i32) -> Policy {
    let mut policy = Policy::default();
    policy.pin.age_days = age_days;
    policy.pin.expiring_days = 5;
    policy.pin.extra_sign_ins = 2;
    policy
}

fn campaign(start: i64, grace: u32) -> Campaign {
    let start = i128::from(day(start).0) * 1_000_000;
    Campaign {
        start: OffsetDateTime::from_unix_timestamp_nanos(start).expect("a time"),
        grace,
    }
}

fn states(policy: &Policy, days: &[i64]) -> Vec<PinState> {
    let pin = set_at(NOW);
    let state = |number: &i64| Standing::of(policy, &pin, day(*number)).state;
    days.iter().map(state).collect()
}

#[test]
fn a_pin_is_active_then_expiring_then_expired_to_the_millisecond() {
    use PinState::{Active, Expired, Expiring};
    assert_eq!(
        states(&policy(30), &[0, 24, 25, 29, 30, 900]),
        [Active, Active, Expiring, Expiring, Expired, Expired]
    );
    let end = Timestamp(day(30).0 - 1);
    assert_eq!(Standing::of(&policy(30), &set_at(NOW), end).state, Expiring);
}

#[test]
fn an_age_of_zero_never_ends_and_a_negative_one_has_ended() {
    assert_eq!(states(&policy(0), &[0, 100_000]), [PinState::Active; 2]);
    assert_eq!(states(&policy(-1), &[0, 1]), [PinState::Expired; 2]);
    let never = Standing::of(&policy(0), &set_at(NOW), NOW);
    assert_eq!(never.expires_at, None);
}

#[test]
fn off_comes_before_none_before_locked_before_expired() {
    let mut pin = set_at(NOW);
    pin.locked_at = Some(NOW);
    let mut policy = policy(-1);
    assert_eq!(Standing::of(&policy, &pin, NOW).state, PinState::Locked);
    let none = PinAccount {
        sealed: None,
        ..pin.clone()
    };
    let standing = Standing::of(&policy, &none, NOW);
    assert_eq!(standing.state, PinState::None);
    assert_eq!((standing.expires_at, standing.extra_uses_left), (None, 0));
    policy.pin.enabled = false;
    assert_eq!(Standing::of(&policy, &none, NOW).state, PinState::Off);
    assert_eq!(Standing::of(&policy, &pin, NOW).state, PinState::Off);
}

#[test]
fn a_campaign_concerns_pins_set_before_it_and_ends_them_after_its_grace() {
    let mut policy = policy(0);
    policy.pin.campaign = Some(campaign(10, 3));
    let state = |number| Standing::of(&policy, &set_at(NOW), day(number));
    assert_eq!(
        (state(9).state, state(9).campaign),
        (PinState::Active, None)
    );
    let asked = state(10);
    assert_eq!(
        (asked.state, asked.advice()),
        (PinState::Expiring, Some("changeRequested"))
    );
    assert_eq!(
        asked.campaign,
        Some(CampaignOverview {
            ends_at: day(13),
            must_change: false
        })
    );
    assert_eq!(
        (asked.extra_uses_left, asked.extra_uses_offline()),
        (2, 0),
        "a phone that is offline when the campaign ends takes the PIN no more"
    );
    let over = state(13);
    assert_eq!(
        (over.state, over.advice(), over.extra_uses_left),
        (PinState::Expired, Some("mustChange"), 0)
    );
    assert!(!over.spends_extra_use());
    let newer = Standing::of(&policy, &set_at(day(10)), day(20));
    assert_eq!(
        (newer.state, newer.campaign),
        (PinState::Active, None),
        "set when it began"
    );
}

#[test]
fn the_earlier_of_age_and_campaign_counts() {
    let mut policy = policy(12);
    policy.pin.campaign = Some(campaign(10, 30));
    assert_eq!(
        Standing::of(&policy, &set_at(NOW), day(11)).expires_at,
        Some(day(12))
    );
    policy.pin.campaign = Some(campaign(10, 1));
    assert_eq!(
        Standing::of(&policy, &set_at(NOW), day(10)).expires_at,
        Some(day(11))
    );
}

#[test]
fn extra_uses_run_out_and_never_below_zero() {
    let mut pin = set_at(NOW);
    for (spent, left, advice) in [
        (0, 2, "expired"),
        (1, 1, "expired"),
        (2, 0, "mustChange"),
        (9, 0, "mustChange"),
    ] {
        pin.extra_uses = spent;
        let standing = Standing::of(&policy(-1), &pin, NOW);
        assert_eq!(
            (standing.extra_uses_left, standing.advice()),
            (left, Some(advice))
        );
        assert_eq!(standing.spends_extra_use(), left > 0);
    }
}

#[test]
fn the_ends_of_time_are_borne() {
    for at in [Timestamp(i64::MIN), Timestamp(i64::MAX)] {
        for age in [i32::MIN, i32::MAX] {
            Standing::of(&policy(age), &set_at(at), NOW);
            Standing::of(&policy(age), &set_at(NOW), at);
        }
    }
}
