//! Keys at the window: with a PIN, with a fingerprint, pulled out and put back, and read.

use device::Model;
use thirtyfour::{By, Key};

use crate::{
    desk::{Desk, Keyring},
    key_hands::{KEY_PIN, WRONG_KEY_PIN},
    outside::OutsideKey,
    pin_hands::files_with,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_key_gets_its_pin_from_the_browser_and_three_wrong_ones_bar_it_until_it_is_unplugged() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&[]).await;
    window.see("[data-role='idle']").await;
    window.add_device("pin-key").await;
    window.plug_in().await;

    window.ask_for_account("alice").await;
    window.set_key_pin("abc").await;
    window
        .read_until("[data-role='prompt-problem']", "at least 4 characters")
        .await;
    for field in ["key-pin-new", "key-pin-again"] {
        window.fill(field, KEY_PIN).await;
    }
    window.press("key-pin-submit").await;
    window.touch_key().await;
    window.signed_in_as("alice").await;
    window.sign_out().await;

    window.ask_to_sign_in().await;
    window.give_key_pin(WRONG_KEY_PIN).await;
    window
        .read_until("[data-role='prompt-problem']", "Wrong PIN. 7 tries left.")
        .await;
    window.give_key_pin(KEY_PIN).await;
    window.touch_key().await;
    window.signed_in_as("alice").await;
    window.sign_out().await;

    window.ask_to_sign_in().await;
    window.give_key_pin(WRONG_KEY_PIN).await;
    window
        .read_until("[data-role='prompt-problem']", "7 tries left.")
        .await;
    window.give_key_pin(WRONG_KEY_PIN).await;
    let told = window
        .read_until("[data-role='prompt-problem']", "6 tries left.")
        .await;
    assert!(
        told.contains("bars the key until it is unplugged"),
        "what a third one costs is told before it is spent: {told}"
    );
    window.give_key_pin(WRONG_KEY_PIN).await;
    let said = window.page_says().await;
    assert!(!said.is_empty());
    window
        .see("[data-role='wire-event'][data-kind='client.failed']")
        .await;
    window
        .read_until("[data-role='key-failure']", "Unplug the key")
        .await;

    window.press("device-unplug-now").await;
    window.see("[data-role='key-away']").await;
    window.press("key-plug-again").await;
    window.see("[data-role='plugged']").await;
    window.ask_to_sign_in().await;
    window.give_key_pin(KEY_PIN).await;
    window.touch_key().await;
    window.signed_in_as("alice").await;

    let (_, timeline) = window.saved_timeline(&desk).await;
    let document = window.document().await;
    for pin in [KEY_PIN, WRONG_KEY_PIN] {
        assert!(!timeline.contains(pin), "no PIN stands in the timeline");
        assert!(!document.contains(pin), "no PIN stands in the window");
        let (found, read) = files_with(desk.home(), pin);
        assert!(
            found.is_empty() && read > 0,
            "no file holds a PIN: {found:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_touch_is_enough_for_a_key_that_verifies_by_finger_and_its_reports_are_a_press_away() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&[]).await;
    window.see("[data-role='idle']").await;
    window.add_device("fingerprint-key").await;
    window.plug_in().await;
    window.ask_for_account("alice").await;
    window.browser_asks("keyTouch").await;
    window.touch_key().await;
    window.signed_in_as("alice").await;
    window.sign_out().await;
    window.ask_to_sign_in().await;
    window.touch_key().await;
    window.signed_in_as("alice").await;

    let frames = By::Css("[data-role='wire-event'][data-kind^='client.hid.']");
    let shown = window
        .driver
        .find_all(frames.clone())
        .await
        .expect("a list");
    assert!(
        shown.is_empty(),
        "reports stand aside until they are wanted"
    );
    window
        .press_event("[data-kind='client.command.answered'][aria-label*='assertion']")
        .await;
    window.press("inspect-frames").await;
    let told = window.read("[data-role='frames-sum']").await;
    assert!(told.contains("of 64 bytes each"), "{told}");
    let rows = By::Css("[data-role='frames'] [data-action='frame']");
    let rows = window.driver.find_all(rows).await.expect("a list");
    assert!(rows.len() > 3, "a sign-in takes several reports");
    window.press_in_view("[data-action='frame']").await;
    window.read_until("[data-role='meaning']", "64 bytes").await;

    window.press("wire-filter").await;
    window.press("filter-frames").await;
    window.leave().await;
    window
        .see("[data-role='wire-event'][data-kind='client.hid.sent']")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_comes_and_goes_is_seen_at_once_and_half_a_passkey_is_none() {
    let desk = Desk::new(Keyring::Unlocked);
    let mut key = OutsideKey::new(Model::FingerprintKey);
    let id = key.id();
    let address = key.address.to_string();
    let window = desk.open(&["--key-udp", &address]).await;
    window.see("[data-role='idle']").await;
    window.press("device-switch").await;
    window.see("[data-role='no-keys']").await;
    key.plug().await;
    // The menu is open: the key shows in it as it comes.
    window
        .see(&format!("[data-action='key-pick'][data-key='{id}']"))
        .await;
    window.leave().await;
    window.pick_key(&id).await;
    window.see("[data-role='key-pane']").await;

    window.ask_for_account("alice").await;
    window.browser_asks("keyTouch").await;
    window.press("prompt-decline").await;
    let said = window.page_says().await;
    assert!(!said.is_empty(), "the page is told that there is none");

    window.enter_site().await;
    window.press("create-account").await;
    window.step_back().await;
    window.browser_asks("keyTouch").await;
    key.asks().await;
    key.unplug().await;
    window.see("[data-role='key-away']").await;
    window.read_until("[data-role='key-failure']", "gone").await;
    window.page_says().await;

    key.plug().await;
    window.see("[data-role='key-pane']").await;
    window.enter_site().await;
    window.press("create-account").await;
    window.step_back().await;
    window.browser_asks("keyTouch").await;
    key.touch().await;
    window.signed_in_as("alice").await;
    let (events, _) = window.saved_timeline(&desk).await;
    let made = |kind: &str| events.iter().filter(|event| event["kind"] == kind).count();
    assert_eq!(made("rp.account.created"), 1, "only the last call made one");
    assert_eq!(made("bench.key.unplugged"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_page_is_read_by_keyboard_and_copied() {
    let desk = Desk::new(Keyring::Unlocked);
    let mut key = OutsideKey::new(Model::PinKey);
    let address = key.address.to_string();
    let window = desk.open(&["--key-udp", &address]).await;
    window.see("[data-role='idle']").await;
    window.open_keys().await;
    window.see("[data-role='keys-empty']").await;
    window.see("[data-role='finding']").await;

    key.plug().await;
    window
        .see(&format!("[data-role='keys-item'][data-key='{}']", key.id()))
        .await;
    window.see("[data-role='key-fact'][data-member='4']").await;
    let pin = window
        .read("[data-role='key-answer'][data-answer='pin']")
        .await;
    assert!(pin.contains("not set yet"), "{pin}");
    let facts = By::Css("[data-role='key-fact']");
    let told = window.driver.find_all(facts.clone()).await.expect("facts");
    window.press("key-absent").await;
    let all = window.driver.find_all(facts).await.expect("facts");
    assert!(
        all.len() > told.len(),
        "what it does not say has its words too"
    );

    window.press("key-copy").await;
    window.read_until("[data-role='toast']", "as JSON").await;
    window.press("key-use").await;
    window.read_until("[data-action='key-use']", "In use").await;
    window.press_in_view("[data-role='keys-item']").await;
    window.keys(Key::Down).await;
    window.see("[data-role='keys-doctor']").await;
    window.keys(Key::Escape).await;
    window.see("[data-role='key-pane']").await;
    assert!(
        window
            .driver
            .find(By::Css("[data-role='keys-page']"))
            .await
            .is_err(),
        "Escape leaves the page"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_with_a_key_that_is_plugged_in_plays_to_its_end() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&["--pace", "0"]).await;
    window.see("[data-role='idle']").await;
    window
        .find_walk("does not depend on the way to the device")
        .await;
    window.press("walk-play").await;
    window
        .see("[data-role='walk-verdict'][data-verdict='passed']")
        .await;
}
