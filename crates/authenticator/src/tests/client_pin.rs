use ctap::Status;
use ctap::client_pin::{Permissions, Request, Subcommand};
use ctap::pin_uv_auth::Protocol;
use serde_json::json;

use super::platform::{
    BOTH, GA, MC, PIN, RP, WRONG, enter, request, rng, sealed_hash, sealed_pin, with_pin,
};
use super::world::Bench;
use crate::Profile;

#[tokio::test]
async fn sets_and_changes_a_pin_under_both_protocols() {
    for protocol in BOTH {
        let mut bench = Bench::new(Profile::pin_key());
        assert_eq!(bench.set_pin(protocol, PIN).await, Ok(()));
        assert_eq!(
            bench.set_pin(protocol, "other").await,
            Err(Status::PinAuthInvalid),
            "a PIN is set once"
        );
        assert_eq!(bench.change_pin(protocol, PIN, "ánother").await, Ok(()));
        for other in BOTH {
            let wrong = bench.token(other, PIN, GA, RP).await.map(drop);
            assert_eq!(wrong, Err(Status::PinInvalid));
            assert!(bench.token(other, "ánother", GA, RP).await.is_ok());
        }
        assert_eq!(
            bench.world.notes.of("device.pin.set"),
            [json!({ "changed": false }), json!({ "changed": true })]
        );
    }
}

#[tokio::test]
async fn takes_a_pin_of_four_code_points_to_63_bytes_and_no_other() {
    let longest = "x".repeat(63);
    for pin in ["1234", "😀😀😀😀", "äöüß", longest.as_str()] {
        let mut bench = Bench::new(Profile::pin_key());
        assert_eq!(bench.set_pin(Protocol::One, pin).await, Ok(()), "{pin}");
        assert_eq!(enter(&mut bench, pin).await, Ok(()), "{pin}");
    }
    let mut bench = with_pin().await;
    for pin in ["", "123", "äöü", "😀😀😀"] {
        let changed = bench.change_pin(Protocol::Two, PIN, pin).await;
        assert_eq!(changed, Err(Status::PinPolicyViolation), "{pin}");
        assert_eq!(bench.retries().await, (8, false), "the old PIN was right");
    }
    assert_eq!(enter(&mut bench, PIN).await, Ok(()), "and still is the PIN");
}

#[tokio::test]
async fn refuses_a_new_pin_of_another_form() {
    let mut not_text = [b'x'; 64];
    not_text[3..].fill(0);
    not_text[..3].copy_from_slice(&[0xFF, 0xC0, 0x80]);
    let text = [b'x'; 80];
    for protocol in BOTH {
        for (padded, status) in [
            (&text[..64], Status::PinPolicyViolation),
            (&not_text[..], Status::PinPolicyViolation),
            (&text[..48], Status::InvalidParameter),
            (&text[..80], Status::InvalidParameter),
            (&text[..0], Status::InvalidParameter),
        ] {
            let mut bench = Bench::new(Profile::pin_key());
            let (key, secret) = bench.agree(protocol).await;
            let new_pin_enc = secret.encrypt(&mut rng(), padded).expect("whole blocks");
            let request = Request {
                pin_uv_auth_param: Some(secret.authenticate(&new_pin_enc)),
                new_pin_enc: Some(new_pin_enc),
                ..request(Subcommand::SetPin, protocol, key)
            };
            assert_eq!(bench.client_pin(request).await, Err(status));
            assert_eq!(bench.world.store.pin, None);
        }
        let mut bench = Bench::new(Profile::pin_key());
        let (key, secret) = bench.agree(protocol).await;
        let broken = vec![7; 63];
        let request = Request {
            pin_uv_auth_param: Some(secret.authenticate(&broken)),
            new_pin_enc: Some(broken),
            ..request(Subcommand::SetPin, protocol, key)
        };
        let outcome = bench.client_pin(request).await;
        assert_eq!(outcome, Err(Status::PinAuthInvalid), "no whole blocks");
    }
}

#[tokio::test]
async fn a_first_pin_that_was_changed_on_its_way_is_not_kept() {
    for protocol in BOTH {
        let mut bench = Bench::new(Profile::pin_key());
        let (key, secret) = bench.agree(protocol).await;
        let code = secret.authenticate(&sealed_pin(&secret, PIN));
        let request = Request {
            pin_uv_auth_param: Some(code),
            new_pin_enc: Some(sealed_pin(&secret, WRONG)),
            ..request(Subcommand::SetPin, protocol, key)
        };
        let outcome = bench.client_pin(request).await;
        assert_eq!(outcome, Err(Status::PinAuthInvalid));
        assert_eq!(bench.world.store.pin, None);
    }
}

