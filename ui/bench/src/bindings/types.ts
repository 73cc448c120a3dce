// Generated from the Rust sources by `cargo xtask bindings`. Do not edit.

/**
 * Wall-clock time in milliseconds since 1970-01-01T00:00:00Z.
 */
export type Timestamp = number;

/**
 * An event's number: 1 for the first of a bench, then rising by one.
 */
export type Seq = number;

/**
 * Who did it.
 */
export type Party = "device" | "client" | "relyingParty" | "bench";

/**
 * One thing that happened.
 */
export type Event = {
/**
 * Its number in the stream.
 */
seq: Seq,
/**
 * The event that led to it.
 */
cause: Seq | null,
/**
 * Who did it.
 */
party: Party,
/**
 * When, by the bench's clock.
 */
wall: Timestamp,
/**
 * When, by the party's own clock, where that one differs.
 */
partyTime: Timestamp | null,
/**
 * What: a name from the emitting room's list, such as `rp.request`.
 */
kind: string,
/**
 * True when the tester asked for this to go wrong.
 */
deliberate: boolean,
/**
 * The bytes as they crossed the wire; base64url in JSON.
 */
raw: string | null,
/**
 * What the kind says there is to know, decoded.
 */
body: any, };

/**
 * Everything the window shows that is not the timeline.
 */
export type BenchState = {
/**
 * Whether devices can be stored, and what to do if not.
 */
vault: VaultSummary,
/**
 * Devices in the order they were added; empty while the vault is shut.
 */
devices: Array<DeviceSummary>,
/**
 * Keys that are plugged in, those that came last at the end.
 */
keys: Array<KeySummary>,
/**
 * The device, or the key, that answers the next ceremony. A key stays picked while it is
 * unplugged.
 */
activeDevice: string | null,
/**
 * The name of the picked key, while it is not plugged in.
 */
unpluggedKey: string | null,
/**
 * The software device that this key was.
 */
unpluggedDevice: string | null,
/**
 * The relying parties this bench runs; the tester's own comes first.
 */
relyingParties: Array<RelyingPartySummary>,
/**
 * What a device, or the client, asks the person right now.
 */
prompt: Prompt | null,
/**
 * The client's own prompt for the touch of a key, also while the software device that is
 * plugged in there asks in [`BenchState::prompt`].
 */
keyTouch: Prompt | null,
/**
 * What the tester bent: clocks, network, faults.
 */
seams: SeamsState, };

/**
 * Where secrets rest and how that stands.
 */
export type VaultSummary = {
/**
 * `ready`, `opening`, or the code of what stands in the way, such as `keyringLocked`.
 */
state: string,
/**
 * `keyring`, `file`, `passphrase` or `memory`.
 */
home: string,
/**
 * Where the key is and what that protects against, in a sentence.
 */
homeLabel: string,
/**
 * What stands in the way and what to do next, in sentences; none when ready.
 */
problem: string | null,
/**
 * What the tester can do about it, the best first.
 */
waysOut: Array<WayOut>, };

/**
 * Something the tester can do when the vault is shut.
 */
export type WayOut = "retry" | "useFile" | "usePassphrase" | "useMemory" | "startOver";

/**
 * A software device.
 */
export type DeviceSummary = {
/**
 * Opaque and stable.
 */
id: string,
/**
 * The tester's name for it.
 */
name: string,
/**
 * `phone`, `key`, `pin-key` or `fingerprint-key`.
 */
profile: string,
/**
 * Its AAGUID, in 8-4-4-4-12 form.
 */
aaguid: string,
/**
 * When it was added.
 */
created: Timestamp,
/**
 * How its PIN stands.
 */
pin: PinState,
/**
 * Newest first.
 */
passkeys: Array<PasskeySummary>,
/**
 * What its owner chose.
 */
settings: DeviceSettings,
/**
 * The PINs it is enrolled for, in the order they were made.
 */
enrolments: Array<EnrolmentSummary>,
/**
 * The enrolment under way.
 */
pairing: PairingSummary | null,
/**
 * The code on its display that answers a workstation.
 */
shownCode: ShownCode | null,
/**
 * True while its app waits for a PIN.
 */
appLocked: boolean,
/**
 * True when wrong fingers locked the fingerprint reader: only a PIN unlocks it.
 */
fingerprintLocked: boolean,
/**
 * What lies between it and relying parties.
 */
network: NetworkState,
/**
 * Where it is plugged in as a key.
 */
plugged: Plugged | null, };

/**
 * A key that is plugged in.
 */
