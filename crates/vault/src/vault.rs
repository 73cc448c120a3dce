use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use zeroize::Zeroizing;

use crate::database::{Database, Preamble, is_installation, new_installation};
use crate::error::Error;
use crate::folder::{self, Lock};
use crate::home::KeyHome;
use crate::items::{ItemHome, Items};
use crate::seal::{Place, Purpose, Sealer, VaultKey, random};
use crate::state::VaultState;

/// An open vault. Clones share one connection; the folder is let go when the last is dropped.
#[derive(Clone)]
pub struct Vault(pub(crate) Arc<Open>);

pub(crate) struct Open {
    // Dropped in this order: the database is closed before the folder is let go.
    connection: Mutex<Connection>,
    pub(crate) key: VaultKey,
    pub(crate) installation: String,
    path: PathBuf,
    label: String,
    pub(crate) items: ItemHome,
    alone: Mutex<()>,
    _lock: Option<Lock>,
}

/// The vault's folder, held for one piece of work: [`Vault::alone`].
pub struct Alone<'a>(#[expect(dead_code, reason = "held, not read")] MutexGuard<'a, ()>);

impl Vault {
    /// Opens the vault in `folder`, or makes one (and the folder, and a key in `home`) when there is
    /// none. A new key is never made beside an existing vault. With [`KeyHome::Memory`] the folder is
    /// not touched. Blocks as long as the home's deadline.
    ///
    /// # Errors
    /// [`Error::NotReady`] with the state; [`Error::InUse`], [`Error::Corrupt`], [`Error::ReadOnly`],
    /// [`Error::DiskFull`], [`Error::OtherHome`] and the key file's own, each with its ways out.
    pub fn open(folder: &Path, home: KeyHome) -> Result<Self, Error> {
        if matches!(home, KeyHome::Memory) {
            return Self::in_memory(&home);
        }
        folder::make(folder)?;
        let lock = Lock::take(folder)?;
        let database = match Database::find(folder)? {
            Some(database) => database,
            None => {
                create(folder, &home)?;
                Database::find(folder)?.ok_or(VaultState::NoVault)?
            }
        };
        folder::remove(&folder.join(folder::MARKER))?;
        let key = unlock(&database.preamble, &home)?;
        Ok(Self::over(database, key, &home, Some(lock)))
    }

    /// Says what [`Vault::open`] would meet, and makes nothing. `Ok(Ready)` means that it would open
    /// the vault that is there, `Ok(NoVault)` that it would make one.
    ///
    /// # Errors
    /// As [`Vault::open`], but for the states.
    pub fn inspect(folder: &Path, home: &KeyHome) -> Result<VaultState, Error> {
        if matches!(home, KeyHome::Memory) || !folder::holds_vault(folder)? {
            return Ok(VaultState::NoVault);
        }
        let _lock = Lock::take(folder)?;
        let Some(database) = Database::find(folder)? else {
            return Ok(VaultState::NoVault);
        };
        match unlock(&database.preamble, home) {
            Ok(_) => Ok(VaultState::Ready),
            Err(Error::NotReady(state)) => Ok(state),
            Err(error) => Err(error),
        }
    }

    /// Starting over: moves the vault in `folder`, sound or not, into the sub-folder
    /// `vault-set-aside-<unix_millis>` and returns its path. Deletes nothing; the old key stays where
    /// it is. The next [`Vault::open`] makes a new vault.
    ///
    /// # Errors
    /// [`Error::InUse`] while the vault is open anywhere, [`Error::ReadOnly`], [`Error::Io`].
    pub fn set_aside(folder: &Path, unix_millis: i64) -> Result<PathBuf, Error> {
        let _lock = Lock::take(folder)?;
        folder::set_aside(folder, unix_millis)
    }

    /// The home's label: where the key is and what that protects against.
    pub fn label(&self) -> &str {
        &self.0.label
    }

