use std::path::{Path, PathBuf};

use touchstone_vault::{Error, KeyHome, Vault, VaultState, WayOut};

struct Place {
    root: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        Self { root }
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("data/vault")
    }

    fn key(&self) -> PathBuf {
        self.root.path().join("key")
    }

    fn home(&self) -> KeyHome {
        KeyHome::File(self.key())
    }

    fn open(&self) -> Result<Vault, Error> {
        Vault::open(&self.folder(), self.home())
    }

    /// A closed vault with a greeting.
    fn with_a_greeting() -> Self {
        let place = Self::new();
        let vault = place.open().expect("a vault is made");
        vault
            .transaction(|t| t.put("note", "greeting", b"hello"))
            .expect("stored");
        place
    }
}

fn greeting(vault: &Vault) -> Option<Vec<u8>> {
    vault
        .transaction(|t| t.get("note", "greeting"))
        .expect("it can be read")
        .map(|bytes| bytes.to_vec())
}

fn passphrase(words: &str) -> KeyHome {
    KeyHome::Passphrase(words.to_owned().into())
}

#[test]
fn opens_again_with_the_same_key_file() {
    let place = Place::with_a_greeting();
    assert_eq!(
        Vault::inspect(&place.folder(), &place.home()),
        Ok(VaultState::Ready)
    );
    assert_eq!(greeting(&place.open().unwrap()).unwrap(), b"hello");
}

#[cfg(unix)]
#[test]
fn keeps_key_and_vault_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with_a_greeting();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.key()), 0o600);
    assert_eq!(mode(&place.folder().join("vault.db")), 0o600);
    assert_eq!(mode(&place.folder()), 0o700);
    let _vault = place.open().expect("it opens");
    assert_eq!(mode(&place.folder().join("vault.db-wal")), 0o600);
}

#[cfg(unix)]
#[test]
fn refuses_a_key_file_that_others_can_read_and_says_how_to_mend_it() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with_a_greeting();
    for mode in [0o644, 0o640, 0o604, 0o620, 0o601] {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(place.key(), permissions).expect("its mode");
        let error = place.open().unwrap_err();
        assert_eq!(error.code(), "keyFileExposed", "{mode:o}");
        let command = format!("chmod 600 '{}'", place.key().display());
        assert!(error.to_string().contains(&command), "{error}");
    }
    let permissions = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(place.key(), permissions).expect("its mode");
    assert_eq!(greeting(&place.open().unwrap()).unwrap(), b"hello");
}

#[test]
fn a_missing_key_file_is_not_made_anew_beside_a_vault() {
    let place = Place::with_a_greeting();
    let kept = place.root.path().join("kept");
    std::fs::rename(place.key(), &kept).expect("the key is lost");
    assert_eq!(
        place.open().unwrap_err(),
        Error::NotReady(VaultState::KeyMissing)
    );
    assert_eq!(
        Vault::inspect(&place.folder(), &place.home()),
        Ok(VaultState::KeyMissing)
    );
    assert!(!place.key().exists(), "no new key was made");
    std::fs::rename(&kept, place.key()).expect("the key is found");
    assert_eq!(greeting(&place.open().unwrap()).unwrap(), b"hello");
}

#[test]
fn a_file_that_is_no_key_is_neither_used_nor_replaced() {
    for there_is_a_vault in [false, true] {
        for text in [&b"my shopping list"[..], b"", b"\xff\xfe", &[b'a'; 100_000]] {
            let place = Place::new();
            if there_is_a_vault {
                drop(place.open().expect("a vault is made"));
            }
            write_owner_only(&place.key(), text);
            assert_eq!(place.open().unwrap_err().code(), "keyFileMalformed");
            assert!(std::fs::read(place.key()).unwrap() == text, "it is left");
        }
    }
}

fn write_owner_only(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let owner_only = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(path, owner_only).expect("its mode");
    }
}

