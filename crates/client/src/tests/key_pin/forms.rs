//! Which token a key is asked for, and what the command then carries.

use super::*;

#[tokio::test]
async fn a_pin_opens_a_token_for_one_command_and_one_relying_party() {
    let mut key = PinKey::new(Some(PIN));
    let hands = Hands::typing([Entry::Pin(PIN), Entry::Pin(PIN)]);
    let page = Page::with(hands.clone());
    let (creation, request) = demanding("required");
    page.create(&mut key, &creation).await.expect("a passkey");
    assert!(matches!(
        key.proof(),
        (None, Some(param), Some(2)) if param.len() == 32
    ));
    page.get(&mut key, &request).await.expect("an assertion");
    assert!(matches!(key.proof(), (None, Some(_), Some(2))));
    let asked: Vec<_> = key
        .sent
        .iter()
        .filter_map(|command| match command {
            Command::ClientPin(it) if it.subcommand == Subcommand::GetTokenUsingPin => {
                Some((it.permissions, it.rp_id.clone()))
            }
            _ => None,
        })
        .collect();
    let rp_id = Some("example.com".to_owned());
    assert_eq!(
        asked,
        [
            (Some(Permissions::MAKE_CREDENTIAL), rp_id.clone()),
            (Some(Permissions::GET_ASSERTION), rp_id),
        ]
    );
    let asks = hands.asks();
    assert_eq!(asks[0].purpose, PinPurpose::Enter(tries(8, false, false)));
    assert_eq!(
        asks[0].rp_id.as_ref().map(RpId::as_str),
        Some("example.com")
    );
    assert_eq!((asks[0].min_length, asks[0].max_bytes), (4, 63));
    assert_eq!(asks[0].problem, None);
}

#[tokio::test]
async fn an_old_key_gives_a_token_without_permissions_under_protocol_1() {
    for protocols in [vec![1], vec![]] {
        let mut key = PinKey::old(Some(PIN));
        key.tells = Some(Info {
            pin_uv_auth_protocols: protocols.clone(),
            ..key.info.clone()
        });
        let hands = Hands::typing([Entry::Pin(PIN)]);
        assert_eq!(create(&mut key, &hands).await, DONE, "{protocols:?}");
        assert_eq!(
            key.subcommands(),
            [
                Subcommand::GetPinRetries,
                Subcommand::GetKeyAgreement,
                Subcommand::GetPinToken,
            ]
        );
        assert!(matches!(
            key.proof(),
            (None, Some(param), Some(1)) if param.len() == 16
        ));
    }
}

#[tokio::test]
async fn the_first_protocol_that_the_client_knows_is_used() {
    for (offered, used) in [
        (vec![1, 2], Some(1)),
        (vec![3, 2, 1], Some(2)),
        (vec![7], None),
    ] {
        let mut key = PinKey::new(Some(PIN));
        key.info.pin_uv_auth_protocols = offered.clone();
        let typed = used.map(|_| Entry::Pin(PIN));
        let outcome = create(&mut key, &Hands::typing(typed)).await;
        match used {
            Some(_) => assert_eq!((outcome, key.proof().2), (DONE, used), "{offered:?}"),
            None => assert_eq!(outcome, ("ConstraintError", "noUserVerification")),
        }
    }
}

#[tokio::test]
async fn a_pin_that_is_no_good_for_passkeys_is_not_asked_for() {
    let mut key = PinKey::new(Some(PIN)).with("noMcGaPermissionsWithClientPin", true);
    let outcome = create(&mut key, &Hands::typing([])).await;
    assert_eq!(outcome, ("ConstraintError", "noUserVerification"));
    let page = Page::with(Hands::typing([]));
    let outcome = page.get(&mut key, &demanding("required").1).await;
    assert_eq!(verdict(outcome), ("NotAllowedError", "noUserVerification"));
}

#[tokio::test]
async fn a_pin_is_asked_for_when_the_relying_party_or_the_key_wants_it() {
    let asks = |key: PinKey, requirement: &'static str, resident: &'static str| async move {
        let (mut creation, request) = demanding(requirement);
        creation["authenticatorSelection"]["residentKey"] = json!(resident);
        let mut counts = Vec::new();
        let mut key = key;
        for is_get in [false, true] {
            let hands = Hands::typing([Entry::Pin(PIN)]);
            let page = Page::with(hands.clone());
            let outcome = match is_get {
                true => page.get(&mut key, &request).await.map(drop),
                false => page.create(&mut key, &creation).await.map(drop),
            };
            assert_eq!(verdict(outcome), DONE);
            counts.push(hands.asks().len());
        }
        (counts[0], counts[1])
    };
    let new = || PinKey::new(Some(PIN));
    let insists = || new().with("makeCredUvNotRqd", false);
    let always = || new().with("alwaysUv", true);
    for (key, requirement, resident, expected, why) in [
        (new(), "preferred", "discouraged", (1, 1), "it has a PIN"),
        (
            new(),
            "discouraged",
            "discouraged",
            (0, 0),
            "nobody wants it",
        ),
        (new(), "discouraged", "required", (1, 0), "discoverable"),
        (
            insists(),
            "discouraged",
            "discouraged",
            (1, 0),
            "the key insists",
        ),
        (always(), "discouraged", "discouraged", (1, 1), "alwaysUv"),
        (
            PinKey::old(Some(PIN)),
            "discouraged",
            "discouraged",
            (1, 0),
            "CTAP 2.0",
        ),
        (
            PinKey::new(None),
            "preferred",
            "required",
            (0, 0),
            "no PIN is set up for a wish",
        ),
    ] {
        assert_eq!(asks(key, requirement, resident).await, expected, "{why}");
    }
}

#[tokio::test]
async fn a_key_that_wants_its_pin_after_all_gets_it() {
    for refusal in [Status::PuatRequired, Status::UvBlocked, Status::UvInvalid] {
        let mut key = PinKey::new(Some(PIN));
        key.refusal = Some(refusal);
        let hands = Hands::typing([Entry::Pin(PIN)]);
        let page = Page::with(hands.clone());
        let outcome = page.get(&mut key, &demanding("discouraged").1).await;
        assert_eq!(verdict(outcome), DONE, "{refusal}");
        assert_eq!(hands.asks().len(), 1);
    }
    let mut key = PinKey::new(None);
    key.refusal = Some(Status::PuatRequired);
    let page = Page::with(Hands::typing([]));
    let outcome = page.get(&mut key, &demanding("discouraged").1).await;
    assert_eq!(verdict(outcome), ("NotAllowedError", "deviceRefused"));
}

#[tokio::test]
async fn a_refused_token_is_not_asked_for_twice() {
    for refusal in [
        Status::PuatRequired,
        Status::PinAuthInvalid,
        Status::UvInvalid,
    ] {
        let mut key = PinKey::new(Some(PIN));
        key.refusal = Some(refusal);
        let outcome = create(&mut key, &Hands::typing([Entry::Pin(PIN)])).await;
        assert_eq!(outcome, ("NotAllowedError", "deviceRefused"), "{refusal}");
    }
}
