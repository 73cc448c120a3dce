//! One thread writes. Operations that wait for it share one transaction, so that many visitors
//! pay for one flush to the disk; each is a savepoint of its own, so that none spoils another's.

use std::{
    path::PathBuf,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread::JoinHandle,
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{Answer, schema};
use crate::Error;

/// Operations that may wait for the writer before a caller has to.
const QUEUE: usize = 1024;
/// Operations that may share one transaction.
const GROUP: usize = 64;

/// What an operation wants done with what it wrote.
pub(super) enum Verdict<T> {
    /// Commit it.
    Keep(T),
    /// Roll it back; the answer stands.
    Undo(T),
}

/// The thread that owns the writing connection.
pub(super) struct Writer {
    tasks: Option<SyncSender<Box<dyn Task>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Gives `db` to a thread of its own.
    pub(super) fn start(db: Connection, path: PathBuf) -> Result<Self, Error> {
        let (tasks, waiting) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("rp-store-writer".into())
            .spawn({
                let path = path.clone();
                move || serve(&db, &path, &waiting)
            })
            .map_err(|error| Error::Database {
                path,
                why: error.to_string(),
            })?;
        Ok(Self {
            tasks: Some(tasks),
            thread: Some(thread),
        })
    }

    /// Runs `operation` in a transaction; the answer comes once the disk has it.
    pub(super) fn run<T, F>(&self, operation: F) -> Answer<'static, T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<Verdict<T>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Box::new(Operation {
            operation: Some(operation),
            result: None,
            reply,
        });
        let mut waiting: Option<Box<dyn Task>> = Some(task);
        let tasks = self.tasks.clone();
        Box::pin(async move {
            let tasks = tasks.ok_or(Error::Closed)?;
            while let Some(task) = waiting.take() {
                match tasks.try_send(task) {
                    Ok(()) => {}
                    Err(std::sync::mpsc::TrySendError::Full(task)) => {
                        waiting = Some(task);
                        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                    }
                    Err(std::sync::mpsc::TrySendError::Disconnected(_)) => {
                        return Err(Error::Closed);
                    }
                }
            }
            drop(tasks);
            answer.await.map_err(|_| Error::Closed)?
        })
    }
}

impl Drop for Writer {
    /// Lets what was queued reach the disk.
    fn drop(&mut self) {
        self.tasks.take();
        if let Some(thread) = self.thread.take() {
            // A writer that died has already answered its callers with an error.
            let _ = thread.join();
        }
    }
}

trait Task: Send {
    /// Does the work; true when it is to be kept.
    fn perform(&mut self, db: &Connection) -> Result<bool, rusqlite::Error>;
    /// Tells the caller, after the commit.
    fn answer(self: Box<Self>, committed: Result<(), Error>);
}

struct Operation<T, F> {
    operation: Option<F>,
    result: Option<T>,
    reply: oneshot::Sender<Result<T, Error>>,
}

impl<T, F> Task for Operation<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> rusqlite::Result<Verdict<T>> + Send,
{
    fn perform(&mut self, db: &Connection) -> Result<bool, rusqlite::Error> {
        let Some(operation) = self.operation.take() else {
            return Ok(false);
        };
        let (result, keep) = match operation(db)? {
            Verdict::Keep(result) => (result, true),
            Verdict::Undo(result) => (result, false),
        };
        self.result = Some(result);
        Ok(keep)
    }

    fn answer(self: Box<Self>, committed: Result<(), Error>) {
        let Self { result, reply, .. } = *self;
        let answer = committed.and_then(|()| result.ok_or(Error::Closed));
        // A caller that has gone away does not want its answer.
        let _ = reply.send(answer);
    }
}

fn serve(db: &Connection, path: &std::path::Path, waiting: &Receiver<Box<dyn Task>>) {
    while let Ok(first) = waiting.recv() {
        let mut group = vec![first];
        group.extend(waiting.try_iter().take(GROUP - 1));
        let results = commit_group(db, &mut group);
        for (task, result) in group.into_iter().zip(results) {
            task.answer(result.map_err(|error| schema::name(&error, path)));
        }
    }
}

/// Runs the group in one transaction; one result for each task.
fn commit_group(db: &Connection, group: &mut [Box<dyn Task>]) -> Vec<Result<(), SharedError>> {
    match try_group(db, group) {
        Ok(results) => results,
        Err(error) => {
            if !db.is_autocommit() {
                // If even this fails the connection is unusable, and every later BEGIN says so.
                let _ = execute(db, "ROLLBACK");
            }
            let error = SharedError::from(error);
            group.iter().map(|_| Err(error.clone())).collect()
        }
    }
}

fn try_group(
    db: &Connection,
    group: &mut [Box<dyn Task>],
) -> rusqlite::Result<Vec<Result<(), SharedError>>> {
    execute(db, "BEGIN IMMEDIATE")?;
    let alone = group.len() == 1;
    let mut results = Vec::with_capacity(group.len());
    for task in group.iter_mut() {
        if !alone {
            execute(db, "SAVEPOINT operation")?;
        }
        let outcome = task.perform(db);
        if let Err(error) = &outcome
            && (db.is_autocommit() || alone)
        {
            // Alone, or SQLite has already rolled everything back.
            return Err(copy(error));
        }
        let keep = matches!(outcome, Ok(true));
        if !keep {
            execute(
                db,
                if alone {
                    "ROLLBACK"
                } else {
                    "ROLLBACK TO operation"
                },
            )?;
        }
        if !alone {
            execute(db, "RELEASE operation")?;
        }
        results.push(outcome.map(drop).map_err(SharedError::from));
    }
    if !db.is_autocommit() {
        execute(db, "COMMIT")?;
    }
    Ok(results)
}

fn execute(db: &Connection, sql: &str) -> rusqlite::Result<()> {
    db.prepare_cached(sql)?.execute([]).map(drop)
}

/// SQLite's error, shared by the tasks that it struck.
pub(super) type SharedError = std::sync::Arc<rusqlite::Error>;

fn copy(error: &rusqlite::Error) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        error
            .sqlite_error()
            .copied()
            .unwrap_or(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ERROR)),
        Some(error.to_string()),
    )
}
