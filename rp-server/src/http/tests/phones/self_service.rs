//! The account's own pages: its PIN, and invitations for phones.

use pin_sync::{exchange::Purpose, refusal::Reason};
use serde_json::{Value, json};
use webauthn::id::Base64Url;

use super::{
    super::authenticator::{bend, bytes},
    ada::{Ada, refused},
    device::POLICY,
};
use crate::kinds;

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
