//! What is asked of a key.

use ctap::{Command as Ctap, client_pin::Subcommand, hid::Command};
use timeline::Seq;
use tokio_util::sync::CancellationToken;

/// One message to the key, and how to stop waiting for its answer.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub command: Command,
    pub payload: Vec<u8>,
    /// The event it comes from.
    pub cause: Option<Seq>,
    /// The caller wants it to end; its answer is still waited for.
    pub cancel: CancellationToken,
    /// Nobody waits any more.
    pub abandoned: CancellationToken,
}

impl Order {
    /// Whether its answer may take until the user touches the key. authenticatorGetInfo and
    /// authenticatorGetNextAssertion never may, nor may what authenticatorClientPIN is merely asked,
    /// nor anything but CBOR.
    pub fn takes_touch(&self) -> bool {
        const GET_INFO: u8 = 0x04;
        const CLIENT_PIN: u8 = 0x06;
        const GET_NEXT_ASSERTION: u8 = 0x08;
        match self.payload.first() {
            _ if self.command != Command::Cbor => false,
            Some(&(GET_INFO | GET_NEXT_ASSERTION)) => false,
            Some(&CLIENT_PIN) => !asks_only(&self.payload),
            _ => true,
        }
    }
}

/// Whether an authenticatorClientPIN reads tries or the key's half of a secret, and does nothing
/// (CTAP 2.3 §6.5.5.2 to §6.5.5.4).
fn asks_only(command: &[u8]) -> bool {
    use Subcommand::{GetKeyAgreement, GetPinRetries, GetUvRetries};
    matches!(
        Ctap::decode(command),
        Ok(Ctap::ClientPin(request))
            if matches!(request.subcommand, GetPinRetries | GetKeyAgreement | GetUvRetries)
    )
}
