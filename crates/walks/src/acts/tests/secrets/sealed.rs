//! What the relying parties of a kept run have sealed of PINs, opened: their hashes and `Kr`.

use std::{fs, path::Path};

use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce, aead::AeadInOut as _};
use rusqlite::{Connection, OpenFlags};

use super::{Written, kept};

/// Iterations and salt stand before a PIN's hash.
const BEFORE_HASH: usize = 4 + 16;

/// All of them, and every administrator's token.
pub(super) fn secrets_in(folder: &Path) -> Written {
    let mut secrets = Written::new();
    for file in kept(folder) {
        if file.ends_with("seal.key") {
            let key = fs::read(&file).expect("readable");
            let database = file.with_file_name("relying-party.sqlite");
            open_all(&key, &database, &mut secrets);
        }
        if file.ends_with("admin-token") {
            let token = fs::read_to_string(&file).expect("text");
            let token = token.trim().as_bytes().to_vec();
            secrets.push(("an administrator's token".to_owned(), token));
        }
    }
    secrets
}

fn open_all(key: &[u8], database: &Path, secrets: &mut Written) {
    let cipher = Aes256Gcm::new_from_slice(key).expect("32 bytes");
    let sql = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let sql = sql.expect("a database");
    let of_accounts = "SELECT account_id, pin_version, sealed FROM pin_account \
        WHERE sealed IS NOT NULL";
    let mut rows = sql.prepare(of_accounts).expect("the table");
    let mut rows = rows.query([]).expect("rows");
    while let Some(row) = rows.next().expect("a row") {
        let account: Vec<u8> = row.get(0).expect("bytes");
        let version: i64 = row.get(1).expect("a number");
        let sealed: Vec<u8> = row.get(2).expect("bytes");
        let plain = open(&cipher, "pin", &account, &version.to_be_bytes(), &sealed);
        let hash = plain[BEFORE_HASH..].to_vec();
        assert_eq!(hash.len(), 32, "a PIN's hash");
        secrets.push(("a PIN's hash".to_owned(), hash));
    }
    for column in ["response_key", "next_key"] {
        let of_phones = format!(
            "SELECT account_id, id, {column} FROM pin_enrolment WHERE {column} IS NOT NULL"
        );
        let mut rows = sql.prepare(&of_phones).expect("the table");
        let mut rows = rows.query([]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            let account: Vec<u8> = row.get(0).expect("bytes");
            let phone: String = row.get(1).expect("text");
            let sealed: Vec<u8> = row.get(2).expect("bytes");
            let kr = open(&cipher, "responseKey", &account, phone.as_bytes(), &sealed);
            assert_eq!(kr.len(), 32, "Kr");
            secrets.push(("Kr".to_owned(), kr));
        }
    }
}

/// The nonce comes first; what a value is, and whose, is its associated data.
fn open(cipher: &Aes256Gcm, what: &str, account: &[u8], which: &[u8], sealed: &[u8]) -> Vec<u8> {
    let (nonce, ciphertext) = sealed.split_first_chunk().expect("a nonce");
    let mut data = Vec::new();
    for part in [b"touchstone-rp-seal-v1", what.as_bytes(), account, which] {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part);
    }
    let mut plain = ciphertext.to_vec();
    let opened = cipher.decrypt_in_place(&Nonce::from(*nonce), &data, &mut plain);
    opened.expect("sealed by this relying party");
    plain
}
