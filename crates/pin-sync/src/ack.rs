//! The acknowledgement's code: HMAC-SHA256 under `…/confirm` over `pinVersion ‖ policyVersion ‖
//! failures`, as u64, u64 and u32, big endian.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::Error;
use crate::mac::hmac;
use crate::secret::secret;
use crate::wire::Ack;

secret! {
    /// The key `…/confirm` of an exchange.
    ConfirmKey, 32
}

pub(crate) fn mac(
    key: &ConfirmKey,
    pin_version: u64,
    policy_version: u64,
    failures: u32,
) -> [u8; 32] {
    code(key, pin_version, policy_version, failures)
        .finalize()
        .into_bytes()
        .into()
}

/// In constant time.
pub(crate) fn check(key: &ConfirmKey, ack: &Ack) -> Result<(), Error> {
    code(key, ack.pin_version, ack.policy_version, ack.failures)
        .verify_slice(&ack.mac.0)
        .map_err(|_| Error::AckMac)
}

fn code(key: &ConfirmKey, pin_version: u64, policy_version: u64, failures: u32) -> Hmac<Sha256> {
    hmac(key.as_bytes())
        .chain_update(pin_version.to_be_bytes())
        .chain_update(policy_version.to_be_bytes())
        .chain_update(failures.to_be_bytes())
}