export type KeySummary = {
/**
 * `hid:/dev/hidraw3` or `udp:127.0.0.1:8111`; [`crate::Bench::device_pick`] takes it.
 */
id: string,
/**
 * What it calls itself, else `Security key`.
 */
name: string,
/**
 * Who made it, as it says.
 */
manufacturer: string | null,
/**
 * Its product name, as it says.
 */
product: string | null,
/**
 * Its serial number, as it says.
 */
serial: string | null,
/**
 * USB vendor id.
 */
vendorId: number | null,
/**
 * USB product id.
 */
productId: number | null,
/**
 * How it is connected.
 */
bus: KeyBus,
/**
 * Its node or address: `/dev/hidraw3`, `127.0.0.1:8111`.
 */
path: string,
/**
 * Why it cannot be used, when it cannot.
 */
problem: KeyProblem | null,
/**
 * The software device that is plugged in there.
 */
device: string | null, };

/**
 * Names a key while it stays plugged in: `hid:` and the node, or `udp:` and the address.
 */
export type KeyId = string;

/**
 * A key that is plugged in.
 *
 * One made through uhid has [`Bus::Unknown`] and no manufacturer; its product and serial number
 * are what its maker chose. One over UDP has an address and nothing else.
 */
export type FoundKey = {
/**
 * Its name for programs.
 */
id: KeyId,
/**
 * Its name for people: the product, else "Security key".
 */
name: string,
/**
 * The manufacturer, as the key says.
 */
manufacturer: string | null,
/**
 * The product, as the key says.
 */
product: string | null,
/**
 * The serial number; most keys have none.
 */
serial: string | null,
/**
 * The USB vendor's number.
 */
vendorId: number | null,
/**
 * The USB product's number.
 */
productId: number | null,
/**
 * How it is connected.
 */
bus: KeyBus,
/**
 * Its node or address.
 */
path: string,
/**
 * Why it cannot be used, if it cannot.
 */
problem: KeyProblem | null, };

/**
 * How a key is connected.
 */
export type KeyBus = "usb" | "bluetooth" | "i2c" | "spi" | "unknown" | "udp";

/**
 * Why a key that is plugged in cannot be used.
 */
export type KeyProblem = {
/**
 * A stable name for programs.
 */
code: string,
/**
 * What happened and what to do.
 */
message: string,
/**
 * The shell command that helps, where there is one.
 */
command: string | null, };

/**
 * All that a key says about itself, explained.
 */
export type KeyReport = {
/**
 * Which key it is.
 */
key: FoundKey,
/**
 * What it said when the channel was opened; none on a way that has no CTAPHID.
 */
init: KeyInit | null,
/**
 * Every member of authenticatorGetInfo that CTAP 2.3 names, told or not, in the order of
 * their numbers, then those that it does not name.
 */
facts: Array<KeyFact>,
/**
 * How its PIN and its own user verification stand.
 */
pin: KeyPinState,
/**
 * What is odd about the answer as a whole, in sentences; empty when all is well.
 */
remarks: Array<string>,
/**
 * The answer to authenticatorGetInfo as it came, the status byte left out, in hexadecimal.
 */
bytes: string,
/**
 * How long each command took, in the order they were sent.
 */
took: Array<KeyCommandTime>, };

/**
 * The answer to CTAPHID_INIT (CTAP 2.3 §11.2.9.1.3) in words.
 */
export type KeyInit = {
/**
 * The CTAPHID protocol version; 2 is the only one.
 */
protocolVersion: number,
/**
 * The device's version, `major.minor.build`; what it counts is the vendor's choice.
 */
deviceVersion: string,
/**
 * The capability byte.
 */
capabilities: number,
/**
 * Each capability that CTAP names, and the bits that it does not.
 */
explained: Array<KeyFactPart>, };

/**
 * One member of authenticatorGetInfo (CTAP 2.3 §6.4), explained.
 */
export type KeyFact = {
/**
 * The member's number in the map; none for a key of the map that is no such number.
 */
number: number | null,
/**
 * The specification's name, or `member 0x2A` for one that it does not name.
 */
name: string,
/**
 * Whether it was told, and whether it is what the specification lays down.
 */
standing: KeyFactStanding,
/**
 * As JSON; bytes are base64url. Null when the key does not tell it.
 */
value: unknown,
/**
 * The value for a person, with its unit.
 */
shown: string,
/**
 * What it means, or what its absence means.
 */
sentence: string,
/**
 * Where the specification says so.
 */
clause: string,
/**
 * The items of a list or map, each explained.
 */
parts: Array<KeyFactPart>, };

/**
 * One item of a member, such as an option.
 */
export type KeyFactPart = {
/**
 * The specification's name.
 */
name: string,
/**
 * Whether it was told, and whether the specification knows it.
 */
standing: KeyFactStanding,
/**
 * The value for a person; empty where the name says it all.
 */
shown: string,
/**
 * What it means, or what its absence means.
 */
sentence: string,
/**
 * Where the specification says so.
 */
clause: string, };

/**
 * How what a key says stands to the specification.
 */
export type KeyFactStanding = "told" | "absent" | "unknown" | "malformed";

/**
 * How a key's PIN and its own user verification stand (CTAP 2.3 §6.5.2).
 */
