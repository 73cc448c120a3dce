//! Writing what is kept of a PIN itself: attempts, locks, versions.

use rusqlite::{Connection, OptionalExtension as _, Result, params};
use serde_json::json;
use timeline::Timestamp;
use webauthn::id::UserHandle;

use super::{Attempt, Checked, NewPin, PinAccount, audit, enrolments::signed, queries};
use crate::{Limits, pin::Transition, store::writer::Verdict};

/// How long a wrong code of a workstation counts, in milliseconds.
const LOGON_MEMORY: i64 = 60 * 60 * 1000;

pub(super) fn spend_attempt(
    db: &Connection,
    limits: &Limits,
    account: &[u8],
    limit: u32,
    at: Timestamp,
) -> Result<Verdict<Attempt>> {
    let Some(found) = queries::pin_account(db, account)? else {
        return Ok(Verdict::Undo(Attempt::NoPin));
    };
    if found.locked_at.is_some() {
        return Ok(Verdict::Undo(Attempt::Locked { just_now: false }));
    }
    if found.sealed.is_none() {
        return Ok(Verdict::Undo(Attempt::NoPin));
    }
    if found.attempts >= limit {
        // The process died between the last attempt and its verdict, or the policy allows fewer.
        lock(db, limits, &found, at)?;
        return Ok(Verdict::Keep(Attempt::Locked { just_now: true }));
    }
    db.prepare_cached("UPDATE pin_account SET attempts = attempts + 1 WHERE account_id = ?1")?
        .execute([account])?;
    Ok(Verdict::Keep(Attempt::Spent(Box::new(PinAccount {
        attempts: found.attempts + 1,
        ..found
    }))))
}

fn lock(db: &Connection, limits: &Limits, found: &PinAccount, at: Timestamp) -> Result<()> {
    db.prepare_cached("UPDATE pin_account SET locked_at = ?1 WHERE account_id = ?2")?
        .execute(params![at.0, found.account.id.as_bytes()])?;
    let log = Transition {
        account: Some(found.account.id.clone()),
        who: "relyingParty",
        what: "pinLocked",
        detail: json!({ "attempts": found.attempts }),
    };
    audit::log(db, limits, &log, at)
}

pub(super) fn attempt_was_right(
    db: &Connection,
    limits: &Limits,
    account: &[u8],
    spends_extra_use: bool,
    log: &Transition,
    at: Timestamp,
) -> Result<Verdict<Checked>> {
    let unlock_epoch: Option<i64> = db
        .prepare_cached(
            "UPDATE pin_account SET attempts = 0, locked_at = NULL, unlock_epoch = unlock_epoch + 1, \
             extra_uses = extra_uses + ?2 WHERE account_id = ?1 RETURNING unlock_epoch",
        )?
        .query_row(params![account, spends_extra_use], |row| row.get(0))
        .optional()?;
    audit::log(db, limits, log, at)?;
    Ok(Verdict::Keep(Checked {
        attempts: 0,
        locked: false,
        unlock_epoch: queries::number(unlock_epoch.unwrap_or_default()),
    }))
}

pub(super) fn attempt_was_wrong(
    db: &Connection,
    limits: &Limits,
    account: &[u8],
    limit: u32,
    log: &Transition,
    at: Timestamp,
) -> Result<Verdict<Checked>> {
    audit::log(db, limits, log, at)?;
    let Some(found) = queries::pin_account(db, account)? else {
        return Ok(Verdict::Keep(Checked {
            attempts: limit,
            locked: false,
            unlock_epoch: 0,
        }));
    };
    let locks = found.attempts >= limit && found.locked_at.is_none();
    if locks {
        lock(db, limits, &found, at)?;
    }
    Ok(Verdict::Keep(Checked {
        attempts: found.attempts,
        locked: locks,
        unlock_epoch: found.unlock_epoch,
    }))
}

pub(super) fn set_pin(db: &Connection, limits: &Limits, pin: &NewPin) -> Result<Verdict<bool>> {
    if !is_next(db, pin)? {
        return Ok(Verdict::Undo(false));
    }
    db.prepare_cached(
        "INSERT INTO pin_account (account_id, pin_version, sealed, history, set_at) \
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account_id) DO UPDATE SET pin_version = ?2, \
         sealed = ?3, history = ?4, set_at = ?5, extra_uses = 0, attempts = 0, reset_at = NULL",
    )?
    .execute(params![
        pin.account.as_bytes(),
        signed(pin.pin_version),
        pin.sealed,
        pin.history,
        pin.at.0
    ])?;
    audit::log(db, limits, &pin.log, pin.at)?;
    Ok(Verdict::Keep(true))
}

