//! What a sign-in over HTTP cannot cost less than.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use cpu_time::ProcessTime;
use rusqlite::{Connection as Database, OpenFlags, params};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use verify::StoredCredential;

use super::connection::{Connection, request};
use crate::Error;
use crate::ceremony::Passkey;
use crate::verification::RelyingParty;

/// Sessions of one account that the relying party keeps.
const SESSIONS: usize = 16;

/// A sign-in that was accepted once, and the ladder that judged it.
pub struct Sample {
    /// `AuthenticationResponseJSON`.
    pub json: String,
    /// What it answers.
    pub challenge: Vec<u8>,
    /// The ladder as JSON.
    pub report: String,
}

/// A hello-world server, a judge of sign-ins, and a database like the relying party's.
pub struct Floor {
    connection: Connection,
    hello: Vec<u8>,
    judge: RelyingParty,
    stored: StoredCredential,
    sample: Sample,
    database: Database,
    account: Vec<u8>,
    passkey: Vec<u8>,
    turns: i64,
    sessions: VecDeque<[u8; 32]>,
}

impl Floor {
    /// Starts the server, and copies the relying party's database in `folder`.
    pub fn new(
        runtime: &Runtime,
        folder: &Path,
        passkey: &Passkey,
        sample: Sample,
    ) -> Result<Self, Error> {
        let port = runtime.block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let port = listener.local_addr()?.port();
            let router = Router::new().route("/hello", post(async || "Hello, World!"));
            tokio::spawn(async move { axum::serve(listener, router).await });
            Ok::<u16, Error>(port)
        })?;
        Ok(Self {
            connection: Connection::open((Ipv4Addr::LOCALHOST, port).into())?,
            hello: request(&format!("localhost:{port}"), "/hello", "{}"),
            judge: RelyingParty::new(&passkey.origin)?,
            stored: passkey.stored(),
            sample,
            database: copy(folder)?,
            account: passkey.user_handle.clone(),
            passkey: passkey.credential_id.as_bytes().to_vec(),
            turns: 0,
            sessions: VecDeque::new(),
        })
    }

    /// So many times: two hellos, one sign-in judged, one transaction.
    pub fn round(&mut self, turns: u32) -> Result<Duration, Error> {
        let start = ProcessTime::now();
        for _ in 0..turns {
            self.connection.exchange(&self.hello)?;
            self.connection.exchange(&self.hello)?;
            let Sample {
                json, challenge, ..
            } = &self.sample;
            self.judge.judge(json, challenge, &self.stored)?;
            self.write()?;
        }
        Ok(start.elapsed())
    }

    /// The rows of one sign-in: the finished ceremony with its ladder, the passkey's counter, the
    /// new session, and the oldest session gone once there are too many.
    fn write(&mut self) -> Result<(), Error> {
        self.turns += 1;
        let (mut ceremony, mut token) = ([0; 16], [0; 32]);
        getrandom::fill(&mut ceremony)?;
        getrandom::fill(&mut token)?;
        self.sessions.push_back(token);
        let transaction = self.database.transaction()?;
        transaction
            .prepare_cached(
                "INSERT INTO ceremony (id, kind, verified, finished_at, report) \
                 VALUES (?1, 'authentication', 1, 0, ?2)",
            )?
            .execute(params![ceremony.as_slice(), self.sample.report])?;
        let moved = transaction
            .prepare_cached(
                "UPDATE passkey SET sign_count = ?1, last_used_at = 0, version = ?1 WHERE id = ?2",
            )?
            .execute(params![self.turns, self.passkey])?;
        if moved != 1 {
            return Err(Error::Refused("the copied database"));
        }
        transaction
            .prepare_cached(
                "INSERT INTO session (token_hash, account_id, passkey_id, since, expires_at) \
                 VALUES (?1, ?2, ?3, 0, 1)",
            )?
            .execute(params![token.as_slice(), self.account, self.passkey])?;
        if self.sessions.len() > SESSIONS
            && let Some(oldest) = self.sessions.pop_front()
        {
            transaction
                .prepare_cached("DELETE FROM session WHERE token_hash = ?1")?
                .execute([oldest.as_slice()])?;
        }
        Ok(transaction.commit()?)
    }
}

/// The relying party's database once more, with the same settings: WAL, every commit on the disk.
fn copy(folder: &Path) -> Result<Database, Error> {
    let to = folder.join("floor.sqlite");
    let from = folder.join("rp").join("relying-party.sqlite");
    Database::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?
        .execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    let database = Database::open(to)?;
    database.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    database.pragma_update(None, "synchronous", "FULL")?;
    database.pragma_update(None, "foreign_keys", true)?;
    database.execute("DELETE FROM session", [])?;
    Ok(database)
}
