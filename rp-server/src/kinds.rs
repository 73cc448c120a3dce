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
/// Another policy is in force: `{version, changes: [{member, from, to}]}`; the cause is the request,
/// or none when its file changed on disk.
pub const POLICY_CHANGED: &str = "rp.policy.changed";
/// The policy's file cannot be used, and the last good policy stays in force: `{message}`, which
/// begins with file, line and column.
pub const POLICY_REFUSED: &str = "rp.policy.refused";
/// What the policy made of the way in which somebody was verified: `{account, purpose:
/// registration | signIn | reset | enrolment, rule, outcome: passed | failed | notApplicable, methods, message}`; `methods` are those
/// that the authenticator signed with the extension `uvm`. The cause is the request.
pub const FACTOR_JUDGED: &str = "rp.factor.judged";
/// A workstation asks for a code of a phone: `{account, workstation, session, phones}`.
pub const LOGON_BEGUN: &str = "rp.logon.begun";
/// The code was right: `{account, workstation, session, enrolmentId}`.
pub const LOGON_FINISHED: &str = "rp.logon.finished";
/// It was not, or cannot be: `{account, workstation, session, reason}`.
pub const LOGON_REFUSED: &str = "rp.logon.refused";
/// Somebody is invited to enrol a phone: `{account, offer}`; never the code.
pub const PIN_OFFERED: &str = "rp.pin.offered";
/// A phone took the invitation: `{account, enrolmentId, deviceName, digits}`.
pub const PIN_CLAIMED: &str = "rp.pin.claimed";
/// The person confirmed it: `{account, enrolmentId, credentialId?}`; without one by the digits.
pub const PIN_CONFIRMED: &str = "rp.pin.confirmed";
/// The phone is enrolled: `{account, enrolmentId, credentialId?}`.
pub const PIN_ENROLLED: &str = "rp.pin.enrolled";
/// An enrolment ended: `{account, enrolmentId, by: person | administrator | enrolledAnew}`.
pub const PIN_REVOKED: &str = "rp.pin.revoked";
/// A phone's request was judged: `{account?, enrolmentId?, purpose, verified, steps, failedAt?}`;
/// purpose is that of the exchange, or `acknowledgement`, `steps` are in the form of crate
/// `verify`'s reports, `failedAt` is the failed step's stable name. The cause is the request.
pub const PIN_JUDGED: &str = "rp.pin.judged";
/// A PIN was looked at online: `{account, enrolmentId, matched, attemptsLeft, locked}`.
pub const PIN_CHECKED: &str = "rp.pin.checked";
/// A PIN was set, or changed: `{account, pinVersion, changed}`.
pub const PIN_SET: &str = "rp.pin.set";
/// A phone acknowledged a synchronization: `{account, enrolmentId, pinVersion, policyVersion,
/// failures}`.
pub const PIN_ACKNOWLEDGED: &str = "rp.pin.acknowledged";
/// A PIN is locked from now on: `{account, why}`.
pub const PIN_LOCKED: &str = "rp.pin.locked";
/// A PIN was reset: `{account, by: app | selfService | administrator}`.
pub const PIN_RESET: &str = "rp.pin.reset";
/// The open streams of an account were told that there is news: `{account, enrolmentIds, pinVersion,
/// policyVersion}`; nothing is told where none is open.
pub const PIN_PUSHED: &str = "rp.pin.pushed";
/// A phone's stream: `{enrolmentId, state: opened | closed}`.
pub const PIN_STREAMS: &str = "rp.pin.streams";
