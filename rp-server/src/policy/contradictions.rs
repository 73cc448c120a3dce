//! Policies that cannot be meant, although each of their members may be.

use super::{LEAST_ITERATIONS, Policy};

/// The first contradiction: the member it is shown at, and a sentence or two.
pub(super) fn contradiction(policy: &Policy) -> Option<(&'static str, String)> {
    let Policy { passkeys, pin, .. } = policy;
    if pin.min_length > pin.max_length {
        return Some((
            "pin.min-length",
            format!(
                "A PIN would need at least {} characters but could have {} at most. Lower min-length or raise max-length.",
                pin.min_length, pin.max_length
            ),
        ));
    }
    if pin.iterations < LEAST_ITERATIONS && !pin.test_iterations {
        return Some((
            "pin.iterations",
            format!(
                "{} iterations make a PIN too easy to guess from its hash. Use at least 600000, or say test-iterations = true where nothing but tests run.",
                pin.iterations
            ),
        ));
    }
    if passkeys.required && !passkeys.biometrics && !policy.allows_offline_pin() {
        return Some((
            "passkeys.required",
            "Passkeys are required, but with neither biometrics nor PIN synchronization nobody could verify themselves before one is used. Allow biometrics, or let PINs be used offline: enabled, offline, and a validity above 0.".to_owned(),
        ));
    }
    None
}