#[tokio::test]
async fn a_message_that_was_changed_on_its_way_costs_no_try() {
    for protocol in BOTH {
        let mut bench = with_pin().await;
        let (key, secret) = bench.agree(protocol).await;
        let new_pin_enc = sealed_pin(&secret, "another");
        let pin_hash_enc = sealed_hash(&secret, PIN);
        let good = Request {
            pin_uv_auth_param: Some(
                secret.authenticate(&[new_pin_enc.as_slice(), &pin_hash_enc].concat()),
            ),
            new_pin_enc: Some(new_pin_enc.clone()),
            pin_hash_enc: Some(pin_hash_enc),
            ..request(Subcommand::ChangePin, protocol, key)
        };
        let mut other_pin = good.clone();
        other_pin.new_pin_enc = Some(sealed_pin(&secret, "yet another"));
        let mut other_hash = good.clone();
        other_hash.pin_hash_enc = Some(sealed_hash(&secret, WRONG));
        let mut half = good.clone();
        half.pin_uv_auth_param = Some(secret.authenticate(&new_pin_enc));
        let mut empty = good.clone();
        empty.pin_uv_auth_param = Some(Vec::new());
        for changed in [other_pin, other_hash, half, empty] {
            let outcome = bench.client_pin(changed).await;
            assert_eq!(outcome, Err(Status::PinAuthInvalid));
        }
        assert_eq!(bench.retries().await, (8, false));
        assert!(bench.world.notes.of("device.pin.checked").is_empty());
        assert!(bench.client_pin(good).await.is_ok());
    }
}

#[tokio::test]
async fn what_needs_a_pin_says_that_none_is_set() {
    let mut bench = Bench::new(Profile::pin_key());
    assert_eq!(bench.retries().await, (8, false));
    assert_eq!(enter(&mut bench, PIN).await, Err(Status::PinNotSet));
    let old = bench.pin_token(Protocol::One, PIN).await.map(drop);
    assert_eq!(old, Err(Status::PinNotSet));
    let changed = bench.change_pin(Protocol::One, PIN, "another").await;
    assert_eq!(changed, Err(Status::PinNotSet));
    assert_eq!(bench.retries().await, (8, false));
}

#[tokio::test]
async fn each_member_that_is_needed_is_missed() {
    let mut bench = with_pin().await;
    let (key, secret) = bench.agree(Protocol::Two).await;
    let full = |subcommand| Request {
        pin_uv_auth_param: Some(vec![1; 32]),
        new_pin_enc: Some(sealed_pin(&secret, "another")),
        pin_hash_enc: Some(sealed_hash(&secret, WRONG)),
        permissions: Some(GA),
        rp_id: RP.map(str::to_owned),
        ..request(subcommand, Protocol::Two, key.clone())
    };
    type Omit = fn(&mut Request);
    let members: [(u8, Omit); 7] = [
        (1, |it| it.pin_uv_auth_protocol = None),
        (3, |it| it.key_agreement = None),
        (4, |it| it.pin_uv_auth_param = None),
        (5, |it| it.new_pin_enc = None),
        (6, |it| it.pin_hash_enc = None),
        (9, |it| it.permissions = None),
        (10, |it| it.rp_id = None),
    ];
    for (subcommand, needed) in [
        (Subcommand::GetKeyAgreement, &[1][..]),
        (Subcommand::SetPin, &[1, 3, 4, 5]),
        (Subcommand::ChangePin, &[1, 3, 4, 5, 6]),
        (Subcommand::GetPinToken, &[1, 3, 6]),
        (Subcommand::GetTokenUsingPin, &[1, 3, 6, 9, 10]),
    ] {
        for (member, omit) in members.iter().filter(|(it, _)| needed.contains(it)) {
            let mut request = full(subcommand);
            omit(&mut request);
            let outcome = bench.client_pin(request).await;
            assert_eq!(
                outcome,
                Err(Status::MissingParameter),
                "{subcommand:?} {member}"
            );
        }
        for number in [0, 3, u64::MAX] {
            let mut request = full(subcommand);
            request.pin_uv_auth_protocol = Some(number);
            let outcome = bench.client_pin(request).await;
            assert_eq!(
                outcome,
                Err(Status::InvalidParameter),
                "{subcommand:?} {number}"
            );
        }
    }
    assert_eq!(bench.retries().await, (8, false), "none of it was a try");
}

