//! Accounts' PINs, from the relying party's page to two phones and back: real HTTP, real streams.

use serde_json::{Value, json};
use timeline::Timestamp;

use super::person::*;
use crate::{
    Bench, Setting,
    api::{
        ClockMotion, CredentialsMethod, DeviceSettings, EnrolmentSummary, Json, KeptStores,
        NetworkState, PinCacheState, Prompt, PromptAnswer, Question, Scanned, VerificationMethod,
    },
    kinds,
};

/// The account's PIN at the relying party; a canary too.
const ACCOUNT_PIN: &str = "739154";
/// Another one, for another relying party or a change.
const OTHER_PIN: &str = "604283";

/// A world whose clocks stand still.
fn still() -> Setting {
    Setting {
        seed: Some(11),
        start: Some(Timestamp(1_790_000_000_000)),
        empty: true,
        ..Setting::default()
    }
}

/// A bench with an account at a relying party that allows offline checks, and the page where its
/// owner is signed in.
async fn opened(folder: &std::path::Path) -> (Bench, Page, String) {
    let bench = open_in(folder, still()).await;
    let phone = phone(&bench, "Phone A").await;
    allow_offline(&bench, None).await;
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    (bench, page, phone)
}

async fn phone(bench: &Bench, name: &str) -> String {
    let added = bench.device_add(name.to_owned(), "phone".to_owned()).await;
    added.expect("added").id
}

async fn allow_offline(bench: &Bench, rp_id: Option<String>) -> u32 {
    let changes = json!({ "pin": { "offline": true, "refuse": [] } });
    let version = bench.policy_set(rp_id, Json(changes)).await;
    version.expect("the policy is good")
}

/// Shows the phone the page's code, confirms it there with a passkey, and lets the phone finish,
/// which asks for a PIN where the account has none.
async fn enrol(bench: &Bench, page: &Page, phone: &str, new_pin: Option<&str>) -> String {
    let (status, offer) = page.post("pin/offers", json!({})).await;
    assert!(status < 300, "{offer}");
    let code = offer["code"].as_str().expect("a code").to_owned();
    let scanned = bench.device_scan(phone.to_owned(), code).await;
    assert_eq!(scanned.expect("a code of that page"), Scanned::Pairing);
    let pairing = device(bench, phone).await.pairing.expect("under way");
    let offer = offer["offer"].as_str().expect("its name");
    let (status, begun) = page
        .post(&format!("pin/offers/{offer}/begin"), json!({}))
        .await;
    assert_eq!(status, 200, "{begun}");
    let options = begun["publicKey"].clone();
    let signed = call(bench, &page.origin, CredentialsMethod::Get, options);
    let (signed, ()) = tokio::join!(signed, touch_and_verify(bench));
    let finish = json!({ "ceremony": begun["ceremony"], "credential": credential(signed) });
    let finished = page
        .post_any(&format!("pin/offers/{offer}/finish"), finish)
        .await;
    assert!(finished.0 < 300, "{finished:?}");
    let person = async {
        if let Some(pin) = new_pin {
            choose_pin(bench, pin).await;
        }
    };
    let (made, ()) = tokio::join!(bench.enrolment_continue(phone.to_owned()), person);
    made.expect("it was confirmed");
    assert!(device(bench, phone).await.pairing.is_none());
    pairing.enrolment_id
}

async fn device(bench: &Bench, id: &str) -> crate::api::DeviceSummary {
    let state = bench.bench_state().await.expect("alive");
    let found = state.devices.into_iter().find(|device| device.id == id);
    found.expect("it is there")
}

async fn enrolment(bench: &Bench, phone: &str, id: &str) -> EnrolmentSummary {
    let enrolments = device(bench, phone).await.enrolments;
    let found = enrolments.into_iter().find(|it| it.enrolment_id == id);
    found.expect("it is there")
}

/// Waits until the enrolment is as wished, and nothing is on its way.
async fn until_it(
    bench: &Bench,
    phone: &str,
    id: &str,
    wished: impl Fn(&EnrolmentSummary) -> bool,
) -> EnrolmentSummary {
    until(bench, |state| {
        let enrolments = state
            .devices
            .iter()
            .filter(|device| device.id == phone)
            .flat_map(|device| &device.enrolments);
        let mut found = enrolments.filter(|it| it.enrolment_id == id);
        found.any(&wished) && !bench.settling()
    })
    .await;
    enrolment(bench, phone, id).await
}

