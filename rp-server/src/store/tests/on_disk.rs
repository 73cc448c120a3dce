//! A store in a folder: opened, held, damaged, full.

use std::fs;

use super::*;

#[tokio::test]
async fn what_was_answered_is_there_after_opening_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = on_disk(folder.path()).expect("a store");
    store
        .finish_registration(registration(1))
        .await
        .expect("stored");
    store
        .finish_sign_in(sign_in(2, 1, 1, 41))
        .await
        .expect("stored");
    store.keep_port(4711).await.expect("stored");
    drop(store);
    let store = on_disk(folder.path()).expect("a store");
    let (passkey, account) = store
        .passkey(&CredentialId::new(1_u32.to_be_bytes()))
        .await
        .expect("an answer")
        .expect("a passkey");
    assert_eq!(
        (
            passkey.sign_count,
            passkey.label.as_str(),
            account.username.as_str()
        ),
        (41, "Passkey 1", "user 1")
    );
    assert!(
        store
            .session(session(2).token_hash, NOW)
            .await
            .expect("an answer")
            .is_some()
    );
    assert_eq!(store.kept_port().await.expect("an answer"), Some(4711));
    assert_eq!(
        store
            .claim(id(2), Kind::Authentication, NOW)
            .await
            .expect("an answer"),
        Claim::Used,
        "used stays used"
    );
}

#[test]
fn refuses_a_second_process_on_the_same_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = on_disk(folder.path()).expect("a store");
    let error = on_disk(folder.path()).err().expect("it is held");
    assert_eq!(error.code(), "folderInUse");
    assert!(
        error.to_string().contains("Another relying party"),
        "{error}"
    );
    drop(first);
    assert!(on_disk(folder.path()).is_ok(), "it is free again");
}

#[test]
fn says_that_a_database_is_damaged_and_leaves_it_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(on_disk(folder.path()).expect("a store"));
    let file = folder.path().join("relying-party.sqlite");
    let whole = fs::read(&file).expect("a file");
    let mut torn = whole.clone();
    for byte in &mut torn[4096 + 200..4096 * 3] {
        *byte = 0xa5;
    }
    for damaged in [b"this is no database, but it is longer than a header of one hundred bytes, to be sure of what is tested here".to_vec(), torn] {
        fs::write(&file, &damaged).expect("written");
        let error = on_disk(folder.path()).err().expect("it is damaged");
        assert_eq!(error.code(), "databaseCorrupt", "{error}");
        assert_eq!(fs::read(&file).expect("a file"), damaged, "nothing was changed");
    }
    fs::write(&file, &whole).expect("written");
    assert!(on_disk(folder.path()).is_ok(), "the copy works again");
}

#[test]
fn refuses_a_database_of_a_later_version() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(on_disk(folder.path()).expect("a store"));
    let db =
        rusqlite::Connection::open(folder.path().join("relying-party.sqlite")).expect("a database");
    db.pragma_update(None, "user_version", 99).expect("changed");
    drop(db);
    assert_eq!(
        on_disk(folder.path()).err().expect("too new").code(),
        "databaseNewer"
    );
}

#[test]
fn says_that_the_folder_is_not_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "x").expect("written");
    assert_eq!(
        on_disk(&file).err().expect("no folder").code(),
        "folderUnusable"
    );
}

#[tokio::test]
async fn says_that_the_disk_is_full_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = on_disk(folder.path()).expect("a store");
    store
        .finish_registration(registration(1))
        .await
        .expect("stored");
    let pages: i64 = store
        .in_writer(|db| db.query_row("PRAGMA page_count", [], |row| row.get(0)))
        .await
        .expect("pages");
    store
        .in_writer(move |db| {
            db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
        })
        .await
        .expect("the disk is now full");
    let mut large = finish(2, Kind::Authentication);
    large.report = report(&format!("{:?}", "x".repeat(100_000)));
    assert_eq!(
        store.refuse(large).await.expect_err("no room").code(),
        "diskFull"
    );
    assert!(store.username_is_taken("user 1").await.expect("an answer"));
    store
        .in_writer(|db| db.query_row("PRAGMA max_page_count = 1000000", [], |_| Ok(())))
        .await
        .expect("room again");
    assert!(matches!(
        store
            .finish_registration(registration(2))
            .await
            .expect("stored"),
        Registered::Done { .. }
    ));
}
