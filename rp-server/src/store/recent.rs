//! Passkeys that were used lately, so that a sign-in need not read the database.
//!
//! An entry may be older than its row, never newer. That is safe: a verdict names the version it
//! was judged on, and the writer refuses one that is no longer the row's.

use std::collections::HashMap;

use timeline::Timestamp;
use webauthn::id::CredentialId;

use super::{Account, Passkey, SignIn};

/// Entries that are kept; when one more comes, all are forgotten.
const CAPACITY: usize = 1_000;

/// The table of passkeys used lately.
#[derive(Debug, Default)]
pub(super) struct Recent(HashMap<CredentialId, (Passkey, Account)>);

impl Recent {
    pub(super) fn get(&self, id: &CredentialId) -> Option<(Passkey, Account)> {
        self.0.get(id).cloned()
    }

    /// Keeps what was read, unless something newer is there.
    pub(super) fn keep(&mut self, passkey: Passkey, account: Account) {
        if self.0.len() >= CAPACITY {
            self.0.clear();
        }
        let known = self.0.get(&passkey.id).map(|(known, _)| known.version);
        if known.is_none_or(|version| version < passkey.version) {
            self.0.insert(passkey.id.clone(), (passkey, account));
        }
    }

    /// Follows a sign-in that was written.
    pub(super) fn follow(&mut self, sign_in: &SignedRow) {
        if let Some((passkey, _)) = self.0.get_mut(&sign_in.passkey)
            && passkey.version == sign_in.judged_version
        {
            passkey.sign_count = sign_in.sign_count;
            passkey.backed_up = sign_in.backed_up;
            passkey.uv_initialized = sign_in.uv_initialized;
            passkey.last_used_at = Some(sign_in.at);
            passkey.version += 1;
        }
    }

    pub(super) fn forget(&mut self, id: &CredentialId) {
        self.0.remove(id);
    }
}

/// What a sign-in writes to its passkey's row.
pub(super) struct SignedRow {
    pub(super) passkey: CredentialId,
    judged_version: i64,
    sign_count: u32,
    backed_up: bool,
    uv_initialized: bool,
    at: Timestamp,
}

impl From<&SignIn> for SignedRow {
    fn from(sign_in: &SignIn) -> Self {
        Self {
            passkey: sign_in.passkey.clone(),
            judged_version: sign_in.judged_version,
            sign_count: sign_in.sign_count,
            backed_up: sign_in.backed_up,
            uv_initialized: sign_in.uv_initialized,
            at: sign_in.finish.at,
        }
    }
}
