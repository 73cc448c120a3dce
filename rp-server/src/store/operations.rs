//! Writing: each function is one whole operation inside the writer's transaction.

use rusqlite::{Connection, Result, params};
use timeline::Timestamp;

use super::writer::Verdict;
use super::{
    Account, Deleted, Finish, NewSession, Passkey, Registered, Registration, SignIn, SignedIn,
    queries,
};
use crate::Limits;

pub(super) fn finish_registration(
    db: &Connection,
    limits: &Limits,
    registration: Registration,
) -> Result<Verdict<Registered>> {
    let Registration {
        finish,
        new_account,
        mut passkey,
        session,
    } = registration;
    if !write_finish(db, limits, &finish)? {
        return Ok(Verdict::Undo(Registered::AlreadyUsed));
    }
    // From here on the ceremony is used up, whatever hinders the rest.
    let refused = |outcome| Ok(Verdict::Keep(outcome));
    if exists(
        db,
        "SELECT 1 FROM passkey WHERE id = ?1",
        passkey.id.as_bytes(),
    )? {
        return Ok(Verdict::Undo(Registered::CredentialKnown));
    }
    let account = match new_account {
        Some(account) => {
            if queries::username_is_taken(db, &account.username_key)? {
                return refused(Registered::UsernameTaken);
            }
            if count(db, "SELECT count(*) FROM account", [])? >= limits.accounts {
                return refused(Registered::TooManyAccounts);
            }
            insert_account(db, &account, finish.at)?;
            account
        }
        None => match queries::account(db, &passkey.account)? {
            Some(account) => account,
            None => return refused(Registered::NoAccount),
        },
    };
    let held = count(
        db,
        "SELECT count(*) FROM passkey WHERE account_id = ?1",
        [account.id.as_bytes()],
    )?;
    if held >= limits.passkeys_per_account {
        return refused(Registered::TooManyPasskeys);
    }
    if passkey.label.is_empty() {
        passkey.label = format!("Passkey {}", held + 1);
    }
    insert_passkey(db, &passkey)?;
    if let Some(session) = session {
        bind(db, limits, &session, &passkey, finish.at)?;
    }
    let passkey = Box::new(passkey);
    Ok(Verdict::Keep(Registered::Done { account, passkey }))
}

pub(super) fn finish_sign_in(
    db: &Connection,
    limits: &Limits,
    sign_in: &SignIn,
) -> Result<Verdict<SignedIn>> {
    let finish = &sign_in.finish;
    if !write_finish(db, limits, finish)? {
        return Ok(Verdict::Undo(SignedIn::AlreadyUsed));
    }
    let moved = db
        .prepare_cached(
            "UPDATE passkey SET sign_count = ?1, backed_up = ?2, uv_initialized = ?3, last_used_at = ?4, \
             version = version + 1 WHERE id = ?5 AND version = ?6",
        )?
        .execute(params![
            sign_in.sign_count,
            sign_in.backed_up,
            sign_in.uv_initialized,
            finish.at.0,
            sign_in.passkey.as_bytes(),
            sign_in.judged_version
        ])?;
    if moved == 0 {
        return Ok(Verdict::Undo(SignedIn::RowChanged));
    }
    if let Some(session) = &sign_in.session {
        bind_to(
            db,
            limits,
            session,
            sign_in.account.as_bytes(),
            Some(sign_in.passkey.as_bytes()),
            finish.at,
        )?;
    }
    Ok(Verdict::Keep(SignedIn::Done))
}

pub(super) fn start_session(
    db: &Connection,
    limits: &Limits,
    account: &[u8],
    session: &NewSession,
    at: Timestamp,
) -> Result<Verdict<()>> {
    bind_to(db, limits, session, account, None, at)?;
    Ok(Verdict::Keep(()))
}

pub(super) fn refuse(db: &Connection, limits: &Limits, finish: &Finish) -> Result<Verdict<()>> {
    write_finish(db, limits, finish)?;
    Ok(Verdict::Keep(()))
}

pub(super) fn rename_passkey(
    db: &Connection,
    account: &[u8],
    id: &[u8],
    label: &str,
) -> Result<Verdict<Option<Passkey>>> {
    let renamed = db
        .prepare_cached("UPDATE passkey SET label = ?1, version = version + 1 WHERE id = ?2 AND account_id = ?3")?
        .execute(params![label, id, account])?;
    if renamed == 0 {
        return Ok(Verdict::Undo(None));
    }
    Ok(Verdict::Keep(
        queries::passkey(db, id)?.map(|(passkey, _)| passkey),
    ))
}

