//! The store's part: counters and locks that outlive the process, and a log that stays bounded.

use std::{fs, path::Path};

use serde_json::json;
use timeline::Timestamp;
use webauthn::id::UserHandle;

use super::*;
use crate::{
    Data, Limits,
    store::{Sqlite, Store as _},
};

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const MARK: Mark = Mark([1; Mark::LENGTH]);

fn ada() -> UserHandle {
    UserHandle::new([1; 32])
}

fn log(what: &'static str) -> Transition {
    Transition {
        account: Some(ada()),
        who: "device",
        what,
        detail: json!({}),
    }
}

fn open(folder: &Path, limits: Limits) -> Sqlite {
    Sqlite::open(&Data::Folder(folder.to_owned()), limits).expect("a store")
}

/// A store with an account, its PIN of version 1 and one enrolment.
async fn with_pin(folder: &Path, limits: Limits) -> Sqlite {
    let store = open(folder, limits);
    store
        .in_writer(|db| {
            db.execute(
                "INSERT INTO account VALUES (?1, 'ada', 'ada', 'Ada', 0)",
                [ada().as_bytes()],
            )
        })
        .await
        .expect("an account");
    assert!(store.set_pin(pin(1)).await.expect("stored"));
    let enrolled = store
        .enrol(enrolment("one", "phone"))
        .await
        .expect("stored");
    assert_eq!(enrolled, Enrolled::Done { replaced: vec![] });
    store
}

fn pin(pin_version: u64) -> NewPin {
    NewPin {
        account: ada(),
        pin_version,
        sealed: Some(vec![pin_version as u8; 8]),
        history: vec![],
        at: NOW,
        awaits_sign_in: false,
        log: log("pinSet"),
    }
}

fn enrolment(id: &str, device_id: &str) -> NewEnrolment {
    NewEnrolment {
        id: id.into(),
        account: ada(),
        device_id: device_id.into(),
        device_name: device_id.into(),
        device_key: vec![4; 65],
        server_point: vec![4; 65],
        server_key: vec![5; 60],
        credential: None,
        test_iterations: false,
        at: NOW,
    }
}

/// The files as a killed process leaves them: what it had not written is not there.
fn as_if_killed(folder: &Path) -> tempfile::TempDir {
    let left = tempfile::tempdir().expect("a folder");
    for file in fs::read_dir(folder).expect("a folder") {
        let file = file.expect("a file");
        fs::copy(file.path(), left.path().join(file.file_name())).expect("copied");
    }
    left
}

async fn spend(store: &Sqlite, limit: u32) -> Attempt {
    store
        .spend_attempt(&ada(), limit, NOW)
        .await
        .expect("asked")
}

async fn account(store: &Sqlite) -> PinAccount {
    store
        .pin_account(&ada())
        .await
        .expect("asked")
        .expect("ada")
}

#[tokio::test]
async fn an_attempt_is_on_disk_before_anybody_looks_and_a_death_gives_none_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = with_pin(folder.path(), Limits::default()).await;
    let mut lefts = Vec::new();
    for _ in 0..3 {
        assert!(matches!(spend(&store, 3).await, Attempt::Spent(_)));
        // The process dies here, before it has looked at the PIN.
        let left = as_if_killed(folder.path());
        lefts.push(
            account(&open(left.path(), Limits::default()))
                .await
                .attempts,
        );
    }
    assert_eq!(lefts, [1, 2, 3]);
    let left = as_if_killed(folder.path());
    let store = open(left.path(), Limits::default());
    assert_eq!(
        spend(&store, 3).await,
        Attempt::Locked { just_now: true },
        "no fourth look"
    );
    assert_eq!(account(&store).await.locked_at, Some(NOW), "for good");
    assert_eq!(
        spend(&store, 100).await,
        Attempt::Locked { just_now: false },
        "a higher limit opens nothing"
    );
}