export type KeyPinState = {
/**
 * The key can have a PIN.
 */
supported: boolean,
/**
 * It has one.
 */
set: boolean,
/**
 * Wrong PINs it still takes before only a reset helps; none when there is no PIN, or when
 * the key did not say.
 */
retries: number | null,
/**
 * The key takes no PIN until it has been unplugged; none when it did not say.
 */
powerCycleNeeded: boolean | null,
/**
 * Tries left for its own user verification, such as a fingerprint; none when it has none
 * ready, or did not say.
 */
uvRetries: number | null,
/**
 * All of it in a sentence or two, with what to do next.
 */
sentence: string, };

/**
 * How long one command took.
 */
export type KeyCommandTime = {
/**
 * The command, such as `authenticatorGetInfo`.
 */
command: string,
/**
 * Microseconds from the first byte sent to the last received.
 */
micros: number, };

/**
 * One thing that stands, or does not stand, between this machine and a key.
 */
export type KeysFinding = {
/**
 * A stable name for programs, such as `hidrawRights`.
 */
what: string,
/**
 * The same for a person, such as `Rights to /dev/hidraw3`.
 */
title: string,
/**
 * How it stands.
 */
state: KeysFindingState,
/**
 * What was found, what it means for the tester, and what to do.
 */
sentence: string,
/**
 * What to type, exactly; only with a problem, or where there is something to choose.
 */
command: string | null, };

/**
 * How a finding stands.
 */
export type KeysFindingState = "ok" | "problem" | "optional" | "unknown";

/**
 * How a software device is plugged in.
 */
export type PlugWay = "hid" | "udp";

/**
 * A software device that is plugged in.
 */
export type Plugged = {
/**
 * How.
 */
way: PlugWay,
/**
 * The key it is there: a [`KeySummary::id`].
 */
key: string, };

/**
 * A device's own PIN.
 */
export type PinState = {
/**
 * False until the first use asks for one.
 */
set: boolean,
/**
 * Tries left before the device blocks.
 */
triesLeft: number,
/**
 * True when the tries are spent and only a wipe helps.
 */
blocked: boolean, };

/**
 * A passkey on a device.
 */
export type PasskeySummary = {
/**
 * Credential id, base64url.
 */
credentialId: string,
/**
 * The relying party it belongs to.
 */
rpId: string,
/**
 * That party's name, as it gave it.
 */
rpName: string | null,
/**
 * Account name, as the relying party gave it.
 */
userName: string | null,
/**
 * Display name, as the relying party gave it.
 */
userDisplayName: string | null,
/**
 * User handle, base64url.
 */
userHandle: string,
/**
 * The tester's own name for it.
 */
label: string | null,
/**
 * When it was made.
 */
created: Timestamp,
/**
 * When it last signed.
 */
lastUsed: Timestamp | null,
/**
 * Signature counter.
 */
signCount: number,
/**
 * `ES256`, …
 */
algorithm: string,
/**
 * False when it answers only to its credential id.
 */
discoverable: boolean, };

/**
 * A device enrolled for the PIN of an account at a relying party.
 */
export type EnrolmentSummary = {
/**
 * Opaque and stable; the relying party calls it the same.
 */
enrolmentId: string,
/**
 * Whose PIN it is.
 */
rpId: string,
/**
 * That party's name, as it gave it.
 */
rpName: string,
/**
 * Where that party answers.
 */
origin: string,
/**
 * Its account, by the id that party gave it.
 */
accountId: string,
/**
 * The account's name.
 */
username: string,
/**
 * Whether the device can check the PIN by itself; only `valid` and `expiring` can.
 */
state: PinCacheState,
/**
 * Why it stands like that and what to do, in sentences.
 */
reason: string,
/**
 * The same as a word for programs, such as `validityOver`.
 */
reasonCode: string,
/**
 * When the relying party issued what is kept.
 */
syncedAt: Timestamp | null,
/**
 * When the relying party learned that it arrived.
 */
acknowledgedAt: Timestamp | null,
/**
 * Until when the PIN can be checked offline, by the device's clock.
 */
validUntil: Timestamp | null,
/**
 * For how long a synchronization is good; 0 when the relying party allows no offline check.
 */
validitySeconds: number | null,
/**
 * Wrong PINs in a row, offline.
 */
failures: number,
/**
 * How many lock it.
 */
maxOfflineAttempts: number | null,
/**
 * How many are left.
 */
triesLeft: number | null,
/**
 * Which PIN of the account is kept.
 */
pinVersion: number | null,
/**
 * How many iterations of PBKDF2 a guess at it costs; fewer than 600,000 are for tests.
 */
iterations: number | null,
/**
 * By which version of the relying party's policy.
 */
policyVersion: number | null,
/**
 * When the PIN itself is too old.
 */
pinExpiresAt: Timestamp | null,
/**
 * How often a PIN that is too old is still taken.
 */
extraUsesLeft: number | null,
/**
 * Fewest characters of a PIN there.
 */
minLength: number,
/**
 * Most characters of a PIN there.
 */
maxLength: number,
/**
 * How many exchanges the device began.
 */
syncCounter: number,
/**
 * Where what is kept rests and what that protects against, in a sentence.
 */
keptIn: string,
/**
 * Whether the relying party can tell the device of news.
 */
stream: NewsStream,
/**
 * What the device is doing with the relying party: `sync`, `verify`, `set` or `change`.
 */
busy: string | null,
/**
 * What went wrong last, and what to do, in sentences.
 */
problem: string | null, };

