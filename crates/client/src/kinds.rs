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
/// `create()` returned. Body: `credential` (RegistrationResponseJSON).
pub const CREATE_RETURNED: &str = "client.create.returned";
/// `get()` returned. Body: `credential` (AuthenticationResponseJSON).
pub const GET_RETURNED: &str = "client.get.returned";
/// A call failed. Body: `name` (of the DOMException), `code`, `message`.
pub const FAILED: &str = "client.failed";
