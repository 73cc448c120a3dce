use webauthn::id::CredentialId;

use super::bench::{Bench, Habits, Page, creation, in_folder, memory, prompt, request, somebody};
use crate::{Device, DeviceId, Error, Model, Presence};

#[tokio::test]
async fn everything_is_there_again_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = Bench::new();
    {
        let shelf = bench.shelf(in_folder(folder.path()), Presence::Ask);
        let phone = shelf.add("Alice's phone", Model::Phone).expect("a device");
        shelf.add("Spare key", Model::Key).expect("a device");
        let owner = somebody(&phone, Habits::default());
        let page = Page::new(bench.client(None));
        page.create(&phone, &creation("alice", "required"))
            .await
            .expect("a passkey");
        page.get(&phone, &request("required"))
            .await
            .expect("an assertion");
        owner.abort();
        let _ = owner.await;
    }
    let shelf = bench.shelf(in_folder(folder.path()), Presence::Ask);
    let devices = shelf.list().expect("a list");
    let names: Vec<_> = devices
        .iter()
        .map(|it| (it.name.as_str(), it.model))
        .collect();
    assert_eq!(
        names,
        [("Alice's phone", Model::Phone), ("Spare key", Model::Key)]
    );
    let phone = shelf.open(&devices[0].id).expect("it is there");
    assert!(phone.pin().expect("a state").set);
    assert_eq!(phone.passkeys().expect("a list")[0].sign_count, 1);
    let owner = somebody(&phone, Habits::default());
    let page = Page::new(bench.client(None));
    page.get(&phone, &request("required"))
        .await
        .expect("an assertion");
    assert_eq!(
        phone.passkeys().expect("a list")[0].sign_count,
        2,
        "the counter goes on"
    );
    owner.abort();
}

#[tokio::test]
async fn a_copy_signs_with_the_same_key_and_counts_on_its_own() {
    let bench = Bench::new();
    let shelf = bench.shelf(memory(), Presence::Auto);
    let add = |name| shelf.add(name, Model::Key).expect("a device");
    let (owner, thief) = (add("Owner"), add("Thief"));
    let page = Page::new(bench.client(None));
    let made = page
        .create(&owner, &creation("alice", "discouraged"))
        .await
        .expect("a passkey");
    page.get(&owner, &request("discouraged"))
        .await
        .expect("an assertion");
    assert_eq!(owner.copy_passkeys(&thief).expect("copied"), 1);
    let signed = page
        .get(&thief, &request("discouraged"))
        .await
        .expect("the copy signs");
    assert_eq!(signed["id"], made["id"]);
    let count = |device: &Device| device.passkeys().expect("a list")[0].sign_count;
    assert_eq!((count(&owner), count(&thief)), (1, 2));
    assert_eq!(
        owner.copy_passkeys(&thief).expect("copied"),
        1,
        "a copy is replaced, not doubled"
    );
    assert_eq!(
        (count(&thief), thief.passkeys().expect("a list").len()),
        (1, 1)
    );
    shelf.remove(thief.id()).expect("it is there");
    assert!(matches!(
        owner.copy_passkeys(&thief),
        Err(Error::NoSuchDevice(_))
    ));
}

#[tokio::test]
async fn devices_of_one_vault_keep_to_themselves() {
    let bench = Bench::new();
    let shelf = bench.shelf(memory(), Presence::Auto);
    let (one, two) = (
        shelf.add("One", Model::Key).expect("a device"),
        shelf.add("Two", Model::Key).expect("a device"),
    );
    let page = Page::new(bench.client(None));
    page.create(&one, &creation("alice", "discouraged"))
        .await
        .expect("a passkey");
    assert!(two.passkeys().expect("a list").is_empty());
    page.get(&two, &request("discouraged"))
        .await
        .expect_err("not on this one");
    two.wipe().expect("wiped");
    assert_eq!(one.passkeys().expect("a list").len(), 1);
    shelf.remove(two.id()).expect("removed");
    assert!(matches!(shelf.open(two.id()), Err(Error::NoSuchDevice(_))));
    assert!(matches!(two.info(), Err(Error::NoSuchDevice(_))));
    assert!(matches!(
        shelf.remove(two.id()),
        Err(Error::NoSuchDevice(_))
    ));
    assert_eq!(shelf.list().expect("a list").len(), 1);
}

#[tokio::test]
async fn a_device_removed_during_a_ceremony_leaves_nothing_behind() {
    for model in [Model::Phone, Model::Key] {
        let bench = Bench::new();
        let vault = memory();
        let shelf = bench.shelf(vault.clone(), Presence::Ask);
        let device = shelf.add("Doomed", model).expect("a device");
        let page = Page::new(bench.client(None));
        let options = creation("alice", "preferred");
        let creating = page.create(&device, &options);
        let removing = async {
            prompt(&device, |_| true).await;
            shelf.remove(device.id()).expect("removed");
        };
        let owner = async {
            removing.await;
            let _ = somebody(&device, Habits::default()).await;
        };
        let outcome = tokio::select! {
            outcome = creating => outcome,
            () = owner => unreachable!("the owner answers until the end"),
        };
        assert_eq!(outcome.expect_err("it is gone").name(), "NotAllowedError");
        for table in ["device", "passkey", "pin"] {
            assert!(
                vault
                    .transaction(|t| t.list(table))
                    .expect("a list")
                    .is_empty(),
                "{table} of a {model:?}"
            );
        }
    }
}