/**
 * Whether a device can check a PIN by itself. The first that applies.
 */
export type PinCacheState = "empty" | "disabled" | "locked" | "stale" | "expired" | "expiring" | "valid";

/**
 * The stream on which a relying party tells a device of news.
 */
export type NewsStream = "off" | "connecting" | "open";

/**
 * An enrolment under way: a code was scanned, and the person confirms on the relying party's page.
 */
export type PairingSummary = {
/**
 * What the enrolment will be called.
 */
enrolmentId: string,
/**
 * The relying party's name.
 */
rpName: string,
/**
 * The account's name.
 */
username: string,
/**
 * Six digits that the page must show as well.
 */
digits: string,
/**
 * When the code is too old, by the device's clock.
 */
expires: Timestamp, };

/**
 * A code that answers a workstation, on the device's display until its time is up.
 */
export type ShownCode = {
/**
 * Eight digits.
 */
code: string,
/**
 * The workstation that asked.
 */
workstation: string,
/**
 * The account that signs in there.
 */
account: string,
/**
 * When the device takes it off the display, by its clock.
 */
until: Timestamp, };

/**
 * What a scanned code was.
 */
export type Scanned = "pairing" | "logon";

/**
 * What a device's owner chose.
 */
export type DeviceSettings = {
/**
 * What verifies the user of a passkey.
 */
verification: VerificationMethod,
/**
 * Whether the fingerprint is asked for first.
 */
fingerprint: boolean,
/**
 * Whether any enrolment's PIN will do for any relying party's passkey, and not only its own.
 */
anyEnrolment: boolean,
/**
 * Whether the device's app asks for a PIN before it opens.
 */
appLock: boolean, };

/**
 * What verifies the user of a passkey.
 */
export type VerificationMethod = "devicePin" | "syncedPin";

/**
 * Which of a device's two stores.
 */
export type KeptStores = "vault" | "keyring" | "both";

/**
 * A JSON value that the bench passes on as it is.
 */
export type Json = any;

/**
 * A relying party this bench runs.
 */
export type RelyingPartySummary = {
/**
 * Its name.
 */
name: string,
/**
 * Its RP ID.
 */
rpId: string,
/**
 * `http://localhost:PORT`.
 */
origin: string,
/**
 * True for one the tester added; the tester's own first one stays.
 */
further: boolean,
/**
 * Why it does not run, when it does not.
 */
problem: Problem | null, };

/**
 * Something that failed: for the person a sentence, for the window a code.
 */
export type Problem = {
/**
 * Stable name of what happened.
 */
code: string,
/**
 * What happened and what to do next.
 */
message: string, };

/**
 * What a device asks the person. It never carries a PIN, only how many digits stand on the pad.
 */
export type Prompt = {
/**
 * Names this prompt in [`PromptAnswer`]s; a late answer to an older one is ignored.
 */
id: number,
/**
 * Who asks.
 */
asker: Asker,
/**
 * The device that asks; none when the client does.
 */
device: string | null,
/**
 * The key that the client asks for, as [`super::KeySummary::id`].
 */
key: string | null,
/**
 * The relying party the request came from.
 */
rpId: string | null,
/**
 * When the device stops waiting.
 */
deadline: Timestamp,
/**
 * What is asked.
 */
question: Question, };

/**
 * Who asks.
 */
export type Asker = "device" | "client";

/**
 * What is asked.
 */