pub(super) fn clear_pin(db: &Connection, limits: &Limits, pin: &NewPin) -> Result<Verdict<bool>> {
    if !is_next(db, pin)? {
        return Ok(Verdict::Undo(false));
    }
    db.prepare_cached(
        "INSERT INTO pin_account (account_id, pin_version, unlock_epoch, history, reset_at) \
         VALUES (?1, ?2, 1, ?3, ?4) \
         ON CONFLICT (account_id) DO UPDATE SET pin_version = ?2, history = ?3, \
         unlock_epoch = unlock_epoch + 1, sealed = NULL, set_at = NULL, extra_uses = 0, \
         attempts = 0, locked_at = NULL, logon_locked_at = NULL, reset_at = ?4",
    )?
    .execute(params![
        pin.account.as_bytes(),
        signed(pin.pin_version),
        pin.history,
        pin.awaits_sign_in.then_some(pin.at.0)
    ])?;
    db.prepare_cached("DELETE FROM pin_logon_failure WHERE account_id = ?1")?
        .execute([pin.account.as_bytes()])?;
    audit::log(db, limits, &pin.log, pin.at)?;
    Ok(Verdict::Keep(true))
}

pub(super) fn signed_in_since_reset(
    db: &Connection,
    limits: &Limits,
    account: &[u8],
    log: &Transition,
    at: Timestamp,
) -> Result<Verdict<bool>> {
    let had_to = db
        .prepare_cached(
            "UPDATE pin_account SET reset_at = NULL WHERE account_id = ?1 AND reset_at IS NOT NULL",
        )?
        .execute([account])?;
    if had_to == 0 {
        return Ok(Verdict::Undo(false));
    }
    audit::log(db, limits, log, at)?;
    Ok(Verdict::Keep(true))
}

/// Whether the account stands where the sealed PIN follows on.
fn is_next(db: &Connection, pin: &NewPin) -> Result<bool> {
    Ok(queries::pin_account(db, pin.account.as_bytes())?
        .is_some_and(|found| found.pin_version.checked_add(1) == Some(pin.pin_version)))
}

pub(super) fn spend_logon_try(
    db: &Connection,
    account: &[u8],
    limit: u32,
    at: Timestamp,
) -> Result<Verdict<Option<(i64, u32)>>> {
    db.prepare_cached("DELETE FROM pin_logon_failure WHERE at <= ?1")?
        .execute([at.0.saturating_sub(LOGON_MEMORY)])?;
    let failed: u32 = db
        .prepare_cached("SELECT count(*) FROM pin_logon_failure WHERE account_id = ?1")?
        .query_row([account], |row| row.get(0))?;
    if failed >= limit {
        return Ok(Verdict::Keep(None));
    }
    db.prepare_cached("INSERT INTO pin_logon_failure (account_id, at) VALUES (?1, ?2)")?
        .execute(params![account, at.0])?;
    let left = limit - failed - 1;
    Ok(Verdict::Keep(Some((db.last_insert_rowid(), left))))
}

pub(super) fn logon_try_was_right(
    db: &Connection,
    limits: &Limits,
    failure: i64,
    spends_extra_use: bool,
    log: &Transition,
    at: Timestamp,
) -> Result<Verdict<()>> {
    if spends_extra_use {
        db.prepare_cached(
            "UPDATE pin_account SET extra_uses = extra_uses + 1 WHERE account_id = \
             (SELECT account_id FROM pin_logon_failure WHERE number = ?1)",
        )?
        .execute([failure])?;
    }
    db.prepare_cached("DELETE FROM pin_logon_failure WHERE number = ?1")?
        .execute([failure])?;
    audit::log(db, limits, log, at)?;
    Ok(Verdict::Keep(()))
}

pub(super) fn logon_try_was_wrong(
    db: &Connection,
    limits: &Limits,
    account: &[u8],
    locks: bool,
    log: &Transition,
    at: Timestamp,
) -> Result<Verdict<()>> {
    audit::log(db, limits, log, at)?;
    if locks {
        db.prepare_cached("UPDATE pin_account SET logon_locked_at = ?1 WHERE account_id = ?2")?
            .execute(params![at.0, account])?;
        let log = Transition {
            account: Some(UserHandle::new(account)),
            who: "relyingParty",
            what: "logonLocked",
            detail: json!({}),
        };
        audit::log(db, limits, &log, at)?;
    }
    Ok(Verdict::Keep(()))
}

pub(super) fn unlock_logon(
    db: &Connection,
    limits: &Limits,
    account: &[u8],
    at: Timestamp,
) -> Result<Verdict<()>> {
    db.prepare_cached("DELETE FROM pin_logon_failure WHERE account_id = ?1")?
        .execute([account])?;
    db.prepare_cached("UPDATE pin_account SET logon_locked_at = NULL WHERE account_id = ?1")?
        .execute([account])?;
    let log = Transition {
        account: Some(UserHandle::new(account)),
        who: "person",
        what: "logonUnlocked",
        detail: json!({ "by": "passkeySignIn" }),
    };
    audit::log(db, limits, &log, at)?;
    Ok(Verdict::Keep(()))
}
