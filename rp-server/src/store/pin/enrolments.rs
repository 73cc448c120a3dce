//! Writing enrolments: their making, their end, their counters and what they acknowledge.

use rusqlite::{Connection, Result, params};
use serde_json::json;
use timeline::Timestamp;

use super::{Acknowledged, Enrolled, NewEnrolment, PinEnrolment, audit, queries};
use crate::{
    Limits,
    pin::Transition,
    store::{queries as accounts, writer::Verdict},
};

/// Keys kept of synchronizations that nobody acknowledged: answer and acknowledgement may be lost
/// time and again, and the phone has the last that arrived.
const NEXT_KEYS: usize = 4;

pub(super) fn enrol(
    db: &Connection,
    limits: &Limits,
    new: &NewEnrolment,
) -> Result<Verdict<Enrolled>> {
    if accounts::account(db, &new.account)?.is_none() {
        return Ok(Verdict::Undo(Enrolled::NoAccount));
    }
    if queries::enrolment(db, &new.id)?.is_some() {
        let replaced = Vec::new();
        return Ok(Verdict::Undo(Enrolled::Done { replaced }));
    }
    let held = queries::enrolments(db, new.account.as_bytes())?;
    let (replaced, kept): (Vec<_>, Vec<_>) = held
        .into_iter()
        .partition(|held| held.device_id == new.device_id);
    if kept.len() >= limits.phones_per_account {
        return Ok(Verdict::Undo(Enrolled::TooMany));
    }
    for old in &replaced {
        mark_revoked(db, &old.id, new.at)?;
        let log = Transition {
            account: Some(new.account.clone()),
            who: "relyingParty",
            what: "enrolmentRevoked",
            detail: json!({ "enrolmentId": old.id, "deviceName": old.device_name, "by": "enrolledAnew" }),
        };
        audit::log(db, limits, &log, new.at)?;
    }
    forget_oldest_revoked(db, limits, new.account.as_bytes())?;
    db.prepare_cached(
        "INSERT INTO pin_enrolment (id, account_id, device_id, device_name, device_key, server_point, \
         server_key, credential_id, test_iterations, enrolled_at, place) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, \
         (SELECT coalesce(max(place), 0) + 1 FROM pin_enrolment WHERE account_id = ?2))",
    )?
    .execute(params![
        new.id,
        new.account.as_bytes(),
        new.device_id,
        new.device_name,
        new.device_key,
        new.server_point,
        new.server_key,
        new.credential.as_ref().map(webauthn::id::CredentialId::as_bytes),
        new.test_iterations,
        new.at.0
    ])?;
    let log = Transition {
        account: Some(new.account.clone()),
        who: "device",
        what: "enrolled",
        detail: json!({
            "enrolmentId": new.id,
            "deviceName": new.device_name,
            "confirmedBy": if new.credential.is_some() { "passkey" } else { "digits" },
        }),
    };
    audit::log(db, limits, &log, new.at)?;
    let replaced = replaced.into_iter().map(|old| old.id).collect();
    Ok(Verdict::Keep(Enrolled::Done { replaced }))
}

fn mark_revoked(db: &Connection, id: &str, at: Timestamp) -> Result<()> {
    db.prepare_cached(
        "UPDATE pin_enrolment SET revoked_at = ?1, response_key = NULL, response_key_counter = NULL, \
         next_key = NULL, next_key_counter = NULL WHERE id = ?2",
    )?
    .execute(params![at.0, id])
    .map(drop)
}

/// Revoked enrolments are kept for a while, so that their phones are told by a signature.
fn forget_oldest_revoked(db: &Connection, limits: &Limits, account: &[u8]) -> Result<()> {
    db.prepare_cached(
        "DELETE FROM pin_enrolment WHERE id IN (SELECT id FROM pin_enrolment \
         WHERE account_id = ?1 AND revoked_at IS NOT NULL ORDER BY revoked_at DESC LIMIT -1 OFFSET ?2)",
    )?
    .execute(params![
        account,
        i64::try_from(limits.phones_per_account).unwrap_or(i64::MAX)
    ])
    .map(drop)
}

