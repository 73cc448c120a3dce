//! The events of this room, beside those of [`authenticator::kinds`]. No body ever holds a PIN or
//! how many digits one has.

/// The device asks: `{device, prompt: {kind, rpId?, purpose?, …}}`; `kind` is `touch`, `setPin`,
/// `enterPin`, `chooseAccount`, `blocked`, `fingerprint` or `unverifiable` (then with `message`). What
/// asks for a PIN has `pinOf`, the names of the relying parties whose PINs will do.
pub const PROMPT_SHOWN: &str = "device.prompt.shown";
/// The person answered, or did not: `{device, kind, answer}`; `answer` is `touched`, `pinEntered`,
/// `chosen` (then with `account`, its name), `wiped`, `fingerLaid`, `pinInstead`, `closed`,
/// `declined`, `cancelled` or `timedOut`.
pub const PROMPT_ANSWERED: &str = "device.prompt.answered";
/// A PIN was compared: `{device, matched, triesLeft}`; that of a key, which the client asked for, with
/// `needsPowerCycle`.
pub use authenticator::kinds::PIN_CHECKED;
/// A PIN was set or changed: `{device, changed}`.
pub use authenticator::kinds::PIN_SET;
/// The fingerprint reader compared a finger: `{device, matched, triesLeft, locked}`.
pub const FINGERPRINT_CHECKED: &str = "device.fingerprint.checked";
/// The owner changed what the device does: `{device, settings: {verification, fingerprint,
/// anyEnrolment, appLock}}`.
pub const SETTINGS_CHANGED: &str = "device.settings.changed";
/// The PIN app waits for a PIN: `{device, by}`; `by` is `owner`, `powerUp`, `powerCycle` or
/// `settings`.
pub const APP_LOCKED: &str = "device.app.locked";
/// The PIN app opened: `{device, by}`; `by` is `syncedPin`, `onlinePin` or `noEnrolment` (there is no
/// PIN to ask for).
pub const APP_UNLOCKED: &str = "device.app.unlocked";
/// A passkey was given a label: `{device, credentialId, label}`.
pub const PASSKEY_RENAMED: &str = "device.passkey.renamed";
/// A passkey was deleted on the device: `{device, rpId, credentialId}`.
pub const PASSKEY_DELETED: &str = "device.passkey.deleted";
/// The device can be reached as a key outside the program: `{device, way, key}`; `way` is `hid` or
/// `udp`, `key` the name clients know that key by (`hid:/dev/hidraw3`, `udp:127.0.0.1:8111`).
pub const PLUGGED: &str = "device.plugged";
/// It no longer can: `{device, way, key}`.
pub const UNPLUGGED: &str = "device.unplugged";
/// A client asked the plugged-in device to show which one it is (CTAPHID_WINK): `{device}`.
pub const WINKED: &str = "device.winked";
/// Everything on the device was erased by its owner: `{device}`.
pub use authenticator::kinds::RESET;
pub use authenticator::kinds::VERIFICATION_DONE;
/// Its `method` is `syncedPin` and its `reason` also `noEnrolment` (there is no synced PIN), or
/// `noneUsable` (there are some, and none can be checked now).
pub use authenticator::kinds::VERIFICATION_IMPOSSIBLE;
pub use authenticator::kinds::{FAILED, PASSKEY_CREATED, PASSKEY_USED};

/// A code of a relying party was scanned and taken up: `{device, enrolmentId, rpId, rpName, account,
/// digits}`; the relying party's page shows the same six digits.
pub const ENROLMENT_CLAIMED: &str = "device.enrolment.claimed";
/// The device is enrolled for an account's PIN: `{device, enrolmentId, rpId, rpName, account}`.
pub const ENROLMENT_MADE: &str = "device.enrolment.made";
/// An enrolment was deleted on the device: `{device, enrolmentId, rpId, why}`; `why` is `owner`,
/// `revoked`, `wiped` or `replaced`.
pub const ENROLMENT_FORGOTTEN: &str = "device.enrolment.forgotten";
/// The device begins an exchange with a relying party: `{device, enrolmentId, rpId, purpose,
/// syncCounter, by}`; `purpose` is `sync`, `verify`, `set` or `change`, `by` is `owner` or `device`.
/// Its bytes are the request's.
pub const PIN_EXCHANGE: &str = "device.pin.exchange";
/// What is needed to check the PIN offline arrived and is stored: `{device, enrolmentId, rpId,
/// pinVersion, policyVersion, validitySeconds, validUntil, maxOfflineAttempts, unlockEpoch}`.
pub const PIN_SYNCED: &str = "device.pin.synced";
/// The relying party took the acknowledgement: `{device, enrolmentId, rpId, pinVersion,
/// policyVersion, failures}`.
pub const PIN_ACKNOWLEDGED: &str = "device.pin.acknowledged";
/// The relying party judged a PIN entered for it: `{device, enrolmentId, rpId, purpose, result,
/// attemptsLeft?, pinVersion?}`.
pub const PIN_ANSWERED: &str = "device.pin.answered";
/// An exchange was refused: `{device, enrolmentId, rpId, purpose, reason, signed, message}`; by the
/// relying party (`signed`), or by the device, which found its answer wrong.
pub const PIN_REFUSED: &str = "device.pin.refused";
/// The relying party was not reached, or gave no answer that counts: `{device, enrolmentId, rpId,
/// purpose, why}`. Nothing changes by that.
pub const PIN_UNREACHABLE: &str = "device.pin.unreachable";
/// What can be done with an enrolment's PIN changed: `{device, enrolmentId, rpId, from, to, reason}`.
pub const PIN_STATE: &str = "device.pin.state";
/// A PIN was compared offline: `{device, purpose, enrolments: [{enrolmentId, rpId, state, outcome,
/// failures, triesLeft}], matched: [rpId], iterations}`; `purpose` is `userVerification`,
/// `appUnlock` or `workstation`, `outcome` `matched`, `noMatch` or `notAsked`.
pub const PIN_OFFLINE: &str = "device.pin.offline";
/// A signed message came on an enrolment's stream: `{device, enrolmentId, rpId, kind, pinVersion,
/// policyVersion, news}`; `kind` is `beat` or `push`.
pub const PIN_PUSH: &str = "device.pin.push";
/// An enrolment's stream was opened, closed or refused: `{device, enrolmentId, rpId, state, why?}`.
pub const PIN_STREAM: &str = "device.pin.stream";
/// The device shows a workstation's answer: `{device, enrolmentId, rpId, account, workstation,
/// session}`.
pub const LOGON_ANSWERED: &str = "device.logon.answered";
/// A workstation's challenge was not answered: `{device, rpId?, workstation?, reason, message}`.
pub const LOGON_REFUSED: &str = "device.logon.refused";
