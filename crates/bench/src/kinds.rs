//! The kinds of event this room emits; all have the party `bench`.

/// The bench was started. Body: `version`.
pub const STARTED: &str = "bench.started";
/// A device was added. Body: `device`, `name`, `profile`.
pub const DEVICE_ADDED: &str = "bench.device.added";
/// A device was given another name. Body: `device`, `name`.
pub const DEVICE_RENAMED: &str = "bench.device.renamed";
/// Another device, or key, answers from now on. Body: `device` (none for a key that is no software
/// device), `key` (where it is one that is plugged in), `name`.
pub const DEVICE_PICKED: &str = "bench.device.picked";
/// A device was removed with all it held. Body: `device`, `name`.
pub const DEVICE_REMOVED: &str = "bench.device.removed";
/// A key was plugged in that is no software device, or is there from the start. Body: `key`, `name`,
/// `bus`, `path`.
pub const KEY_PLUGGED: &str = "bench.key.plugged";
/// Such a key was unplugged. Body: `key`, `name`, `bus`, `path`.
pub const KEY_UNPLUGGED: &str = "bench.key.unplugged";
/// A key showed which one it is. Body: `key`, `name`.
pub const KEY_WINKED: &str = "bench.key.winked";
/// A page's call reached no device. Body: `origin`, `options`, `code`, `message`.
pub const CALL_REFUSED: &str = "bench.call.refused";
/// A device lost its power and got it back. Body: `device`, `name`.
pub const DEVICE_POWER_CYCLED: &str = "bench.device.powerCycled";
/// The passkeys of a device were copied to another, keys and counters and all; deliberate. Body:
/// `from`, `to`, `passkeys` (how many).
pub const DEVICE_CLONED: &str = "bench.device.cloned";
/// Clocks are being moved; deliberate, unless they are put right. Body: `parties`, `motion`
/// (`{kind, …}`), `now` (an object: each party's name with what its clock will show).
pub const CLOCK_MOVED: &str = "bench.clock.moved";
/// The network between pages and the relying party changed; deliberate, unless it is good again.
/// Cause: the request whose answer was the last to get lost, when it is good again by itself. Body: `state` (`{kind, …}`).
pub const NETWORK_SET: &str = "bench.network.set";
/// The network lost a message; deliberate. Cause: the message, where it got that far. Body:
/// `message`, `direction`, `state` (of the network), `rpId` (of a further relying party), `device`
/// (whose message it is).
pub const NETWORK_LOST: &str = "bench.network.lost";
/// What lies between a device and relying parties changed; deliberate, unless it is good again.
/// Cause: the request whose answer was the last to get lost, when it is good again by itself. Body:
/// `device`, `state` (`{kind, …}`).
pub const DEVICE_NETWORK_SET: &str = "bench.deviceNetwork.set";
/// A relying party was added. Body: `rpId`, `name`, `origin`.
pub const RELYING_PARTY_ADDED: &str = "bench.relyingParty.added";
/// A relying party was removed, its data set aside. Body: `rpId`, `name`.
pub const RELYING_PARTY_REMOVED: &str = "bench.relyingParty.removed";
/// Somebody in between puts a push on a phone's stream that its relying party did not sign;
/// deliberate. Body: `device`, `enrolmentId`.
pub const PUSH_FORGED: &str = "bench.push.forged";
/// What a device's two stores hold was copied, to be put back later; deliberate. Body: `device`.
pub const STORES_KEPT: &str = "bench.stores.kept";
/// What a device's stores held when they were kept was put back; deliberate. Body: `device`,
/// `which`: `vault`, `keyring` or `both`.
pub const STORES_RESTORED: &str = "bench.stores.restored";
/// The enrolments of a device were copied to another, keys and counters and all; deliberate. Body:
/// `from`, `to`, `enrolments` (how many).
pub const ENROLMENTS_COPIED: &str = "bench.enrolments.copied";
/// The relying party is started again: what it has under way is forgotten. Body: `rpId`, of a
/// further one.
pub const RELYING_PARTY_RESTARTED: &str = "bench.relyingParty.restarted";
/// A fault was armed; deliberate. Body: `id`, `fault`.
pub const FAULT_ARMED: &str = "bench.fault.armed";
/// A fault happened to a message; deliberate. Cause: the message, where it has an event already.
/// Body: `id`, `message`, `direction`, `effect` (its kind), `field`, `before` and `after` (of that
/// field, where it was changed), `left`.
pub const FAULT_APPLIED: &str = "bench.fault.applied";
/// The message came and the fault could not be applied; it stays armed; deliberate. Body: `id`,
/// `message`, `direction`, `effect` (its kind), `field`, `reason` (a sentence).
pub const FAULT_MISSED: &str = "bench.fault.missed";
/// A fault no longer waits. Body: `id`, `message`, `direction`, `effect` (its kind), `why`: `spent`
/// or `disarmed`.
pub const FAULT_DISARMED: &str = "bench.fault.disarmed";