async fn pin_prompt(bench: &Bench, purpose: &str, again: bool) -> Prompt {
    asked(bench, |question| match question {
        Question::SetPin {
            purpose: of,
            confirming,
            entered: 0,
            ..
        } => of == purpose && *confirming == again,
        Question::EnterPin {
            purpose: of,
            entered: 0,
            ..
        } => of == purpose && !again,
        _ => false,
    })
    .await
}

async fn choose_pin(bench: &Bench, pin: &str) {
    for again in [false, true] {
        let prompt = pin_prompt(bench, "newPin", again).await;
        enter(bench, &prompt, pin).await;
    }
}

/// A phone that is enrolled, with its PIN set and synchronized.
async fn synced(bench: &Bench, page: &Page, phone: &str, pin: &str) -> String {
    let id = enrol(bench, page, phone, Some(pin)).await;
    until_it(bench, phone, &id, |it| it.state == PinCacheState::Valid).await;
    id
}

fn by_synced_pin() -> DeviceSettings {
    DeviceSettings {
        verification: VerificationMethod::SyncedPin,
        fingerprint: false,
        any_enrolment: false,
        app_lock: false,
    }
}

/// Touches, and enters `pin` where the synced PIN is asked for.
async fn touch_and_enter(bench: &Bench, pin: &str) {
    let touch = asked(bench, |question| matches!(question, Question::Touch { .. })).await;
    press(bench, &touch, PromptAnswer::Touch).await;
    let prompt = pin_prompt(bench, "synced", false).await;
    enter(bench, &prompt, pin).await;
}

