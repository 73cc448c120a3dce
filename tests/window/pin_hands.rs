//! What hands and eyes do with an account's PIN: on its card, on the page, in the administration.

use std::{fs, path::Path};

use serde_json::Value;
use thirtyfour::{By, Key};

use crate::{
    desk::{Desk, Window},
    hands::PIN,
};

/// The account's PIN; the phone's own is another one. Long enough to stand nowhere by chance.
pub const ACCOUNT_PIN: &str = "50821394";

/// As long, and never the right one.
pub const WRONG_PIN: &str = "97531086";

impl Window {
    /// Makes an account and lets the phone in use keep its PIN: valid, and good offline.
    pub async fn ready_phone(&self, account: &str) {
        self.create_account(account).await;
        self.allow_offline().await;
        self.enrol_pin().await;
        self.set_account_pin().await;
        self.enter_site().await;
        self.press("pin-done").await;
        self.step_back().await;
    }

    /// Opens the administration in the frame and looks into it.
    pub async fn administer(&self) {
        self.press("rp-menu").await;
        self.press("rp-admin").await;
        self.closed().await;
        self.enter_site().await;
        self.see("[data-role='policy-version']").await;
    }

    /// Turns a switch of the policy's form.
    pub async fn turn(&self, setting: &str, on: bool) {
        let field = format!("[data-field='policy-{setting}']");
        let turned = format!("{field}{}", if on { ":checked" } else { ":not(:checked)" });
        self.press_in_view(&field).await;
        self.until(&format!("`{turned}`"), || async {
            self.driver.find(By::Css(turned.as_str())).await.ok()
        })
        .await;
    }

    /// Replaces what stands in a field.
    pub async fn fill(&self, field: &str, text: &str) {
        let input = self.see(&format!("[data-field='{field}']")).await;
        let all = Key::Control + "a";
        input.send_keys(all).await.expect("keys are taken");
        input.send_keys(text).await.expect("keys are taken");
    }

    /// Saves the policy's form, which must be taken.
    pub async fn save_policy(&self) {
        self.press("admin-policy-save").await;
        self.read_until("[data-role='policy-news']", "Saved.").await;
    }

    /// Brings a page of the relying party's menu into the frame, and waits until `there` shows in it.
    async fn open_page(&self, page: &str, there: &str) {
        self.step_back().await;
        self.press("rp-menu").await;
        self.press(&format!("rp-{page}")).await;
        self.closed().await;
        self.enter_site().await;
        self.see(there).await;
        self.step_back().await;
    }

    /// Brings the page of the account that is signed in into the frame.
    pub async fn open_account(&self) {
        self.open_page("home", "[data-role='pin-state']").await;
    }

    /// Brings the workstation's page into the frame.
    pub async fn open_workstation(&self) {
        self.open_page("workstation", "[data-field='logon-username']")
            .await;
    }

    /// Lets phones check PINs without a network, as an administrator: a policy does not by itself.
    pub async fn allow_offline(&self) {
        self.administer().await;
        self.turn("pin.offline", true).await;
        self.save_policy().await;
        self.open_account().await;
    }

    /// Has the page show a code, the phone scan it, and both show six digits; looks into the page.
    pub async fn pair(&self) {
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
        self.read_until("[data-role='pin-digits']", &format!("{first} {last}"))
            .await;
    }

    /// Enrols the phone in use for the PIN of the account that is signed in, up to a card without a PIN.
    pub async fn enrol_pin(&self) {
        self.pair().await;
        self.finish_pairing().await;
    }

    /// Confirms after [`Window::pair`], on the page and on the phone.
    pub async fn finish_pairing(&self) {
        self.enter_site().await;
        self.press("pin-confirm-digits").await;
        self.step_back().await;
        self.prompt("touch").await;
        self.press("prompt-touch").await;
        self.prompt("enterPin").await;
        self.enter_pin(PIN).await;
        self.enter_site().await;
        self.see("[data-role='pin-set-up-done']").await;
        self.step_back().await;
        self.see("[data-role='pairing']").await;
        self.press("enrolment-continue").await;
        self.card("empty").await;
    }

    /// Sets the account's PIN from its card.
    pub async fn set_account_pin(&self) {
        self.press("enrolment-way").await;
        self.prompt("setPin").await;
        self.enter_pin(ACCOUNT_PIN).await;
        self.read_until("[data-role='prompt-title']", "Repeat")
            .await;
        self.enter_pin(ACCOUNT_PIN).await;
        self.card("valid").await;
    }