export type Question = { "kind": "touch",
/**
 * `createPasskey`, `signIn`, `selection` or `reset`.
 */
purpose: string,
/**
 * The account concerned, where it is known already.
 */
userName: string | null, } | { "kind": "setPin",
/**
 * `device`, or `newPin` for the account's PIN at its relying party.
 */
purpose: string,
/**
 * The relying party whose PIN it is, by its name; none for the device's own.
 */
pinOf: Array<string>,
/**
 * Digits on the pad.
 */
entered: number,
/**
 * True at the second entry.
 */
confirming: boolean,
/**
 * Fewest digits.
 */
minLength: number,
/**
 * Most digits.
 */
maxLength: number,
/**
 * What was wrong with the last entry.
 */
problem: string | null, } | { "kind": "enterPin",
/**
 * Which and what for: `device`, `synced` (the account's, to use a passkey), `online` (the
 * relying party checks it), `oldPin`, `appUnlock` or `workstation`.
 */
purpose: string,
/**
 * The relying parties whose PINs will do, by their names; none for the device's own.
 */
pinOf: Array<string>,
/**
 * Digits on the pad.
 */
entered: number,
/**
 * Tries left, where the device knows; the fewest, where several PINs will do.
 */
triesLeft: number | null,
/**
 * Fewest digits.
 */
minLength: number,
/**
 * Most digits.
 */
maxLength: number,
/**
 * What was wrong with the last entry, such as "Wrong PIN. 2 tries left."
 */
problem: string | null, } | { "kind": "chooseAccount",
/**
 * One entry an account, the newest first.
 */
accounts: Array<AccountChoice>, } | { "kind": "blocked" } | { "kind": "fingerprint",
/**
 * Tries left before only a PIN will do.
 */
triesLeft: number,
/**
 * What was wrong with the last one.
 */
problem: string | null, } | { "kind": "unverifiable",
/**
 * Why, and what to do, in sentences.
 */
message: string, } | { "kind": "keyTouch",
/**
 * `createPasskey`, `signIn`, or `selection`, where each key that is plugged in waits.
 */
purpose: string, } | { "kind": "keyPin",
/**
 * What it is asked for.
 */
purpose: KeyPinPurpose,
/**
 * Tries left before the key blocks, where it says.
 */
triesLeft: number | null,
/**
 * True when one more wrong PIN blocks the key, or leaves it to be unplugged first.
 */
last: boolean,
/**
 * What was wrong with the last one, such as "Wrong PIN. 2 tries left."
 */
problem: string | null,
/**
 * Fewest characters.
 */
minLength: number,
/**
 * Most bytes of UTF-8.
 */
maxBytes: number, };

/**
 * What a key's PIN is asked for.
 */
export type KeyPinPurpose = "enter" | "set" | "change";

/**
 * An account to choose.
 */
export type AccountChoice = {
/**
 * Account name.
 */
name: string | null,
/**
 * Display name.
 */
displayName: string | null, };

/**
 * What the person does at a prompt. At a device digits come one by one; only a key's PIN, which can
 * have any characters, comes as a whole.
 */
export type PromptAnswer = { "kind": "touch" } | { "kind": "digit",
/**
 * 0 to 9.
 */
digit: number, } | { "kind": "backspace" } | { "kind": "submit" } | { "kind": "choose",
/**
 * From 0.
 */
index: number, } | { "kind": "wipe" } | { "kind": "finger",
/**
 * Whether it is one that the device knows.
 */
matches: boolean, } | { "kind": "usePin" } | { "kind": "keyPin",
/**
 * The PIN it has, or its first one.
 */
pin: string,
/**
 * The new one, for [`KeyPinPurpose::Change`].
 */
newPin: string | null, } | { "kind": "decline" };

/**
 * A call of `navigator.credentials` in a framed page.
 */
export type CredentialsCall = {
/**
 * Names the call for [`crate::Bench::credentials_abort`]; chosen by the window, unique.
 */
call: string,
/**
 * The frame's origin, from the message event and never from the message.
 */
origin: string,
/**
 * `create` or `get`.
 */
method: CredentialsMethod,
/**
 * The options' JSON form (WebAuthn L3 §5.1.8, §5.1.9).
 */
publicKey: any,
/**
 * `CredentialRequestOptions.mediation`.
 */
mediation: string | null, };

/**
 * Which of the two.
 */
export type CredentialsMethod = "create" | "get";

/**
 * How the call ended.
 */
export type CredentialsAnswer = { "outcome": "credential",
/**
 * `RegistrationResponseJSON` or `AuthenticationResponseJSON`.
 */
credential: any, } | { "outcome": "exception",
/**
 * `NotAllowedError`, …
 */
name: string,
/**
 * For the page's developer.
 */
message: string, };

/**
 * A stretch of the timeline.
 */
export type TimelinePage = {
/**
 * Oldest first.
 */
events: Array<Event>,
/**
 * The number of the oldest event that is kept; that of the next one when none is.
 */
first: number,
/**
 * The newest event's number in the whole stream.
 */
last: number,
/**
 * Events that neither memory nor disk could keep.
 */
lost: number, };

/**
 * Which events are wanted. Every condition must hold; an empty one always does.
 */
export type TimelineQuery = {
/**
 * A message that crosses between two parties concerns both.
 */
parties: Array<Party>,
/**
 * Any of these groups.
 */
groups: Array<KindGroup>,
/**
 * Only what did not work: refusals, error statuses, failed verifications, wrong PINs and fingers,
 * declined prompts, relying parties that were not reached.
 */
failed: boolean,
/**
 * Only what the tester broke on purpose.
 */
deliberate: boolean,
/**
 * Only what this device told, by its id.
 */
device: string | null,
/**
 * Text in an event's kind or in its body's values, or a whole member's name, in any case. Hexadecimal is looked for as base64url as well, and
 * an account's name stands for its passkeys and enrolments too. At most 200 characters.
 */
text: string,
/**
 * What the window's own words for the text stand for; any of them counts like the text itself.
 */
words: Array<WordsFor>, };

