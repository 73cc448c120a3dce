use std::{fs, path::Path, sync::Arc};

use timeline::Timestamp;
use webauthn::id::{Aaguid, Challenge, CredentialId, UserHandle};

use super::*;
use crate::{Data, Limits};

const NOW: Timestamp = Timestamp(1_000);
const LATER: Timestamp = Timestamp(9_000_000);

fn memory() -> Sqlite {
    Sqlite::open(&Data::Memory, Limits::default()).expect("memory")
}

fn on_disk(folder: &Path) -> Result<Sqlite, Error> {
    Sqlite::open(&Data::Folder(folder.to_owned()), Limits::default())
}

fn id(number: u32) -> CeremonyId {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    CeremonyId(id)
}

fn finish(number: u32, kind: Kind) -> Finish {
    Finish {
        ceremony: id(number),
        kind,
        verified: true,
        at: NOW,
        report: "{}".into(),
    }
}

fn session(number: u32) -> NewSession {
    let mut token_hash = [0; 32];
    token_hash[..4].copy_from_slice(&number.to_be_bytes());
    NewSession {
        token_hash,
        expires_at: LATER,
        replaces: None,
    }
}

fn registration(number: u32) -> Registration {
    let account = UserHandle::new(number.to_be_bytes());
    Registration {
        finish: finish(number, Kind::Registration),
        new_account: Some(Account {
            id: account.clone(),
            username: format!("user {number}"),
            username_key: format!("user {number}"),
            display_name: "Somebody".into(),
        }),
        passkey: Passkey {
            id: CredentialId::new(number.to_be_bytes()),
            account,
            public_key: vec![1, 2, 3],
            algorithm: -7,
            sign_count: 0,
            backup_eligible: false,
            backed_up: false,
            uv_initialized: true,
            aaguid: Aaguid::default(),
            transports: vec!["internal".into()],
            label: String::new(),
            created_at: NOW,
            last_used_at: None,
            version: 1,
        },
        session: Some(session(number)),
    }
}

fn sign_in(ceremony: u32, passkey: u32, judged_version: i64, sign_count: u32) -> SignIn {
    SignIn {
        finish: finish(ceremony, Kind::Authentication),
        passkey: CredentialId::new(passkey.to_be_bytes()),
        judged_version,
        sign_count,
        backed_up: false,
        uv_initialized: true,
        session: session(ceremony),
    }
}

fn ceremony(number: u32, purpose: Purpose, expires_at: Timestamp) -> Ceremony {
    Ceremony {
        id: id(number),
        challenge: Challenge::new(vec![7; 32]),
        purpose,
        expires_at,
    }
}

#[tokio::test]
async fn a_verdict_on_an_older_row_changes_nothing() {
    let store = memory();
    store
        .finish_registration(registration(1))
        .await
        .expect("stored");
    assert_eq!(
        store
            .finish_sign_in(sign_in(10, 1, 1, 5))
            .await
            .expect("an answer"),
        SignedIn::Done
    );
    assert_eq!(
        store
            .finish_sign_in(sign_in(11, 1, 1, 3))
            .await
            .expect("an answer"),
        SignedIn::RowChanged
    );
    let (passkey, _) = store
        .passkey(&CredentialId::new(1_u32.to_be_bytes()))
        .await
        .expect("an answer")
        .expect("a passkey");
    assert_eq!((passkey.sign_count, passkey.version), (5, 2));
    assert_eq!(
        store
            .session(session(11).token_hash, NOW)
            .await
            .expect("an answer"),
        None,
        "no session was bound"
    );
    assert_eq!(
        store.finished(id(11)).await.expect("an answer"),
        None,
        "the ceremony may be judged again"
    );
    assert_eq!(
        store
            .finish_sign_in(sign_in(11, 1, 2, 6))
            .await
            .expect("an answer"),
        SignedIn::Done
    );
    assert_eq!(
        store
            .finish_sign_in(sign_in(11, 1, 3, 7))
            .await
            .expect("an answer"),
        SignedIn::AlreadyUsed
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_that_share_a_transaction_do_not_spoil_each_other() {
    let store = Arc::new(memory());
    store
        .finish_registration(registration(0))
        .await
        .expect("stored");
    let tasks: Vec<_> = (1..=200_u32)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                // Every third one meets a credential that is known, every fifth a used ceremony.
                let mut registration = registration(number);
                if number % 3 == 0 {
                    registration.passkey.id = CredentialId::new(0_u32.to_be_bytes());
                }
                if number % 5 == 0 {
                    registration.finish.ceremony = id(0);
                }
                (
                    number,
                    store
                        .finish_registration(registration)
                        .await
                        .expect("an answer"),
                )
            })
        })
        .collect();
    for task in tasks {
        let (number, registered) = task.await.expect("no panic");
        match (number % 5, number % 3) {
            (0, _) => assert_eq!(registered, Registered::AlreadyUsed, "{number}"),
            (_, 0) => assert_eq!(registered, Registered::CredentialKnown, "{number}"),
            _ => assert!(matches!(registered, Registered::Done { .. }), "{number}"),
        }
        let taken = store
            .username_is_taken(&format!("user {number}"))
            .await
            .expect("an answer");
        assert_eq!(
            taken,
            matches!(registered, Registered::Done { .. }),
            "{number}: all or nothing"
        );
    }
}