    /// Waits until the phone's card stands so.
    pub async fn card(&self, state: &str) {
        self.see(&format!("[data-role='enrolment'][data-state='{state}']"))
            .await;
    }

    /// Waits until the card says that so many offline tries are left.
    pub async fn tries(&self, left: u32) {
        self.see(&format!(
            "[data-role='enrolment-tries'][data-left='{left}']"
        ))
        .await;
    }

    /// Changes one of the phone's settings, whose control `selector` names, until it stands as `done`.
    pub async fn change_setting(&self, selector: &str, done: &str) {
        self.press("device-menu").await;
        self.press("device-settings").await;
        self.press_in_view(selector).await;
        self.until(&format!("`{done}`"), || async {
            self.driver.find(By::Css(done)).await.ok()
        })
        .await;
        self.confirm("settings-close").await;
    }

    /// Has the phone verify its user by the synced PIN.
    pub async fn verify_by_synced_pin(&self) {
        let control = "[data-action='setting-verification-syncedPin']";
        self.change_setting(control, &format!("{control}[data-state='on']"))
            .await;
    }

    /// Puts the phone's network into this state.
    pub async fn phone_network(&self, state: &str) {
        self.press("device-network-chip").await;
        self.press(&format!("device-network-{state}")).await;
        let bent = state != "online";
        self.see(&format!(
            "[data-action='device-network-chip'][data-bent='{bent}']"
        ))
        .await;
    }

    /// Presses "Sign in with a passkey" at the site.
    pub async fn ask_to_sign_in(&self) {
        self.enter_site().await;
        self.press("sign-in").await;
        self.step_back().await;
    }

    /// Presses "Sign in with a passkey" and touches the phone.
    pub async fn sign_in_up_to_verification(&self) {
        self.ask_to_sign_in().await;
        self.prompt("touch").await;
        self.press("prompt-touch").await;
    }

    /// Asks the workstation's page for a challenge and has the phone answer it; looks at the phone.
    pub async fn answer_workstation(&self, account: &str) -> String {
        self.enter_site().await;
        self.type_into("logon-username", account).await;
        self.press("logon-begin").await;
        self.see("[data-role='scan-code']").await;
        self.step_back().await;
        self.read_until("[data-action='device-scan']", "Scan the page")
            .await;
        self.press("device-scan").await;
        self.prompt("enterPin").await;
        self.enter_pin(ACCOUNT_PIN).await;
        let shown = self.see("[data-role='logon-code']").await;
        let code = shown.attr("data-code").await.expect("an attribute");
        code.expect("eight digits")
    }

    /// The whole document as it stands, of the window or of the page that is looked into.
    pub async fn document(&self) -> String {
        let script = "return document.documentElement.outerHTML + [...document.querySelectorAll('input, textarea')].map((field) => field.value).join()";
        let read = self.driver.execute(script, Vec::new()).await;
        let read = read.expect("the page runs it");
        read.json().as_str().expect("text").to_owned()
    }

    /// Saves the timeline by its button; gives its events and the file's text.
    pub async fn saved_timeline(&self, desk: &Desk) -> (Vec<Value>, String) {
        self.press("save-timeline").await;
        self.read_until("[data-role='toast']", "timeline-").await;
        let folder = desk.bench_folder().join("exports");
        let saved = fs::read_dir(folder).expect("the export folder is there");
        let saved = saved.flatten().next().expect("a file was written");
        let text = fs::read_to_string(saved.path()).expect("it can be read");
        let timeline: Value = serde_json::from_str(&text).expect("it is JSON");
        let events = timeline["events"].as_array().expect("events").clone();
        (events, text)
    }
}

/// The files below `folder` that hold `secret` as it is, and how many were read.
pub fn files_with(folder: &Path, secret: &str) -> (Vec<String>, usize) {
    let mut found = Vec::new();
    let mut read = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)
            .expect("the folder can be read")
            .flatten()
        {
            let kind = entry.file_type().expect("a kind");
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                let bytes = fs::read(entry.path()).expect("it can be read");
                read += 1;
                if bytes
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes())
                {
                    found.push(entry.path().display().to_string());
                }
            }
        }
    }
    (found, read)
}
