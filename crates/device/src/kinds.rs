//! The events of this room, beside those of [`authenticator::kinds`]. No body ever holds a PIN or
//! how many digits one has.

/// The device asks: `{device, prompt: {kind, rpId?, purpose?, …}}`; `kind` is `touch`, `setPin`,
/// `enterPin`, `chooseAccount` or `blocked`.
pub const PROMPT_SHOWN: &str = "device.prompt.shown";
/// The person answered, or did not: `{device, kind, answer}`; `answer` is `touched`, `pinEntered`,
/// `chosen` (then with `account`, its name), `wiped`, `declined`, `cancelled` or `timedOut`.
pub const PROMPT_ANSWERED: &str = "device.prompt.answered";
/// A PIN was compared: `{device, matched, triesLeft}`.
pub const PIN_CHECKED: &str = "device.pin.checked";
/// A PIN was set or changed: `{device, changed}`.
pub const PIN_SET: &str = "device.pin.set";
/// A passkey was given a label: `{device, credentialId, label}`.
pub const PASSKEY_RENAMED: &str = "device.passkey.renamed";
/// A passkey was deleted on the device: `{device, rpId, credentialId}`.
pub const PASSKEY_DELETED: &str = "device.passkey.deleted";
/// Everything on the device was erased by its owner: `{device}`.
pub use authenticator::kinds::RESET;
pub use authenticator::kinds::{FAILED, PASSKEY_CREATED, PASSKEY_USED};
