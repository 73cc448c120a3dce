//! The uvm extension (WebAuthn L2 §10.3): how the user was verified, as the authenticator signs it.

use webauthn::authenticator_data::Flags;
use webauthn::cbor::Value;
use webauthn::uvm::{Entry, UVM};

use crate::Method;

/// USER_VERIFY_PRESENCE_INTERNAL: nothing but a touch (FIDO Registry of Predefined Values §3.1).
const PRESENCE: u32 = 0x0001;
/// USER_VERIFY_NONE: not even that.
const NONE: u32 = 0x0200;

/// The extension outputs when the inputs ask for them with `true`; none otherwise.
pub(crate) fn outputs(
    inputs: Option<&Value<'_>>,
    flags: Flags,
    verified: Option<Method>,
) -> Option<Value<'static>> {
    let asked = inputs.and_then(|it| it.get_text(UVM)?.as_bool());
    if asked != Some(true) {
        return None;
    }
    let entry = Entry {
        method: match verified {
            Some(method) => method.registry_value(),
            None if flags.has(Flags::UP) => PRESENCE,
            None => NONE,
        },
        key_protection: Entry::KEY_PROTECTION_SOFTWARE,
        matcher_protection: Entry::MATCHER_PROTECTION_SOFTWARE,
    };
    Some(Value::map([(UVM, Entry::output(&[entry]))]))
}