fn causes(bench: &Bench, from: &str) -> Vec<String> {
    let all = events(bench);
    let find = |kind: &str| all.iter().rev().find(|event| event.kind == kind);
    let mut event = find(from).cloned();
    let mut kinds = Vec::new();
    while let Some(now) = event {
        kinds.push(now.kind.to_string());
        event = now
            .cause
            .and_then(|cause| all.iter().find(|it| it.seq == cause).cloned());
    }
    kinds
}

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
async fn a_phone_that_is_offline_stands_apart_from_a_page_that_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page, phone) = opened(folder.path()).await;
    let id = synced(&bench, &page, &phone, ACCOUNT_PIN).await;
    bench.network_set(NetworkState::Offline).await.expect("set");
    page.try_post("authentication/begin", json!({}))
        .await
        .expect_err("the page is offline");
    bench
        .enrolment_sync(phone.clone(), id.clone())
        .await
        .expect("the phone is not");
    bench.network_set(NetworkState::Online).await.expect("set");

    bench
        .device_network_set(Some(phone.clone()), NetworkState::Offline)
        .await
        .expect("set");
    let lost = told(&bench, kinds::NETWORK_LOST).len();
    bench
        .enrolment_sync(phone.clone(), id.clone())
        .await
        .expect_err("the phone is offline now");
    let lost = told(&bench, kinds::NETWORK_LOST).split_off(lost);
    assert!(
        lost.iter().any(|it| it.deliberate
            && it.body["device"] == phone.as_str()
            && it.body["message"] == "POST /pin/exchange"),
        "{lost:?}"
    );
    let path = causes(&bench, "device.pin.unreachable");
    assert_eq!(path[1], "device.pin.exchange", "{path:?}");
    page.sign_out().await;
    let (status, _) = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(status, 200, "the page is not");
    assert_eq!(device(&bench, &phone).await.network, NetworkState::Offline);
    let other = self::phone(&bench, "Phone B").await;
    assert_eq!(device(&bench, &other).await.network, NetworkState::Online);
    let set = told(&bench, kinds::DEVICE_NETWORK_SET);
    assert_eq!((set.len(), set[0].deliberate), (1, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_on_one_phone_reaches_the_other_by_push_and_one_that_was_offline_when_it_is_back()
{
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page, first) = opened(folder.path()).await;
    let one = synced(&bench, &page, &first, ACCOUNT_PIN).await;
    let second = phone(&bench, "Phone B").await;
    // The passkey that confirms is on the first phone.
    bench.device_pick(first.clone()).await.expect("picked");
    let two = enrol(&bench, &page, &second, None).await;
    until_it(&bench, &second, &two, |it| it.state == PinCacheState::Valid).await;
    let change = async |pin: &'static str, new: &'static str| {
        let changing = bench.enrolment_change_pin(first.clone(), one.clone());
        let person = async {
            let prompt = pin_prompt(&bench, "oldPin", false).await;
            enter(&bench, &prompt, pin).await;
            choose_pin(&bench, new).await;
        };
        let (changed, ()) = tokio::join!(changing, person);
        changed.expect("changed");
    };
    let version = enrolment(&bench, &second, &two).await.pin_version;
    change(ACCOUNT_PIN, OTHER_PIN).await;
    let now = until_it(&bench, &second, &two, |it| it.pin_version > version).await;
    let path = causes(&bench, "device.pin.push");
    assert_eq!(path[..2], ["device.pin.push", "rp.pin.pushed"], "{path:?}");

    bench
        .device_network_set(Some(second.clone()), NetworkState::Offline)
        .await
        .expect("set");
    change(OTHER_PIN, "318640").await;
    until_it(&bench, &first, &one, |it| it.pin_version > now.pin_version).await;
    assert_eq!(
        enrolment(&bench, &second, &two).await.pin_version,
        now.pin_version,
        "nothing reaches it"
    );
    bench
        .device_network_set(None, NetworkState::Online)
        .await
        .expect("set");
    assert!(bench.settling(), "it has something to do");
    until_it(&bench, &second, &two, |it| it.pin_version > now.pin_version).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_gets_lost_before_the_acknowledgement_is_told_and_the_next_sync_mends_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page, phone) = opened(folder.path()).await;
    let id = synced(&bench, &page, &phone, ACCOUNT_PIN).await;
    let lose = |path: &str| NetworkState::AnswerLost {
        requests: 1,
        path: Some(path.to_owned()),
    };
    let refused = bench
        .device_network_set(Some(phone.clone()), lose("/api/session"))
        .await;
    assert_eq!(
        refused.expect_err("no way of devices").code(),
        "networkState"
    );
    let refused = bench
        .device_network_set(None, NetworkState::ServerDown)
        .await;
    assert_eq!(refused.expect_err("not a device's").code(), "networkState");
    bench
        .device_network_set(Some(phone.clone()), lose("/pin/sync/ack"))
        .await
        .expect("set");
    let acknowledged = told(&bench, "device.pin.acknowledged").len();
    let synced = bench.enrolment_sync(phone.clone(), id.clone()).await;
    assert_eq!(told(&bench, "device.pin.acknowledged").len(), acknowledged);
    assert_eq!(
        device(&bench, &phone).await.network,
        NetworkState::Online,
        "one answer, and it is good again: {synced:?}"
    );
    bench
        .enrolment_sync(phone.clone(), id)
        .await
        .expect("all is well again");
    assert_eq!(
        told(&bench, "device.pin.acknowledged").len(),
        acknowledged + 1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tampered_field_of_an_exchange_is_refused_and_leaves_the_cache_as_it_was() {
    use crate::api::{Change, Direction, Effect, Fault};
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page, phone) = opened(folder.path()).await;
    let id = synced(&bench, &page, &phone, ACCOUNT_PIN).await;
    let before = enrolment(&bench, &phone, &id).await;
    for (direction, fields) in [
        (
            Direction::Request,
            &[
                "enrolmentId",
                "deviceId",
                "syncCounter",
                "nonceD",
                "ed",
                "signature",
            ][..],
        ),
        (
            Direction::Response,
            &["nonceS", "es", "gcmNonce", "ciphertext", "signature"][..],
        ),
    ] {
        for field in fields {
            let fault = Fault {
                message: "POST /pin/exchange".to_owned(),
                direction,
                times: 1,
                effect: Effect::Tamper {
                    field: (*field).to_owned(),
                    change: Change::Flip,
                },
            };
            bench.fault_arm(fault).await.expect(field);
            let applied = told(&bench, kinds::FAULT_APPLIED).len();
            let refused = bench.enrolment_sync(phone.clone(), id.clone()).await;
            assert!(refused.is_err(), "{field} was changed and nobody noticed");
            let applied = told(&bench, kinds::FAULT_APPLIED).split_off(applied);
            assert_eq!(applied.len(), 1, "{field}");
            assert!(applied[0].cause.is_some(), "{field}");
            let now = enrolment(&bench, &phone, &id).await;
            assert_eq!(
                (now.state, now.pin_version, now.synced_at),
                (before.state, before.pin_version, before.synced_at),
                "{field}"
            );
        }
    }
    bench
        .enrolment_sync(phone, id)
        .await
        .expect("nothing is left of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_vault_is_caught_by_the_counter_and_copied_enrolments_count_on_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page, phone) = opened(folder.path()).await;
    let id = synced(&bench, &page, &phone, ACCOUNT_PIN).await;
    bench.device_stores_keep(phone.clone()).await.expect("kept");
    bench
        .enrolment_sync(phone.clone(), id.clone())
        .await
        .expect("synchronized");
    bench
        .device_stores_restore(phone.clone(), KeptStores::Vault)
        .await
        .expect("restored");
    let refused = bench.enrolment_sync(phone.clone(), id.clone()).await;
    assert!(refused.is_err(), "its counter went back");
    let judged = told(&bench, "rp.pin.judged").pop().expect("judged");
    assert_eq!(judged.body["verified"], false, "{}", judged.body);
    for kind in [kinds::STORES_KEPT, kinds::STORES_RESTORED] {
        let bent = told(&bench, kind).pop().expect("told");
        assert!(bent.deliberate && bent.body["device"] == phone.as_str());
    }
    let other = self::phone(&bench, "Phone B").await;
    let copied = bench.device_copy_enrolments(phone.clone(), other.clone());
    assert_eq!(copied.await.expect("copied"), 1);
    assert_eq!(device(&bench, &other).await.enrolments.len(), 1);
    let same = bench.device_copy_enrolments(phone.clone(), phone).await;
    assert!(same.is_err());
}

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
async fn neither_pins_nor_what_is_made_of_them_show_in_timeline_export_or_data_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let phone = bench.bench_state().await.expect("alive").devices[0]
        .id
        .clone();
    allow_offline(&bench, None).await;
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    let id = synced(&bench, &page, &phone, ACCOUNT_PIN).await;
    let verifying = bench.enrolment_verify(phone.clone(), id.clone());
    let person = async {
        let prompt = pin_prompt(&bench, "online", false).await;
        enter(&bench, &prompt, ACCOUNT_PIN).await;
    };
    let (verified, ()) = tokio::join!(verifying, person);
    verified.expect("it is the right one");
    bench
        .device_settings(phone.clone(), by_synced_pin())
        .await
        .expect("set");
    page.sign_out().await;
    let (status, _) = page
        .sign_in(&bench, touch_and_enter(&bench, ACCOUNT_PIN))
        .await;
    assert_eq!(status, 200);
    let events = format!("{:?}", events(&bench));
    bench.timeline_save().await.expect("written");
    for canary in [ACCOUNT_PIN, PIN] {
        assert!(!events.contains(canary), "the timeline holds no PIN");
        assert!(!found_below(folder.path(), canary.as_bytes()));
    }
    for name in ["pinHash", "verifier\"", "\"salt"] {
        assert!(!events.contains(name), "{name} is told to nobody");
    }
}

fn found_below(folder: &std::path::Path, wanted: &[u8]) -> bool {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).expect("readable");
            if bytes.windows(wanted.len()).any(|part| part == wanted) {
                return true;
            }
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bench_with_open_streams_closes_and_a_relying_party_restarts_under_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page, phone) = opened(folder.path()).await;
    let id = synced(&bench, &page, &phone, ACCOUNT_PIN).await;
    let open = |it: &EnrolmentSummary| it.stream == crate::api::NewsStream::Open;
    until_it(&bench, &phone, &id, open).await;
    let restarting = bench.relying_party_restart(None);
    tokio::time::timeout(std::time::Duration::from_secs(60), restarting)
        .await
        .expect("no stream holds it up")
        .expect("restarted");
    // The phone tries again after a while by its own clock.
    let back = async {
        loop {
            let skip = ClockMotion::Skip { millis: 60_000 };
            bench.clock_move(vec![], skip).await.expect("moved");
            if enrolment(&bench, &phone, &id).await.stream == crate::api::NewsStream::Open {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), back)
        .await
        .expect("it is opened again");
    tokio::time::timeout(std::time::Duration::from_secs(60), bench.close())
        .await
        .expect("nothing holds it up");
    let shut = bench.enrolment_sync(phone, id).await;
    assert!(shut.is_err());
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
