//! Keys that verify their user themselves, by a fingerprint.

use super::*;

fn fingerprint_key(pin: Option<&'static str>, touches: &[Status]) -> PinKey {
    let mut key = PinKey::new(pin).with("uv", true);
    key.touches = touches.iter().copied().collect();
    key
}

#[tokio::test]
async fn built_in_verification_comes_before_the_pin() {
    let mut key = fingerprint_key(Some(PIN), &[]);
    assert_eq!(create(&mut key, &Hands::typing([])).await, DONE);
    let token = Subcommand::GetTokenUsingUv;
    assert_eq!(key.subcommands(), [Subcommand::GetKeyAgreement, token]);
    assert!(matches!(key.proof(), (None, Some(_), Some(2))));
}

#[tokio::test]
async fn a_key_without_tokens_is_asked_by_the_option() {
    let mut key = fingerprint_key(Some(PIN), &[]).with("pinUvAuthToken", false);
    assert_eq!(create(&mut key, &Hands::typing([])).await, DONE);
    assert_eq!(key.proof(), (Some(true), None, None));
}

#[tokio::test]
async fn a_finger_that_did_not_match_is_tried_again() {
    let mut key = fingerprint_key(None, &[Status::UvInvalid, Status::UvInvalid]);
    key.info.options.remove("clientPin");
    assert_eq!(
        create(&mut key, &Hands::typing([])).await,
        ("NotAllowedError", "deviceRefused"),
        "the key says that no try is left after the second"
    );
    let mut key = fingerprint_key(None, &[Status::UvInvalid]);
    key.info.options.remove("clientPin");
    key.uv_retries = Some(2);
    assert_eq!(create(&mut key, &Hands::typing([])).await, DONE);
}

#[tokio::test]
async fn the_tries_at_a_finger_are_bounded() {
    for (preferred, expected) in [(None, 3), (Some(1), 1), (Some(0), 1), (Some(99), 5)] {
        let mut key = fingerprint_key(None, &[Status::UvInvalid; 9]);
        key.uv_retries = Some(99);
        key.info
            .others
            .extend(preferred.map(|attempts: u64| (0x11, attempts.into())));
        let outcome = create(&mut key, &Hands::typing([])).await;
        assert_eq!(outcome, ("NotAllowedError", "deviceRefused"));
        let token = Subcommand::GetTokenUsingUv;
        let asked = key.subcommands().into_iter().filter(|it| *it == token);
        assert_eq!(asked.count(), expected, "{preferred:?}");
    }
}

#[tokio::test]
async fn the_pin_helps_when_fingers_do_not() {
    for touches in [&[Status::UvBlocked][..], &[Status::UvInvalid; 9]] {
        let mut key = fingerprint_key(Some(PIN), touches);
        key.uv_retries = Some(0);
        let hands = Hands::typing([Entry::Pin(PIN)]);
        assert_eq!(create(&mut key, &hands).await, DONE);
        assert_eq!(hands.asks().len(), 1);
    }
}

#[tokio::test]
async fn whoever_declines_on_the_key_is_not_asked_for_a_pin() {
    let mut key = fingerprint_key(Some(PIN), &[Status::OperationDenied]);
    let outcome = create(&mut key, &Hands::typing([])).await;
    assert_eq!(outcome, ("NotAllowedError", "deviceRefused"));
}

#[tokio::test]
async fn a_key_whose_reader_knows_no_finger_yet_uses_its_pin() {
    let mut key = PinKey::new(Some(PIN)).with("uv", false);
    assert_eq!(
        create(&mut key, &Hands::typing([Entry::Pin(PIN)])).await,
        DONE
    );
    let mut key = PinKey::new(None).with("uv", false);
    let hands = Hands::typing([Entry::Pin(PIN)]);
    assert_eq!(create(&mut key, &hands).await, DONE);
    assert_eq!(hands.purposes(), [PinPurpose::Set]);
}

#[tokio::test]
async fn a_key_without_fingers_and_without_a_pin_is_not_asked_to_verify() {
    let without = || {
        let mut key = PinKey::new(None).with("uv", false);
        key.info.options.remove("clientPin");
        key
    };
    let mut key = without();
    let page = Page::with(Hands::typing([]));
    let (preferred, _) = demanding("preferred");
    let outcome = page.create(&mut key, &preferred).await;
    assert_eq!(verdict(outcome), DONE);
    assert_eq!(key.proof(), (None, None, None));
    let outcome = create(&mut without(), &Hands::typing([])).await;
    assert_eq!(outcome, ("ConstraintError", "noUserVerification"));

    let mut phone = without();
    phone.asks_itself = true;
    assert_eq!(create(&mut phone, &Hands::typing([])).await, DONE);
    assert_eq!(
        phone.proof(),
        (Some(true), None, None),
        "it lets its user set that up"
    );
}