#[test]
fn starting_over_sets_the_old_vault_aside_and_it_can_come_back() {
    let place = Place::with_a_greeting();
    let kept = place.root.path().join("kept");
    std::fs::rename(place.key(), &kept).expect("the key is lost");
    let error = place.open().unwrap_err();
    assert!(error.ways_out().contains(&WayOut::StartOver));

    let aside = Vault::set_aside(&place.folder(), 1_795_406_400_000).expect("it is set aside");
    assert!(aside.ends_with("vault-set-aside-1795406400000"));
    let fresh = place.open().expect("a new vault is made");
    assert_eq!(greeting(&fresh), None);
    drop(fresh);
    let again = Vault::set_aside(&place.folder(), 1_795_406_400_000).expect("twice in an instant");
    assert_ne!(aside, again, "nothing is overwritten");

    let old = Vault::open(&aside, KeyHome::File(kept)).expect("the old vault opens where it is");
    assert_eq!(greeting(&old).unwrap(), b"hello");
}

#[test]
fn another_home_than_the_vaults_own_is_refused_by_name() {
    let place = Place::with_a_greeting();
    let error = Vault::open(&place.folder(), passphrase("swordfish")).unwrap_err();
    assert_eq!(
        error,
        Error::OtherHome {
            made: "file",
            asked: "passphrase"
        }
    );
    assert_eq!(greeting(&place.open().unwrap()).unwrap(), b"hello");
}

#[test]
fn a_passphrase_opens_and_another_does_not() {
    let place = Place::new();
    let vault = Vault::open(&place.folder(), passphrase("swordfish")).expect("made");
    vault
        .transaction(|t| t.put("note", "greeting", b"hello"))
        .expect("stored");
    drop(vault);
    for wrong in ["Swordfish", "swordfish ", "s"] {
        let state = Vault::inspect(&place.folder(), &passphrase(wrong));
        assert_eq!(state, Ok(VaultState::KeyMismatch));
    }
    let empty = Vault::open(&place.folder(), passphrase("")).unwrap_err();
    assert_eq!(empty, Error::EmptyPassphrase);
    let vault = Vault::open(&place.folder(), passphrase("swordfish")).expect("opens");
    assert_eq!(greeting(&vault).unwrap(), b"hello");
}

#[test]
fn no_vault_is_made_with_an_empty_passphrase() {
    let place = Place::new();
    let error = Vault::open(&place.folder(), passphrase("")).unwrap_err();
    assert_eq!(error, Error::EmptyPassphrase);
    let state = Vault::inspect(&place.folder(), &passphrase("x"));
    assert_eq!(state, Ok(VaultState::NoVault));
}

#[test]
fn a_vault_in_memory_touches_no_disk_and_is_gone_with_its_last_handle() {
    let place = Place::new();
    let vault = Vault::open(&place.folder(), KeyHome::Memory).expect("opens");
    let clone = vault.clone();
    vault
        .transaction(|t| t.put("note", "greeting", b"hello"))
        .expect("stored");
    drop(vault);
    assert_eq!(greeting(&clone).unwrap(), b"hello");
    assert!(!place.folder().exists());
    let other = Vault::open(&place.folder(), KeyHome::Memory).expect("another");
    assert_eq!(greeting(&other), None);
}

#[test]
fn the_same_process_cannot_open_a_folder_twice() {
    let place = Place::with_a_greeting();
    let vault = place.open().expect("opens");
    let clone = vault.clone();
    drop(vault);
    let error = place.open().unwrap_err();
    assert!(matches!(error, Error::InUse { process: Some(id), .. } if id == std::process::id()));
    drop(clone);
    place.open().expect("it was let go with the last handle");
}

#[test]
fn a_folder_that_is_a_file_is_said_so() {
    let place = Place::new();
    std::fs::write(place.root.path().join("data"), b"").expect("a file in the way");
    let error = place.open().unwrap_err();
    assert_eq!(error.code(), "io");
    assert!(error.to_string().contains("data"), "{error}");
}