#[tokio::test]
async fn a_lock_and_a_raised_counter_survive_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = with_pin(folder.path(), Limits::default()).await;
    spend(&store, 1).await;
    let checked = store
        .attempt_was_wrong(&ada(), 1, log("pinWrong"), NOW)
        .await
        .expect("stored");
    assert!(checked.locked);
    let raised = store
        .raise_sync_counter("one", 41, MARK, NOW)
        .await
        .expect("stored");
    assert_eq!(raised, Raised::Done { last: 0 });
    let left = as_if_killed(folder.path());
    let store = open(left.path(), Limits::default());
    assert!(account(&store).await.locked_at.is_some());
    for counter in [0, 40, 41] {
        let raised = store
            .raise_sync_counter("one", counter, MARK, NOW)
            .await
            .expect("asked");
        assert!(matches!(raised, Raised::NotAbove { last: 41, .. }));
    }
    assert_eq!(
        store
            .raise_sync_counter("one", 42, MARK, NOW)
            .await
            .expect("stored"),
        Raised::Done { last: 41 }
    );
    assert_eq!(
        store
            .raise_sync_counter("two", 1, MARK, NOW)
            .await
            .expect("asked"),
        Raised::Gone
    );
}

#[tokio::test]
async fn a_right_pin_begins_anew_and_raises_the_epoch() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = with_pin(folder.path(), Limits::default()).await;
    spend(&store, 5).await;
    spend(&store, 5).await;
    let checked = store
        .attempt_was_right(&ada(), true, log("pinRight"), NOW)
        .await
        .expect("stored");
    assert_eq!(checked.unlock_epoch, 1);
    let found = account(&store).await;
    assert_eq!(
        (found.attempts, found.extra_uses, found.unlock_epoch),
        (0, 1, 1)
    );
}

#[tokio::test]
async fn a_pin_follows_only_on_the_version_it_was_sealed_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = with_pin(folder.path(), Limits::default()).await;
    for version in [0, 1, 3] {
        assert!(
            !store.set_pin(pin(version)).await.expect("asked"),
            "{version}"
        );
        assert!(
            !store.clear_pin(pin(version)).await.expect("asked"),
            "{version}"
        );
    }
    assert!(store.set_pin(pin(2)).await.expect("stored"));
    spend(&store, 1).await;
    store
        .attempt_was_wrong(&ada(), 1, log("pinWrong"), NOW)
        .await
        .expect("stored");
    assert!(
        store
            .clear_pin(NewPin {
                sealed: None,
                ..pin(3)
            })
            .await
            .expect("stored")
    );
    let found = account(&store).await;
    assert_eq!(
        (found.sealed, found.locked_at, found.attempts),
        (None, None, 0)
    );
    assert_eq!((found.pin_version, found.unlock_epoch), (3, 1));
    assert_eq!(spend(&store, 5).await, Attempt::NoPin);
}

#[tokio::test]
async fn the_response_key_moves_up_with_its_own_acknowledgement_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = with_pin(folder.path(), Limits::default()).await;
    let acknowledged = |sync_counter| Acknowledged {
        enrolment: "one".into(),
        sync_counter,
        pin_version: 1,
        policy_version: 1,
        failures: 2,
        at: NOW,
    };
    let keys = async |store: &Sqlite| {
        let found = store
            .pin_enrolment("one")
            .await
            .expect("asked")
            .expect("one");
        (found.response_key, found.next_keys)
    };
    store
        .keep_response_key("one", 7, vec![7])
        .await
        .expect("stored");
    assert_eq!(keys(&store).await, (None, vec![(vec![7], 7)]));
    assert!(store.acknowledge(acknowledged(7)).await.expect("stored"));
    assert_eq!(keys(&store).await, (Some((vec![7], 7)), Vec::new()));
    store
        .keep_response_key("one", 8, vec![8])
        .await
        .expect("stored");
    store
        .keep_response_key("one", 9, vec![9])
        .await
        .expect("stored");
    assert!(store.acknowledge(acknowledged(8)).await.expect("stored"));
    assert_eq!(
        keys(&store).await,
        (Some((vec![8], 8)), vec![(vec![9], 9)]),
        "what came later may still be acknowledged"
    );
    for counter in 10..20_u8 {
        store
            .keep_response_key("one", counter.into(), vec![counter; 60])
            .await
            .expect("stored");
    }
    let latest = [19, 18, 17, 16].map(|counter| (vec![counter; 60], u64::from(counter)));
    assert_eq!(
        keys(&store).await,
        (Some((vec![8], 8)), latest.to_vec()),
        "not more than four"
    );
    assert!(store.acknowledge(acknowledged(18)).await.expect("stored"));
    assert_eq!(
        keys(&store).await,
        (Some((vec![18; 60], 18)), latest[..1].to_vec()),
        "what came before is over"
    );
    store
        .revoke(None, "one", NOW, log("enrolmentRevoked"))
        .await
        .expect("asked")
        .expect("one");
    assert_eq!(keys(&store).await, (None, Vec::new()));
    assert!(!store.acknowledge(acknowledged(9)).await.expect("asked"));
}