    /// The second store, beside the database: single items, each written on its own.
    pub fn items(&self) -> Items {
        Items(self.clone())
    }

    /// Waits until nobody else works alone in this vault's folder, and holds it until the guard is
    /// dropped. No other process can: the folder belongs to this one. For work that spans records
    /// and items; it keeps out only whoever asks for this too. Do not ask twice on one thread.
    pub fn alone(&self) -> Alone<'_> {
        Alone(self.0.alone.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs `work` in one transaction (`BEGIN IMMEDIATE`). When this returns `Ok`, its changes are on
    /// disk; when `work` or the commit fails, none of them are. Blocks other transactions of this
    /// vault: do not start one within `work`.
    ///
    /// # Errors
    /// What `work` returned, or [`Error::DiskFull`], [`Error::ReadOnly`], [`Error::Corrupt`],
    /// [`Error::Database`] of the commit.
    pub fn transaction<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let sqlite = |error: rusqlite::Error| Error::sqlite(&self.0.path, &error);
        // A panic in `work` rolled its transaction back, so the connection is sound.
        let mut connection = self
            .0
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let transaction = Transaction {
            sql: connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(sqlite)?,
            vault: &self.0,
        };
        let result = work(&transaction)?;
        transaction.sql.commit().map_err(sqlite)?;
        Ok(result)
    }

    fn in_memory(home: &KeyHome) -> Result<Self, Error> {
        let key = VaultKey::random()?;
        let preamble = Preamble::new(new_installation()?, home.code(), Vec::new(), &key)?;
        Ok(Self::over(Database::in_memory(preamble)?, key, home, None))
    }

    fn over(database: Database, key: VaultKey, home: &KeyHome, lock: Option<Lock>) -> Self {
        Self(Arc::new(Open {
            connection: Mutex::new(database.connection),
            items: ItemHome::of(home, &database.path),
            alone: Mutex::default(),
            key,
            installation: database.preamble.installation,
            path: database.path,
            label: home.label(),
            _lock: lock,
        }))
    }
}

/// Makes marker, key and database, each on disk before the next. A half-made vault's installation id
/// is taken up again, so that its key is found rather than left behind.
fn create(folder: &Path, home: &KeyHome) -> Result<(), Error> {
    let marker = folder.join(folder::MARKER);
    let installation = match std::fs::read_to_string(&marker) {
        Ok(text) if is_installation(&text) => text,
        _ => {
            let fresh = new_installation()?;
            folder::write_whole(&marker, fresh.as_bytes())?;
            fresh
        }
    };
    let salt = random::<32>()?.to_vec();
    let key = home
        .find_or_make(&installation, &salt)
        .inspect_err(|error| {
            // A key written late would then belong to an id that nobody uses any more.
            if matches!(error, Error::NotReady(VaultState::KeyringStuck)) {
                let _ = folder::remove(&marker);
            }
        })?;
    let preamble = Preamble::new(installation, home.code(), salt, &key)?;
    Database::create(folder, &preamble)
}

/// The vault's key from its home.
fn unlock(preamble: &Preamble, home: &KeyHome) -> Result<VaultKey, Error> {
    let homes = ["keyring", "file", "passphrase"];
    if let Some(made) = homes.into_iter().find(|made| *made == preamble.home)
        && made != home.code()
    {
        return Err(Error::OtherHome {
            made,
            asked: home.code(),
        });
    }
    let key = home
        .find(&preamble.installation, &preamble.salt)?
        .ok_or(VaultState::KeyMissing)?;
    if !preamble.is_opened_by(&key) {
        return Err(VaultState::KeyMismatch.into());
    }
    Ok(key)
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

/// Row ids and the bytes under them.
pub type Rows = Vec<(String, Zeroizing<Vec<u8>>)>;

/// One transaction on the vault's records. Table names and row ids are stored in clear; only the
/// bytes are sealed.
pub struct Transaction<'a> {
    sql: rusqlite::Transaction<'a>,
    vault: &'a Open,
}