#[test]
fn the_same_device_is_powered_up_once() {
    let shelf = Bench::new().shelf(memory(), Presence::Ask);
    let device = shelf.add("Phone", Model::Phone).expect("a device");
    let again = shelf.open(device.id()).expect("the same");
    let changes = device.changes();
    again.rename("  Work phone ").expect("renamed");
    assert!(changes.has_changed().expect("alive"), "they are one");
    assert_eq!(device.info().expect("there").name, "Work phone");
}

#[test]
fn names_have_bounds() {
    let shelf = Bench::new().shelf(memory(), Presence::Ask);
    let device = shelf
        .add(&"ö".repeat(64), Model::Phone)
        .expect("64 characters are allowed");
    for name in ["", "   ", &"x".repeat(65)] {
        assert!(
            matches!(shelf.add(name, Model::Key), Err(Error::Name { .. })),
            "{name:?}"
        );
        assert!(
            matches!(device.rename(name), Err(Error::Name { .. })),
            "{name:?}"
        );
    }
    assert_eq!(shelf.list().expect("a list").len(), 1);
}

#[tokio::test]
async fn passkeys_are_labelled_and_deleted() {
    let bench = Bench::new();
    let key = bench
        .shelf(memory(), Presence::Auto)
        .add("Key", Model::Key)
        .expect("a device");
    let page = Page::new(bench.client(None));
    for name in ["alice", "bob"] {
        page.create(&key, &creation(name, "discouraged"))
            .await
            .expect("a passkey");
    }
    let passkeys = key.passkeys().expect("a list");
    assert_eq!(
        passkeys[0].user_name.as_deref(),
        Some("bob"),
        "the newest first"
    );
    let alice = &passkeys[1].credential_id;
    key.label_passkey(alice, Some("Old account"))
        .expect("labelled");
    assert_eq!(
        key.passkeys().expect("a list")[1].label.as_deref(),
        Some("Old account")
    );
    key.label_passkey(alice, None).expect("the label is gone");
    assert_eq!(key.passkeys().expect("a list")[1].label, None);
    key.delete_passkey(alice).expect("deleted");
    assert!(matches!(
        key.delete_passkey(alice),
        Err(Error::NoSuchPasskey(_))
    ));
    let unknown = CredentialId::new([1, 2, 3]);
    assert!(matches!(
        key.label_passkey(&unknown, Some("x")),
        Err(Error::NoSuchPasskey(_))
    ));
    assert_eq!(bench.notes.of("device.passkey.deleted").len(), 1);
    page.get(&key, &request("discouraged"))
        .await
        .expect("bob is left");
}

#[tokio::test]
async fn a_damaged_passkey_is_named_and_can_be_deleted() {
    let bench = Bench::new();
    let vault = memory();
    let key = bench
        .shelf(vault.clone(), Presence::Auto)
        .add("Key", Model::Key)
        .expect("a device");
    let row = format!("{}/AQID", key.id());
    vault
        .transaction(|t| t.put("passkey", &row, b"\x01nonsense"))
        .expect("written");
    assert!(matches!(
        key.passkeys(),
        Err(Error::Damaged {
            what: "passkey",
            ..
        })
    ));
    key.delete_passkey(&CredentialId::new([1, 2, 3]))
        .expect("deleted");
    assert!(key.passkeys().expect("a list").is_empty());
}

#[test]
fn device_ids_are_read_strictly() {
    let id = DeviceId::from_bytes([0, 1, 2, 3, 4, 5, 6, 255]);
    assert_eq!(DeviceId::parse(id.as_str()).expect("our own form"), id);
    for text in [
        "",
        "../../etc",
        "00010203040506FF",
        "00010203040506f",
        "00010203040506ff0",
    ] {
        assert!(DeviceId::parse(text).is_err(), "{text}");
    }
}

#[test]
fn devices_that_an_earlier_version_stored_are_there_as_they_were() {
    let vault = memory();
    let old = [
        ("0000000000000001", "phone", Model::Phone),
        ("0000000000000002", "key", Model::Key),
    ];
    for (place, (id, model, _)) in old.iter().enumerate() {
        let record = serde_json::json!({
            "name": "Old one", "model": model, "created": 1_700_000_000_000_u64, "place": place,
        });
        vault
            .transaction(|t| t.put("device", id, record.to_string().as_bytes()))
            .expect("written");
    }
    let shelf = Bench::new().shelf(vault, Presence::Ask);
    let found = shelf.list().expect("readable");
    let models: Vec<_> = found.iter().map(|it| (it.id.as_str(), it.model)).collect();
    assert_eq!(models, old.map(|(id, _, model)| (id, model)));
}
