//! The store on SQLite: one connection writes, a few others read.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rusqlite::Connection;
use timeline::Timestamp;
use webauthn::id::{Aaguid, CredentialId, UserHandle};

use super::{
    Account, Answer, Ceremony, CeremonyId, Claim, Deleted, Finish, FinishedCeremony, Held, Kind,
    NewSession, Passkey, Registered, Registration, Session, SignIn, SignedIn, Store,
    open_ceremonies::OpenCeremonies,
    operations, pin, queries,
    recent::{Recent, SignedRow},
    schema,
    schema::Place,
    writer::{Verdict, Writer},
};
use crate::{Data, Error, Limits, SystemRandom, pin::Transition, random};

/// Connections that read side by side.
const READERS: usize = 4;
const PORT: &str = "port";

/// Accounts, passkeys, sessions and finished ceremonies in SQLite; open ceremonies in memory.
pub(crate) struct Sqlite {
    // Declared before the lock: the writer's last commit happens while the folder is still ours.
    pub(super) writer: Writer,
    readers: Vec<Mutex<Connection>>,
    open: Mutex<OpenCeremonies>,
    recent: Mutex<Recent>,
    pub(super) limits: Limits,
    path: PathBuf,
    _lock: Option<File>,
}

impl Sqlite {
    /// Opens the data, creating what is missing.
    pub(crate) fn open(data: &Data, limits: Limits) -> Result<Self, Error> {
        let (place, lock) = match data {
            Data::Folder(folder) => {
                let lock = lock(folder)?;
                (Place::File(folder.join("relying-party.sqlite")), Some(lock))
            }
            Data::Memory => {
                let name = data_encoding::HEXLOWER.encode(&random::draw::<16>(&SystemRandom)?);
                (Place::Memory(name), None)
            }
        };
        let path = place.path();
        let writer = schema::open_writer(&place)?;
        let readers = (0..READERS)
            .map(|_| schema::open_reader(&place).map(Mutex::new))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            writer: Writer::start(writer, path.clone())?,
            readers,
            open: Mutex::new(OpenCeremonies::new(
                limits.open_ceremonies,
                limits.open_ceremonies_per_account,
            )),
            recent: Mutex::default(),
            limits,
            path,
            _lock: lock,
        })
    }

    /// Forgets sessions whose time is over.
    pub(crate) fn forget_expired_sessions(&self, now: Timestamp) -> Answer<'_, ()> {
        self.writer
            .run(move |db| operations::forget_expired_sessions(db, now))
    }

    /// Runs a query of a few microseconds where the caller stands.
    pub(super) fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Answer<'_, T> {
        let result = query(&self.reader()).map_err(|error| schema::name(&error, &self.path));
        Box::pin(std::future::ready(result))
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        let free = self
            .readers
            .iter()
            .find_map(|reader| reader.try_lock().ok());
        free.unwrap_or_else(|| unpoisoned(&self.readers[0]))
    }

    fn finishing<'a, T: Send + 'static>(
        &'a self,
        id: CeremonyId,
        written: Answer<'static, T>,
    ) -> Answer<'a, T> {
        Box::pin(async move {
            let answer = written.await;
            if answer.is_ok() {
                unpoisoned(&self.open).close(id);
            }
            answer
        })
    }
}