impl Transaction<'_> {
    /// Stores `bytes` under `id`, replacing what was there and raising the row's version.
    ///
    /// # Errors
    /// [`Error::DiskFull`], [`Error::NoRandomness`], [`Error::Database`] and the like.
    pub fn put(&self, table: &str, id: &str, bytes: &[u8]) -> Result<(), Error> {
        let held: Option<i64> = self
            .sql
            .prepare_cached("SELECT version FROM record WHERE tbl = ? AND id = ?")
            .and_then(|mut statement| {
                statement
                    .query_row((table, id), |row| row.get(0))
                    .optional()
            })
            .map_err(|error| self.sqlite(&error))?;
        let version = held.unwrap_or(0).wrapping_add(1);
        let place = Place {
            table,
            id,
            version: version.cast_unsigned(),
        };
        let sealed = self.sealer(table).seal(place, bytes)?;
        self.sql
            .prepare_cached(
                "INSERT OR REPLACE INTO record (tbl, id, version, sealed) VALUES (?, ?, ?, ?)",
            )
            .and_then(|mut statement| statement.execute((table, id, version, sealed)))
            .map_err(|error| self.sqlite(&error))?;
        Ok(())
    }

    /// The bytes under `id`, `None` when there is no such row.
    ///
    /// # Errors
    /// [`Error::RecordDamaged`] when the row was not sealed by this vault for this place.
    pub fn get(&self, table: &str, id: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let row: Option<(i64, Vec<u8>)> = self
            .sql
            .prepare_cached("SELECT version, sealed FROM record WHERE tbl = ? AND id = ?")
            .and_then(|mut statement| {
                statement
                    .query_row((table, id), |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()
            })
            .map_err(|error| self.sqlite(&error))?;
        row.map(|(version, sealed)| unseal(&self.sealer(table), table, id, version, &sealed))
            .transpose()
    }

    /// Removes the row, and says whether there was one.
    ///
    /// # Errors
    /// [`Error::DiskFull`], [`Error::Database`] and the like.
    pub fn delete(&self, table: &str, id: &str) -> Result<bool, Error> {
        self.sql
            .prepare_cached("DELETE FROM record WHERE tbl = ? AND id = ?")
            .and_then(|mut statement| statement.execute((table, id)))
            .map(|rows| rows > 0)
            .map_err(|error| self.sqlite(&error))
    }

    /// Every row of the table, in the order of the row ids' bytes.
    ///
    /// # Errors
    /// [`Error::RecordDamaged`] when any row was not sealed by this vault for its place.
    pub fn list(&self, table: &str) -> Result<Rows, Error> {
        let rows: Vec<(String, i64, Vec<u8>)> = self
            .sql
            .prepare_cached("SELECT id, version, sealed FROM record WHERE tbl = ? ORDER BY id")
            .and_then(|mut statement| {
                statement
                    .query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                    .collect()
            })
            .map_err(|error| self.sqlite(&error))?;
        let sealer = self.sealer(table);
        rows.into_iter()
            .map(|(id, version, sealed)| {
                let bytes = unseal(&sealer, table, &id, version, &sealed)?;
                Ok((id, bytes))
            })
            .collect()
    }

    fn sealer(&self, table: &str) -> Sealer {
        Sealer::new(
            &self.vault.key,
            self.vault.installation.as_bytes(),
            Purpose::Table(table),
        )
    }

    fn sqlite(&self, error: &rusqlite::Error) -> Error {
        Error::sqlite(&self.vault.path, error)
    }
}

fn unseal(
    sealer: &Sealer,
    table: &str,
    id: &str,
    version: i64,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let place = Place {
        table,
        id,
        version: version.cast_unsigned(),
    };
    sealer
        .open(place, sealed)
        .ok_or_else(|| Error::RecordDamaged {
            table: table.to_owned(),
            id: id.to_owned(),
        })
}

#[cfg(test)]
mod tests;
