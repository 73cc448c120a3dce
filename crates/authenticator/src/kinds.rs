//! The events of this room; binary members are unpadded base64url.

/// A credential was made: `{rpId, userName, credentialId, discoverable}`.
pub const PASSKEY_CREATED: &str = "device.passkey.created";
/// A credential signed: `{rpId, credentialId, signCount}`.
pub const PASSKEY_USED: &str = "device.passkey.used";
/// Everything on the device was erased: `{}`.
pub const RESET: &str = "device.reset";
/// Something under the authenticator broke, storage or randomness: `{message}`.
pub const FAILED: &str = "device.failed";
