//! The pictures of keys: the switcher, the browser's prompts, the Keys page, frames.

use device::Model;
use thirtyfour::By;

use crate::{
    album::{Album, setting},
    desk::{Desk, Keyring, Window},
    key_hands::{KEY_PIN, WRONG_KEY_PIN},
    outside::OutsideKey,
};

impl Window {
    /// Whether it stands in the page now.
    async fn has(&self, selector: &str) -> bool {
        self.driver.find(By::Css(selector)).await.is_ok()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shots_of_keys_in_both_themes() {
    let (folder, port, patience) = setting(7820);
    let desk = Desk::new(Keyring::Unlocked);
    let mut key = OutsideKey::new(Model::PinKey);
    let (port, address) = (port.to_string(), key.address.to_string());
    let window = desk.open(&["--port", &port, "--key-udp", &address]).await;
    let album = Album::new(&window, folder, patience);
    window.see("[data-role='idle']").await;

    window.open_keys().await;
    window.see("[data-role='finding']").await;
    album.take("keys-empty").await;
    window.press("keys-close").await;

    window.add_device("fingerprint-key").await;
    window.plug_in().await;
    key.plug().await;
    let outside = format!("[data-action='key-pick'][data-key='{}']", key.id());
    window.press("device-switch").await;
    window.see(&outside).await;
    album.take_over("keys-switch").await;
    window.leave().await;
    window.dismiss_toasts().await;

    window.ask_for_account("alice").await;
    window.browser_asks("keyTouch").await;
    window.prompt("touch").await;
    album.take("keys-touch-inside").await;
    window.touch_key().await;
    window.signed_in_as("alice").await;
    window.sign_out().await;

    window.pick_key(&key.id()).await;
    window.see("[data-role='key-pin-fact']").await;
    window.ask_for_account("bob").await;
    window.browser_asks("keyPin").await;
    album.take("keys-pin-set").await;
    window.set_key_pin(KEY_PIN).await;
    window.browser_asks("keyTouch").await;
    album.take("keys-touch").await;
    key.touch().await;
    window.signed_in_as("bob").await;
    window.sign_out().await;

    window.ask_to_sign_in().await;
    window.browser_asks("keyPin").await;
    album.take("keys-pin").await;
    for left in ["7 tries left", "6 tries left"] {
        window.give_key_pin(WRONG_KEY_PIN).await;
        window
            .read_until("[data-role='prompt-problem']", left)
            .await;
        if left.starts_with('7') {
            album.take("keys-pin-wrong").await;
        }
    }
    album.take("keys-pin-last").await;
    window.give_key_pin(WRONG_KEY_PIN).await;
    window.page_says().await;
    window.press_event("[data-kind='client.failed']").await;
    album.take("keys-pin-barred").await;

    key.unplug().await;
    window.see("[data-role='key-away']").await;
    key.plug().await;
    window.see("[data-role='key-pane']").await;
    window.ask_to_sign_in().await;
    window.give_key_pin(KEY_PIN).await;
    window.browser_asks("keyTouch").await;
    key.asks().await;
    key.unplug().await;
    window.see("[data-role='key-away']").await;
    window.page_says().await;
    window.press("key-failure-show").await;
    album.take("keys-unplugged").await;
    key.plug().await;
    window.see("[data-role='key-pane']").await;
    window.ask_to_sign_in().await;
    window.give_key_pin(KEY_PIN).await;
    window.browser_asks("keyTouch").await;
    key.touch().await;
    window.signed_in_as("bob").await;

    window
        .press_event("[data-kind='client.command.answered'][aria-label*='assertion']")
        .await;
    window.press("inspect-frames").await;
    window.see("[data-role='frames']").await;
    window.press("wire-filter").await;
    window.press("filter-frames").await;
    window.leave().await;
    window
        .see("[data-role='wire-event'][data-kind='client.hid.sent']")
        .await;
    album.take("keys-frames").await;

    window.open_keys().await;
    window
        .press_in_view(&format!("[data-role='keys-item'][data-key='{}']", key.id()))
        .await;
    window.see("[data-role='key-fact']").await;
    album.take("keys-page").await;
    window.press("keys-machine").await;
    window.see("[data-role='keys-doctor']").await;
    album.take("keys-doctor").await;
    let narrow = window.driver.set_window_rect(0, 0, 720, 560).await;
    narrow.expect("the window can be made smaller");
    window.see("[data-action='more']").await;
    window.press_in_view("[data-role='keys-item']").await;
    window.see("[data-role='key-fact']").await;
    album.take("keys-page-small").await;
    window.press("keys-close").await;
    assert!(!window.has("[data-role='keys-page']").await);
}
