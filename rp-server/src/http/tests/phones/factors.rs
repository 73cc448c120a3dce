//! By which factor somebody was verified: what counts for a PIN's reset, and what the policy allows.

use pin_sync::{
    exchange::Purpose,
    online::{Typed, Verdict},
    refusal::Reason,
};
use serde_json::{Value, json};
use webauthn::{id::Aaguid, uvm::Entry};

use super::{
    super::{authenticator::Authenticator, fixture::ORIGIN},
    ada::{Ada, refused},
    device::{OTHER_PIN, POLICY, new_pin, second_round},
};
use crate::{kinds, pin::ResetBy};

const FINGER: u32 = Entry::FINGERPRINT_INTERNAL;
const OWN_PIN: u32 = Entry::PASSCODE_INTERNAL;
const SYNCED_PIN: u32 = Entry::PASSCODE_EXTERNAL;

#[tokio::test]
async fn a_pin_is_reset_by_a_finger_or_another_authenticator_and_not_by_itself() {
    let (mut ada, mut phone) = Ada::with_phone().await;
    let mut passkey = ada.passkey.clone();
    for (methods, code) in [
        (&[SYNCED_PIN][..], "verifiedByThisPin"),
        (&[FINGER, SYNCED_PIN], "verifiedByThisPin"),
        (&[OWN_PIN], "notAnotherFactor"),
        (&[], "notAnotherFactor"),
        (&[FINGER; 4], "methodsUnreadable"),
    ] {
        let answer = ada.reset(&mut passkey, methods).await;
        assert_eq!(refused(&answer), (422, code), "{methods:?}");
        assert_eq!(
            answer.body["verification"]["verified"], true,
            "all 25 steps hold; it is the factor that does not"
        );
        assert_eq!(ada.world.status().await.pin_version, 1);
    }
    let done = ada.reset(&mut passkey, &[FINGER]).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let shown = ada.browser.get("/api/pin").await.body;
    assert_eq!(
        (&shown["status"], &shown["pinVersion"]),
        (&json!("none"), &json!(2))
    );
    assert_eq!(phone.set(OTHER_PIN).await.verdict, Verdict::Ok);
    let mut key = ada.another(Aaguid([9; 16])).await;
    for methods in [&[][..], &[OWN_PIN]] {
        let done = ada.reset(&mut key, methods).await;
        assert_eq!(done.status, 200, "another authenticator: {}", done.text);
    }
    let done = ada.reset(&mut key, &[SYNCED_PIN]).await;
    assert_eq!(refused(&done), (422, "verifiedByThisPin"));
    let logged = ada.world.logged().await;
    assert!(logged.contains(&"resetRefused".to_owned()), "{logged:?}");
    let judged = ada.world.events(kinds::FACTOR_JUDGED);
    assert_eq!(judged.len(), 9);
    assert_eq!(judged[0]["rule"], "anotherFactor");
    assert_eq!(judged[0]["outcome"], "failed");
    assert_eq!(judged[5]["methods"], json!(["fingerprint"]));
    let by: Vec<_> = ada.world.events(kinds::PIN_RESET);
    assert!(by.iter().all(|reset| reset["by"] == "selfService") && by.len() == 3);
}

#[tokio::test]
async fn after_an_administrators_reset_a_pin_is_set_once_somebody_has_signed_in_by_something_else()
{
    let (mut ada, mut phone) = Ada::with_phone().await;
    let mut passkey = ada.passkey.clone();
    let account = ada.world.ada.id.clone();
    for by in [ResetBy::App, ResetBy::Administrator] {
        let party = ada.world.party();
        assert!(party.reset_pin(&account, by, None).await.expect("reset"));
        if by == ResetBy::App {
            // Begun before the administrator's reset: it goes no further.
            let (_, begun) = phone.exchange(Purpose::Set).await;
            let reset = party.reset_pin(&account, ResetBy::Administrator, None);
            assert!(reset.await.expect("reset"));
            let typed = Typed::Pin(new_pin(OTHER_PIN));
            let answer = phone.online(&second_round(&begun, &typed)).await;
            assert_eq!(refused(&answer), (409, "exchangeUnknown"));
        }
    }
    for methods in [&[][..], &[SYNCED_PIN]] {
        assert_eq!(phone.refused(Purpose::Set).await, Reason::SignInFirst);
        passkey.methods = methods.to_vec();
        assert_eq!(ada.browser.sign_in(&mut passkey).await.status, 200);
    }
    assert_eq!(
        phone.refused(Purpose::Set).await,
        Reason::SignInFirst,
        "the phone's PIN may have verified either"
    );
    passkey.methods = vec![OWN_PIN];
    assert_eq!(ada.browser.sign_in(&mut passkey).await.status, 200);
    assert_eq!(phone.set(OTHER_PIN).await.verdict, Verdict::Ok);
    let logged = ada.world.logged().await;
    assert!(logged.contains(&"signedInSinceReset".to_owned()));
    let begun = ada.browser.begin_sign_in().await;
    let asked = &begun["publicKey"]["extensions"];
    assert_eq!(*asked, Value::Null, "nobody has to");

    let party = ada.world.party();
    let reset = party.reset_pin(&account, ResetBy::Administrator, None);
    assert!(reset.await.expect("reset"));
    let done = ada.reset(&mut passkey, &[FINGER]).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let set = phone.set(super::device::PIN).await.verdict;
    assert_eq!(set, Verdict::InHistory, "one's own reset is a confirmation");
}

