use ctap::{Options, Status};
use webauthn::authenticator_data::{AuthenticatorData, Flags};

use super::world::{Asked, Bench, HASH, descriptor, passkey, sign_in};
use crate::{AAGUID, Profile, Purpose, Refusal, UserVerification, kinds};

#[tokio::test]
async fn a_new_passkey_attests_itself_with_a_packed_statement() {
    let mut bench = Bench::key();
    let made = bench.make(passkey("alice")).await.expect("a passkey");
    assert_eq!(made.response.format, "packed");
    let statement = &made.response.statement;
    assert_eq!(
        statement.get_text("alg").and_then(|it| it.as_i64()),
        Some(-7)
    );
    assert!(
        statement.get_text("x5c").is_none(),
        "self attestation has no certificates"
    );
    let signature = statement
        .get_text("sig")
        .and_then(|it| it.as_bytes())
        .expect("a signature");
    assert!(
        made.signed(&made.response.auth_data, &HASH, signature),
        "its own key signed"
    );
    let data = AuthenticatorData::parse(&made.response.auth_data).expect("well-formed");
    assert_eq!(data.rp_id_hash, webauthn::sha256(b"example.org"));
    assert_eq!(data.flags, Flags::UP.with(Flags::AT));
    assert_eq!(data.sign_count, 0);
    assert_eq!(data.attested.expect("a credential").aaguid, AAGUID);
    assert_eq!(made.id.len(), 32);
    assert_eq!(bench.world.notes.kinds(), [kinds::PASSKEY_CREATED]);
}

#[tokio::test]
async fn gives_no_attestation_when_the_client_wants_only_none() {
    let mut bench = Bench::key();
    for (preference, format) in [
        (vec!["none"], "none"),
        (vec!["tpm", "none"], "packed"),
        (vec!["none", "packed"], "packed"),
        (vec![], "packed"),
    ] {
        let mut request = passkey("alice");
        request.attestation_formats_preference =
            Some(preference.iter().map(|it| (*it).to_owned()).collect());
        let made = bench.make(request).await.expect("a passkey");
        assert_eq!(made.response.format, format, "preference {preference:?}");
        let members = made.response.statement.as_map().expect("a map").len();
        assert_eq!(members, if format == "none" { 0 } else { 2 });
    }
}

#[tokio::test]
async fn asks_for_a_touch_and_says_for_whom() {
    let mut bench = Bench::key();
    bench.make(passkey("alice")).await.expect("a passkey");
    let asked = Asked::Presence(
        Purpose::CreatePasskey,
        Some("example.org".into()),
        Some("alice".into()),
    );
    assert_eq!(bench.world.user.asked, [asked]);
}

#[tokio::test]
async fn stores_nothing_when_the_user_does_not_agree() {
    for (refusal, status) in [
        (Refusal::Declined, Status::OperationDenied),
        (Refusal::TimedOut, Status::UserActionTimeout),
        (Refusal::Cancelled, Status::KeepaliveCancel),
        (Refusal::Blocked, Status::UvBlocked),
    ] {
        for mut bench in [Bench::key(), Bench::phone()] {
            bench.world.user.refusals.push_back(match status {
                Status::OperationDenied => Refusal::Declined,
                Status::UserActionTimeout => Refusal::TimedOut,
                Status::KeepaliveCancel => Refusal::Cancelled,
                _ => Refusal::Blocked,
            });
            assert_eq!(
                bench.make(passkey("alice")).await.err(),
                Some(status),
                "{refusal:?}"
            );
            assert!(bench.world.store.credentials.is_empty(), "{refusal:?}");
        }
    }
}

#[tokio::test]
async fn a_phone_verifies_its_user_for_every_new_passkey() {
    let mut bench = Bench::phone();
    bench.world.user.verification = UserVerification::NotConfigured;
    for uv in [None, Some(false), Some(true)] {
        let mut request = passkey("alice");
        request.options.uv = uv;
        let made = bench.make(request).await.expect("a passkey");
        let data = AuthenticatorData::parse(&made.response.auth_data).expect("well-formed");
        assert!(data.flags.has(Flags::UP.with(Flags::UV)), "uv = {uv:?}");
    }
    assert_eq!(
        bench.world.user.asked,
        vec![Asked::Verify(Purpose::CreatePasskey); 3],
        "no further touch"
    );
}

