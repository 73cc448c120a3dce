use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use touchstone_vault::{Error, KeyHome, Vault};

use crate::actor::Actor;

#[test]
fn a_second_process_is_told_who_holds_the_folder() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let folder = root.path().join("vault");
    let home = KeyHome::File(root.path().join("key"));
    let mut holder = Actor::start(&folder);
    let order = format!("open file:{}", root.path().join("key").display());
    assert_eq!(holder.ask(&order), "ready");
    let in_use = Error::InUse {
        folder: folder.clone(),
        process: Some(holder.id()),
    };
    assert_eq!(Vault::open(&folder, home.clone()).unwrap_err(), in_use);
    assert_eq!(Vault::inspect(&folder, &home).unwrap_err(), in_use);
    assert_eq!(Vault::set_aside(&folder, 0).unwrap_err(), in_use);
    assert_eq!(holder.ask("put greeting hello"), "put");
    holder.kill();
    let vault = Vault::open(&folder, home).expect("the dead hold nothing");
    let greeting = vault.transaction(|t| t.get("note", "greeting"));
    assert_eq!(greeting.unwrap().unwrap().as_slice(), b"hello");
}

/// A process that may not write where root may: this user, or nobody when this user is root.
fn somebody_else(root: &Path, folder: &Path) -> Actor {
    let own = std::env::current_exe().expect("own path");
    if std::fs::metadata("/proc/self").map_or(true, |own| own.uid() != 0) {
        return Actor::start_as(Command::new(own), folder);
    }
    let program = root.join("program");
    std::fs::copy(own, &program).expect("a copy that nobody may run");
    std::fs::set_permissions(&program, Permissions::from_mode(0o755)).expect("its mode");
    let mut command = Command::new(program);
    command.uid(65534).gid(65534).current_dir("/");
    Actor::start_as(command, folder)
}

#[test]
fn says_that_the_folder_is_read_only() {
    let root = tempfile::tempdir().expect("a temporary folder");
    std::fs::set_permissions(root.path(), Permissions::from_mode(0o755)).expect("its mode");
    let folder = root.path().join("vault");
    std::fs::create_dir(&folder).expect("a sub-folder");
    std::fs::set_permissions(&folder, Permissions::from_mode(0o555)).expect("its mode");
    let mut actor = somebody_else(root.path(), &folder);
    let answer = actor.ask("open passphrase:swordfish");
    assert!(answer.starts_with("readOnly "), "{answer}");
    assert!(answer.contains(folder.to_str().unwrap()), "{answer}");
    assert_eq!(actor.ask("inspect passphrase:swordfish"), "noVault");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    std::fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("its mode");
}

#[test]
fn says_that_a_vault_in_a_read_only_folder_cannot_be_opened() {
    let root = tempfile::tempdir().expect("a temporary folder");
    std::fs::set_permissions(root.path(), Permissions::from_mode(0o755)).expect("its mode");
    let folder = root.path().join("vault");
    let home = KeyHome::Passphrase("swordfish".to_owned().into());
    drop(Vault::open(&folder, home.clone()).expect("a vault is made"));
    let modes = |folder_mode, file_mode| {
        for name in ["vault.db", "vault.lock"] {
            let mode = Permissions::from_mode(file_mode);
            std::fs::set_permissions(folder.join(name), mode).expect("its mode");
        }
        std::fs::set_permissions(&folder, Permissions::from_mode(folder_mode)).expect("its mode");
    };
    modes(0o555, 0o444);
    let mut actor = somebody_else(root.path(), &folder);
    for order in ["open passphrase:swordfish", "inspect passphrase:swordfish"] {
        let answer = actor.ask(order);
        assert!(answer.starts_with("readOnly "), "{answer}");
    }
    modes(0o755, 0o644);
    Vault::open(&folder, home).expect("it opens again where it may be written");
}
