//! Reading: from one statement to one record.

use rusqlite::{Connection, OptionalExtension as _, Result, Row, params};
use timeline::Timestamp;
use webauthn::id::{Aaguid, CredentialId, UserHandle};

use super::{Account, CeremonyId, FinishedCeremony, Held, Passkey, Session};

/// What [`account_from`] reads.
pub(super) const ACCOUNT: &str =
    "account.id, account.username, account.username_key, account.display_name";
const PASSKEY: &str = "passkey.id, passkey.account_id, passkey.public_key, passkey.algorithm, \
     passkey.sign_count, passkey.backup_eligible, passkey.backed_up, passkey.uv_initialized, \
     passkey.aaguid, passkey.transports, passkey.label, passkey.created_at, passkey.last_used_at, \
     passkey.version";
const PASSKEY_COLUMNS: usize = 14;

/// Reads [`ACCOUNT`], whose first column stands at `at`.
pub(super) fn account_from(row: &Row<'_>, at: usize) -> Result<Account> {
    Ok(Account {
        id: UserHandle::new(row.get::<_, Vec<u8>>(at)?),
        username: row.get(at + 1)?,
        username_key: row.get(at + 2)?,
        display_name: row.get(at + 3)?,
    })
}

fn passkey_from(row: &Row<'_>) -> Result<Passkey> {
    let transports: String = row.get(9)?;
    Ok(Passkey {
        id: CredentialId::new(row.get::<_, Vec<u8>>(0)?),
        account: UserHandle::new(row.get::<_, Vec<u8>>(1)?),
        public_key: row.get(2)?,
        algorithm: row.get(3)?,
        sign_count: row.get(4)?,
        backup_eligible: row.get(5)?,
        backed_up: row.get(6)?,
        uv_initialized: row.get(7)?,
        aaguid: Aaguid(row.get(8)?),
        transports: serde_json::from_str(&transports).unwrap_or_default(),
        label: row.get(10)?,
        created_at: Timestamp(row.get(11)?),
        last_used_at: row.get::<_, Option<i64>>(12)?.map(Timestamp),
        version: row.get(13)?,
    })
}

pub(super) fn account(db: &Connection, id: &UserHandle) -> Result<Option<Account>> {
    db.prepare_cached(&format!("SELECT {ACCOUNT} FROM account WHERE id = ?1"))?
        .query_row([id.as_bytes()], |row| account_from(row, 0))
        .optional()
}

pub(super) fn username_is_taken(db: &Connection, key: &str) -> Result<bool> {
    db.prepare_cached("SELECT 1 FROM account WHERE username_key = ?1")?
        .exists([key])
}

pub(super) fn passkey(db: &Connection, id: &[u8]) -> Result<Option<(Passkey, Account)>> {
    db.prepare_cached(&format!(
        "SELECT {PASSKEY}, {ACCOUNT} FROM passkey JOIN account ON account.id = passkey.account_id WHERE passkey.id = ?1"
    ))?
    .query_row([id], |row| Ok((passkey_from(row)?, account_from(row, PASSKEY_COLUMNS)?)))
    .optional()
}

/// An account's passkeys, oldest first; those of one moment in the order in which they came.
pub(super) fn passkeys(db: &Connection, account: &[u8]) -> Result<Vec<Passkey>> {
    db.prepare_cached(&format!(
        "SELECT {PASSKEY} FROM passkey WHERE account_id = ?1 ORDER BY created_at, place"
    ))?
    .query_map([account], passkey_from)?
    .collect()
}

/// All accounts as they are at one moment, oldest first.
pub(super) fn accounts(db: &Connection, now: Timestamp) -> Result<Vec<Held>> {
    let moment = db.unchecked_transaction()?;
    let mut accounts = moment.prepare_cached(&format!(
        "SELECT {ACCOUNT}, (SELECT count(*) FROM session WHERE session.account_id = account.id AND session.expires_at > ?1) \
         FROM account ORDER BY account.created_at, account.username_key"
    ))?;
    let accounts = accounts.query_map([now.0], |row| Ok((account_from(row, 0)?, row.get(4)?)))?;
    accounts
        .map(|found| {
            let (account, sessions) = found?;
            let passkeys = passkeys(&moment, account.id.as_bytes())?;
            Ok(Held {
                account,
                passkeys,
                sessions,
            })
        })
        .collect()
}

pub(super) fn session(
    db: &Connection,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Session>> {
    db.prepare_cached(&format!(
        "SELECT {ACCOUNT}, session.since, session.passkey_id FROM session \
         JOIN account ON account.id = session.account_id \
         WHERE session.token_hash = ?1 AND session.expires_at > ?2"
    ))?
    .query_row(params![token_hash.as_slice(), now.0], |row| {
        Ok(Session {
            account: account_from(row, 0)?,
            since: Timestamp(row.get(4)?),
            passkey: row.get::<_, Option<Vec<u8>>>(5)?.map(CredentialId::new),
        })
    })
    .optional()
}

pub(super) fn ceremony_is_finished(db: &Connection, id: CeremonyId, kind: &str) -> Result<bool> {
    db.prepare_cached("SELECT 1 FROM ceremony WHERE id = ?1 AND kind = ?2")?
        .exists(params![id.0.as_slice(), kind])
}

pub(super) fn finished(db: &Connection, id: CeremonyId) -> Result<Option<FinishedCeremony>> {
    db.prepare_cached("SELECT kind, verified, finished_at, report FROM ceremony WHERE id = ?1")?
        .query_row([id.0.as_slice()], |row| {
            Ok(FinishedCeremony {
                kind: row.get(0)?,
                verified: row.get(1)?,
                at: Timestamp(row.get(2)?),
                report: row.get(3)?,
            })
        })
        .optional()
}

pub(super) fn account_named(db: &Connection, key: &str) -> Result<Option<Account>> {
    db.prepare_cached(&format!(
        "SELECT {ACCOUNT} FROM account WHERE username_key = ?1"
    ))?
    .query_row([key], |row| account_from(row, 0))
    .optional()
}

pub(super) fn models_with_pin(db: &Connection, account: &[u8]) -> Result<Vec<Option<Aaguid>>> {
    db.prepare_cached(
        "SELECT passkey.aaguid FROM pin_enrolment LEFT JOIN passkey ON passkey.id = pin_enrolment.credential_id \
         WHERE pin_enrolment.account_id = ?1 AND pin_enrolment.revoked_at IS NULL",
    )?
    .query_map([account], |row| Ok(row.get::<_, Option<[u8; 16]>>(0)?.map(Aaguid)))?
    .collect()
}

pub(super) fn setting(db: &Connection, name: &str) -> Result<Option<String>> {
    db.prepare_cached("SELECT value FROM setting WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}