#[tokio::test]
async fn an_operation_that_fails_leaves_the_others_of_its_group() {
    let store = memory();
    let broken = store.in_writer(|db| db.execute("INSERT INTO nowhere VALUES (1)", []));
    let good = store.finish_registration(registration(1));
    let (broken, good) = tokio::join!(broken, good);
    assert_eq!(broken.expect_err("no such table").code(), "databaseFailed");
    assert!(matches!(good.expect("stored"), Registered::Done { .. }));
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
    large.report = "x".repeat(100_000).into();
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
async fn keeps_no_more_ladders_than_it_may() {
    let limits = Limits {
        finished_ceremonies: 3,
        ..Limits::default()
    };
    let store = Sqlite::open(&Data::Memory, limits).expect("memory");
    for number in 1..=5 {
        store
            .refuse(finish(number, Kind::Authentication))
            .await
            .expect("stored");
    }
    let mut kept = Vec::new();
    for number in 1..=5 {
        if store
            .finished(id(number))
            .await
            .expect("an answer")
            .is_some()
        {
            kept.push(number);
        }
    }
    assert_eq!(kept, [3, 4, 5]);
}

#[tokio::test]
async fn an_accounts_oldest_open_ceremony_gives_way_but_nobody_elses() {
    let limits = Limits {
        open_ceremonies_per_account: 2,
        ..Limits::default()
    };
    let store = Sqlite::open(&Data::Memory, limits).expect("memory");
    let alice = || Purpose::FurtherPasskey(UserHandle::new([1]));
    let bob = Purpose::FurtherPasskey(UserHandle::new([2]));
    assert!(
        store
            .begin(ceremony(1, bob, LATER), NOW)
            .await
            .expect("an answer")
    );
    for number in 2..=4 {
        assert!(
            store
                .begin(ceremony(number, alice(), LATER), NOW)
                .await
                .expect("an answer")
        );
    }
    let mut open = Vec::new();
    for number in 1..=4 {
        if let Claim::Open(_) = store
            .claim(id(number), Kind::Registration, NOW)
            .await
            .expect("an answer")
        {
            open.push(number);
        }
    }
    assert_eq!(open, [1, 3, 4]);
}

#[test]
fn the_table_of_open_ceremonies_stays_bounded() {
    let mut table = open_ceremonies::OpenCeremonies::new(100, 10);
    for number in 0..5_000 {
        assert!(
            table.insert(ceremony(number, Purpose::SignIn, LATER), NOW),
            "{number}"
        );
        assert!(matches!(
            table.claim(id(number), Kind::Authentication, NOW),
            Claim::Open(_)
        ));
        assert_eq!(
            table.claim(id(number), Kind::Authentication, NOW),
            Claim::Used,
            "one caller only"
        );
        table.close(id(number));
    }
    for number in 0..100 {
        assert!(table.insert(ceremony(number, Purpose::SignIn, Timestamp(2_000)), NOW));
    }
    assert!(
        !table.insert(ceremony(100, Purpose::SignIn, LATER), NOW),
        "all are still good"
    );
    assert!(
        table.insert(ceremony(100, Purpose::SignIn, LATER), Timestamp(2_000)),
        "the expired give way"
    );
}