/**
 * Events that the window calls by certain words.
 */
export type WordsFor = {
/**
 * Of this kind,
 */
kind: string,
/**
 * and with such a member in the body, named by a JSON pointer, where that matters.
 */
at: string | null,
/**
 * What the member must be.
 */
value: any, };

/**
 * Kinds of event that are looked at together.
 */
export type KindGroup = "messages" | "frames" | "prompts" | "verification" | "records" | "bench";

/**
 * What was found in one stretch of the timeline.
 */
export type TimelineMatches = {
/**
 * Numbers of the events that fit, rising.
 */
seqs: Array<number>,
/**
 * The last event that was looked at; ask on after it.
 */
last: number,
/**
 * True when there are events after `last`.
 */
more: boolean, };

/**
 * An event with its nearest relatives.
 */
export type TimelineRelated = {
/**
 * The event itself; none when it is no longer kept.
 */
event: Event | null,
/**
 * What led to it, the nearest first.
 */
causes: Array<Event>,
/**
 * What it led to, oldest first; at most 50, and no CTAPHID reports.
 */
effects: Array<Event>,
/**
 * What else its cause led to, oldest first; at most 50, and no CTAPHID reports.
 */
siblings: Array<Event>,
/**
 * The CTAPHID reports of the command that it is or belongs to, oldest first; at most 300.
 */
frames: Array<Event>, };

/**
 * A file the bench wrote for the tester.
 */
export type SavedFile = {
/**
 * Where it is.
 */
path: string,
/**
 * How many events it holds.
 */
events: number, };

/**
 * Versions and folders, to paste into a bug report.
 */
export type About = {
/**
 * Version of the program.
 */
version: string,
/**
 * Operating system and architecture.
 */
system: string,
/**
 * Version of the web view, where it is known.
 */
webView: string | null,
/**
 * Where devices and relying parties are stored.
 */
dataFolder: string,
/**
 * Where saved timelines go.
 */
exportFolder: string,
/**
 * Where the vault's key is.
 */
vaultHome: string,
/**
 * The same facts in one piece, one a line.
 */
text: string, };

/**
 * A verification ladder, the body of an `rp.verification` event.
 */
export type VerificationReport = {
/**
 * True when no step failed.
 */
verified: boolean,
/**
 * Every step of the section, in order.
 */
steps: Array<VerificationStep>, };

/**
 * One step of WebAuthn L3 §7.1 or §7.2.
 */
export type VerificationStep = {
/**
 * `7.1` or `7.2`.
 */
section: string,
/**
 * The step's number.
 */
step: number,
/**
 * What it checks.
 */
name: string,
/**
 * `passed`, `failed` or `notApplicable`.
 */
outcome: string,
/**
 * What it wanted to see.
 */
expected: string | null,
/**
 * What it saw, or why it does not apply.
 */
actual: string | null, };

/**
 * What is bent right now.
 */
export type SeamsState = {
/**
 * One each for device, client and relying party, in this order.
 */
clocks: Array<ClockState>,
/**
 * What lies between pages and the relying party.
 */
network: NetworkState,
/**
 * Faults that wait for their message, the oldest first.
 */
faults: Array<ArmedFault>, };

/**
 * How a party's clock stands.
 */
export type ClockState = {
/**
 * Whose it is.
 */
party: Party,
/**
 * What it showed when this state was made.
 */
now: Timestamp,
/**
 * How far it is ahead of the machine's clock, in milliseconds; negative when behind.
 */
offsetMillis: number,
/**
 * How fast it runs: 0 stands still, 1 is real time.
 */
rate: number,
/**
 * True when the tester moved it.
 */
moved: boolean, };

/**
 * How a clock is moved. After a motion it goes on at the rate it had.
 */
export type ClockMotion = { "kind": "skip",
/**
 * How much, not negative.
 */
millis: number, } | { "kind": "back",
/**
 * How much, not negative.
 */
millis: number, } | { "kind": "set",
/**
 * The time, between 1970 and 9999.
 */
to: Timestamp, } | { "kind": "run",
/**
 * 0 stands still, 1 is real time; at most 3600.
 */
rate: number, } | { "kind": "reset" };

/**
 * What lies between pages and the relying party.
 */
export type NetworkState = { "kind": "online" } | { "kind": "offline" } | { "kind": "slow",
/**
 * How late, in real time; at most 600,000.
 */
millis: number, } | { "kind": "lossy",
/**
 * How many of a hundred, 0 to 100.
 */
percent: number, } | { "kind": "answerLost",
/**
 * How many answers; then everything gets through again.
 */
requests: number,
/**
 * Only answers to this path, such as `/api/authentication/finish`; none for every call
 * of the API.
 */
path: string | null, } | { "kind": "serverDown" };

/**
 * A message that faults can name.
 */
