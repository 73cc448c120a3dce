//! PINs and tokens stand in no event, error or `Debug`; and no answer of a key makes the client panic.

use ctap::client_pin::pin_hash;
use proptest::prelude::*;
use webauthn::id::Base64Url;

use super::pin_key::TOKEN;
use super::*;

const NEW: &str = "canary-5678";

/// Fails when `text` or `raw` has a PIN, its hash or the token in any form of the timeline.
fn assert_clean(text: &str, raw: &[u8]) {
    let mut secrets = vec![TOKEN.to_vec(), TOKEN[..16].to_vec()];
    for pin in [PIN, NEW, "canary"] {
        secrets.extend([pin.as_bytes().to_vec(), pin_hash(pin.as_bytes()).to_vec()]);
    }
    for secret in secrets {
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        for form in [
            hex,
            Base64Url(secret.clone()).to_string(),
            format!("{secret:?}"),
        ] {
            let form = form.trim_matches(['[', ']']);
            assert!(!text.contains(form), "{form} in {text}");
        }
        assert!(!text.contains(&*String::from_utf8_lossy(&secret)), "{text}");
        assert!(!raw.windows(secret.len()).any(|it| it == secret), "{text}");
    }
}

#[tokio::test]
async fn no_secret_stands_in_an_event_an_error_or_debug() {
    let forced = || {
        let mut key = PinKey::new(Some(PIN));
        key.info.force_pin_change = Some(true);
        key
    };
    let one = || {
        let mut key = PinKey::new(Some(PIN));
        key.retries = 1;
        key
    };
    let mut seen = 0;
    for (mut key, entries) in [
        (
            PinKey::new(Some(PIN)),
            vec![Entry::Pin(NEW), Entry::Pin(PIN)],
        ),
        (
            PinKey::old(Some(PIN)),
            vec![Entry::Pin(NEW), Entry::Pin(PIN)],
        ),
        (PinKey::new(None), vec![Entry::Pin("can"), Entry::Pin(NEW)]),
        (PinKey::old(None), vec![Entry::Pin(NEW)]),
        (
            forced(),
            vec![Entry::Change(NEW, PIN), Entry::Change(PIN, NEW)],
        ),
        (one(), vec![Entry::Pin(NEW)]),
    ] {
        let hands = Hands::typing(entries);
        let page = Page::with(hands.clone());
        let outcome = page.create(&mut key, &demanding("required").0).await;
        if let Err(error) = outcome {
            assert_clean(&format!("{error:?} {error}"), &[]);
        }
        for event in page.events() {
            let raw = event.raw.clone().unwrap_or_default();
            assert_clean(&format!("{event:?} {}", event.body), &raw);
            seen += usize::from(event.body["subcommand"].is_string());
        }
        for command in &key.sent {
            assert_clean(&format!("{command:?}"), &command.encode());
        }
        assert_clean(&format!("{:?}", hands.asks()), &[]);
    }
    assert!(seen > 20, "the commands with PINs were among them: {seen}");
}

#[test]
#[should_panic(expected = "canary")]
fn the_canary_would_be_found() {
    assert_clean(&format!("PIN {PIN} entered"), &[]);
}

#[tokio::test]
async fn answers_that_lack_what_they_are_for_are_the_keys_fault() {
    use ctap::client_pin::Response;
    let empty = || answer(Ok(Response::default().encode()));
    let token = |length: usize| {
        answer(Ok(Response {
            pin_uv_auth_token: Some(vec![7; length]),
            ..Response::default()
        }
        .encode()))
    };
    for (subcommand, bytes, why) in [
        (Subcommand::GetKeyAgreement, empty(), "no keyAgreement"),
        (Subcommand::GetTokenUsingPin, empty(), "no token"),
        (Subcommand::GetTokenUsingPin, token(0), "an empty token"),
        (
            Subcommand::GetTokenUsingPin,
            token(33),
            "a token of broken blocks",
        ),
        (
            Subcommand::GetTokenUsingPin,
            token(64),
            "a token of 48 bytes",
        ),
        (Subcommand::GetPinRetries, vec![0, 0x81], "CBOR cut short"),
        (
            Subcommand::GetTokenUsingPin,
            vec![0, 0xA1, 0x02, 0x01],
            "a number for a token",
        ),
        (Subcommand::GetTokenUsingPin, vec![], "nothing at all"),
    ] {
        let mut key = PinKey::new(Some(PIN));
        key.instead = Some((subcommand, bytes));
        let outcome = create(&mut key, &Hands::typing([Entry::Pin(PIN)])).await;
        assert_eq!(
            outcome,
            ("NotAllowedError", "deviceAnswerMalformed"),
            "{why}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_answer_of_a_key_makes_the_client_panic(
        at in 0..Subcommand::ALL.len(), status in prop_oneof![Just(0u8), any::<u8>()],
        cbor in proptest::collection::vec(any::<u8>(), 0..40), old: bool, set: bool, forced: bool,
    ) {
        let pin = set.then_some(PIN);
        let mut key = if old { PinKey::old(pin) } else { PinKey::new(pin) };
        key.info.force_pin_change = Some(forced);
        let bytes = [&[status], cbor.as_slice()].concat();
        key.instead = Some((Subcommand::ALL[at], bytes));
        let entries = [Entry::Change(PIN, NEW), Entry::Change(PIN, NEW), Entry::Change(PIN, NEW), Entry::Declines];
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime").block_on(create(&mut key, &Hands::typing(entries)));
    }
}
