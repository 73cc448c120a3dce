//! The uvm extension (WebAuthn L2 §10.3): how the user was verified, as the authenticator signs it.

use webauthn::authenticator_data::Flags;
use webauthn::cbor::Value;

use crate::Method;

/// Its identifier, in getInfo too.
pub(crate) const ID: &str = "uvm";

/// USER_VERIFY_PRESENCE_INTERNAL: nothing but a touch (FIDO Registry of Predefined Values §3.1).
const PRESENCE: u32 = 0x0001;
/// USER_VERIFY_NONE: not even that.
const NONE: u32 = 0x0200;
/// KEY_PROTECTION_SOFTWARE (§3.2).
const KEY_PROTECTION: u32 = 0x0001;
/// MATCHER_PROTECTION_SOFTWARE (§3.3).
const MATCHER_PROTECTION: u32 = 0x0001;

/// The extension outputs when the inputs ask for them with `true`; none otherwise.
pub(crate) fn outputs(
    inputs: Option<&Value<'_>>,
    flags: Flags,
    verified: Option<Method>,
) -> Option<Value<'static>> {
    let asked = inputs.and_then(|it| it.get_text(ID)).map(Value::as_bool);
    if asked != Some(Some(true)) {
        return None;
    }
    let method = match verified {
        Some(method) => method.registry_value(),
        None if flags.has(Flags::UP) => PRESENCE,
        None => NONE,
    };
    let entry = [method, KEY_PROTECTION, MATCHER_PROTECTION].map(|it| Value::from(u64::from(it)));
    let entries = vec![Value::from(entry.to_vec())];
    Some(Value::map([(ID, Value::from(entries))]))
}