#[tokio::test]
async fn gives_permissions_that_it_has_commands_for() {
    let mut bench = with_pin().await;
    let bits = Permissions::from_bits;
    for (asked, rp_id, expected) in [
        (MC, RP, Ok(())),
        (MC | GA, RP, Ok(())),
        (bits(0x302), RP, Ok(())),
        (bits(0), RP, Err(Status::InvalidParameter)),
        (MC, None, Err(Status::MissingParameter)),
        (GA, None, Err(Status::MissingParameter)),
        (bits(0x04), RP, Err(Status::UnauthorizedPermission)),
        (bits(0x0A), RP, Err(Status::UnauthorizedPermission)),
        (bits(0x13), RP, Err(Status::UnauthorizedPermission)),
        (bits(0x20), None, Err(Status::UnauthorizedPermission)),
        (bits(0x41), RP, Err(Status::UnauthorizedPermission)),
        (bits(0x100), RP, Err(Status::UnauthorizedPermission)),
    ] {
        let outcome = bench
            .token(Protocol::Two, PIN, asked, rp_id)
            .await
            .map(drop);
        assert_eq!(outcome, expected, "{asked:?} {rp_id:?}");
    }
    assert_eq!(bench.retries().await, (8, false));
    let (key, secret) = bench.agree(Protocol::One).await;
    for (permissions, rp_id) in [(Some(GA), None), (None, RP), (Some(GA), RP)] {
        let request = Request {
            pin_hash_enc: Some(sealed_hash(&secret, PIN)),
            permissions,
            rp_id: rp_id.map(str::to_owned),
            ..request(Subcommand::GetPinToken, Protocol::One, key.clone())
        };
        let outcome = bench.client_pin(request).await;
        assert_eq!(
            outcome,
            Err(Status::InvalidParameter),
            "the old subcommand has none"
        );
    }
}

#[tokio::test]
async fn each_kind_of_key_has_its_own_subcommands() {
    let lacking = |profile: &Profile| -> &[u64] {
        match (profile.client_pin, profile.pin_uv_auth_token) {
            (true, _) => &[6, 7],
            (false, true) => &[1, 3, 4, 5, 9],
            (false, false) => &[],
        }
    };
    for profile in [Profile::pin_key(), Profile::fingerprint_key()] {
        let lacking = lacking(&profile);
        let mut bench = Bench::new(profile);
        for subcommand in Subcommand::ALL {
            let outcome = bench.client_pin(Request::new(*subcommand)).await;
            let lacks = outcome == Err(Status::InvalidSubcommand);
            assert_eq!(
                lacks,
                lacking.contains(&subcommand.number()),
                "{subcommand:?}"
            );
        }
        assert_eq!(
            bench.raw(&[0x06, 0xA1, 0x02, 0x08]).await,
            [Status::InvalidSubcommand.code()]
        );
    }
    for profile in [Profile::key(), Profile::phone()] {
        let mut bench = Bench::new(profile);
        for subcommand in Subcommand::ALL {
            let outcome = bench.client_pin(Request::new(*subcommand)).await;
            assert_eq!(outcome, Err(Status::InvalidCommand));
        }
    }
}

#[tokio::test]
async fn nothing_of_a_pin_is_told() {
    let mut bench = with_pin().await;
    assert_eq!(enter(&mut bench, WRONG).await, Err(Status::PinInvalid));
    let changed = bench.change_pin(Protocol::One, PIN, "another-canary").await;
    assert_eq!(changed, Ok(()));
    let token = bench.token(Protocol::Two, "another-canary", GA, RP).await;
    let token = token.expect("a token");
    let drafts = bench.world.notes.0.lock().expect("no panic").clone();
    let told = format!(
        "{drafts:?} {:?} {:?}",
        bench.authenticator, bench.world.store.pin
    );
    for pin in [PIN, WRONG, "another-canary"] {
        let hash = ctap::client_pin::pin_hash(pin.as_bytes());
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let list = |bytes: &[u8]| format!("{bytes:?}");
        for form in [hex, list(hash.as_slice()), list(pin.as_bytes())] {
            assert!(!told.contains(&form), "{pin} in the form {form}");
        }
    }
    assert!(!told.contains("canary"));
    assert_eq!(format!("{token:?}"), "Token");
    assert_eq!(format!("{:?}", bench.world.store.pin), "Some(Pin)");
}
