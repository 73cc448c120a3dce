//! The pictures of an account's PIN: its card, the prompts, the page, the administration, a walk.

use thirtyfour::{By, Key};

use crate::{
    album::{Album, setting},
    desk::{Desk, Keyring, Window},
    pin_hands::{ACCOUNT_PIN, WRONG_PIN},
};

impl Window {
    /// Scrolls what the selector names into view, where the driver looks now.
    async fn show(&self, selector: &str, block: &str) {
        let script = "document.querySelector(arguments[0]).scrollIntoView({ block: arguments[1] })";
        let shown = self
            .driver
            .execute(script, vec![selector.into(), block.into()])
            .await;
        shown.expect("it is there to be shown");
    }

    /// Lets go of the selected event, and follows the wire to its end again.
    async fn unselect(&self) {
        let wire = self
            .see("[role='listbox']:has([aria-selected='true'])")
            .await;
        wire.send_keys(Key::Escape).await.expect("keys are taken");
        self.until("nothing to be selected", || async {
            let selected = self
                .driver
                .find(By::Css("[role='listbox'] [aria-selected='true']"));
            selected.await.err().map(drop)
        })
        .await;
        self.follow().await;
    }

    /// Has the page show its PIN section, and the device its card.
    async fn show_pin(&self) {
        self.enter_site().await;
        self.see("[data-role='pin-phone']").await;
        self.press("pin-refresh").await;
        self.show("[data-action='pin-reset']", "end").await;
        self.step_back().await;
        self.show("[data-role='enrolment']", "end").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shots_of_pins_in_both_themes() {
    let (folder, port, patience) = setting(7800);
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&["--port", &port.to_string()]).await;
    let album = Album::new(&window, folder, patience);
    window.create_account("alice").await;

    window.administer().await;
    window.turn("pin.offline", true).await;
    window.fill("policy-pin.validity", "8h").await;
    window.show("[aria-label='Offline use']", "start").await;
    window.step_back().await;
    album.take("admin-policy").await;
    window.enter_site().await;
    window.save_policy().await;
    window.open_account().await;

    window.pair().await;
    window.step_back().await;
    album.take("pin-pairing").await;
    window.finish_pairing().await;
    window.set_account_pin().await;
    window.enter_site().await;
    window.press("pin-done").await;
    window.step_back().await;
    window.show_pin().await;
    album.take("pin-card").await;

    window.press("device-menu").await;
    window.press("device-settings").await;
    window.press("setting-verification-syncedPin").await;
    window
        .see("[data-action='setting-verification-syncedPin'][data-state='on']")
        .await;
    album.take_over("pin-settings").await;
    window.confirm("settings-close").await;
    window.sign_out().await;

    window.press("device-network-chip").await;
    window.see("[data-action='device-network-offline']").await;
    album.take_over("pin-network").await;
    window.leave().await;
    window.phone_network("offline").await;

    window.sign_in_up_to_verification().await;
    window.prompt("enterPin").await;
    for left in (2..5).rev() {
        window.enter_pin(WRONG_PIN).await;
        window
            .read_until(
                "[data-role='prompt-problem']",
                &format!("{left} tries left"),
            )
            .await;
    }
    window.press_event("[data-kind='device.pin.offline']").await;
    album.take("pin-wrong").await;
    window.unselect().await;
    window.enter_pin(WRONG_PIN).await;
    window
        .read_until("[data-role='prompt-problem']", "1 try left")
        .await;
    window.enter_pin(WRONG_PIN).await;
    window.prompt("unverifiable").await;
    window.show("[data-role='enrolment']", "end").await;
    window.follow().await;
    album.take("pin-locked").await;
    window.press("prompt-decline").await;
    window.phone_network("online").await;
    window.press("enrolment-way").await;
    window.prompt("enterPin").await;
    window.enter_pin(ACCOUNT_PIN).await;
    window.card("valid").await;

    window
        .change_setting(
            "[data-field='setting-fingerprint']",
            "[data-field='setting-fingerprint']:checked",
        )
        .await;
    window.sign_in_up_to_verification().await;
    window.prompt("fingerprint").await;
    window.press("prompt-finger-other").await;
    window
        .read_until("[data-role='prompt-problem']", "2 tries left")
        .await;
    window.follow().await;
    album.take("pin-fingerprint").await;
    window.press("prompt-finger").await;
    window.signed_in_as("alice").await;
    window
        .change_setting(
            "[data-field='setting-fingerprint']",
            "[data-field='setting-fingerprint']:not(:checked)",
        )
        .await;
    window.sign_out().await;

    window.phone_network("offline").await;
    window.open_workstation().await;
    let code = window.answer_workstation("alice").await;
    window.enter_site().await;
    window.type_into("logon-code", &code).await;
    window.show("[data-action='logon-again']", "end").await;
    window.step_back().await;
    window.follow().await;
    album.take("pin-workstation").await;
    window.enter_site().await;
    window.press("logon-finish").await;
    window.see("[data-role='logon-result']").await;
    window.step_back().await;

    window.press("clock-chip").await;
    window.type_into("clock-amount", "7h 18m").await;
    window.press("clock-skip").await;
    window
        .see("[data-action='clock-chip'][data-bent='true']")
        .await;
    window.leave().await;
    window.card("expiring").await;
    window.show("[data-role='enrolment']", "end").await;
    window.follow().await;
    album.take("pin-expiring").await;
    window.press("clock-chip").await;
    window.press("clock-reset").await;
    window.leave().await;
    window.phone_network("online").await;

    window.administer().await;
    window.turn("pin.offline", false).await;
    window.save_policy().await;
    window.step_back().await;
    window.card("disabled").await;
    window.enter_site().await;
    window.press("admin-tab-accounts").await;
    window.see("[data-role='admin-accounts']").await;
    window.step_back().await;
    album.take("admin-accounts").await;
    window.enter_site().await;
    window.press("admin-tab-audit").await;
    window.see("[data-role='admin-audit']").await;
    window.step_back().await;
    album.take("admin-audit").await;

    window.open_account().await;
    window.enter_site().await;
    window.press("sign-out").await;
    window.step_back().await;
    window.ask_to_sign_in().await;
    window.prompt("unverifiable").await;
    window.follow().await;
    album.take("pin-barrier").await;
    let narrow = window.driver.set_window_rect(0, 0, 720, 560).await;
    narrow.expect("the window can be made smaller");
    window.see("[data-action='more']").await;
    album.take("pin-small").await;
    window.press("prompt-decline").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shots_of_a_walk_with_pins_in_both_themes() {
    let (folder, port, patience) = setting(7810);
    let desk = Desk::new(Keyring::Unlocked);
    let port = port.to_string();
    let window = desk.open(&["--port", &port, "--pace", "0"]).await;
    let album = Album::new(&window, folder, patience);
    window.see("[data-role='idle']").await;
    window.find_walk("Locked offline, and back").await;
    // Up to the second wrong PIN: its tries are spent.
    for number in 1..=18 {
        window.step_of_walk(number).await;
    }
    window.prompt("unverifiable").await;
    window.card("locked").await;
    window.show("[data-role='enrolment']", "end").await;
    album.take("walk-pin").await;
    window.press("walk-play").await;
    window
        .see("[data-role='walk-verdict'][data-verdict='passed']")
        .await;
}
