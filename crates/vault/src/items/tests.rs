use std::path::Path;

use super::*;

fn in_folder(root: &Path) -> Vault {
    Vault::open(&root.join("vault"), KeyHome::File(root.join("key"))).expect("a vault opens")
}

fn bytes(items: &Items, name: &str) -> Option<Vec<u8>> {
    let found = items.get(name).expect("it can be read");
    found.map(|bytes| bytes.to_vec())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of items");
    entries.map(|it| it.expect("an entry").path()).collect()
}

#[test]
fn each_home_puts_replaces_gets_and_deletes() {
    let root = tempfile::tempdir().unwrap();
    let passphrase = KeyHome::Passphrase("swordfish".to_owned().into());
    let vaults = [
        in_folder(root.path()),
        Vault::open(&root.path().join("other"), passphrase).unwrap(),
        Vault::open(Path::new("unused"), KeyHome::Memory).unwrap(),
    ];
    for vault in vaults {
        let items = vault.items();
        assert_eq!(bytes(&items, "pin.a"), None);
        assert_eq!(items.delete("pin.a"), Ok(()), "there is nothing to delete");
        items.put("pin.a", b"first").unwrap();
        items.put("pin.b", b"").unwrap();
        items.put("pin.a", b"second").unwrap();
        assert_eq!(bytes(&items, "pin.a").unwrap(), b"second");
        assert_eq!(bytes(&items.clone(), "pin.b").unwrap(), b"");
        items.delete("pin.a").unwrap();
        assert_eq!(bytes(&items, "pin.a"), None);
        assert!(
            items.label().contains("secure element"),
            "{}",
            items.label()
        );
    }
}

#[test]
fn names_that_some_home_could_not_keep_are_refused() {
    let vault = Vault::open(Path::new("unused"), KeyHome::Memory).unwrap();
    let long = "a".repeat(NAME_LENGTH + 1);
    for name in [
        "",
        "..\\a",
        "../a",
        "a/b",
        "né",
        "a b",
        "vault-key",
        "a\0",
        &long,
    ] {
        let refused = vault.items().put(name, b"x").unwrap_err();
        assert_eq!(refused.code(), "itemName", "{name:?}");
    }
    vault.items().put(&"a".repeat(NAME_LENGTH), b"x").unwrap();
    vault.items().put("..", b"x").unwrap();
}

#[test]
fn a_file_of_the_longest_name_lies_in_the_folder_of_items_and_survives_reopening() {
    let root = tempfile::tempdir().unwrap();
    let name = ".".repeat(NAME_LENGTH);
    in_folder(root.path()).items().put(&name, b"kept").unwrap();
    assert_eq!(files(&root.path().join("vault/items")).len(), 1);
    let again = in_folder(root.path()).items();
    assert_eq!(bytes(&again, &name).unwrap(), b"kept");
    assert_eq!(bytes(&again, "."), None);
}

#[test]
fn an_item_file_is_sealed_for_its_owner_its_name_and_its_vault() {
    let root = tempfile::tempdir().unwrap();
    let items = in_folder(root.path()).items();
    let canary = b"canary-canary-canary";
    items.put("one", canary).unwrap();
    items.put("two", b"other").unwrap();
    let folder = root.path().join("vault/items");
    for path in files(&folder) {
        let stored = fs::read(&path).unwrap();
        assert!(!stored.windows(6).any(|it| it == b"canary"), "it is sealed");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
    let (one, two) = (file_of(&folder, "one"), file_of(&folder, "two"));
    fs::copy(&one, &two).unwrap();
    assert_eq!(items.get("two").unwrap_err(), damaged("two"), "moved");
    let mut sealed = fs::read(&one).unwrap();
    sealed[15] ^= 1;
    fs::write(&one, &sealed).unwrap();
    assert_eq!(items.get("one").unwrap_err(), damaged("one"), "changed");
    fs::write(&one, b"short").unwrap();
    assert_eq!(items.get("one").unwrap_err(), damaged("one"), "cut");
    items.put("one", b"anew").unwrap();
    assert_eq!(bytes(&items, "one").unwrap(), b"anew");
}

#[test]
fn a_vault_set_aside_takes_its_items_along() {
    let root = tempfile::tempdir().unwrap();
    in_folder(root.path()).items().put("one", b"old").unwrap();
    let aside = Vault::set_aside(&root.path().join("vault"), 7).unwrap();
    assert_eq!(files(&aside.join("items")).len(), 1);
    assert_eq!(bytes(&in_folder(root.path()).items(), "one"), None);
}

#[test]
fn a_folder_that_cannot_be_written_keeps_the_old_item() {
    let root = tempfile::tempdir().unwrap();
    let items = in_folder(root.path()).items();
    items.put("one", b"old").unwrap();
    // A folder where the draft would be: whoever may write everywhere cannot write there either.
    let draft = folder::with_suffix(&file_of(&root.path().join("vault/items"), "one"), ".part");
    fs::create_dir(&draft).unwrap();
    items.put("one", b"new").unwrap_err();
    assert_eq!(bytes(&items, "one").unwrap(), b"old");
}

#[test]
fn one_piece_of_work_at_a_time_is_alone() {
    let vault = Vault::open(Path::new("unused"), KeyHome::Memory).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let _alone = vault.alone();
                    let held = bytes(&vault.items(), "n").map_or(0, |it| it[0]);
                    vault.items().put("n", &[held + 1]).unwrap();
                }
            });
        }
    });
    assert_eq!(bytes(&vault.items(), "n").unwrap(), [200]);
}