pub(super) fn delete_passkey(
    db: &Connection,
    account: &[u8],
    id: &[u8],
    keep: &[u8; 32],
) -> Result<Verdict<Deleted>> {
    let passkeys = queries::passkeys(db, account)?;
    if !passkeys.iter().any(|passkey| passkey.id.as_bytes() == id) {
        return Ok(Verdict::Undo(Deleted::NoSuchPasskey));
    }
    if passkeys.len() == 1 {
        return Ok(Verdict::Undo(Deleted::LastPasskey));
    }
    db.prepare_cached("DELETE FROM session WHERE passkey_id = ?1 AND token_hash <> ?2")?
        .execute(params![id, keep.as_slice()])?;
    db.prepare_cached("DELETE FROM passkey WHERE id = ?1 AND account_id = ?2")?
        .execute(params![id, account])?;
    Ok(Verdict::Keep(Deleted::Done))
}

pub(super) fn end_session(db: &Connection, token_hash: &[u8; 32]) -> Result<Verdict<bool>> {
    let ended = db
        .prepare_cached("DELETE FROM session WHERE token_hash = ?1")?
        .execute([token_hash.as_slice()])?;
    Ok(if ended == 0 {
        Verdict::Undo(false)
    } else {
        Verdict::Keep(true)
    })
}

pub(super) fn forget_expired_sessions(db: &Connection, now: Timestamp) -> Result<Verdict<()>> {
    db.execute("DELETE FROM session WHERE expires_at <= ?1", [now.0])?;
    Ok(Verdict::Keep(()))
}

pub(super) fn keep_setting(db: &Connection, name: &str, value: &str) -> Result<Verdict<()>> {
    db.prepare_cached("INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2")?
        .execute([name, value])?;
    Ok(Verdict::Keep(()))
}

/// Marks the ceremony used; false when it was already.
fn write_finish(db: &Connection, limits: &Limits, finish: &Finish) -> Result<bool> {
    let written = db
        .prepare_cached(
            "INSERT INTO ceremony (id, kind, verified, finished_at, report) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (id) DO NOTHING",
        )?
        .execute(params![
            finish.ceremony.0.as_slice(),
            finish.kind.name(),
            finish.verified,
            finish.at.0,
            finish.report.get()
        ])?;
    let last_surplus = db
        .last_insert_rowid()
        .saturating_sub(limits.finished_ceremonies);
    if written == 1 && last_surplus > 0 {
        db.prepare_cached("DELETE FROM ceremony WHERE number <= ?1")?
            .execute([last_surplus])?;
    }
    Ok(written == 1)
}

fn insert_account(db: &Connection, account: &Account, at: Timestamp) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO account (id, username, username_key, display_name, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![account.id.as_bytes(), account.username, account.username_key, account.display_name, at.0])
    .map(drop)
}

fn insert_passkey(db: &Connection, passkey: &Passkey) -> Result<()> {
    let transports = serde_json::Value::from(passkey.transports.clone()).to_string();
    db.prepare_cached(
        "INSERT INTO passkey (id, account_id, public_key, algorithm, sign_count, backup_eligible, backed_up, \
         uv_initialized, aaguid, transports, label, created_at, last_used_at, version, place) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, \
         (SELECT coalesce(max(place), 0) + 1 FROM passkey WHERE account_id = ?2))",
    )?
    .execute(params![
        passkey.id.as_bytes(),
        passkey.account.as_bytes(),
        passkey.public_key,
        passkey.algorithm,
        passkey.sign_count,
        passkey.backup_eligible,
        passkey.backed_up,
        passkey.uv_initialized,
        passkey.aaguid.0.as_slice(),
        transports,
        passkey.label,
        passkey.created_at.0,
        passkey.last_used_at.map(|at| at.0),
        passkey.version
    ])
    .map(drop)
}

fn bind(
    db: &Connection,
    limits: &Limits,
    session: &NewSession,
    passkey: &Passkey,
    at: Timestamp,
) -> Result<()> {
    bind_to(
        db,
        limits,
        session,
        passkey.account.as_bytes(),
        Some(passkey.id.as_bytes()),
        at,
    )
}

fn bind_to(
    db: &Connection,
    limits: &Limits,
    session: &NewSession,
    account: &[u8],
    passkey: Option<&[u8]>,
    at: Timestamp,
) -> Result<()> {
    if let Some(replaced) = &session.replaces {
        end_session(db, replaced)?;
    }
    db.prepare_cached(
        "INSERT INTO session (token_hash, account_id, passkey_id, since, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![session.token_hash.as_slice(), account, passkey, at.0, session.expires_at.0])?;
    let surplus: Vec<[u8; 32]> = db
        .prepare_cached(
            "SELECT token_hash FROM session WHERE account_id = ?1 AND token_hash <> ?2 \
             ORDER BY since DESC LIMIT -1 OFFSET ?3",
        )?
        .query_map(
            params![
                account,
                session.token_hash.as_slice(),
                limits.sessions_per_account.saturating_sub(1)
            ],
            |row| row.get(0),
        )?
        .collect::<Result<_>>()?;
    for oldest in &surplus {
        end_session(db, oldest)?;
    }
    Ok(())
}

fn exists(db: &Connection, sql: &str, id: &[u8]) -> Result<bool> {
    db.prepare_cached(sql)?.exists([id])
}

fn count(db: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<i64> {
    db.prepare_cached(sql)?.query_row(params, |row| row.get(0))
}
