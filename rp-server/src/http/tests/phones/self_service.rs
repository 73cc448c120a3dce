//! The account's own pages: its PIN, invitations for phones, and the reset by another factor.

use pin_sync::{enrolment::Names, exchange::Purpose, online::Verdict, refusal::Reason};
use serde_json::{Value, json};
use webauthn::{
    id::{Aaguid, Base64Url},
    uvm::Entry,
};

use super::{
    super::{
        authenticator::{Authenticator, bend, bytes},
        fixture::{Answer, ORIGIN, Visitor},
    },
    device::{OTHER_PIN, PIN, POLICY, Phone, World, account, claim_request, send},
};
use crate::{Limits, SystemRandom, kinds, pin::draw::Draw};

/// ada, signed in with her first passkey, which lives on a phone.
struct Ada {
    world: World,
    browser: Visitor,
    passkey: Authenticator,
    /// What the phone of the last claim shows.
    digits: String,
}

impl Ada {
    async fn new(policy: &str) -> Self {
        let world = World::with(Limits::default(), policy).await;
        let mut browser = world.bench.visitor();
        let passkey = browser.sign_up("lovelace", 21).await;
        let ada = account(world.party(), "lovelace").await;
        let world = World { ada, ..world };
        Self {
            world,
            browser,
            passkey,
            digits: String::new(),
        }
    }

    /// The same, with a phone that was confirmed with that passkey and has [`PIN`].
    async fn with_phone() -> (Self, Phone) {
        let mut ada = Self::new(POLICY).await;
        let (offer, phone) = ada.claimed().await;
        let begun = ada.begin(&offer).await;
        let credential = ada.passkey.get(&begun["publicKey"]);
        assert_eq!(ada.finish(&offer, &begun, credential).await.status, 200);
        assert_eq!(phone.finish().await.status, 200);
        let mut phone = phone;
        assert_eq!(phone.set(PIN).await.verdict, Verdict::Ok);
        (ada, phone)
    }

    /// An invitation that a phone has taken.
    async fn claimed(&mut self) -> (String, Phone) {
        let made = self.browser.post("/api/pin/offers", json!({})).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let text = made.body["code"].as_str().expect("text");
        let scanned = pin_sync::offer::Offer::from_text(text).expect("an invitation");
        assert_eq!(scanned.account_name, "lovelace");
        let mut random = Draw(&SystemRandom);
        let kd = pin_sync::key::SigningKey::generate(&mut random).expect("a key");
        let request = claim_request(&scanned.code, "phone", &kd);
        let router = self.browser.router.clone();
        let answer = send(
            &router,
            "/pin/enrol/claim",
            &pin_sync::wire::Body::to_json(&request),
        )
        .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let of = |name: &str| answer.body[name].as_str().expect("text").to_owned();
        let names = Names::new(&of("rpId"), &of("accountId"), "phone", &of("enrolmentId"));
        let ks = bytes(&answer.body["ks"]);
        let ks = pin_sync::key::VerifyingKey::from_sec1(pin_sync::key::PointName::Ks, &ks);
        let binding = pin_sync::enrolment::Binding::new(
            names.expect("names"),
            kd.verifying_key().clone(),
            ks.expect("a point"),
            answer.body["testIterations"] == true,
        );
        self.digits = binding.t().digits(&scanned.code);
        let phone = Phone {
            router,
            binding,
            kd,
            counter: 0,
        };
        (made.body["offer"].as_str().expect("text").to_owned(), phone)
    }

    async fn begin(&mut self, offer: &str) -> Value {
        let path = format!("/api/pin/offers/{offer}/begin");
        let begun = self.browser.post(&path, json!({})).await;
        assert_eq!(begun.status, 200, "{}", begun.text);
        begun.body
    }

    async fn finish(&mut self, offer: &str, begun: &Value, credential: Value) -> Answer {
        let path = format!("/api/pin/offers/{offer}/finish");
        let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
        self.browser.post(&path, body).await
    }

