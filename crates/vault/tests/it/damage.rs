use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rusqlite::Connection;
use touchstone_vault::{Error, KeyHome, Vault, VaultState, WayOut};

const CANARY: &[u8] = b"canary-1f0e-the-quick-brown-secret";

fn home(root: &Path) -> KeyHome {
    KeyHome::File(root.join("key"))
}

/// A closed vault of some thirty pages.
fn filled(root: &Path) -> PathBuf {
    let folder = root.join("vault");
    let vault = Vault::open(&folder, home(root)).expect("a vault is made");
    vault
        .transaction(|t| {
            for number in 0..100_u8 {
                t.put("note", &format!("n{number:03}"), &[number; 1000])?;
            }
            t.put("note", "other", CANARY)?;
            t.put("pin", "other", b"1234")
        })
        .expect("it is filled");
    drop(vault);
    folder.join("vault.db")
}

fn opening(database: &Path, root: &Path) -> Error {
    Vault::open(database.parent().unwrap(), home(root)).expect_err("it is refused")
}

#[test]
fn says_that_the_database_is_damaged_and_leaves_it_as_it_was() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let database = filled(root.path());
    let sound = std::fs::read(&database).expect("its bytes");
    let half = sound.len() / 2;
    let mut middle = sound.clone();
    middle[half - 6000..half + 6000].fill(0x5a);
    let mut header = sound.clone();
    header[..100].fill(0x5a);
    let cases = [
        middle,
        header,
        sound[..half].to_vec(),
        sound[..1000].to_vec(),
        Vec::new(),
        b"a text".repeat(2000),
    ];
    for (number, damaged) in cases.iter().enumerate() {
        std::fs::write(&database, damaged).expect("the damage");
        let error = opening(&database, root.path());
        assert_eq!(error.code(), "corrupt", "case {number}: {error}");
        assert!(error.ways_out().contains(&WayOut::StartOver));
        let looked = Vault::inspect(database.parent().unwrap(), &home(root.path()));
        assert_eq!(looked.unwrap_err().code(), "corrupt", "case {number}");
        let left = std::fs::read(&database).expect("its bytes");
        assert!(&left == damaged, "case {number} is left as it was");
    }
    std::fs::write(&database, sound).expect("the copy is put back");
    let vault = Vault::open(database.parent().unwrap(), home(root.path())).expect("it opens");
    assert_eq!(vault.transaction(|t| t.list("note")).unwrap().len(), 101);
}

#[test]
fn another_sqlite_file_is_not_a_vault() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let database = root.path().join("vault.db");
    let other = Connection::open(&database).expect("another database");
    other
        .execute_batch("CREATE TABLE t (x)")
        .expect("its table");
    drop(other);
    assert_eq!(opening(&database, root.path()).code(), "corrupt");
}

#[test]
fn a_log_without_its_database_is_damage_and_not_a_first_run() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let database = filled(root.path());
    std::fs::rename(&database, database.with_file_name("vault.db-wal")).expect("renamed");
    assert_eq!(opening(&database, root.path()).code(), "corrupt");
}

#[test]
fn a_vault_of_a_later_format_is_left_alone() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let database = filled(root.path());
    let other = Connection::open(&database).expect("it opens as SQLite");
    other
        .pragma_update(None, "user_version", 2)
        .expect("a later format");
    drop(other);
    assert_eq!(opening(&database, root.path()).code(), "unknownFormat");
}

