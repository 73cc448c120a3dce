//! The events of this room; binary members are unpadded base64url.

/// A credential was made: `{rpId, userName, credentialId, discoverable}`.
pub const PASSKEY_CREATED: &str = "device.passkey.created";
/// A credential signed: `{rpId, credentialId, signCount}`.
pub const PASSKEY_USED: &str = "device.passkey.used";
/// The user was verified, which counts for the credentials of `rpIds` (null: of every relying
/// party): `{method, rpIds}`; `method` is `devicePin`, `syncedPin`, `fingerprint` or
/// `clientPin`.
pub const VERIFICATION_DONE: &str = "device.verification.done";
/// A PIN was compared: `{matched, triesLeft}`; that of a key, which the client asked for, with
/// `needsPowerCycle`.
pub const PIN_CHECKED: &str = "device.pin.checked";
/// A PIN was set or changed: `{changed}`.
pub const PIN_SET: &str = "device.pin.set";
/// The user was not verified, so that nothing is signed: `{rpId, method, reason, message}`; `reason`
/// is `otherRelyingParty` (what was entered counts for other relying parties), or what the device
/// says.
pub const VERIFICATION_IMPOSSIBLE: &str = "device.verification.impossible";
/// Everything on the device was erased: `{}`.
pub const RESET: &str = "device.reset";
/// Something under the authenticator broke, storage or randomness: `{message}`.
pub const FAILED: &str = "device.failed";