#[tokio::test]
async fn a_device_of_the_phones_model_is_taken_for_the_phone() {
    let (mut ada, _) = Ada::with_phone().await;
    let mut twin = ada.another(ada.passkey.aaguid).await;
    for methods in [&[][..], &[OWN_PIN]] {
        let answer = ada.reset(&mut twin, methods).await;
        assert_eq!(refused(&answer), (422, "notAnotherFactor"));
    }
    assert_eq!(ada.reset(&mut twin, &[FINGER]).await.status, 200);
}

#[tokio::test]
async fn what_the_client_says_of_the_method_counts_for_nothing() {
    let (mut ada, _) = Ada::with_phone().await;
    ada.passkey.methods = vec![SYNCED_PIN];
    let begun = ada
        .browser
        .post("/api/pin/reset/begin", json!({}))
        .await
        .body;
    let mut credential = ada.passkey.get(&begun["publicKey"]);
    credential["clientExtensionResults"] = json!({ "uvm": [[FINGER, 1, 1]] });
    let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
    let answer = ada.browser.post("/api/pin/reset/finish", body).await;
    assert_eq!(refused(&answer), (422, "verifiedByThisPin"));
}

#[tokio::test]
async fn the_method_cannot_be_put_into_an_assertion_afterwards() {
    let (mut ada, _) = Ada::with_phone().await;
    let begun = ada
        .browser
        .post("/api/pin/reset/begin", json!({}))
        .await
        .body;
    let mut plain = ada.passkey.get(&begun["publicKey"]);
    let mut with_finger = ada.passkey.clone();
    with_finger.methods = vec![FINGER];
    let forged = with_finger.get_without_counting(&begun["publicKey"]);
    plain["response"]["authenticatorData"] = forged["response"]["authenticatorData"].clone();
    let body = json!({ "ceremony": begun["ceremony"], "credential": plain });
    let answer = ada.browser.post("/api/pin/reset/finish", body).await;
    answer.refused_at("7.2", 21, "confirmation");
}

#[tokio::test]
async fn a_reset_needs_its_own_fresh_ceremony_of_this_account() {
    let (mut ada, _) = Ada::with_phone().await;
    let mut passkey = ada.passkey.clone();
    passkey.methods = vec![FINGER];
    let begun = ada
        .browser
        .post("/api/pin/reset/begin", json!({}))
        .await
        .body;
    let credential = passkey.get(&begun["publicKey"]);
    let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
    let mut eve = ada.world.bench.visitor();
    eve.sign_up("eve", 9).await;
    let taken = eve.post("/api/pin/reset/finish", body.clone()).await;
    assert_eq!(refused(&taken), (401, "signedOut"));
    let late = ada.browser.post("/api/pin/reset/finish", body).await;
    late.refused_at("7.2", 11, "already used");
    let begun = ada
        .browser
        .post("/api/pin/reset/begin", json!({}))
        .await
        .body;
    let credential = passkey.get(&begun["publicKey"]);
    let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
    ada.world
        .clock()
        .advance(std::time::Duration::from_secs(300));
    let late = ada.browser.post("/api/pin/reset/finish", body).await;
    late.refused_at("7.2", 11, "expired");
    assert_eq!(ada.world.status().await.pin_version, 1);
}

#[tokio::test]
async fn a_phones_app_resets_by_a_passkey_of_the_enrolled_account_without_a_session() {
    let (ada, phone) = Ada::with_phone().await;
    let mut app = ada.world.bench.visitor();
    let mut passkey = ada.passkey.clone();
    let mut eves = ada.world.bench.visitor().sign_up("eve", 9).await;
    eves.methods = vec![FINGER];
    let mut reset = async |key: &mut Authenticator, enrolment: &str| {
        let begun = app.post("/pin/reset/begin", json!({})).await.body;
        assert_eq!(begun["publicKey"]["allowCredentials"], json!([]));
        let credential = key.get(&begun["publicKey"]);
        let body = json!({ "enrolmentId": enrolment, "ceremony": begun["ceremony"], "credential": credential });
        app.post("/pin/reset/finish", body).await
    };
    passkey.methods = vec![SYNCED_PIN];
    let by_itself = reset(&mut passkey, phone.id()).await;
    assert_eq!(refused(&by_itself), (422, "verifiedByThisPin"));
    passkey.methods = vec![FINGER];
    let elsewhere = reset(&mut passkey, "unknown").await;
    assert_eq!(refused(&elsewhere), (404, "noSuchEnrolment"));
    let foreign = reset(&mut eves, phone.id()).await;
    assert_eq!(refused(&foreign), (404, "noSuchEnrolment"));
    assert_eq!(ada.world.status().await.pin_version, 1);
    let done = reset(&mut passkey, phone.id()).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(
        ada.world.events(kinds::PIN_RESET),
        [json!({ "account": "lovelace", "by": "app" })]
    );
}

