//! The log of transitions, bounded: the oldest lines give way.

use rusqlite::{Connection, OptionalExtension as _, Result, params};
use timeline::Timestamp;

use crate::{Limits, pin::Transition};

/// For how long the same again is counted in the line that tells of it, in milliseconds.
const COUNTED: i64 = 60 * 60 * 1000;

/// Writes one line for what somebody may bring about as often as they like: the same again within
/// the hour is counted in it, so that it drives no other line out.
pub(in crate::store) fn log_or_count(
    db: &Connection,
    limits: &Limits,
    transition: &Transition,
    at: Timestamp,
) -> Result<()> {
    let account = transition
        .account
        .as_ref()
        .map(webauthn::id::UserHandle::as_bytes);
    let same: Option<i64> = db
        .prepare_cached(
            "SELECT number FROM pin_audit WHERE account_id IS ?1 AND who = ?2 AND what = ?3 \
             AND at > ?4 AND json_remove(detail, '$.times') = json(?5) ORDER BY number DESC LIMIT 1",
        )?
        .query_row(
            params![
                account,
                transition.who,
                transition.what,
                at.0.saturating_sub(COUNTED),
                transition.detail.to_string()
            ],
            |row| row.get(0),
        )
        .optional()?;
    let Some(number) = same else {
        return log(db, limits, transition, at);
    };
    db.prepare_cached(
        "UPDATE pin_audit SET detail = json_set(detail, '$.times', \
         coalesce(json_extract(detail, '$.times'), 1) + 1) WHERE number = ?1",
    )?
    .execute([number])
    .map(drop)
}

/// Writes one line; part of whatever transaction changes what it tells of.
pub(in crate::store) fn log(
    db: &Connection,
    limits: &Limits,
    transition: &Transition,
    at: Timestamp,
) -> Result<()> {
    let account = transition
        .account
        .as_ref()
        .map(webauthn::id::UserHandle::as_bytes);
    db.prepare_cached(
        "INSERT INTO pin_audit (at, account_id, account, who, what, detail) \
         VALUES (?1, ?2, (SELECT username FROM account WHERE id = ?2), ?3, ?4, ?5)",
    )?
    .execute(params![
        at.0,
        account,
        transition.who,
        transition.what,
        transition.detail.to_string()
    ])?;
    let last_surplus = db.last_insert_rowid().saturating_sub(limits.audit_lines);
    if last_surplus > 0 {
        db.prepare_cached("DELETE FROM pin_audit WHERE number <= ?1")?
            .execute([last_surplus])?;
    }
    Ok(())
}