#[tokio::test]
async fn an_authenticator_protected_by_verification_creates_nothing_without_it() {
    let profile = Profile {
        always_verifies_creation: false,
        ..Profile::phone()
    };
    let mut bench = Bench::new(profile);
    assert_eq!(
        bench.make(passkey("alice")).await.err(),
        Some(Status::OperationDenied)
    );
    bench.world.user.verification = UserVerification::NotConfigured;
    bench
        .make(passkey("alice"))
        .await
        .expect("nothing protects it yet");
}

#[tokio::test]
async fn refuses_options_it_cannot_meet() {
    let mut bench = Bench::key();
    let cases = [
        (
            Options {
                uv: Some(true),
                ..Options::default()
            },
            Status::InvalidOption,
        ),
        (
            Options {
                up: Some(false),
                ..Options::default()
            },
            Status::InvalidOption,
        ),
    ];
    for (options, status) in cases {
        let mut request = passkey("alice");
        request.options = options;
        assert_eq!(bench.make(request).await.err(), Some(status), "{options:?}");
    }
    let mut request = passkey("alice");
    request.options = Options {
        rk: Some(true),
        up: Some(true),
        uv: Some(false),
    };
    bench.make(request).await.expect("those are met");
}

#[tokio::test]
async fn refuses_algorithms_it_does_not_have() {
    let mut bench = Bench::key();
    for algorithms in [vec![], vec![-8, -257], vec![7], vec![i64::MIN, i64::MAX]] {
        let mut request = passkey("alice");
        request.algorithms = algorithms;
        assert_eq!(
            bench.make(request).await.err(),
            Some(Status::UnsupportedAlgorithm)
        );
    }
    assert!(bench.world.user.asked.is_empty(), "nobody was bothered");
}

#[tokio::test]
async fn refuses_pin_protocols_that_it_does_not_have() {
    let mut bench = Bench::key();
    for (param, protocol, status) in [
        (Some(vec![]), None, Status::MissingParameter),
        (Some(vec![]), Some(1), Status::InvalidParameter),
        (Some(vec![0; 16]), Some(2), Status::InvalidParameter),
    ] {
        let mut request = passkey("alice");
        request.pin_uv_auth_param = param.clone();
        request.pin_uv_auth_protocol = protocol;
        assert_eq!(bench.make(request).await.err(), Some(status));
        let mut request = sign_in();
        request.pin_uv_auth_param = param;
        request.pin_uv_auth_protocol = protocol;
        assert_eq!(bench.get(request).await.err(), Some(status));
    }
    let mut request = passkey("alice");
    request.pin_uv_auth_protocol = Some(1);
    bench
        .make(request)
        .await
        .expect("a protocol without proof means nothing");
}

#[tokio::test]
async fn refuses_enterprise_attestation_and_ignores_extensions() {
    let mut bench = Bench::key();
    let mut request = passkey("alice");
    request.enterprise_attestation = Some(1);
    assert_eq!(
        bench.make(request).await.err(),
        Some(Status::InvalidParameter)
    );
    let mut request = passkey("alice");
    request.extensions = Some(webauthn::cbor::Value::map([
        ("credProtect", 3.into()),
        ("madeUp", true.into()),
    ]));
    let made = bench
        .make(request)
        .await
        .expect("unknown extensions do no harm");
    let data = AuthenticatorData::parse(&made.response.auth_data).expect("well-formed");
    assert!(data.extensions.is_none());
}

