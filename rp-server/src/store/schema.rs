//! Opening the database: its settings, its numbered migrations, and names for what can fail.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};

use crate::Error;

/// In order; a migration's number is its place, counted from 1. Never edit one that has shipped.
const MIGRATIONS: [&str; 5] = [
    include_str!("migrations/0001_accounts.sql"),
    include_str!("migrations/0002_passkey_place.sql"),
    include_str!("migrations/0003_pin.sql"),
    include_str!("migrations/0004_reset.sql"),
    include_str!("migrations/0005_copies.sql"),
];

/// Where the database lies.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// A file.
    File(PathBuf),
    /// This process's memory, under a name of its own.
    Memory(String),
}

impl Place {
    /// How messages name it.
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Memory(_) => PathBuf::from("in memory"),
        }
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        match self {
            Self::File(path) => Connection::open_with_flags(path, flags),
            Self::Memory(name) => Connection::open_with_flags(
                format!("file:/{name}?vfs=memdb"),
                flags | OpenFlags::SQLITE_OPEN_URI,
            ),
        }
    }
}

/// The connection that writes, on a database brought up to date.
pub(super) fn open_writer(place: &Place) -> Result<Connection, Error> {
    let path = place.path();
    let name = |error: rusqlite::Error| name(&error, &path);
    let mut db = place.connect().map_err(name)?;
    let journal = match place {
        Place::File(_) => "WAL",
        Place::Memory(_) => "MEMORY",
    };
    prepare(&db).map_err(name)?;
    db.pragma_update_and_check(None, "journal_mode", journal, |_| Ok(()))
        .map_err(name)?;
    db.pragma_update(None, "synchronous", "FULL")
        .map_err(name)?;
    check(&db, &path)?;
    migrate(&mut db, &path)?;
    Ok(db)
}

/// A connection that only reads.
pub(super) fn open_reader(place: &Place) -> Result<Connection, Error> {
    let path = place.path();
    let name = |error: rusqlite::Error| name(&error, &path);
    let db = place.connect().map_err(name)?;
    prepare(&db).map_err(name)?;
    db.pragma_update(None, "query_only", true).map_err(name)?;
    Ok(db)
}

fn prepare(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(std::time::Duration::from_secs(5))?;
    db.pragma_update(None, "foreign_keys", true)?;
    // Without this guarantee SQLite compiles some statements anew whenever a parameter changes.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn check(db: &Connection, path: &Path) -> Result<(), Error> {
    let verdict: String = db
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| name(&error, path))?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(Error::DatabaseCorrupt {
            path: path.to_owned(),
        })
    }
}

fn migrate(db: &mut Connection, path: &Path) -> Result<(), Error> {
    let name = |error: rusqlite::Error| name(&error, path);
    let known = MIGRATIONS.len() as u32;
    let found: u32 = db
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(name)?;
    if found > known {
        return Err(Error::DatabaseNewer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    for (migration, number) in MIGRATIONS.iter().zip(1..).skip(found as usize) {
        let transaction = db.transaction().map_err(name)?;
        transaction.execute_batch(migration).map_err(name)?;
        transaction
            .pragma_update(None, "user_version", number)
            .map_err(name)?;
        transaction.commit().map_err(name)?;
    }
    Ok(())
}

/// What SQLite's error means to the person who has to act on it.
pub(super) fn name(error: &rusqlite::Error, path: &Path) -> Error {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            Error::DatabaseCorrupt { path }
        }
        Some(ErrorCode::DiskFull) => Error::DiskFull { path },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Error::FolderReadOnly { path },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::DatabaseInUse { path },
        _ => Error::Database {
            path,
            why: error.to_string(),
        },
    }
}
