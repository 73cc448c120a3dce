use std::path::Path;
use std::time::Duration;

use touchstone_vault::{KeyHome, Vault, VaultState};

use crate::actor::{Actor, number_of};

fn random_duration(most: Duration) -> Duration {
    let mut bytes = [0; 2];
    getrandom::fill(&mut bytes).expect("random bytes");
    most * u32::from(u16::from_le_bytes(bytes)) / u32::from(u16::MAX)
}

fn file_home(root: &Path) -> (KeyHome, String) {
    let path = root.join("key");
    let order = format!("open file:{}", path.display());
    (KeyHome::File(path), order)
}

#[test]
fn a_number_once_acknowledged_is_never_lost_to_a_kill() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let folder = root.path().join("vault");
    let (home, order) = file_home(root.path());
    let mut highest = 0;
    for _ in 0..20 {
        let mut actor = Actor::start(&folder);
        assert_eq!(actor.ask(&order), "ready");
        actor.tell("count");
        highest = actor.next().map_or(highest, |n| number_of(n.as_bytes()));
        std::thread::sleep(random_duration(Duration::from_millis(40)));
        if let Some(last) = actor.kill().last() {
            highest = number_of(last.as_bytes());
        }
        let vault = Vault::open(&folder, home.clone()).expect("it opens after a kill");
        let kept = vault
            .transaction(|t| t.get("counter", "signatures"))
            .expect("it can be read")
            .expect("it was stored");
        assert!(
            number_of(&kept) >= highest,
            "{} was kept, {highest} was acknowledged",
            number_of(&kept)
        );
    }
}

#[test]
fn a_vault_killed_while_being_made_is_made_by_the_next() {
    for _ in 0..20 {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = root.path().join("vault");
        let (home, order) = file_home(root.path());
        let mut actor = Actor::start(&folder);
        assert_eq!(actor.ask("inspect passphrase:none"), "noVault");
        actor.tell(&order);
        std::thread::sleep(random_duration(Duration::from_millis(12)));
        actor.kill();
        let state = Vault::inspect(&folder, &home).expect("it can be looked at");
        assert!(matches!(state, VaultState::NoVault | VaultState::Ready));
        let vault = Vault::open(&folder, home).expect("it is made or opened");
        vault
            .transaction(|t| t.put("note", "greeting", b"hello"))
            .expect("it works");
        assert!(!folder.join("vault.new").exists(), "no marker is left");
    }
}

/// Every instant between two steps of making a vault, set up by hand.
#[test]
fn every_half_made_vault_is_finished() {
    let installation = "0123456789abcdef0123456789abcdef";
    let cases: [&[(&str, &[u8])]; 5] = [
        &[("vault.new.part", b"0123")],
        &[("vault.new", installation.as_bytes())],
        &[("vault.new", b"not an id")],
        &[
            ("vault.new", installation.as_bytes()),
            ("vault.db.new", b""),
        ],
        &[
            ("vault.new", installation.as_bytes()),
            ("vault.db.new", b"SQLite format 3\0 and no more"),
            ("vault.db.new-journal", b"half a journal"),
        ],
    ];
    for key_is_made in [false, true] {
        for files in cases {
            let root = tempfile::tempdir().expect("a temporary folder");
            let folder = root.path().join("vault");
            let (home, _) = file_home(root.path());
            if key_is_made {
                drop(Vault::open(&root.path().join("other"), home.clone()).expect("a key"));
            } else {
                std::fs::write(root.path().join("key.new"), b"half a k").expect("half a key");
            }
            std::fs::create_dir(&folder).expect("a folder");
            for (name, bytes) in files {
                std::fs::write(folder.join(name), bytes).expect("a half-made file");
            }
            assert_eq!(Vault::inspect(&folder, &home), Ok(VaultState::NoVault));
            let vault = Vault::open(&folder, home.clone()).expect("it is finished");
            vault
                .transaction(|t| t.put("note", "greeting", b"hello"))
                .expect("it works");
            drop(vault);
            assert_eq!(Vault::inspect(&folder, &home), Ok(VaultState::Ready));
        }
    }
}
