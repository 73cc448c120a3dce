//! The log of transitions, from the core's side.

use webauthn::id::UserHandle;

use super::AuditEntry;
use crate::{Refusal, RelyingParty};

/// Lines in one answer.
const MOST: u32 = 500;

impl RelyingParty {
    /// Logged transitions after the one with that number, oldest first, at most 500.
    pub(crate) async fn audit_list(
        &self,
        after: i64,
        account: Option<&UserHandle>,
    ) -> Result<Vec<AuditEntry>, Refusal> {
        Ok(self.store.audit_list(after, account, MOST).await?)
    }
}
