//! What a tester does with an account's PIN on a phone: enrols it by the page's code, sets it,
//! spends its tries offline, and opens the relying party's administration.

use thirtyfour::By;

use crate::{
    desk::{Desk, Keyring, Window},
    hands::PIN,
};

/// The account's PIN; the phone's own is another one.
const ACCOUNT_PIN: &str = "508213";

impl Window {
    /// Enrols the phone in use for the PIN of the account that is signed in, up to a card without a PIN.
    async fn enrol_pin(&self) {
        self.enter_site().await;
        self.press("pin-set-up").await;
        self.see("[data-role='scan-code']").await;
        self.step_back().await;
        self.read_until("[data-action='device-scan']", "Scan the page")
            .await;
        self.press("device-scan").await;
        let pairing = self.see("[data-role='pairing']").await;
        let shown = pairing.attr("data-digits").await.expect("an attribute");
        let shown = shown.expect("six digits");
        self.enter_site().await;
        self.press("pin-continue").await;
        let (first, last) = shown.split_at(3);
        self.read_until("[data-role='pin-digits']", first).await;
        self.read_until("[data-role='pin-digits']", last).await;
        self.press("pin-confirm-digits").await;
        self.step_back().await;
        self.prompt("touch").await;
        self.press("prompt-touch").await;
        self.prompt("enterPin").await;
        self.enter_pin(PIN).await;
        self.see("[data-role='pairing']").await;
        self.press("enrolment-continue").await;
        self.see("[data-role='enrolment']").await;
    }

    /// Lets phones check PINs without a network: a policy's own choice, off by default.
    async fn allow_offline(&self) {
        let script = "const [done] = arguments; window.__TAURI_INTERNALS__.invoke('policy_set', { rpId: null, changes: { pin: { offline: true } } }).then(() => done('set'), (why) => done(JSON.stringify(why)))";
        let answer = self.driver.execute_async(script, Vec::new()).await;
        let answer = answer.expect("the window's own page can call its commands");
        assert_eq!(answer.json(), "set");
    }

    /// Sets the account's PIN from its card.
    async fn set_account_pin(&self) {
        self.press("enrolment-way").await;
        self.prompt("setPin").await;
        self.enter_pin(ACCOUNT_PIN).await;
        self.read_until("[data-role='prompt-title']", "Repeat")
            .await;
        self.enter_pin(ACCOUNT_PIN).await;
        self.see("[data-role='enrolment'][data-state='valid']")
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_enrolled_by_the_page_and_checks_its_pin_without_a_network() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&[]).await;
    window.create_account("alice").await;
    window
        .read_until("[data-role='no-enrolments']", "No PIN enrolled")
        .await;
    window.allow_offline().await;
    window.enrol_pin().await;
    window.set_account_pin().await;

    window.press("device-menu").await;
    window.press("device-settings").await;
    window.press("setting-verification-syncedPin").await;
    window
        .see("[data-action='setting-verification-syncedPin'][data-state='on']")
        .await;
    window.confirm("settings-close").await;

    window.press("device-network-chip").await;
    window.press("device-network-offline").await;
    window
        .see("[data-action='device-network-chip'][data-bent='true']")
        .await;

    window.enter_site().await;
    window.press("pin-done").await;
    window.step_back().await;
    window.sign_out().await;
    window.enter_site().await;
    window.press("sign-in").await;
    window.step_back().await;
    window.prompt("touch").await;
    window.press("prompt-touch").await;
    window.prompt("enterPin").await;
    window
        .read_until("[data-role='prompt-title']", "Enter your PIN of")
        .await;
    window.enter_pin(PIN).await;
    window
        .see("[data-kind='device.pin.offline'][data-tone='warn']")
        .await;
    window
        .see("[data-role='enrolment-tries'][data-left='4']")
        .await;
    window.enter_pin(ACCOUNT_PIN).await;
    window.signed_in_as("alice").await;
    window
        .see("[data-role='enrolment-tries'][data-left='5']")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_administration_opens_with_a_token_that_stands_in_no_address() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&[]).await;
    window.press("rp-menu").await;
    window.press("rp-admin").await;
    window.enter_site().await;
    window.see("[data-action='admin-sign-out']").await;
    window.see("[data-role='policy-version']").await;
    window.step_back().await;
    let address = window
        .read_until("[data-role='rp-address']", "/admin")
        .await;
    assert!(address.trim().ends_with("/admin"), "{address}");

    // Once more, with the session that is there: nothing is asked.
    window.press("rp-menu").await;
    window.press("rp-admin").await;
    window.enter_site().await;
    window.see("[data-action='admin-sign-out']").await;
    window.step_back().await;
    let toasts = window.driver.find_all(By::Css("[data-role='toast']")).await;
    assert!(toasts.expect("they can be looked for").is_empty());
}