pub(super) fn revoke(
    db: &Connection,
    limits: &Limits,
    account: Option<&[u8]>,
    id: &str,
    at: Timestamp,
    log: &Transition,
) -> Result<Verdict<Option<PinEnrolment>>> {
    let found = queries::enrolment(db, id)?.filter(|found| {
        found.revoked_at.is_none()
            && account.is_none_or(|account| found.account.id.as_bytes() == account)
    });
    let Some(found) = found else {
        return Ok(Verdict::Undo(None));
    };
    mark_revoked(db, id, at)?;
    let mut log = log.clone();
    log.account = Some(found.account.id.clone());
    log.detail["deviceName"] = found.device_name.clone().into();
    audit::log(db, limits, &log, at)?;
    forget_oldest_revoked(db, limits, found.account.id.as_bytes())?;
    Ok(Verdict::Keep(Some(found)))
}

pub(super) fn keep_response_key(
    db: &Connection,
    id: &str,
    counter: i64,
    sealed: &[u8],
) -> Result<Verdict<()>> {
    let Some(found) = queries::enrolment(db, id)?.filter(PinEnrolment::is_open) else {
        return Ok(Verdict::Undo(()));
    };
    let mut keys = found.next_keys;
    keys.insert(0, (sealed.to_vec(), queries::number(counter)));
    keys.truncate(NEXT_KEYS);
    keep_next_keys(db, id, &keys)?;
    Ok(Verdict::Keep(()))
}

/// As [`queries::next_keys`] reads them.
fn keep_next_keys(db: &Connection, id: &str, keys: &[(Vec<u8>, u64)]) -> Result<()> {
    let mut kept = Vec::new();
    for (key, counter) in keys {
        // A sealed key has less than a hundred bytes.
        let length = u16::try_from(key.len()).unwrap_or_default();
        kept.extend_from_slice(&counter.to_be_bytes());
        kept.extend_from_slice(&length.to_be_bytes());
        kept.extend_from_slice(key.get(..length.into()).unwrap_or_default());
    }
    let kept = Some(kept).filter(|kept| !kept.is_empty());
    let latest = keys.first().map(|(_, counter)| signed(*counter));
    db.prepare_cached(
        "UPDATE pin_enrolment SET next_key = ?1, next_key_counter = ?2 WHERE id = ?3",
    )?
    .execute(params![kept, latest, id])
    .map(drop)
}

pub(super) fn acknowledge(
    db: &Connection,
    limits: &Limits,
    done: &Acknowledged,
    counter: i64,
) -> Result<Verdict<bool>> {
    let Some(found) = queries::enrolment(db, &done.enrolment)?.filter(PinEnrolment::is_open) else {
        return Ok(Verdict::Undo(false));
    };
    let acknowledged = queries::number(counter);
    let (since, mut until): (Vec<_>, Vec<_>) = found
        .next_keys
        .into_iter()
        .partition(|(_, counter)| *counter > acknowledged);
    until.retain(|(_, counter)| *counter == acknowledged);
    if let Some((key, _)) = until.pop() {
        db.prepare_cached(
            "UPDATE pin_enrolment SET response_key = ?1, response_key_counter = ?2 WHERE id = ?3",
        )?
        .execute(params![key, counter, done.enrolment])?;
        keep_next_keys(db, &done.enrolment, &since)?;
    }
    db.prepare_cached(
        "UPDATE pin_enrolment SET last_sync_at = ?1, synced_pin_version = ?2, \
         synced_policy_version = ?3, failures = ?4 WHERE id = ?5",
    )?
    .execute(params![
        done.at.0,
        signed(done.pin_version),
        signed(done.policy_version),
        done.failures,
        done.enrolment
    ])?;
    let log = Transition {
        account: Some(found.account.id),
        who: "device",
        what: "synced",
        detail: json!({
            "enrolmentId": done.enrolment,
            "deviceName": found.device_name,
            "pinVersion": done.pin_version,
            "policyVersion": done.policy_version,
            "failures": done.failures,
        }),
    };
    audit::log(db, limits, &log, done.at)?;
    Ok(Verdict::Keep(true))
}

/// As SQLite counts; a number beyond its range stays at the end of it.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
