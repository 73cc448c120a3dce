//! What the relying party holds, to look at from outside: no token, no hash, no key.

use serde::Serialize;

use crate::{PasskeyOverview, store};

/// All accounts, oldest first, and the ceremonies under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// The accounts, oldest first.
    pub accounts: Vec<AccountOverview>,
    /// Ceremonies that were begun and can still be finished.
    pub open_ceremonies: u32,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountOverview {
    /// The user handle, base64url.
    pub id: String,
    /// The name the account is known by.
    pub username: String,
    /// The name people see.
    pub display_name: String,
    /// Its passkeys, oldest first.
    pub passkeys: Vec<PasskeyOverview>,
    /// Sessions whose time is not over.
    pub sessions: u32,
}

impl AccountOverview {
    pub(crate) fn new(
        account: store::Account,
        passkeys: Vec<store::Passkey>,
        sessions: u32,
    ) -> Self {
        Self {
            id: account.id.to_string(),
            username: account.username,
            display_name: account.display_name,
            passkeys: passkeys.into_iter().map(Into::into).collect(),
            sessions,
        }
    }
}
