//! Accounts' PINs, from the relying party's page to two phones and back: real HTTP, real streams.

mod attacks;
mod flows;
mod links;
mod ways_out;

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
