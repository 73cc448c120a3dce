use ctap::{Command, Status};
use serde_json::json;

use super::bench::{Bench, Habits, in_folder, memory, somebody, status};
use super::owners::{FINGER, SYNCED, assertion, hands, phone};
use crate::{Error, Model, Presence, Settings, Verification};

#[tokio::test]
async fn a_new_phone_verifies_by_its_own_pin_and_nothing_else() {
    let bench = Bench::new();
    let phone = bench.device(Model::Phone);
    let expected = Settings {
        verification: Verification::DevicePin,
        fingerprint: false,
        any_enrolment: false,
        app_lock: false,
    };
    assert_eq!(phone.settings().expect("settings"), expected);
    assert_eq!(
        serde_json::to_value(expected).expect("JSON"),
        json!({ "verification": "devicePin", "fingerprint": false, "anyEnrolment": false, "appLock": false })
    );
    assert!(!phone.app_locked().expect("a state"));
}

#[tokio::test]
async fn settings_are_there_after_a_restart_and_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = Bench::new();
    let all = Settings {
        verification: Verification::SyncedPin,
        fingerprint: true,
        any_enrolment: true,
        app_lock: true,
    };
    let id = {
        let shelf = bench.shelf(in_folder(folder.path()), Presence::Ask);
        let phone = shelf.add("Phone", Model::Phone).expect("a device");
        shelf.add("Other", Model::Phone).expect("a device");
        let changes = phone.changes();
        phone.set_settings(all).expect("set");
        phone.set_settings(all).expect("set");
        assert!(changes.has_changed().expect("it lives"));
        phone.id().clone()
    };
    let told = bench.notes.of("device.settings.changed");
    assert_eq!(told.len(), 1, "what changes nothing is not told");
    assert_eq!(
        told[0]["settings"],
        serde_json::to_value(all).expect("JSON")
    );
    let shelf = bench.shelf(in_folder(folder.path()), Presence::Ask);
    let phone = shelf.open(&id).expect("it is there");
    assert_eq!(phone.settings().expect("settings"), all);
    for other in shelf.list().expect("a list").iter().skip(1) {
        let other = shelf.open(&other.id).expect("it is there");
        assert_eq!(other.settings().expect("settings"), Settings::default());
    }
}

#[tokio::test]
async fn a_wipe_makes_the_settings_those_of_a_new_phone() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    let chosen = Settings {
        app_lock: true,
        fingerprint: true,
        ..SYNCED
    };
    phone.set_settings(chosen).expect("set");
    phone.wipe().expect("wiped");
    assert_eq!(phone.settings().expect("settings"), Settings::default());
    phone.set_settings(FINGER).expect("set");
    let owner = somebody(&phone, Habits::default());
    assert_eq!(status(&phone, &Command::Reset).await, Status::Ok);
    owner.abort();
    assert_eq!(phone.settings().expect("settings"), Settings::default());
}

#[tokio::test]
async fn a_key_has_nothing_to_set_and_a_removed_phone_keeps_nothing() {
    let bench = Bench::new();
    let key = bench.device(Model::Key);
    assert!(matches!(key.set_settings(FINGER), Err(Error::NoSettings)));
    assert_eq!(key.settings().expect("settings"), Settings::default());
    let vault = memory();
    let shelf = bench.shelf(vault.clone(), Presence::Ask);
    let phone = shelf.add("Phone", Model::Phone).expect("a device");
    phone.set_settings(FINGER).expect("set");
    shelf.remove(phone.id()).expect("removed");
    assert!(matches!(
        phone.set_settings(SYNCED),
        Err(Error::NoSuchDevice(_))
    ));
    let rows = vault.transaction(|t| t.list("settings")).expect("a list");
    assert!(rows.is_empty());
}

#[tokio::test]
async fn damaged_settings_verify_nobody() {
    let bench = Bench::new();
    let vault = memory();
    let shelf = bench.shelf(vault.clone(), Presence::Ask);
    let phone = shelf.add("Phone", Model::Phone).expect("a device");
    let owner = somebody(&phone, Habits::default());
    phone.change_pin().await.expect("a PIN");
    owner.abort();
    let _ = owner.await;
    for bytes in [
        &b""[..],
        b"{}",
        b"null",
        &[0xff; 20],
        br#"{"settings":{"verification":"none"}}"#,
    ] {
        vault
            .transaction(|t| t.put("settings", phone.id().as_str(), bytes))
            .expect("written");
        assert!(matches!(phone.settings(), Err(Error::Damaged { .. })));
        assert!(matches!(phone.app_locked(), Err(Error::Damaged { .. })));
        assert!(matches!(
            phone.set_settings(SYNCED),
            Err(Error::Damaged { .. })
        ));
        let owner = hands(&phone, &[true], &[super::bench::PIN]);
        assert_eq!(status(&phone, &assertion()).await, Status::Other);
        owner.abort();
    }
    phone.wipe().expect("a wipe helps");
    assert_eq!(phone.settings().expect("settings"), Settings::default());
}
