//! The log of transitions, bounded: the oldest lines give way.

use rusqlite::{Connection, Result, params};
use timeline::Timestamp;

use crate::{Limits, pin::Transition};

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