export type FaultableMessage = {
/**
 * `authenticatorGetAssertion`, `POST /api/authentication/finish`, ….
 */
message: string,
/**
 * Which of its two halves.
 */
direction: Direction,
/**
 * The fields that [`Effect::Tamper`] can name, as dotted paths.
 */
fields: Array<string>,
/**
 * The kinds of [`Effect`] that make sense here: `drop`, `delay`, `duplicate`, `tamper`, `replay`.
 */
effects: Array<string>, };

/**
 * Which half of a message.
 */
export type Direction = "request" | "response";

/**
 * Something to go wrong with a message.
 */
export type Fault = {
/**
 * A [`FaultableMessage::message`].
 */
message: string,
/**
 * Which of its two halves.
 */
direction: Direction,
/**
 * To how many messages it happens, at least 1.
 */
times: number,
/**
 * What happens.
 */
effect: Effect, };

/**
 * What happens to a message.
 */
export type Effect = { "kind": "drop" } | { "kind": "delay",
/**
 * How late, in real time; at most 600,000.
 */
millis: number, } | { "kind": "duplicate" } | { "kind": "tamper",
/**
 * A dotted path, such as `credential.response.clientDataJSON.origin`.
 */
field: string,
/**
 * How.
 */
change: Change, } | { "kind": "replay",
/**
 * The event that shows the earlier message; none takes the last one before arming.
 */
earlier: Seq | null, };

/**
 * How a field is changed.
 */
export type Change = { "kind": "set",
/**
 * The new value.
 */
value: any, } | { "kind": "flip" } | { "kind": "remove" };

/**
 * A fault that waits for its message.
 */
export type ArmedFault = {
/**
 * Names it; rising.
 */
id: number,
/**
 * What it does.
 */
fault: Fault,
/**
 * To how many messages it still happens.
 */
left: number, };

/**
 * Which bench the window shows, and what is played or recorded on it.
 */
export type DeskState = {
/**
 * Rises when another bench is shown: what the window knows of the one before is then void.
 */
generation: number,
/**
 * Whose bench is shown.
 */
showing: Showing,
/**
 * The walk that is open.
 */
walk: WalkState | null,
/**
 * The recording under way.
 */
recording: RecordingState | null, };

/**
 * Whose bench the window shows.
 */
export type Showing = "own" | "walk" | "recording";

/**
 * A walk that is open.
 */
export type WalkState = {
/**
 * What [`WalkSummary::path`] calls it.
 */
path: string,
/**
 * Its title.
 */
title: string,
/**
 * Why it is worth walking.
 */
why: string,
/**
 * What all randomness of the run starts from, in decimal.
 */
seed: string,
/**
 * Who does the steps.
 */
mode: WalkMode,
/**
 * True while one step follows the other by itself.
 */
playing: boolean,
/**
 * True while its bench is set up.
 */
preparing: boolean,
/**
 * True while a step is being done; false while it waits for the tester to do it.
 */
busy: boolean,
/**
 * The next step, from 0; the number of steps at the end.
 */
position: number,
/**
 * How the run stands.
 */
verdict: Verdict,
/**
 * How long the walk's own work took so far, in milliseconds; a person's thinking does not count.
 */
tookMillis: number,
/**
 * Every step.
 */
steps: Array<StepState>,
/**
 * What stood in the way of starting it anew.
 */
problem: Problem | null, };

/**
 * Who does a walk's steps.
 */
export type WalkMode = "play" | "youDoIt";

/**
 * A step of the open walk.
 */
export type StepState = {
/**
 * From 1.
 */
number: number,
/**
 * Its title.
 */
title: string,
/**
 * What the author says beside it.
 */
note: string | null,
/**
 * Its act's name.
 */
act: string,
/**
 * The device that it is about, by its name, where its act says so in `device`.
 */
device: string | null,
/**
 * What is done, as a sentence.
 */
instruction: string,
/**
 * Line of the walk's file.
 */
line: number,
/**
 * How it stands.
 */
outcome: StepOutcome,
/**
 * Why its act could not be done, when it could not.
 */
failure: string | null,
/**
 * What differs, in one sentence, when it failed.
 */
sentence: string | null,
/**
 * What was expected, beside what was found.
 */
checks: Array<CheckRun>,
/**
 * The first event that it led to.
 */
first: Seq | null,
/**
 * The last event that it led to.
 */
last: Seq | null, };

/**
 * How a step stands.
 */
export type StepOutcome = "ahead" | "current" | "passed" | "failed" | "skipped";

/**
 * How a run ended, or stands.
 */
export type Verdict = "running" | "passed" | "failed";

/**
 * An expectation of a run.
 */
export type CheckRun = {
/**
 * What it is about and what was expected: `rp.session.bound account is alice`.
 */
expected: string,
/**
 * What was found; none before the step is done.
 */
actual: string | null,
/**
 * Whether it held; none before the step is done.
 */
held: boolean | null,
/**
 * What differs, as a sentence, when it did not hold.
 */
difference: string | null,
/**
 * The event that shows it.
 */
event: Seq | null,
/**
 * Line of the walk's file.
 */
line: number, };