    async fn state(&mut self, offer: &str) -> Value {
        let answer = self.browser.get(&format!("/api/pin/offers/{offer}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body
    }

    /// A reset with this authenticator, as it verifies its user by `methods`.
    async fn reset(&mut self, key: &mut Authenticator, methods: &[u32]) -> Answer {
        key.methods = methods.to_vec();
        let begun = self.browser.post("/api/pin/reset/begin", json!({})).await;
        assert_eq!(
            begun.body["publicKey"]["extensions"],
            json!({ "uvm": true })
        );
        let credential = key.get(&begun.body["publicKey"]);
        let body = json!({ "ceremony": begun.body["ceremony"], "credential": credential });
        self.browser.post("/api/pin/reset/finish", body).await
    }

    /// One more passkey, on a device of that model.
    async fn another(&mut self, model: Aaguid) -> Authenticator {
        let begun = self
            .browser
            .post("/api/registration/begin", json!({}))
            .await
            .body;
        let mut key = Authenticator::new(22, ORIGIN, "acme.localhost");
        key.aaguid = model;
        let credential = key.create(&begun["publicKey"]);
        let done = self.browser.finish_registration(&begun, credential).await;
        assert_eq!(done.status, 201, "{}", done.text);
        key
    }
}

fn refused(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

#[tokio::test]
async fn strangers_are_refused_everywhere() {
    let (ada, phone) = Ada::with_phone().await;
    let mut stranger = ada.world.bench.visitor();
    let phone = format!("/api/pin/phones/{}", phone.id());
    let finish = json!({ "ceremony": "AAAAAAAAAAAAAAAAAAAAAA", "credential": {} });
    for (method, path, body) in [
        ("GET", "/api/pin", Value::Null),
        ("DELETE", phone.as_str(), Value::Null),
        ("POST", "/api/pin/offers", json!({})),
        ("GET", "/api/pin/offers/x", Value::Null),
        ("POST", "/api/pin/offers/x/begin", json!({})),
        ("POST", "/api/pin/offers/x/finish", finish.clone()),
        ("POST", "/api/pin/offers/x/confirm", json!({})),
        ("POST", "/api/pin/reset/begin", json!({})),
        ("POST", "/api/pin/reset/finish", finish),
    ] {
        let answer = stranger.call(method, path, body).await;
        assert_eq!(refused(&answer), (401, "signedOut"), "{method} {path}");
    }
}

#[tokio::test]
async fn the_account_sees_its_pin_its_phones_and_what_the_policy_asks() {
    let mut ada = Ada::new(POLICY).await;
    let none = ada.browser.get("/api/pin").await.body;
    assert_eq!(
        (&none["status"], &none["phones"]),
        (&json!("none"), &json!([]))
    );
    assert_eq!(
        none["policy"],
        json!({ "minLength": 6, "maxLength": 12, "charset": "digits", "enrolment": "passkey", "offline": true, "validitySeconds": 604_800 })
    );
    let (mut ada, mut phone) = Ada::with_phone().await;
    phone.sync(1).await;
    let shown = ada.browser.get("/api/pin").await.body;
    assert_eq!(shown["status"], "active");
    assert_eq!(shown["expiresAt"], Value::Null);
    assert_eq!(shown["extraSignInsLeft"], Value::Null);
    let listed = &shown["phones"][0];
    assert_eq!(listed["enrolmentId"], phone.id());
    assert_eq!(listed["failures"], 1);
    assert_eq!(listed["pinVersion"], shown["pinVersion"]);
    let path = format!("/api/pin/phones/{}", phone.id());
    let gone = ada.browser.call("DELETE", &path, Value::Null).await;
    assert_eq!(gone.status, 204);
    assert_eq!(phone.refused(Purpose::Sync).await, Reason::Revoked);
}

#[tokio::test]
async fn a_phone_is_confirmed_by_a_passkey_that_signs_the_keys_of_both_sides() {
    let mut ada = Ada::new(POLICY).await;
    let made = ada.browser.post("/api/pin/offers", json!({})).await.body;
    let offer = made["offer"].as_str().expect("text").to_owned();
    assert_eq!(ada.state(&offer).await["state"], "open");
    for part in ["begin", "confirm"] {
        let path = format!("/api/pin/offers/{offer}/{part}");
        let early = ada.browser.post(&path, json!({})).await;
        assert_eq!(early.status, 409, "{part}: {}", early.text);
    }
    let (offer, phone) = ada.claimed().await;
    let state = ada.state(&offer).await;
    assert_eq!(
        (&state["state"], &state["deviceName"]),
        (&json!("claimed"), &json!("Ada's phone"))
    );
    assert_eq!(state["digits"], ada.digits);
    let begun = ada.begin(&offer).await;
    assert_eq!(bytes(&begun["publicKey"]["challenge"]), phone.binding.t().0);
    assert_eq!(begun["publicKey"]["userVerification"], "required");
    assert_eq!(
        begun["publicKey"]["allowCredentials"][0]["id"],
        Base64Url(ada.passkey.credential_id.clone()).to_string()
    );
    assert_eq!(phone.finish().await.code(), "notConfirmed");
    let credential = ada.passkey.get(&begun["publicKey"]);
    let done = ada.finish(&offer, &begun, credential.clone()).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(done.body["verification"]["verified"], true);
    assert_eq!(ada.state(&offer).await["state"], "confirmed");
    let again = ada.finish(&offer, &begun, credential).await;
    assert_eq!(refused(&again), (409, "offerOver"));
    assert_eq!(phone.finish().await.status, 200);
    assert_eq!(ada.state(&offer).await["state"], "enrolled");
    let confirmed = ada.world.events(kinds::PIN_CONFIRMED);
    assert_eq!(
        confirmed[0]["credentialId"],
        begun["publicKey"]["allowCredentials"][0]["id"]
    );
}

#[tokio::test]
async fn a_confirmation_counts_for_its_own_invitation_and_ceremony_only() {
    let mut ada = Ada::new(POLICY).await;
    let (first, _) = ada.claimed().await;
    let (second, _) = ada.claimed().await;
    let begun = ada.begin(&first).await;
    let credential = ada.passkey.get(&begun["publicKey"]);
    let crossed = ada.finish(&second, &begun, credential).await;
    assert_eq!(refused(&crossed), (409, "offerOver"));
    assert_eq!(ada.state(&second).await["state"], "claimed");

    let sign_in = ada.browser.begin_sign_in().await;
    let credential = ada.passkey.get(&sign_in["publicKey"]);
    let crossed = ada.finish(&first, &sign_in, credential).await;
    crossed.refused_at("7.2", 11, "challenge");

    let begun = ada.begin(&first).await;
    let credential = ada.passkey.get(&begun["publicKey"]);
    let crossed = ada.browser.finish_sign_in(&begun, credential).await;
    crossed.refused_at("7.2", 11, "challenge");
    let begun = ada.begin(&first).await;
    let credential = ada.passkey.get(&begun["publicKey"]);
    let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
    let crossed = ada.browser.post("/api/pin/reset/finish", body).await;
    crossed.refused_at("7.2", 11, "challenge");
    assert_eq!(ada.state(&first).await["state"], "claimed");
}

#[tokio::test]
async fn a_phone_is_not_confirmed_by_a_bent_or_foreign_assertion() {
    let mut ada = Ada::new(POLICY).await;
    let (offer, _) = ada.claimed().await;
    let begun = ada.begin(&offer).await;
    let mut credential = ada.passkey.get(&begun["publicKey"]);
    bend(&mut credential["response"]["signature"], |signature| {
        let last = signature.len() - 1;
        signature[last] ^= 1;
    });
    let bent = ada.finish(&offer, &begun, credential).await;
    bent.refused_at("7.2", 21, "confirmation");
    let mut eve = ada.world.bench.visitor();
    let mut key = eve.sign_up("eve", 9).await;
    let begun = ada.begin(&offer).await;
    let foreign = ada
        .finish(&offer, &begun, key.get(&begun["publicKey"]))
        .await;
    foreign.refused_at("7.2", 5, "confirmation");
    let begun = ada.begin(&offer).await;
    let path = format!("/api/pin/offers/{offer}/finish");
    let body = json!({ "ceremony": begun["ceremony"], "credential": ada.passkey.get(&begun["publicKey"]) });
    let taken = eve.post(&path, body).await;
    assert_eq!(refused(&taken), (404, "offerUnknown"), "of another account");
    let begun = ada.begin(&offer).await;
    let unreadable = ada.finish(&offer, &begun, json!({})).await;
    assert_eq!(unreadable.status, 422);
    assert_eq!(ada.state(&offer).await["state"], "claimed");
}

#[tokio::test]
async fn digits_confirm_a_phone_only_where_the_policy_says_so() {
    let mut ada = Ada::new(POLICY).await;
    let (offer, phone) = ada.claimed().await;
    let path = format!("/api/pin/offers/{offer}/confirm");
    let early = ada.browser.post(&path, json!({})).await;
    assert_eq!(refused(&early), (409, "passkeyNeeded"));
    let digits = format!("{POLICY}enrolment = \"digits\"\n");
    ada.world.policy(&digits).await;
    assert_eq!(ada.browser.post(&path, json!({})).await.status, 204);
    assert_eq!(phone.finish().await.status, 200);
    let twice = ada.browser.post(&path, json!({})).await;
    assert_eq!(refused(&twice), (409, "offerOver"));
}

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
    let judged = ada.world.events(kinds::FACTOR_JUDGED);
    assert_eq!(judged.len(), 9);
    assert_eq!(judged[0]["rule"], "anotherFactor");
    assert_eq!(judged[0]["outcome"], "failed");
    assert_eq!(judged[5]["methods"], json!(["fingerprint"]));
    let by: Vec<_> = ada.world.events(kinds::PIN_RESET);
    assert!(by.iter().all(|reset| reset["by"] == "selfService") && by.len() == 3);
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
