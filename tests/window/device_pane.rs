//! What a tester does with devices and passkeys, and the saved timeline.

use serde_json::Value;

use crate::{
    desk::{Desk, Keyring},
    hands::PIN,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_tester_adds_picks_and_wipes_devices_and_renames_and_deletes_a_passkey() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&[]).await;
    window.create_account("alice").await;
    window.sign_out().await;

    window.press("passkey-open").await;
    window.press("passkey-rename").await;
    window.type_into("passkey-label", "Mine").await;
    window.confirm("passkey-rename-confirm").await;
    window
        .read_until("[data-role='passkey-name']", "Mine")
        .await;
    window.press("passkey-delete").await;
    window.confirm("passkey-delete-confirm").await;
    window.see("[data-role='no-passkeys']").await;

    // The site still lists the passkey; the phone no longer has it, and the page says so plainly.
    window.start_sign_in().await;
    window.enter_site().await;
    window.see("[data-role='error']").await;
    window.step_back().await;

    window.press("device-menu").await;
    window.press("device-add").await;
    window.confirm("device-add-confirm").await;
    window
        .read_until("[data-role='device-name']", "Phone B")
        .await;
    window.create_account("bob").await;
    window.sign_out().await;
    window.press("device-menu").await;
    window.press("device-wipe").await;
    window.confirm("device-wipe-confirm").await;
    window.read_until("[data-role='pin-fact']", "not set").await;
    window.press("device-menu").await;
    window.press("device-remove").await;
    window.confirm("device-remove-confirm").await;
    window
        .read_until("[data-role='device-name']", "Phone A")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_timeline_holds_every_hop_and_no_pin() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&[]).await;
    window.create_account("alice").await;
    window.press("save-timeline").await;
    window.read_until("[data-role='toast']", "timeline-").await;
    let folder = desk.bench_folder().join("exports");
    let saved = std::fs::read_dir(folder)
        .expect("the export folder is there")
        .flatten()
        .next()
        .expect("a file was written");
    let text = std::fs::read_to_string(saved.path()).expect("it can be read");
    assert!(!text.contains(PIN), "the export holds no PIN");
    let json: Value = serde_json::from_str(&text).expect("it is JSON");
    let kinds: Vec<&str> = json["events"]
        .as_array()
        .expect("events")
        .iter()
        .filter_map(|event| event["kind"].as_str())
        .collect();
    for kind in [
        "rp.request",
        "client.create.called",
        "client.command.sent",
        "device.prompt.shown",
        "device.pin.set",
        "device.passkey.created",
        "rp.verification",
        "rp.session.bound",
    ] {
        assert!(kinds.contains(&kind), "{kind} is in {kinds:?}");
    }
}
