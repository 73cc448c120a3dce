//! What people do with a PIN: enrolling, signing in, answering a workstation.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_enrolled_its_pin_set_and_synchronized_and_every_hop_names_its_cause() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page, phone) = opened(folder.path()).await;
    let id = synced(&bench, &page, &phone, ACCOUNT_PIN).await;
    let now = enrolment(&bench, &phone, &id).await;
    assert_eq!(
        (now.rp_id.as_str(), now.username.as_str(), now.failures),
        ("localhost", "alice", 0)
    );
    assert!(now.synced_at.is_some() && now.acknowledged_at.is_some());
    assert!(now.valid_until > now.synced_at, "{now:?}");
    assert!(!now.reason.is_empty() && !now.kept_in.is_empty());
    let path = causes(&bench, "device.pin.synced");
    assert_eq!(
        path[..4],
        [
            "device.pin.synced",
            "rp.response",
            "rp.request",
            "device.pin.exchange"
        ],
        "{path:?}"
    );
    let path = causes(&bench, "rp.pin.acknowledged");
    assert_eq!(
        path[..3],
        ["rp.pin.acknowledged", "rp.request", "device.pin.synced"],
        "{path:?}"
    );
    let path = causes(&bench, "device.pin.answered");
    assert_eq!(
        path[..3],
        ["device.pin.answered", "rp.response", "rp.request"],
        "{path:?}"
    );
    let overview = bench.relying_party_overview(None).await.expect("it runs");
    let of = &overview["accounts"][0]["pin"]["phones"][0];
    assert_eq!(of["enrolmentId"], id.as_str(), "{overview}");
    assert_eq!(of["failures"], 0);
    let known: std::collections::BTreeSet<_> = kinds::EVERY.iter().copied().collect();
    for event in events(&bench) {
        assert!(
            known.contains(event.kind.as_ref()),
            "{} is not listed",
            event.kind
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_relying_parties_two_pins_and_one_phone_that_takes_each_for_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, acme, phone) = opened(folder.path()).await;
    synced(&bench, &acme, &phone, ACCOUNT_PIN).await;
    let bank = bench.relying_party_add("Bank".to_owned()).await;
    let bank = bank.expect("added");
    allow_offline(&bench, Some(bank.rp_id.clone())).await;
    let page = Page::at(&bank.origin);
    page.register(&bench, "alice").await;
    let id = synced(&bench, &page, &phone, OTHER_PIN).await;
    assert_eq!(enrolment(&bench, &phone, &id).await.rp_id, "bank.localhost");
    bench
        .device_settings(phone.clone(), by_synced_pin())
        .await
        .expect("set");
    for (page, right, wrong) in [
        (&acme, ACCOUNT_PIN, OTHER_PIN),
        (&page, OTHER_PIN, ACCOUNT_PIN),
    ] {
        page.sign_out().await;
        let (status, signed_in) = page.sign_in(&bench, touch_and_enter(&bench, right)).await;
        assert_eq!(status, 200, "{signed_in}");
        page.sign_out().await;
        let (_, begun) = page.post("authentication/begin", json!({})).await;
        let options = begun["publicKey"].clone();
        let before = told(&bench, "rp.session.bound").len();
        let answer = call(&bench, &page.origin, CredentialsMethod::Get, options);
        let (answer, ()) = tokio::join!(answer, touch_and_enter(&bench, wrong));
        assert!(
            matches!(answer, crate::api::CredentialsAnswer::Exception { .. }),
            "one's PIN verifies nobody for the other's passkey"
        );
        assert_eq!(told(&bench, "rp.session.bound").len(), before);
        let (status, _) = page.sign_in(&bench, touch_and_enter(&bench, right)).await;
        assert_eq!(status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offline_phone_answers_a_workstation_and_each_side_names_the_other_as_cause() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page, phone) = opened(folder.path()).await;
    synced(&bench, &page, &phone, ACCOUNT_PIN).await;
    bench
        .device_network_set(Some(phone.clone()), NetworkState::Offline)
        .await
        .expect("set");
    let ask = json!({ "username": "alice", "workstation": "Desk 4" });
    let (status, begun) = page.post("workstation/logon/begin", ask).await;
    assert_eq!(status, 200, "{begun}");
    let text = begun["phones"][0]["code"].as_str().expect("a code");
    let scanning = bench.device_scan(phone.clone(), text.to_owned());
    let person = async {
        let prompt = pin_prompt(&bench, "workstation", false).await;
        enter(&bench, &prompt, ACCOUNT_PIN).await;
    };
    let (scanned, ()) = tokio::join!(scanning, person);
    assert_eq!(scanned.expect("answered"), Scanned::Logon);
    let shown = device(&bench, &phone).await.shown_code.expect("shown");
    assert_eq!(
        (shown.code.len(), shown.workstation.as_str()),
        (8, "Desk 4")
    );
    let finish = json!({ "session": begun["session"], "code": shown.code });
    let (status, finished) = page.post("workstation/logon/finish", finish.clone()).await;
    assert_eq!(status, 200, "{finished}");
    let path = causes(&bench, "rp.logon.finished");
    assert_eq!(
        path[..5],
        [
            "rp.logon.finished",
            "rp.request",
            "device.logon.answered",
            "rp.response",
            "rp.request"
        ],
        "{path:?}"
    );
    let (status, _): (u16, Value) = page.post("workstation/logon/finish", finish).await;
    assert_eq!(status, 422, "one answer a challenge");
}
