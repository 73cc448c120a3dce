//! Reading what is kept for PINs.

use rusqlite::{Connection, OptionalExtension as _, Result, Row, params};
use timeline::Timestamp;
use webauthn::id::UserHandle;

use super::{PinAccount, PinEnrolment};
use crate::{
    pin::AuditEntry,
    store::queries::{ACCOUNT, account_from},
};

const ACCOUNT_COLUMNS: usize = 4;

/// Numbers of 64 bits lie in SQLite's signed ones; whoever writes keeps them below half.
pub(super) fn number(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

fn time(value: Option<i64>) -> Option<Timestamp> {
    value.map(Timestamp)
}

pub(super) fn pin_account(db: &Connection, account: &[u8]) -> Result<Option<PinAccount>> {
    db.prepare_cached(&format!(
        "SELECT {ACCOUNT}, coalesce(pin_version, 0), coalesce(unlock_epoch, 0), sealed, history, set_at, \
         coalesce(extra_uses, 0), coalesce(attempts, 0), locked_at, logon_locked_at, reset_at \
         FROM account LEFT JOIN pin_account ON pin_account.account_id = account.id WHERE account.id = ?1"
    ))?
    .query_row([account], |row| {
        let at = ACCOUNT_COLUMNS;
        Ok(PinAccount {
            account: account_from(row, 0)?,
            pin_version: number(row.get(at)?),
            unlock_epoch: number(row.get(at + 1)?),
            sealed: row.get(at + 2)?,
            history: row.get(at + 3)?,
            set_at: time(row.get(at + 4)?),
            extra_uses: row.get(at + 5)?,
            attempts: row.get(at + 6)?,
            locked_at: time(row.get(at + 7)?),
            logon_locked_at: time(row.get(at + 8)?),
            reset_at: time(row.get(at + 9)?),
        })
    })
    .optional()
}

pub(super) fn awaiting_sign_in(db: &Connection) -> Result<Vec<UserHandle>> {
    db.prepare_cached("SELECT account_id FROM pin_account WHERE reset_at IS NOT NULL")?
        .query_map([], |row| row.get::<_, Vec<u8>>(0).map(UserHandle::new))?
        .collect()
}

const ENROLMENT: &str = "pin_enrolment.id, device_id, device_name, device_key, server_key, server_point, test_iterations, \
     enrolled_at, revoked_at, sync_counter, response_key, response_key_counter, next_key, \
     next_key_counter, last_sync_at, synced_pin_version, failures, copied_at";

fn enrolment_from(row: &Row<'_>) -> Result<PinEnrolment> {
    let at = ACCOUNT_COLUMNS;
    Ok(PinEnrolment {
        account: account_from(row, 0)?,
        id: row.get(at)?,
        device_id: row.get(at + 1)?,
        device_name: row.get(at + 2)?,
        device_key: row.get(at + 3)?,
        server_key: row.get(at + 4)?,
        server_point: row.get(at + 5)?,
        test_iterations: row.get(at + 6)?,
        enrolled_at: Timestamp(row.get(at + 7)?),
        revoked_at: time(row.get(at + 8)?),
        sync_counter: number(row.get(at + 9)?),
        response_key: key_from(row, at + 10)?,
        next_keys: next_keys(row.get(at + 12)?),
        last_sync_at: time(row.get(at + 14)?),
        synced_pin_version: row.get::<_, Option<i64>>(at + 15)?.map(number),
        failures: row.get(at + 16)?,
        copied_at: time(row.get(at + 17)?),
    })
}

fn key_from(row: &Row<'_>, at: usize) -> Result<Option<(Vec<u8>, u64)>> {
    let (key, counter): (Option<Vec<u8>>, Option<i64>) = (row.get(at)?, row.get(at + 1)?);
    Ok(key.zip(counter.map(number)))
}

/// Keys that await their acknowledgement, from their column: of each its counter, its length and
/// itself, the latest first.
pub(super) fn next_keys(kept: Option<Vec<u8>>) -> Vec<(Vec<u8>, u64)> {
    let kept = kept.unwrap_or_default();
    let (mut rest, mut keys) = (kept.as_slice(), Vec::new());
    while let Some((counter, after)) = rest.split_first_chunk::<8>()
        && let Some((length, after)) = after.split_first_chunk::<2>()
        && let Some((key, after)) = after.split_at_checked(u16::from_be_bytes(*length).into())
    {
        keys.push((key.to_vec(), u64::from_be_bytes(*counter)));
        rest = after;
    }
    keys
}

pub(super) fn enrolment(db: &Connection, id: &str) -> Result<Option<PinEnrolment>> {
    db.prepare_cached(&format!(
        "SELECT {ACCOUNT}, {ENROLMENT} FROM pin_enrolment JOIN account ON account.id = account_id \
         WHERE pin_enrolment.id = ?1"
    ))?
    .query_row([id], enrolment_from)
    .optional()
}

pub(super) fn enrolments(db: &Connection, account: &[u8]) -> Result<Vec<PinEnrolment>> {
    db.prepare_cached(&format!(
        "SELECT {ACCOUNT}, {ENROLMENT} FROM pin_enrolment JOIN account ON account.id = account_id \
         WHERE account_id = ?1 AND revoked_at IS NULL ORDER BY place"
    ))?
    .query_map([account], enrolment_from)?
    .collect()
}

pub(super) fn last_passkey_sign_in(db: &Connection, account: &[u8]) -> Result<Option<Timestamp>> {
    db.prepare_cached("SELECT max(last_used_at) FROM passkey WHERE account_id = ?1")?
        .query_row([account], |row| row.get::<_, Option<i64>>(0))
        .map(time)
}

pub(super) fn audit_list(
    db: &Connection,
    after: i64,
    account: Option<&[u8]>,
    most: u32,
) -> Result<Vec<AuditEntry>> {
    db.prepare_cached(
        "SELECT number, at, account, who, what, detail FROM pin_audit \
         WHERE number > ?1 AND (?2 IS NULL OR account_id = ?2) ORDER BY number LIMIT ?3",
    )?
    .query_map(params![after, account, most], |row| {
        let detail: String = row.get(5)?;
        Ok(AuditEntry {
            number: row.get(0)?,
            at: Timestamp(row.get(1)?),
            account: row.get(2)?,
            who: row.get(3)?,
            what: row.get(4)?,
            detail: serde_json::from_str(&detail).unwrap_or_default(),
        })
    })?
    .collect()
}