/**
 * A walk that can be opened.
 */
export type WalkSummary = {
/**
 * Names it for `walk_open`.
 */
path: string,
/**
 * Its file's name.
 */
file: string,
/**
 * Its title; the file's name when it cannot be read.
 */
title: string,
/**
 * Why it is worth walking.
 */
why: string,
/**
 * The titles of its steps.
 */
steps: Array<string>,
/**
 * What takes part in it: `person`, `device`, `page`, `clock`, `network`, `fault`, …
 */
tags: Array<string>,
/**
 * True for one in the tester's own folder, false for one that came with the program.
 */
own: boolean,
/**
 * Why it cannot be opened.
 */
problem: WalkProblem | null,
/**
 * How its last run in this window ended.
 */
last: Verdict | null, };

/**
 * Why a walk's file cannot be used.
 */
export type WalkProblem = {
/**
 * Line of the file, from 1.
 */
line: number,
/**
 * Column, from 1.
 */
column: number,
/**
 * What is wrong and what to do.
 */
message: string, };

/**
 * A recording under way.
 */
export type RecordingState = {
/**
 * What the tester did, as far as it was recognised.
 */
steps: Array<RecordedStep>,
/**
 * Things the tester did that no act stands for.
 */
ignored: number, };

/**
 * Something the tester did.
 */
export type RecordedStep = {
/**
 * What was done, as a sentence.
 */
sentence: string,
/**
 * The step as the file will have it.
 */
toml: string, };

/**
 * A walk that a recording was saved as.
 */
export type SavedWalk = {
/**
 * Where it is.
 */
path: string,
/**
 * How many steps it has.
 */
steps: number,
/**
 * Things the tester did that are not in it.
 */
ignored: number, };

/**
 * Form of a run's report.
 */
export type ReportFormat = "html" | "json" | "junit";

/**
 * Events of the shown bench, oldest first.
 */
export type TimelineBatch = {
/**
 * Whose they are; see [`DeskState::generation`].
 */
generation: number,
/**
 * The events.
 */
events: Array<Event>, };

/**
 * Something to be done on the framed page.
 */
export type PageOrder = {
/**
 * Names the order in [`PageReport`]s.
 */
id: number,
/**
 * The bench whose page it is for.
 */
generation: number,
/**
 * What to do.
 */
act: PageAct, };

/**
 * What a person does on the page.
 */
export type PageAct = { "kind": "open",
/**
 * The path.
 */
path: string,
/**
 * The relying party whose site it is; none for the one that is shown, which is the first
 * one's at the start.
 */
rpId: string | null, } | { "kind": "createAccount",
/**
 * The user name.
 */
username: string,
/**
 * The display name.
 */
displayName: string, } | { "kind": "signIn" } | { "kind": "signOut" } | { "kind": "addPasskey" } | { "kind": "renamePasskey",
/**
 * Its place in the list, from 0.
 */
index: number,
/**
 * The new name.
 */
label: string, } | { "kind": "deletePasskey",
/**
 * Its place in the list, from 0.
 */
index: number, } | { "kind": "cancel" } | { "kind": "setUpPin" } | { "kind": "continuePin" } | { "kind": "confirmPin" } | { "kind": "resetPin" } | { "kind": "removePhone",
/**
 * Its place in the list, from 0.
 */
index: number, } | { "kind": "beginLogon",
/**
 * The user name.
 */
username: string,
/**
 * The workstation's name.
 */
workstation: string, } | { "kind": "finishLogon",
/**
 * Eight digits.
 */
code: string, };

/**
 * What the page shows.
 */
export type PageView = {
/**
 * Where it is.
 */
path: string,
/**
 * Who is signed in, by user name.
 */
signedInAs: string | null,
/**
 * The error it shows.
 */
error: string | null,
/**
 * Labels of the account's passkeys, as listed.
 */
passkeys: Array<string>,
/**
 * The codes it shows for a phone to scan.
 */
scanCodes: Array<string>,
/**
 * The digits of an enrolment, to compare with the phone's.
 */
digits: string | null,
/**
 * How the account's PIN stands: `none`, `active`, `expiring`, `expired`, `locked` or `off`.
 */
pin: string | null,
/**
 * Names of the account's phones, as listed.
 */
phones: Array<string>, };

/**
 * What the framed page says of itself. It may lie: nothing but walks believe it.
 */
export type PageReport = {
/**
 * The bench whose page it is.
 */
generation: number,
/**
 * Rises with every report of a window; one that comes late is known by it.
 */
number: number,
/**
 * True while a request or a ceremony of the page is under way.
 */
busy: boolean,
/**
 * What it shows.
 */
view: PageView,
/**
 * The order that has begun, or cannot begin.
 */
order: number | null,
/**
 * Why that order cannot begin.
 */
refused: string | null, };
