//! The kinds of event this room emits; all have the party `client`.

/// A page called `create()`. Body: `origin`, `options`.
pub const CREATE_CALLED: &str = "client.create.called";
/// A page called `get()`. Body: `origin`, `options`.
pub const GET_CALLED: &str = "client.get.called";
/// A CTAP command left. Raw: the request. Body: `command`, `code`, `request` (decoded).
pub const COMMAND_SENT: &str = "client.command.sent";
/// A CTAP command was answered. Cause: its `sent`. Raw: the response. Body: `command`, `status`,
/// `code`, `response` (decoded), `authenticatorData` (decoded, where there is some),
/// `durationMicros`.
pub const COMMAND_ANSWERED: &str = "client.command.answered";
/// The user chose an account in the client. Body: `user` (`id`, `name`, `displayName`).
pub const ACCOUNT_CHOSEN: &str = "client.account.chosen";
/// A key's PIN is asked for. Body: `purpose` (`enter`, `set`, `change`), `retries` (tries left, where
/// the key says), `wrong` (the last one was), `last` (a wrong one now blocks or bars the key).
pub const KEY_PIN_ASKED: &str = "client.key-pin.asked";
/// The question was answered. Cause: its `asked`. Body: `outcome` (`entered`, `declined`).
pub const KEY_PIN_ANSWERED: &str = "client.key-pin.answered";
/// `create()` returned. Body: `credential` (RegistrationResponseJSON).
pub const CREATE_RETURNED: &str = "client.create.returned";
/// `get()` returned. Body: `credential` (AuthenticationResponseJSON).
pub const GET_RETURNED: &str = "client.get.returned";
/// A call failed. Body: `name` (of the DOMException), `code`, `message`.
pub const FAILED: &str = "client.failed";
/// A report left for a key. Cause: the `client.command.sent` it belongs to, or whatever opened the
/// channel. Raw: the 64 bytes. Body: `key`, `channel` (eight hexadecimal digits), `command` and
/// `length` (of the whole message, in bytes) or `sequence`; `keepalivesBefore` (how many keepalives
/// came since the report before that say nothing new, where there were some).
pub const HID_SENT: &str = "client.hid.sent";
/// A report came from a key. Cause, raw and body as of `client.hid.sent`; besides `status`
/// (`processing`, `upNeeded`) of a keepalive, of which only the first of several equal ones is told;
/// `error` (the reason) of an error; `foreign` (true) of what is not for this client's channel.
pub const HID_RECEIVED: &str = "client.hid.received";