#[test]
fn a_record_moved_from_outside_does_not_open() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let database = filled(root.path());
    let sound = std::fs::read(&database).expect("its bytes");
    for change in [
        "UPDATE record SET id = 'n200' WHERE tbl = 'note' AND id = 'other'",
        "UPDATE record SET sealed = (SELECT sealed FROM record WHERE id = 'n001') \
         WHERE tbl = 'note' AND id = 'other'",
        "UPDATE record SET sealed = (SELECT sealed FROM record WHERE tbl = 'pin') \
         WHERE tbl = 'note' AND id = 'other'",
        "UPDATE record SET version = 2 WHERE tbl = 'note' AND id = 'other'",
        "UPDATE record SET sealed = x'' WHERE tbl = 'note' AND id = 'other'",
        "INSERT INTO record VALUES ('note', 'new', 1, zeroblob(40))",
        "UPDATE record SET tbl = 'note', id = 'zzz' WHERE tbl = 'pin'",
    ] {
        std::fs::write(&database, &sound).expect("the sound vault");
        let other = Connection::open(&database).expect("it opens as SQLite");
        assert_eq!(
            other.execute(change, []).expect("it changes"),
            1,
            "{change}"
        );
        drop(other);
        let vault = Vault::open(database.parent().unwrap(), home(root.path())).expect("it opens");
        let error = vault.transaction(|t| t.list("note")).expect_err(change);
        assert_eq!(error.code(), "recordDamaged", "{change}: {error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}

#[test]
fn a_vault_under_another_vaults_key_does_not_open() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let folder = filled(root.path()).parent().unwrap().to_owned();
    let other = tempfile::tempdir().expect("another folder");
    filled(other.path());
    let error = Vault::open(&folder, home(other.path())).unwrap_err();
    assert_eq!(error, Error::NotReady(VaultState::KeyMismatch));
}

/// Every file under `folder`, by its bytes.
fn all_bytes(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        bytes.extend(std::fs::read(entry.path()).unwrap_or_default());
    }
    bytes
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn a_secret_is_nowhere_in_the_folder_nor_in_any_words() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let folder = root.path().join("vault");
    let passphrase = "canary-passphrase-77";
    let home = KeyHome::Passphrase(passphrase.to_owned().into());
    let vault = Vault::open(&folder, home.clone()).expect("a vault is made");
    vault
        .transaction(|t| t.put("pin", "alice", CANARY))
        .expect("stored");
    vault
        .transaction(|t| t.put("pin", "alice", CANARY))
        .expect("stored again");
    let while_open = all_bytes(&folder);
    assert!(
        holds(&while_open, b"alice"),
        "the search finds what is in clear"
    );
    let words = format!("{vault:?} {home:?} {} {}", vault.label(), home.label());
    drop(vault);
    let after = all_bytes(&folder);
    for secret in [CANARY, passphrase.as_bytes()] {
        assert!(!holds(&while_open, secret));
        assert!(!holds(&after, secret));
        assert!(!holds(words.as_bytes(), secret), "{words}");
    }
    let wrong = KeyHome::Passphrase("canary-passphrase-78".to_owned().into());
    let error = Vault::open(&folder, wrong).unwrap_err();
    assert_eq!(error, Error::NotReady(VaultState::KeyMismatch));
    assert!(!format!("{error} {error:?}").contains("canary"));
}

#[test]
fn the_key_itself_is_not_in_the_folder() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let folder = filled(root.path()).parent().unwrap().to_owned();
    let text = std::fs::read_to_string(root.path().join("key")).expect("the key file");
    let key = data_encoding::HEXLOWER
        .decode(text.trim().as_bytes())
        .expect("64 digits");
    let bytes = all_bytes(&folder);
    assert!(!holds(&bytes, text.trim().as_bytes()));
    assert!(!holds(&bytes, &key));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is done to the file, a record that can be read is the record that was stored.
    #[test]
    fn no_damage_gives_a_wrong_record(
        hits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6)
    ) {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = root.path().join("vault");
        let vault = Vault::open(&folder, home(root.path())).expect("a vault is made");
        for number in 0..4_u8 {
            vault
                .transaction(|t| t.put("note", &number.to_string(), &[number; 600]))
                .expect("stored");
        }
        drop(vault);
        let database = folder.join("vault.db");
        let mut bytes = std::fs::read(&database).expect("its bytes");
        for (place, value) in hits {
            *place.get_mut(&mut bytes) = value;
        }
        std::fs::write(&database, bytes).expect("the damage");
        if let Ok(vault) = Vault::open(&folder, home(root.path())) {
            for number in 0..4_u8 {
                if let Ok(Some(kept)) = vault.transaction(|t| t.get("note", &number.to_string())) {
                    prop_assert_eq!(kept.as_slice(), &[number; 600]);
                }
            }
        }
    }
}
