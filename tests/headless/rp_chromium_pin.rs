//! PINs on the relying party's pages: a real Chromium on one side, a phone of ours on the other.

use std::path::Path;
use std::sync::Arc;

use bench::clock::SystemClock;
use device::{Answer, CacheState, Device, Model, Question, Scanned, Seams, Shelf};
use timeline::Silent;
use tokio::task::JoinHandle;
use vault::{KeyHome, Vault};

use crate::chromium::Chromium;
use crate::relying_party::RelyingParty;

const PIN: &str = "907215";

fn phone() -> Device {
    let vault = Vault::open(Path::new(""), KeyHome::Memory).expect("a vault in memory");
    let seams = Seams::new(Arc::new(SystemClock::new()), Arc::new(Silent));
    let shelf = Shelf::new(vault, seams);
    shelf.add("Alice's phone", Model::Phone).expect("a phone")
}

/// Types `pin` whenever the phone asks for one.
fn owner_types(phone: &Device, pin: &'static str) -> JoinHandle<()> {
    let phone = phone.clone();
    let mut shown = phone.prompts().watch();
    tokio::spawn(async move {
        loop {
            let prompt = shown.borrow_and_update().clone();
            if let Some(prompt) = prompt
                && let Question::SetPin { entered: 0, .. } | Question::EnterPin { entered: 0, .. } =
                    prompt.question
            {
                let digits = pin.bytes().map(|digit| Answer::Digit {
                    digit: digit - b'0',
                });
                for answer in digits.chain([Answer::Submit]) {
                    // What the prompt no longer takes, it does not need.
                    let _ = phone.prompts().answer(prompt.id, answer);
                }
            }
            if shown.changed().await.is_err() {
                return;
            }
        }
    })
}

/// The administrator allows PINs offline, with few iterations: this is a test.
async fn allow_offline_pins(chromium: &Chromium, party: &RelyingParty, folder: &Path) {
    let token = std::fs::read_to_string(folder.join("admin-token")).expect("the token's file");
    chromium.go(&format!("{}/admin", party.origin)).await;
    chromium.type_into("admin-token", token.trim()).await;
    chromium.press("admin-sign-in").await;
    chromium
        .reads("[data-role='policy-version']", |version| version == "1")
        .await;
    chromium.switch("policy-passkeys.biometrics").await;
    chromium.switch("policy-pin.test-iterations").await;
    chromium.press("admin-policy-save").await;
    let refused = chromium.said("error").await;
    assert!(
        refused.contains("nobody could verify themselves"),
        "{refused}"
    );
    chromium.switch("policy-pin.offline").await;
    chromium.fill("policy-pin.iterations", "1000").await;
    chromium.fill("policy-pin.validity", "8h").await;
    chromium.press("admin-policy-save").await;
    chromium
        .reads("[data-role='policy-version']", |version| version == "2")
        .await;
}

async fn set_up(chromium: &Chromium, phone: &Device) {
    chromium.press("pin-set-up").await;
    let code = chromium.said("scan-code").await;
    chromium.press("pin-continue").await;
    chromium
        .reads("[role='dialog'] [data-role='notice']", |said| {
            said.starts_with("No phone has scanned")
        })
        .await;
    assert_eq!(
        phone.scan(&code).await.expect("it is claimed"),
        Scanned::Pairing
    );
    let early = phone
        .continue_pairing()
        .await
        .expect_err("nobody confirmed it");
    assert_eq!(early.code(), "notConfirmed");
    chromium.press("pin-continue").await;
    let digits = chromium.said("pin-digits").await.replace(' ', "");
    assert_eq!(Some(digits), phone.pairing().map(|pairing| pairing.digits));
    chromium.press("pin-confirm-digits").await;
    chromium.said("pin-set-up-done").await;
    phone
        .continue_pairing()
        .await
        .expect("it is enrolled, and a PIN is set");
    chromium.press("pin-done").await;
}

/// The phone answers the workstation's challenge, which the browser types.
async fn unlock_workstation(chromium: &Chromium, phone: &Device) -> String {
    let challenge = chromium.said("scan-code").await;
    assert_eq!(
        phone.scan(&challenge).await.expect("it answers"),
        Scanned::Logon
    );
    let shown = phone.logon_answer().expect("a code on the display");
    chromium.type_into("logon-code", &shown.code).await;
    chromium.press("logon-finish").await;
    shown.code
}

async fn name_workstation(chromium: &Chromium, party: &RelyingParty) {
    chromium.go(&format!("{}/workstation", party.origin)).await;
    chromium.type_into("logon-username", "alice").await;
    chromium.fill("logon-workstation", "DESK-7").await;
    chromium.press("logon-begin").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_browser_sets_up_a_phone_signs_in_at_a_workstation_and_resets_the_pin() {
    let folder = tempfile::tempdir().expect("a folder");
    let party = RelyingParty::in_folder(folder.path());
    let chromium = Chromium::open().await;
    chromium.add_authenticator().await;
    let phone = phone();
    let owner = owner_types(&phone, PIN);
    allow_offline_pins(&chromium, &party, folder.path()).await;

    chromium.go(&format!("{}/sign-up", party.origin)).await;
    chromium.type_into("username", "alice").await;
    chromium.press("create-account").await;
    chromium
        .reads("[data-role='pin-status']", |said| said == "No PIN")
        .await;
    set_up(&chromium, &phone).await;
    chromium.press("pin-refresh").await;
    chromium
        .reads("[data-role='pin-status']", |said| said == "Active")
        .await;
    chromium
        .reads("[data-role='pin-phone']", |said| said == "Alice's phone")
        .await;
    assert_eq!(
        phone.enrolments().expect("readable")[0].state,
        CacheState::Valid
    );

    chromium.press("sign-out").await;
    name_workstation(&chromium, &party).await;
    let code = unlock_workstation(&chromium, &phone).await;
    chromium
        .reads("[data-role='logon-result']", |said| {
            said == "Signed in to DESK-7 as alice"
        })
        .await;
    chromium.press("logon-lock").await;

    name_workstation(&chromium, &party).await;
    chromium.said("scan-code").await;
    chromium.type_into("logon-code", &code).await;
    chromium.press("logon-finish").await;
    chromium
        .reads("[data-role='error']", |said| said.contains("code"))
        .await;

    // Its passkey is on an authenticator like the one that has the PIN, and says nothing of how it
    // was unlocked: not enough for a reset.
    chromium.go(&party.origin).await;
    chromium.press("sign-in").await;
    chromium.press("pin-reset").await;
    chromium.press("confirm-pin-reset").await;
    let refused = chromium.said("error").await;
    assert!(refused.contains("another authenticator"), "{refused}");
    chromium.press("cancel").await;
    chromium
        .reads("[data-role='pin-status']", |said| said == "Active")
        .await;

    chromium.go(&format!("{}/admin", party.origin)).await;
    chromium.press("admin-tab-accounts").await;
    chromium.press("admin-reset-pin").await;
    chromium.press("confirm-admin-reset-pin").await;
    chromium
        .reads("[data-role='admin-pin-state']", |said| said == "No PIN")
        .await;
    chromium.press("admin-tab-audit").await;
    let log = chromium.said("admin-audit").await;
    assert!(!log.contains(PIN), "{log}");
    owner.abort();
}