impl Store for Sqlite {
    fn begin(&self, ceremony: Ceremony, now: Timestamp) -> Answer<'_, bool> {
        let kept = unpoisoned(&self.open).insert(ceremony, now);
        Box::pin(std::future::ready(Ok(kept)))
    }

    fn claim(&self, id: CeremonyId, kind: Kind, now: Timestamp) -> Answer<'_, Claim> {
        let claim = unpoisoned(&self.open).claim(id, kind, now);
        if claim != Claim::Unknown {
            return Box::pin(std::future::ready(Ok(claim)));
        }
        self.read(|db| {
            let finished = queries::ceremony_is_finished(db, id, kind.name())?;
            Ok(if finished {
                Claim::Used
            } else {
                Claim::Unknown
            })
        })
    }

    fn refuse(&self, finish: Finish) -> Answer<'_, ()> {
        let limits = self.limits;
        self.finishing(
            finish.ceremony,
            self.writer
                .run(move |db| operations::refuse(db, &limits, &finish)),
        )
    }

    fn finished(&self, id: CeremonyId) -> Answer<'_, Option<FinishedCeremony>> {
        self.read(|db| queries::finished(db, id))
    }

    fn finish_registration(&self, registration: Registration) -> Answer<'_, Registered> {
        let limits = self.limits;
        let id = registration.finish.ceremony;
        self.finishing(
            id,
            self.writer
                .run(move |db| operations::finish_registration(db, &limits, registration)),
        )
    }

    fn finish_sign_in(&self, sign_in: SignIn) -> Answer<'_, SignedIn> {
        let limits = self.limits;
        let id = sign_in.finish.ceremony;
        let row = SignedRow::from(&sign_in);
        let written = self
            .writer
            .run(move |db| operations::finish_sign_in(db, &limits, &sign_in));
        Box::pin(async move {
            let answer = written.await?;
            match answer {
                SignedIn::Done => unpoisoned(&self.recent).follow(&row),
                SignedIn::RowChanged => unpoisoned(&self.recent).forget(&row.passkey),
                SignedIn::AlreadyUsed => {}
            }
            if answer != SignedIn::RowChanged {
                unpoisoned(&self.open).close(id);
            }
            Ok(answer)
        })
    }

    fn username_is_taken(&self, key: &str) -> Answer<'_, bool> {
        self.read(|db| queries::username_is_taken(db, key))
    }

    fn passkey(&self, id: &CredentialId) -> Answer<'_, Option<(Passkey, Account)>> {
        self.read(|db| queries::passkey(db, id.as_bytes()))
    }

    fn passkey_to_judge(&self, id: &CredentialId) -> Answer<'_, Option<(Passkey, Account)>> {
        if let Some(recent) = unpoisoned(&self.recent).get(id) {
            return Box::pin(std::future::ready(Ok(Some(recent))));
        }
        let id = id.clone();
        Box::pin(async move {
            let found = self.passkey(&id).await?;
            if let Some((passkey, account)) = &found {
                unpoisoned(&self.recent).keep(passkey.clone(), account.clone());
            }
            Ok(found)
        })
    }

    fn passkeys(&self, account: &UserHandle) -> Answer<'_, Vec<Passkey>> {
        self.read(|db| queries::passkeys(db, account.as_bytes()))
    }

    fn rename_passkey(
        &self,
        account: &UserHandle,
        id: &CredentialId,
        label: String,
    ) -> Answer<'_, Option<Passkey>> {
        let (account, id) = (account.clone(), id.clone());
        self.writer.run(move |db| {
            operations::rename_passkey(db, account.as_bytes(), id.as_bytes(), &label)
        })
    }

    fn delete_passkey(
        &self,
        account: &UserHandle,
        id: &CredentialId,
        keep: [u8; 32],
    ) -> Answer<'_, Deleted> {
        let (account, id) = (account.clone(), id.clone());
        self.writer
            .run(move |db| operations::delete_passkey(db, account.as_bytes(), id.as_bytes(), &keep))
    }

    fn session(&self, token_hash: [u8; 32], now: Timestamp) -> Answer<'_, Option<Session>> {
        self.read(|db| queries::session(db, &token_hash, now))
    }

    fn end_session(&self, token_hash: [u8; 32]) -> Answer<'_, bool> {
        self.writer
            .run(move |db| operations::end_session(db, &token_hash))
    }

    fn overview(&self, now: Timestamp) -> Answer<'_, (Vec<Held>, u32)> {
        let open = unpoisoned(&self.open).count(now);
        self.read(|db| Ok((queries::accounts(db, now)?, open)))
    }

    fn start_session(
        &self,
        account: &UserHandle,
        session: NewSession,
        at: Timestamp,
    ) -> Answer<'_, ()> {
        let limits = self.limits;
        let account = account.clone();
        self.writer
            .run(move |db| operations::start_session(db, &limits, account.as_bytes(), &session, at))
    }

    fn account_named(&self, key: &str) -> Answer<'_, Option<Account>> {
        self.read(|db| queries::account_named(db, key))
    }

    fn models_with_pin(&self, account: &UserHandle) -> Answer<'_, Vec<Option<Aaguid>>> {
        self.read(|db| queries::models_with_pin(db, account.as_bytes()))
    }

    fn setting(&self, name: &'static str) -> Answer<'_, Option<String>> {
        self.read(|db| queries::setting(db, name))
    }

    fn keep_settings(
        &self,
        settings: Vec<(&'static str, String)>,
        log: Option<(Transition, Timestamp)>,
    ) -> Answer<'_, ()> {
        let limits = self.limits;
        self.writer.run(move |db| {
            for (name, value) in &settings {
                operations::keep_setting(db, name, value)?;
            }
            if let Some((transition, at)) = &log {
                pin::audit::log(db, &limits, transition, *at)?;
            }
            Ok(Verdict::Keep(()))
        })
    }

    fn kept_port(&self) -> Answer<'_, Option<u16>> {
        self.read(|db| Ok(queries::setting(db, PORT)?.and_then(|port| port.parse().ok())))
    }

    fn keep_port(&self, port: u16) -> Answer<'_, ()> {
        self.writer
            .run(move |db| operations::keep_setting(db, PORT, &port.to_string()))
    }
}

/// No code here panics while it holds one of these locks; if one did, the data is still whole.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the folder and holds it against a second process, as long as the file lives.
fn lock(folder: &Path) -> Result<File, Error> {
    let name = |error: io::Error| match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Error::FolderReadOnly {
                path: folder.to_owned(),
            }
        }
        io::ErrorKind::StorageFull => Error::DiskFull {
            path: folder.to_owned(),
        },
        _ => Error::FolderUnusable {
            path: folder.to_owned(),
            why: error.to_string(),
        },
    };
    fs::create_dir_all(folder).map_err(name)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("relying-party.lock"))
        .map_err(name)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::FolderInUse {
            path: folder.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(name(error)),
    }
}

/// A change that only a test makes, through the writer like all others.
#[cfg(test)]
impl Sqlite {
    pub(crate) fn in_writer<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'_, T> {
        self.writer
            .run(move |db| change(db).map(super::writer::Verdict::Keep))
    }
}
