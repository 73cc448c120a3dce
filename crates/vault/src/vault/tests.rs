use super::*;

fn vault() -> Vault {
    Vault::open(Path::new("unused"), KeyHome::Memory).expect("a vault in memory opens")
}

fn text(vault: &Vault, id: &str) -> Option<Vec<u8>> {
    let bytes = vault
        .transaction(|t| t.get("note", id))
        .expect("it can be read");
    bytes.map(|bytes| bytes.to_vec())
}

#[test]
fn puts_replaces_lists_and_deletes() {
    let vault = vault();
    vault
        .transaction(|t| {
            t.put("note", "b", b"2")?;
            t.put("note", "a", b"1")?;
            t.put("note", "a", b"one")?;
            t.put("other", "a", b"elsewhere")
        })
        .unwrap();
    let rows = vault.transaction(|t| t.list("note")).unwrap();
    let rows: Vec<(&str, &[u8])> = rows
        .iter()
        .map(|(id, b)| (id.as_str(), b.as_slice()))
        .collect();
    assert_eq!(rows, [("a", &b"one"[..]), ("b", b"2")]);
    assert_eq!(vault.transaction(|t| t.delete("note", "a")), Ok(true));
    assert_eq!(vault.transaction(|t| t.delete("note", "a")), Ok(false));
    assert_eq!(text(&vault, "a"), None);
    let other = vault.transaction(|t| t.get("other", "a")).unwrap();
    assert_eq!(other.unwrap().as_slice(), b"elsewhere");
}

#[test]
fn empty_and_strange_names_and_bytes_are_kept() {
    let vault = vault();
    for (table, id) in [("", ""), ("'; DROP TABLE record", "\0"), ("né", "日本")] {
        vault.transaction(|t| t.put(table, id, b"")).unwrap();
        let kept = vault.transaction(|t| t.get(table, id)).unwrap();
        assert_eq!(kept.unwrap().as_slice(), b"");
    }
}

#[test]
fn a_row_put_again_has_the_next_version() {
    let vault = vault();
    for expected in 1..4_i64 {
        vault.transaction(|t| t.put("note", "a", b"x")).unwrap();
        let connection = vault.0.connection.lock().unwrap();
        let version = connection.query_row("SELECT version FROM record", [], |row| row.get(0));
        assert_eq!(version, Ok(expected));
    }
}

#[test]
fn a_failed_transaction_leaves_nothing() {
    let vault = vault();
    vault
        .transaction(|t| t.put("note", "a", b"before"))
        .unwrap();
    let failed: Result<(), Error> = vault.transaction(|t| {
        t.put("note", "a", b"after")?;
        t.put("note", "b", b"new")?;
        Err(Error::NoRandomness)
    });
    assert_eq!(failed, Err(Error::NoRandomness));
    assert_eq!(text(&vault, "a").unwrap(), b"before");
    assert_eq!(text(&vault, "b"), None);
}

#[test]
fn a_panic_within_a_transaction_leaves_nothing_and_the_vault_works() {
    let vault = vault();
    let other = vault.clone();
    let panicked = std::thread::spawn(move || {
        let _: Result<(), Error> = other.transaction(|t| {
            t.put("note", "a", b"after")?;
            panic!("on purpose");
        });
    });
    assert!(panicked.join().is_err());
    assert_eq!(text(&vault, "a"), None);
}

#[test]
fn transactions_of_many_threads_do_not_overlap() {
    let vault = vault();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    vault
                        .transaction(|t| {
                            let held = t.get("note", "n")?.map_or(0, |bytes| bytes[0]);
                            t.put("note", "n", &[held + 1])
                        })
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(text(&vault, "n").unwrap(), [100]);
}

/// SQLite's own limit on pages gives the error that a full disk gives.
#[test]
fn a_full_disk_undoes_the_transaction_and_says_so() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("vault");
    let home = KeyHome::File(root.path().join("key"));
    let vault = Vault::open(&folder, home.clone()).unwrap();
    vault
        .transaction(|t| t.put("note", "a", b"before"))
        .unwrap();
    let limit = |pages: u32| {
        let connection = vault.0.connection.lock().unwrap();
        connection
            .execute_batch(&format!("PRAGMA max_page_count = {pages}"))
            .unwrap();
    };
    limit(8);
    let error = vault
        .transaction(|t| {
            t.put("note", "a", b"after")?;
            t.put("note", "b", &[0; 100_000])
        })
        .unwrap_err();
    assert_eq!(
        error,
        Error::DiskFull {
            folder: folder.clone()
        }
    );
    assert_eq!(text(&vault, "a").unwrap(), b"before");
    limit(100_000);
    vault
        .transaction(|t| t.put("note", "b", &[0; 100_000]))
        .unwrap();
    drop(vault);
    let vault = Vault::open(&folder, home).unwrap();
    assert_eq!(text(&vault, "a").unwrap(), b"before");
}

#[test]
fn each_state_says_what_to_do() {
    use crate::{VaultState, WayOut};
    let states = [
        VaultState::NoVault,
        VaultState::KeyMissing,
        VaultState::KeyMismatch,
        VaultState::KeyringLocked,
        VaultState::KeyringUnavailable,
        VaultState::KeyringStuck,
    ];
    for state in states {
        assert!(!state.ways_out().is_empty(), "{}", state.code());
        assert!(state.sentence().ends_with('.'), "{}", state.code());
        assert_eq!(Error::from(state).code(), state.code());
    }
    assert!(
        VaultState::KeyMissing
            .ways_out()
            .contains(&WayOut::StartOver)
    );
}