/// Every kind of event that a bench's rooms emit.
pub const EVERY: &[&str] = &[
    client::kinds::CREATE_CALLED,
    client::kinds::GET_CALLED,
    client::kinds::COMMAND_SENT,
    client::kinds::COMMAND_ANSWERED,
    client::kinds::KEY_PIN_ASKED,
    client::kinds::KEY_PIN_ANSWERED,
    client::kinds::HID_SENT,
    client::kinds::HID_RECEIVED,
    client::kinds::ACCOUNT_CHOSEN,
    client::kinds::CREATE_RETURNED,
    client::kinds::GET_RETURNED,
    client::kinds::FAILED,
    device::kinds::PLUGGED,
    device::kinds::UNPLUGGED,
    device::kinds::WINKED,
    device::kinds::PROMPT_SHOWN,
    device::kinds::PROMPT_ANSWERED,
    device::kinds::PIN_CHECKED,
    device::kinds::PIN_SET,
    device::kinds::FINGERPRINT_CHECKED,
    device::kinds::VERIFICATION_DONE,
    device::kinds::VERIFICATION_IMPOSSIBLE,
    device::kinds::SETTINGS_CHANGED,
    device::kinds::APP_LOCKED,
    device::kinds::APP_UNLOCKED,
    device::kinds::ENROLMENT_CLAIMED,
    device::kinds::ENROLMENT_MADE,
    device::kinds::ENROLMENT_FORGOTTEN,
    device::kinds::PIN_EXCHANGE,
    device::kinds::PIN_SYNCED,
    device::kinds::PIN_ACKNOWLEDGED,
    device::kinds::PIN_ANSWERED,
    device::kinds::PIN_REFUSED,
    device::kinds::PIN_UNREACHABLE,
    device::kinds::PIN_STATE,
    device::kinds::PIN_OFFLINE,
    device::kinds::PIN_PUSH,
    device::kinds::PIN_STREAM,
    device::kinds::LOGON_ANSWERED,
    device::kinds::LOGON_REFUSED,
    device::kinds::PASSKEY_RENAMED,
    device::kinds::PASSKEY_DELETED,
    device::kinds::PASSKEY_CREATED,
    device::kinds::PASSKEY_USED,
    device::kinds::RESET,
    device::kinds::FAILED,
    rp_server::kinds::REQUEST,
    rp_server::kinds::RESPONSE,
    rp_server::kinds::VERIFICATION,
    rp_server::kinds::ACCOUNT_CREATED,
    rp_server::kinds::SESSION_BOUND,
    rp_server::kinds::SESSION_ENDED,
    rp_server::kinds::PIN_OFFERED,
    rp_server::kinds::PIN_CLAIMED,
    rp_server::kinds::PIN_CONFIRMED,
    rp_server::kinds::PIN_ENROLLED,
    rp_server::kinds::PIN_REVOKED,
    rp_server::kinds::PIN_JUDGED,
    rp_server::kinds::PIN_CHECKED,
    rp_server::kinds::PIN_SET,
    rp_server::kinds::PIN_ACKNOWLEDGED,
    rp_server::kinds::PIN_LOCKED,
    rp_server::kinds::PIN_RESET,
    rp_server::kinds::PIN_PUSHED,
    rp_server::kinds::PIN_STREAMS,
    rp_server::kinds::POLICY_CHANGED,
    rp_server::kinds::POLICY_REFUSED,
    rp_server::kinds::FACTOR_JUDGED,
    rp_server::kinds::LOGON_BEGUN,
    rp_server::kinds::LOGON_FINISHED,
    rp_server::kinds::LOGON_REFUSED,
    STARTED,
    DEVICE_ADDED,
    DEVICE_RENAMED,
    DEVICE_PICKED,
    DEVICE_REMOVED,
    KEY_PLUGGED,
    KEY_UNPLUGGED,
    KEY_WINKED,
    CALL_REFUSED,
    DEVICE_POWER_CYCLED,
    DEVICE_CLONED,
    CLOCK_MOVED,
    NETWORK_SET,
    NETWORK_LOST,
    DEVICE_NETWORK_SET,
    RELYING_PARTY_ADDED,
    RELYING_PARTY_REMOVED,
    PUSH_FORGED,
    STORES_KEPT,
    STORES_RESTORED,
    ENROLMENTS_COPIED,
    RELYING_PARTY_RESTARTED,
    FAULT_ARMED,
    FAULT_APPLIED,
    FAULT_MISSED,
    FAULT_DISARMED,
];
