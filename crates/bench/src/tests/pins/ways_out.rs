//! Refusals, the administration, and resets.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, _, phone) = opened(folder.path()).await;
    let nobody = || "nobody".to_owned();
    let here = || phone.clone();
    let codes = [
        bench.enrolment_sync(here(), nobody()).await.err(),
        bench.enrolment_verify(here(), nobody()).await.err(),
        bench.enrolment_set_pin(here(), nobody()).await.err(),
        bench.enrolment_change_pin(here(), nobody()).await.err(),
        bench.enrolment_forget(here(), nobody()).await.err(),
        bench.enrolment_reset_pin(here(), nobody()).await.err(),
    ]
    .map(|error| error.expect("there is none").code());
    assert_eq!(codes, ["noSuchEnrolment"; 6]);
    let no_device = || "0011223344556677".to_owned();
    let codes = [
        bench.enrolment_sync(no_device(), nobody()).await.err(),
        bench.enrolment_continue(no_device()).await.err(),
        bench.device_scan(no_device(), nobody()).await.err(),
        bench.device_lock_app(no_device()).await.err(),
        bench.device_unlock_app(no_device()).await.err(),
        bench.device_stores_keep(no_device()).await.err(),
        bench
            .device_stores_restore(no_device(), KeptStores::Both)
            .await
            .err(),
        bench
            .device_copy_enrolments(no_device(), here())
            .await
            .err(),
        bench
            .device_settings(no_device(), by_synced_pin())
            .await
            .err(),
        bench
            .device_network_set(Some(no_device()), NetworkState::Offline)
            .await
            .err(),
    ]
    .map(|error| error.expect("there is none").code());
    assert_eq!(codes, ["noSuchDevice"; 10]);
    for refused in [
        bench.device_scan(here(), nobody()).await.err(),
        bench
            .device_scan(here(), "touchstone-enrol:AAAA".to_owned())
            .await
            .err(),
        bench.enrolment_continue(here()).await.err(),
        bench
            .device_stores_restore(here(), KeptStores::Both)
            .await
            .err(),
        bench.device_lock_app(here()).await.err(),
    ] {
        let refused = refused.expect("that cannot be");
        assert!(refused.to_string().ends_with('.'), "{refused}");
    }
    let unknown = || Some("shop.localhost".to_owned());
    let codes = [
        bench.policy(unknown()).await.err(),
        bench.audit(unknown()).await.err(),
        bench.relying_party_admin(unknown()).await.err(),
        bench.policy_set(unknown(), Json(json!({}))).await.err(),
        bench.pin_admin_reset(unknown(), nobody()).await.err(),
        bench.enrolment_revoke(unknown(), nobody()).await.err(),
    ]
    .map(|error| error.expect("there is none").code());
    assert_eq!(codes, ["noSuchRelyingParty"; 6]);
    for changes in [
        json!({ "pin": { "ofline": true } }),
        json!({ "passkeys": { "required": true, "biometrics": false }, "pin": { "enabled": false } }),
        json!([]),
    ] {
        let refused = bench.policy_set(None, Json(changes.clone())).await;
        let refused = refused.expect_err("no sense");
        assert_eq!(refused.code(), "relyingPartyRefused", "{changes}");
    }
    let refused = bench.pin_admin_reset(None, nobody()).await;
    assert_eq!(
        refused.expect_err("no such account").code(),
        "malformedCall"
    );
    for no_id in ["", "../policy", "a/b", "é"] {
        let refused = bench.enrolment_revoke(None, no_id.to_owned()).await;
        assert_eq!(refused.expect_err("no id").code(), "malformedCall");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_administration_changes_the_policy_resets_a_pin_and_shows_its_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page, phone) = opened(folder.path()).await;
    let id = synced(&bench, &page, &phone, ACCOUNT_PIN).await;
    let Json(before) = bench.policy(None).await.expect("a policy");
    assert_eq!(before["policy"]["pin"]["offline"], true, "{before}");
    let version = bench.policy_set(None, Json(json!({ "pin": { "validity": "0s" } })));
    let version = version.await.expect("good");
    assert!(u64::from(version) > before["version"].as_u64().expect("a number"));
    let off = until_it(&bench, &phone, &id, |it| {
        it.state == PinCacheState::Disabled
    })
    .await;
    assert!(off.reason.ends_with('.'), "{}", off.reason);
    bench
        .pin_admin_reset(None, "alice".to_owned())
        .await
        .expect("reset");
    let reset = told(&bench, "rp.pin.reset").pop().expect("told");
    assert_eq!(reset.body["by"], "administrator");
    bench
        .enrolment_revoke(None, id.clone())
        .await
        .expect("revoked");
    let Json(audit) = bench.audit(None).await.expect("a log");
    let text = audit.to_string();
    for what in ["pinReset", "policyChanged"] {
        assert!(text.contains(what), "{what}: {text}");
    }
    let token = bench.relying_party_admin(None).await.expect("it runs");
    let saved = bench.timeline_save().await.expect("written");
    let saved = std::fs::read_to_string(saved.path).expect("readable");
    assert!(!saved.contains(&token), "the token is nowhere");
    assert!(!format!("{:?}", events(&bench)).contains(&token));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_resets_a_pin_by_a_finger_and_not_by_that_pin_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page, phone) = opened(folder.path()).await;
    let id = synced(&bench, &page, &phone, ACCOUNT_PIN).await;
    let reset = || bench.enrolment_reset_pin(phone.clone(), id.clone());
    let settings = async |settings: DeviceSettings| {
        let set = bench.device_settings(phone.clone(), settings).await;
        set.expect("set");
    };
    settings(by_synced_pin()).await;
    let (refused, ()) = tokio::join!(reset(), touch_and_enter(&bench, ACCOUNT_PIN));
    let refused = refused.expect_err("that is no other factor");
    assert_eq!(refused.code(), "relyingPartyRefused", "{refused}");
    assert!(told(&bench, "rp.pin.reset").is_empty());

    settings(DeviceSettings {
        fingerprint: true,
        ..by_synced_pin()
    })
    .await;
    let person = async |answer: PromptAnswer| {
        let touch = asked(&bench, |question| {
            matches!(question, Question::Touch { .. })
        })
        .await;
        press(&bench, &touch, PromptAnswer::Touch).await;
        let finger = |question: &Question| matches!(question, Question::Fingerprint { .. });
        let finger = asked(&bench, finger).await;
        press(&bench, &finger, answer).await;
    };
    let (declined, ()) = tokio::join!(reset(), person(PromptAnswer::Decline));
    assert_eq!(declined.expect_err("declined").code(), "notReset");
    bench
        .device_network_set(Some(phone.clone()), NetworkState::Offline)
        .await
        .expect("set");
    assert_eq!(
        reset().await.expect_err("offline").code(),
        "relyingPartyAway"
    );
    bench
        .device_network_set(Some(phone.clone()), NetworkState::Online)
        .await
        .expect("set");
    let finger = PromptAnswer::Finger { matches: true };
    let (done, ()) = tokio::join!(reset(), person(finger));
    done.expect("another factor");
    let told = told(&bench, "rp.pin.reset");
    assert_eq!((told.len(), &told[0].body["by"]), (1, &json!("app")));
    assert!(bench.credentials_running().is_empty());
    let now = until_it(&bench, &phone, &id, |it| it.state == PinCacheState::Empty).await;
    assert!(now.reason.ends_with('.'), "{}", now.reason);
}
