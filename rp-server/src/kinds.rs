//! The kinds of event this room emits, and what their bodies hold.

/// A request to the API: `{method, path, body}`, as it arrived; `raw` is the request's body. Cookies
/// are left out. Deliberate when the network changed it or delivered it a second time.
pub const REQUEST: &str = "rp.request";
/// Its answer: `{status, body, durationMicros}`, as it was given; the cause is the request. Cookies
/// are left out. Deliberate when the visitor gets another answer, or none.
pub const RESPONSE: &str = "rp.response";
/// A ladder: the report of crate `verify`; the cause is the request.
pub const VERIFICATION: &str = "rp.verification";
/// A new account: `{account, id}`; the cause is the request.
pub const ACCOUNT_CREATED: &str = "rp.account.created";
/// Somebody is signed in: `{account, session}`, the session by 8 characters of its token's hash.
pub const SESSION_BOUND: &str = "rp.session.bound";
/// Somebody signed out: `{session}`.
pub const SESSION_ENDED: &str = "rp.session.ended";