#[tokio::test]
async fn revoked_enrolments_are_kept_for_a_while_and_not_without_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = Limits {
        phones_per_account: 2,
        ..Limits::default()
    };
    let store = with_pin(folder.path(), limits).await;
    for number in 0..6 {
        let id = format!("again {number}");
        let enrolled = store.enrol(enrolment(&id, "phone")).await.expect("stored");
        assert!(matches!(enrolled, Enrolled::Done { replaced } if replaced.len() == 1));
    }
    let rows: i64 = store
        .in_writer(|db| db.query_row("SELECT count(*) FROM pin_enrolment", [], |row| row.get(0)))
        .await
        .expect("counted");
    assert_eq!(rows, 3, "one in use and two that were revoked");
    let again = store
        .enrol(enrolment("again 5", "phone"))
        .await
        .expect("asked");
    assert_eq!(
        again,
        Enrolled::Done { replaced: vec![] },
        "the same again changes nothing"
    );
    assert!(
        store
            .pin_enrolment("again 5")
            .await
            .expect("asked")
            .expect("there")
            .revoked_at
            .is_none()
    );
    store
        .enrol(enrolment("second", "tablet"))
        .await
        .expect("stored");
    let full = store
        .enrol(enrolment("third", "watch"))
        .await
        .expect("asked");
    assert_eq!(full, Enrolled::TooMany);
    let nobody = NewEnrolment {
        account: UserHandle::new([9; 32]),
        ..enrolment("x", "x")
    };
    assert_eq!(
        store.enrol(nobody).await.expect("asked"),
        Enrolled::NoAccount
    );
}

#[tokio::test]
async fn the_log_keeps_its_latest_lines_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = Limits {
        audit_lines: 5,
        ..Limits::default()
    };
    let store = with_pin(folder.path(), limits).await;
    for number in 0..20_i64 {
        let line = Transition {
            detail: json!({ "number": number }),
            ..log("pinWrong")
        };
        let log = Some((line, Timestamp(number)));
        store.keep_settings(Vec::new(), log).await.expect("stored");
    }
    let lines = store.audit_list(0, None, 100).await.expect("the log");
    let numbers: Vec<_> = lines
        .iter()
        .map(|line| line.detail["number"].as_i64())
        .collect();
    assert_eq!(numbers, [Some(15), Some(16), Some(17), Some(18), Some(19)]);
    assert_eq!(
        (lines[0].account.as_deref(), lines[0].who.as_str()),
        (Some("ada"), "device")
    );
    let later = store
        .audit_list(lines[2].number, Some(&ada()), 1)
        .await
        .expect("the log");
    assert_eq!(later, lines[3..4]);
    let others = store
        .audit_list(0, Some(&UserHandle::new([9; 32])), 100)
        .await
        .expect("the log");
    assert!(others.is_empty());
}