#[tokio::test]
async fn biometrics_are_refused_at_sign_in_where_the_policy_says_so() {
    let strict = format!("[passkeys]\nbiometrics = false\n{POLICY}");
    let mut ada = Ada::new(&strict).await;
    let mut passkey = ada.passkey.clone();
    let mut sign_in = async |methods: &[u32]| {
        passkey.methods = methods.to_vec();
        let begun = ada.browser.begin_sign_in().await;
        assert_eq!(begun["publicKey"]["extensions"], json!({ "uvm": true }));
        let credential = passkey.get(&begun["publicKey"]);
        ada.browser.finish_sign_in(&begun, credential).await
    };
    let finger = sign_in(&[FINGER]).await;
    assert_eq!(refused(&finger), (422, "biometricsNotAllowed"));
    assert_eq!(
        finger.message(),
        "The passkey was unlocked by fingerprint, which the policy does not allow. Start again and use a PIN."
    );
    for methods in [&[SYNCED_PIN][..], &[OWN_PIN], &[]] {
        let done = sign_in(methods).await;
        assert_eq!(done.status, 200, "{methods:?}: {}", done.text);
    }
    let outcomes: Vec<_> = ada
        .world
        .events(kinds::FACTOR_JUDGED)
        .iter()
        .filter(|judged| judged["purpose"] == "signIn")
        .map(|judged| judged["outcome"].clone())
        .collect();
    assert_eq!(outcomes, ["failed", "passed", "passed", "notApplicable"]);
    let reset = ada.reset(&mut passkey, &[FINGER]).await;
    assert_eq!(refused(&reset), (422, "biometricsNotAllowed"));
    let (offer, _) = ada.claimed().await;
    let begun = ada.begin(&offer).await;
    passkey.methods = vec![FINGER];
    let credential = passkey.get(&begun["publicKey"]);
    let confirmed = ada.finish(&offer, &begun, credential).await;
    assert_eq!(refused(&confirmed), (422, "biometricsNotAllowed"));
    assert_eq!(ada.state(&offer).await["state"], "claimed");
}

#[tokio::test]
async fn biometrics_are_refused_for_new_passkeys_too_where_the_policy_says_so() {
    let strict = format!("[passkeys]\nbiometrics = false\n{POLICY}");
    let mut ada = Ada::new(&strict).await;
    let begun = ada
        .browser
        .post("/api/registration/begin", json!({}))
        .await
        .body;
    assert_eq!(begun["publicKey"]["extensions"], json!({ "uvm": true }));
    let mut second = ada.passkey.clone();
    second.credential_id = vec![77; 32];
    second.methods = vec![FINGER];
    let credential = second.create(&begun["publicKey"]);
    let further = ada.browser.finish_registration(&begun, credential).await;
    assert_eq!(refused(&further), (422, "biometricsNotAllowed"));
    let begun = ada
        .browser
        .post("/api/registration/begin", json!({}))
        .await
        .body;
    second.methods = vec![OWN_PIN];
    let credential = second.create(&begun["publicKey"]);
    let further = ada.browser.finish_registration(&begun, credential).await;
    assert_eq!(further.status, 201, "{}", further.text);
    let mut newcomer = ada.world.bench.visitor();
    let begun = newcomer.begin_sign_up("eve").await;
    let mut eves = Authenticator::new(9, ORIGIN, "acme.localhost");
    eves.methods = vec![FINGER];
    let credential = eves.create(&begun["publicKey"]);
    let signed_up = newcomer.finish_registration(&begun, credential).await;
    assert_eq!(refused(&signed_up), (422, "biometricsNotAllowed"));
    assert_eq!(newcomer.get("/api/session").await.status, 401);
    let told: Vec<_> = ada
        .world
        .events(kinds::FACTOR_JUDGED)
        .iter()
        .map(|judged| (judged["purpose"].clone(), judged["outcome"].clone()))
        .collect();
    let registration = |outcome: &str| (json!("registration"), json!(outcome));
    assert_eq!(
        told,
        [
            registration("notApplicable"),
            registration("failed"),
            registration("passed"),
            registration("failed")
        ]
    );
}

#[tokio::test]
async fn nothing_is_asked_or_told_of_methods_where_biometrics_are_allowed() {
    let mut ada = Ada::new(POLICY).await;
    let begun = ada.browser.begin_sign_in().await;
    assert_eq!(begun["publicKey"]["extensions"], Value::Null);
    ada.passkey.methods = vec![FINGER];
    let credential = ada.passkey.get(&begun["publicKey"]);
    let done = ada.browser.finish_sign_in(&begun, credential).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert!(ada.world.events(kinds::FACTOR_JUDGED).is_empty());
}
