//! The log of transitions, from the core's side.

use serde_json::Value;
use webauthn::id::UserHandle;

use super::{AuditEntry, Transition};
use crate::{Refusal, RelyingParty};

/// Lines in one answer.
const MOST: u32 = 500;

impl RelyingParty {
    /// Logs something that changed no PIN; the same again within the hour is counted in its line.
    pub(crate) async fn note(
        &self,
        account: Option<&UserHandle>,
        (who, what): (&'static str, &'static str),
        detail: Value,
    ) -> Result<(), Refusal> {
        let log = Transition {
            account: account.cloned(),
            who,
            what,
            detail,
        };
        Ok(self.store.log_or_count(log, self.now()).await?)
    }

    /// Logged transitions after the one with that number, oldest first, at most 500.
    pub(crate) async fn audit_list(
        &self,
        after: i64,
        account: Option<&UserHandle>,
    ) -> Result<Vec<AuditEntry>, Refusal> {
        Ok(self.store.audit_list(after, account, MOST).await?)
    }
}
