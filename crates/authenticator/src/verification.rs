//! User verification, and which credentials it is good for.

use ctap::Status;
use serde_json::json;
use timeline::{Draft, Party};
use webauthn::uvm::Entry;

use crate::ended::Ended;
use crate::env::{Ask, Env, User as _};
use crate::kinds;

/// How a user was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// By the device's own PIN.
    DevicePin,
    /// By a PIN that a relying party keeps and the device has a copy of.
    SyncedPin,
    /// By a fingerprint.
    Fingerprint,
    /// By a PIN of the authenticator's own that the client asked for.
    ClientPin,
}

impl Method {
    /// `devicePin`, `syncedPin`, `fingerprint` or `clientPin`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DevicePin => "devicePin",
            Self::SyncedPin => "syncedPin",
            Self::Fingerprint => "fingerprint",
            Self::ClientPin => "clientPin",
        }
    }

    /// Its USER_VERIFY constant (FIDO Registry of Predefined Values §3.1). A synced PIN is
    /// PASSCODE_EXTERNAL: its secret is made and kept outside the authenticator. So is a client PIN,
    /// which is entered outside.
    #[must_use]
    pub fn registry_value(self) -> u32 {
        match self {
            Self::Fingerprint => Entry::FINGERPRINT_INTERNAL,
            Self::DevicePin => Entry::PASSCODE_INTERNAL,
            Self::SyncedPin | Self::ClientPin => Entry::PASSCODE_EXTERNAL,
        }
    }
}

/// A user verification that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How.
    pub by: Method,
    /// The relying parties for whose credentials it counts; none: for all.
    pub rps: Option<Vec<String>>,
}

impl Verified {
    /// One that counts for the credentials of every relying party.
    #[must_use]
    pub fn everywhere(by: Method) -> Self {
        Self { by, rps: None }
    }

    /// Whether it counts for a credential of `rp_id`.
    #[must_use]
    pub fn counts_for(&self, rp_id: &str) -> bool {
        self.rps
            .as_ref()
            .is_none_or(|rps| rps.iter().any(|it| it == rp_id))
    }
}

/// Verifies the user for a credential of `rp_id`. A verification that does not count for it ends the
/// command like one that failed, with CTAP2_ERR_OPERATION_DENIED (CTAP 2.3 §6.1.2 step 11.2 and
/// §6.2.2 step 6.2, for an authenticator without clientPin).
pub(crate) async fn verify<E: Env>(
    env: &mut E,
    ask: Ask<'_>,
    rp_id: &str,
) -> Result<Method, Ended> {
    let verified = env.user().verify(ask).await?;
    let now = env.clock().now();
    let tell = |kind, body| {
        env.emit()
            .emit(Draft::new(Party::Device, kind).at(now).body(body))
    };
    if verified.counts_for(rp_id) {
        tell(
            kinds::VERIFICATION_DONE,
            json!({ "method": verified.by.name(), "rpIds": verified.rps }),
        );
        return Ok(verified.by);
    }
    let matched = verified.rps.unwrap_or_default().join(", ");
    let message = format!(
        "What was entered verifies its user to {matched}, and the passkey is of {rp_id}. Start again with what {rp_id} knows."
    );
    tell(
        kinds::VERIFICATION_IMPOSSIBLE,
        json!({
            "rpId": rp_id,
            "method": verified.by.name(),
            "reason": "otherRelyingParty",
            "message": message,
        }),
    );
    Err(Status::OperationDenied.into())
}
