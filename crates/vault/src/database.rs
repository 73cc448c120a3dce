//! The SQLite file: its schema, how it is made, and how it is found sound.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::error::Error;
use crate::folder::{self, with_suffix};
use crate::seal::{Place, Purpose, Sealer, VaultKey, random};

/// "TstV": tells a vault from any other SQLite file.
const APPLICATION_ID: i64 = 0x5473_7456;
const FORMAT: i64 = 1;

const SCHEMA: &str = "
    CREATE TABLE vault (
        only         INTEGER PRIMARY KEY CHECK (only = 1),
        installation TEXT NOT NULL,
        home         TEXT NOT NULL,
        salt         BLOB NOT NULL,
        key_check    BLOB NOT NULL
    ) STRICT;
    CREATE TABLE record (
        tbl     TEXT NOT NULL,
        id      TEXT NOT NULL,
        version INTEGER NOT NULL,
        sealed  BLOB NOT NULL,
        PRIMARY KEY (tbl, id)
    ) STRICT, WITHOUT ROWID;
";

const KEY_CHECK: Place<'static> = Place {
    table: "vault",
    id: "key check",
    version: 1,
};
const KEY_CHECK_TEXT: &[u8] = b"this key opens this vault";

/// What a vault says about itself in clear.
#[derive(Clone)]
pub(crate) struct Preamble {
    /// 32 hexadecimal digits, random: part of the keyring item's name and of every table's key.
    pub(crate) installation: String,
    /// [`crate::KeyHome::code`] of the home it was made with.
    pub(crate) home: String,
    /// For the passphrase home.
    pub(crate) salt: Vec<u8>,
    key_check: Vec<u8>,
}

impl Preamble {
    pub(crate) fn new(
        installation: String,
        home: &str,
        salt: Vec<u8>,
        key: &VaultKey,
    ) -> Result<Self, Error> {
        let sealer = Sealer::new(key, installation.as_bytes(), Purpose::KeyCheck);
        Ok(Self {
            key_check: sealer.seal(KEY_CHECK, KEY_CHECK_TEXT)?,
            home: home.to_owned(),
            installation,
            salt,
        })
    }

    pub(crate) fn is_opened_by(&self, key: &VaultKey) -> bool {
        Sealer::new(key, self.installation.as_bytes(), Purpose::KeyCheck)
            .open(KEY_CHECK, &self.key_check)
            .is_some()
    }
}

pub(crate) fn new_installation() -> Result<String, Error> {
    Ok(HEXLOWER.encode(&random::<16>()?))
}

pub(crate) fn is_installation(text: &str) -> bool {
    text.len() == 32 && HEXLOWER.decode(text.as_bytes()).is_ok()
}

/// An open database that was found sound.
pub(crate) struct Database {
    pub(crate) connection: Connection,
    pub(crate) path: PathBuf,
    pub(crate) preamble: Preamble,
}

impl Database {
    /// Opens the vault in this folder, `None` when there is none.
    pub(crate) fn find(folder: &Path) -> Result<Option<Self>, Error> {
        let path = folder.join(folder::DATABASE);
        let exists = |path: &Path| path.try_exists().map_err(|error| Error::io(path, &error));
        if !exists(&path)? {
            if exists(&with_suffix(&path, "-wal"))? {
                return Err(Error::Corrupt {
                    path,
                    detail: "the file is missing but its log is there".to_owned(),
                });
            }
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags)
            .map_err(|error| Error::sqlite(&path, &error))?;
        Self::examine(&connection, &path)
            .map(|preamble| Self {
                connection,
                path,
                preamble,
            })
            .map(Some)
    }

    /// Makes a whole vault beside its place, then renames it there.
    pub(crate) fn create(folder: &Path, preamble: &Preamble) -> Result<(), Error> {
        let draft = folder.join(folder::DRAFT);
        for leftover in ["", "-journal"] {
            folder::remove(&with_suffix(&draft, leftover))?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(&draft)
            .map_err(|error| Error::io(&draft, &error))?;
        Connection::open(&draft)
            .and_then(|connection| {
                write_preamble(&connection, preamble)?;
                connection.close().map_err(|(_, error)| error)
            })
            .map_err(|error| Error::sqlite(&draft, &error))?;
        let place = folder.join(folder::DATABASE);
        file.sync_all()
            .and_then(|()| std::fs::rename(&draft, &place))
            .and_then(|()| folder::sync_folder(&place))
            .map_err(|error| Error::io(&place, &error))
    }

    /// A vault that never touches the disk.
    pub(crate) fn in_memory(preamble: Preamble) -> Result<Self, Error> {
        let path = PathBuf::from("memory");
        let connection = Connection::open_in_memory()
            .and_then(|connection| {
                write_preamble(&connection, &preamble)?;
                Ok(connection)
            })
            .map_err(|error| Error::sqlite(&path, &error))?;
        Ok(Self {
            connection,
            path,
            preamble,
        })
    }

    /// Reads the preamble of a sound vault. Until it is known to be sound, closing the connection
    /// leaves the log where it is, so that a damaged vault stays as it was found.
    fn examine(connection: &Connection, path: &Path) -> Result<Preamble, Error> {
        let sqlite = |error: rusqlite::Error| Error::sqlite(path, &error);
        let number =
            |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        let corrupt = |detail: String| Error::Corrupt {
            path: path.to_owned(),
            detail,
        };
        let keep_log = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        connection.set_db_config(keep_log, true).map_err(sqlite)?;
        if number("application_id").map_err(sqlite)? != APPLICATION_ID {
            return Err(corrupt("it is not a Touchstone vault".to_owned()));
        }
        match number("user_version").map_err(sqlite)? {
            FORMAT => {}
            found => {
                let folder = path.parent().unwrap_or(path).to_owned();
                return Err(Error::UnknownFormat { folder, found });
            }
        }
        let verdict: String = connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(sqlite)?;
        if verdict != "ok" {
            return Err(corrupt(verdict));
        }
        let preamble = read_preamble(connection)
            .map_err(sqlite)?
            .filter(|preamble| is_installation(&preamble.installation))
            .ok_or_else(|| corrupt("its first record is missing".to_owned()))?;
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
            .map_err(sqlite)?;
        connection.set_db_config(keep_log, false).map_err(sqlite)?;
        Ok(preamble)
    }
}

fn write_preamble(connection: &Connection, preamble: &Preamble) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    let transaction = connection.unchecked_transaction()?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.execute_batch(SCHEMA)?;
    transaction.execute(
        "INSERT INTO vault (only, installation, home, salt, key_check) VALUES (1, ?, ?, ?, ?)",
        (
            &preamble.installation,
            &preamble.home,
            &preamble.salt,
            &preamble.key_check,
        ),
    )?;
    transaction.commit()
}

fn read_preamble(connection: &Connection) -> rusqlite::Result<Option<Preamble>> {
    connection
        .query_row(
            "SELECT installation, home, salt, key_check FROM vault",
            [],
            |row| {
                Ok(Preamble {
                    installation: row.get(0)?,
                    home: row.get(1)?,
                    salt: row.get(2)?,
                    key_check: row.get(3)?,
                })
            },
        )
        .optional()
}