#[tokio::test]
async fn tells_of_an_excluded_credential_only_after_a_touch() {
    let mut bench = Bench::key();
    let [alice] = bench.enrol(["alice"]).await;
    let mut request = passkey("alice");
    request.exclude_list = vec![descriptor(b"another"), descriptor(&alice.id)];
    for (refusal, status) in [
        (None, Status::CredentialExcluded),
        (Some(Refusal::TimedOut), Status::CredentialExcluded),
        (Some(Refusal::Declined), Status::OperationDenied),
        (Some(Refusal::Cancelled), Status::KeepaliveCancel),
    ] {
        bench.world.user.asked.clear();
        bench.world.user.refusals.extend(refusal);
        assert_eq!(bench.make(request.clone()).await.err(), Some(status));
        assert_eq!(bench.world.user.asked.len(), 1, "one touch");
    }
    request.rp.id = "other.example".into();
    bench
        .make(request)
        .await
        .expect("excluded at one relying party is not excluded at another");
}

#[tokio::test]
async fn a_phone_asks_only_once_before_it_tells_of_an_excluded_credential() {
    let mut bench = Bench::phone();
    let [alice] = bench.enrol(["alice"]).await;
    let mut request = passkey("bob");
    request.exclude_list = vec![descriptor(&alice.id)];
    assert_eq!(
        bench.make(request).await.err(),
        Some(Status::CredentialExcluded)
    );
    assert_eq!(
        bench.world.user.asked,
        [Asked::Verify(Purpose::CreatePasskey)]
    );
}

#[tokio::test]
async fn a_passkey_for_the_same_account_replaces_the_old_one() {
    let mut bench = Bench::key();
    let [old, bob, new] = bench.enrol(["alice", "bob", "alice"]).await;
    let ids: Vec<_> = bench
        .world
        .store
        .credentials
        .iter()
        .map(|it| it.id.as_bytes().to_vec())
        .collect();
    assert_eq!(
        ids,
        [bob.id, new.id],
        "the old passkey {:?} is gone",
        old.id
    );
    let mut elsewhere = passkey("alice");
    elsewhere.rp.id = "other.example".into();
    bench.make(elsewhere).await.expect("room");
    let mut second_factor = passkey("alice");
    second_factor.options.rk = None;
    bench.make(second_factor).await.expect("room");
    assert_eq!(
        bench.world.store.credentials.len(),
        4,
        "other accounts and kinds stay"
    );
}

#[tokio::test]
async fn says_when_it_is_full() {
    let mut bench = Bench::new(Profile {
        max_discoverable: 2,
        max_non_discoverable: 1,
        ..Profile::key()
    });
    bench.enrol(["alice", "bob"]).await;
    assert_eq!(
        bench.make(passkey("carol")).await.err(),
        Some(Status::KeyStoreFull)
    );
    bench
        .make(passkey("bob"))
        .await
        .expect("replacing needs no room");
    let mut second_factor = passkey("carol");
    second_factor.options.rk = Some(false);
    bench
        .make(second_factor.clone())
        .await
        .expect("these have room of their own");
    assert_eq!(
        bench.make(second_factor).await.err(),
        Some(Status::KeyStoreFull)
    );
}

#[tokio::test]
async fn refuses_user_handles_of_impossible_length() {
    let mut bench = Bench::key();
    for length in [0, 65, 1_000] {
        let mut request = passkey("alice");
        request.user.id = vec![1; length];
        assert_eq!(
            bench.make(request).await.err(),
            Some(Status::InvalidLength),
            "{length} bytes"
        );
    }
}

#[tokio::test]
async fn a_broken_disk_is_an_error_of_its_own_and_told_to_the_timeline() {
    let mut bench = Bench::key();
    bench.world.store.broken = true;
    assert_eq!(
        bench.make(passkey("alice")).await.err(),
        Some(Status::Other)
    );
    assert_eq!(bench.world.notes.kinds(), [kinds::FAILED]);
}

#[tokio::test]
async fn the_private_key_shows_in_no_debug_text() {
    let mut bench = Bench::key();
    bench.enrol(["alice"]).await;
    let credential = &bench.world.store.credentials[0];
    let text = format!("{credential:?}");
    let first = credential.private_key.as_bytes()[0];
    assert!(text.contains("private_key: PrivateKey,"), "{text}");
    assert!(!text.contains(&format!("[{first}, ")), "{text}");
}
