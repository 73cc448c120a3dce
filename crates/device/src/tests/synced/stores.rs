use std::path::{Path, PathBuf};
use std::time::Duration;

use timeline::Clock as _;

use super::party::PIN;
use super::phone::{World, enrol};
use crate::tests::bench::in_folder;
use crate::{CacheState, Stores, kinds};

const WRONG: &str = "000001";

async fn enrolled_in(root: &Path) -> World {
    let world = World::over(in_folder(root)).await;
    enrol(&world.phone, &world.party).await;
    world.quiet().await;
    world
}

/// The one item's file.
fn item(root: &Path) -> PathBuf {
    let mut files = std::fs::read_dir(root.join("items")).unwrap();
    files.next().unwrap().unwrap().path()
}

#[tokio::test]
async fn a_lost_or_damaged_item_is_a_lock_and_a_pin_online_the_way_out() {
    for damages in [false, true] {
        let root = tempfile::tempdir().unwrap();
        let world = enrolled_in(root.path()).await;
        world.check(WRONG).await.unwrap();
        world.check(WRONG).await.unwrap();
        let item = item(root.path());
        if damages {
            std::fs::write(&item, b"not what was sealed").unwrap();
        } else {
            std::fs::remove_file(&item).unwrap();
        }
        assert_eq!(world.check(PIN).await.unwrap(), []);
        let info = world.info();
        assert_eq!(info.state, CacheState::Locked);
        assert!(info.reason.contains("keyring"), "{}", info.reason);
        assert_eq!(info.failures, 2, "the vault remembers");
        let refused = world.phone.sync(&world.id()).await.unwrap_err();
        assert_eq!(refused.code(), "onlinePinNeeded");
        world.verify(&[PIN]).await.unwrap();
        assert_eq!(world.state(), CacheState::Valid);
        assert_eq!(world.check(PIN).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn restoring_one_store_gives_no_try_back() {
    for which in [Stores::Vault, Stores::Keyring] {
        let world = World::enrolled().await;
        world.phone.keep_stores().await.unwrap();
        for _ in 0..3 {
            world.check(WRONG).await.unwrap();
        }
        world.phone.restore_stores(which).await.unwrap();
        assert_eq!(world.info().failures, 3, "{which:?}");
        world.check(WRONG).await.unwrap();
        assert_eq!(world.info().failures, 4, "{which:?}");
        world.check(WRONG).await.unwrap();
        world.phone.restore_stores(which).await.unwrap();
        assert_eq!(world.state(), CacheState::Locked, "{which:?}");
    }
    let world = World::enrolled().await;
    let nothing = world.phone.restore_stores(Stores::Both).await.unwrap_err();
    assert_eq!(nothing.code(), "nothingKept");
}

#[tokio::test]
async fn restoring_one_store_makes_no_cache_younger() {
    for which in [Stores::Vault, Stores::Keyring] {
        let world = World::enrolled().await;
        world.network.set(false);
        let start = world.clock().now();
        world.phone.keep_stores().await.unwrap();
        world.pass(70_000);
        world.quiet().await;
        world.phone.power_cycle().await;
        world.clock().set(start);
        world.phone.restore_stores(which).await.unwrap();
        world.quiet().await;
        assert_eq!(world.state(), CacheState::Expired, "{which:?}");
        assert_eq!(world.check(PIN).await.unwrap(), [], "{which:?}");
        world.clock().set(start.plus(Duration::from_secs(86_000)));
        world.quiet().await;
        assert_eq!(
            world.check(PIN).await.unwrap(),
            [],
            "{which:?}: nobody knows how long the clock was wrong"
        );
        world.network.set(true);
        world.verify(&[PIN]).await.unwrap();
        assert_eq!(world.state(), CacheState::Valid, "{which:?}");
    }
}

#[tokio::test]
async fn where_the_item_cannot_be_written_no_pin_is_looked_at() {
    let root = tempfile::tempdir().unwrap();
    let world = enrolled_in(root.path()).await;
    let mut draft = item(root.path()).into_os_string();
    draft.push(".part");
    std::fs::create_dir(&draft).unwrap();
    world.check(PIN).await.unwrap_err();
    assert!(world.of(kinds::PIN_OFFLINE).is_empty());
    assert_eq!(world.info().failures, 1, "the try was counted");
    std::fs::remove_dir(&draft).unwrap();
    assert_eq!(world.check(PIN).await.unwrap().len(), 1);
    assert_eq!(world.info().failures, 0);
}

#[tokio::test]
async fn where_the_vault_cannot_be_written_no_pin_is_looked_at() {
    let root = tempfile::tempdir().unwrap();
    let world = enrolled_in(root.path()).await;
    let before = std::fs::read(item(root.path())).unwrap();
    let database = rusqlite::Connection::open(root.path().join("vault.db")).unwrap();
    let refuses =
        "CREATE TRIGGER full BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'full'); END";
    database.execute_batch(refuses).unwrap();
    world.check(PIN).await.unwrap_err();
    assert!(world.of(kinds::PIN_OFFLINE).is_empty());
    let after = std::fs::read(item(root.path())).unwrap();
    assert!(before == after, "the vault comes first");
    world.phone.sync(&world.id()).await.unwrap_err();
    assert_eq!(
        world.of(kinds::PIN_EXCHANGE).len(),
        1,
        "nothing is sent uncounted"
    );
    database.execute_batch("DROP TRIGGER full").unwrap();
    assert_eq!(world.check(PIN).await.unwrap().len(), 1);
}

#[tokio::test]
async fn entries_at_the_same_time_are_counted_each() {
    let world = World::enrolled().await;
    let entries: Vec<_> = (0..4)
        .map(|_| {
            let phone = world.phone.clone();
            tokio::spawn(async move { super::phone::check(&phone, WRONG).await })
        })
        .collect();
    for entry in entries {
        assert_eq!(entry.await.unwrap().unwrap(), []);
    }
    assert_eq!(world.info().failures, 4);
}

#[tokio::test]
async fn what_is_stored_holds_no_pin_and_says_where_it_rests() {
    let root = tempfile::tempdir().unwrap();
    let world = enrolled_in(root.path()).await;
    assert!(world.info().kept_in.contains("not a secure element"));
    for name in ["vault.db", "vault.db-wal"] {
        let bytes = std::fs::read(root.path().join(name)).unwrap_or_default();
        let found = bytes.windows(PIN.len()).any(|it| it == PIN.as_bytes());
        assert!(!found, "{name}");
    }
}
