// Generated from the Rust sources by `cargo xtask bindings`. Do not edit.

/** Somebody known here. */
export interface Account {
  /** The name people see. */
  displayName: string;
  /** The user handle, base64url. */
  id: string;
  /** The name the account is known by. */
  username: string;
}

/** An account and its PIN. */
export interface AdminAccount {
  account: Account;
  pin: AdminPin;
}

/** All accounts. */
export interface AdminAccounts {
  /** Oldest first. */
  accounts: AdminAccount[];
  /** The relying party's own time, RFC 3339. */
  now: string;
}

/** A phone that has the PIN. */
export interface AdminPhone {
  /** What the phone calls itself. */
  deviceName: string;
  /** RFC 3339. */
  enrolledAt: string;
  /** The enrolment's name. */
  enrolmentId: string;
  /** Wrong PINs offline, as it said then. */
  failures: number;
  /** When it last acknowledged a synchronization, RFC 3339; null: never. */
  lastSyncAt?: string | null;
  /** Whether there may be a copy of it: it is refused until it is revoked or enrolled anew. */
  mayBeCopied: boolean;
  /** The PIN it had then. */
  pinVersion?: number | null;
  /** The counter of its last exchange. */
  syncCounter: number;
}

/** An account's PIN. */
export interface AdminPin {
  /** Wrong PINs online until it locks. */
  attemptsLeft: number;
  campaign?: PinCampaign | null;
  /** When it must be changed, RFC 3339; null: never. */
  expiresAt?: string | null;
  /** How often it may still be used after its end. */
  extraUsesLeft: number;
  /** Whether it is locked, whatever else is true of it. */
  locked: boolean;
  /** Whether codes at workstations are refused until the next sign-in with a passkey. */
  logonLocked: boolean;
  /** Oldest first. */
  phones: AdminPhone[];
  /** Rises with every set, change and reset. */
  pinVersion: number;
  /** What it is good for. */
  status: PinState;
  /** Rises with a correct PIN online and with a reset. */
  unlockEpoch: number;
}

/** The policy in force. */
export interface AdminPolicy {
  /** What it says, every member of it; the names are those of the file. */
  policy: Record<string, unknown>;
  problem?: PolicyProblem | null;
  /** The file, with its comments. */
  text: string;
  /** Rises with every effective change. */
  version: number;
}

/** Another policy, in one of three forms. */
export interface AdminPolicyPut {
  /** The members to change, such as `{"pin": {"validity": "8h"}}`; null for a member's default. Comments stay. */
  changes?: Record<string, unknown> | null;
  /** The whole policy; members left out have their defaults. Comments stay. */
  policy?: Record<string, unknown> | null;
  /** The file's text. */
  text?: string | null;
  /** The version it was made from; refused when another is in force by now. */
  version?: number | null;
}

/** A session of the administrator. */
export interface AdminSession {
  /** When it ends, RFC 3339. */
  expiresAt: string;
  /** The relying party's own time, RFC 3339. */
  now: string;
}

/** The end of a reset in a phone's app. */
export interface AppResetFinish {
  /** What `begin` returned. */
  ceremony: string;
  /** `AuthenticationResponseJSON` (WebAuthn Level 3 §5.1). */
  credential: Record<string, unknown>;
  /** The phone's enrolment, whose account the passkey must belong to. */
  enrolmentId: string;
}

/** A transition. */
export interface AuditEntry {
  /** The user name at that time; null where it was about no account. */
  account?: string | null;
  /** RFC 3339. */
  at: string;
  /** What else is known of it. */
  detail: Record<string, unknown>;
  /** Later ones have higher numbers. */
  number: number;
  /** A stable name, such as `pinLocked`. */
  what: string;
  /** `person`, `device`, `administrator` or `relyingParty`. */
  who: string;
}

/** A page of the log. */
export interface AuditPage {
  /** Oldest first, 500 at most; the next page is what comes after the last one's number. */
  entries: AuditEntry[];
  /** The relying party's own time, RFC 3339. */
  now: string;
}

/** A sign-in that has begun. */
export interface AuthenticationBegun {
  /** What to name when finishing. */
  ceremony: string;
  /** `PublicKeyCredentialRequestOptionsJSON` (WebAuthn Level 3 §5.1.9). */
  publicKey: PublicKeyCredentialRequestOptionsJSON;
}

/** The end of a sign-in. */
export interface AuthenticationFinish {
  /** What `begin` returned. */
  ceremony: string;
  /** `AuthenticationResponseJSON` (WebAuthn Level 3 §5.1). */
  credential: AuthenticationResponseJSON;
}

/** What became of a ceremony. */
export interface Ceremony {
  /** RFC 3339. */
  finishedAt: string;
  /** `registration` or `authentication`. */
  kind: string;
  verification: Report;
  /** Whether every step held. */
  verified: boolean;
}

/** Which characters a PIN may have. */
export type Charset = "digits" | "any";

/** A ceremony that confirmed something. */
export interface Confirmed {
  verification: Report;
}

/** What authorises a phone's enrolment. */
export type EnrolmentBy = "passkey" | "digits";

/** `{error: {code, message, section?, step?, field?, line?, column?}, verification?}`. */
export interface ErrorBody {
  error: ErrorDetail;
  verification?: Report | null;
}

export interface ErrorDetail {
  /** A stable name, for programs. */
  code: string;
  /** The column in that line, from 1, in characters. */
  column?: number | null;
  /** The member of a policy that it is about, such as `pin.validity`. */
  field?: string | null;
  /** The line of a policy's text, from 1. */
  line?: number | null;
  /** A sentence, for people. */
  message: string;
  /** The section of WebAuthn Level 3 whose step failed. */
  section?: string | null;
  /** The first step that failed. */
  step?: number | null;
}

/** What both ceremonies end with. */
export interface Finished {
  account: Account;
  passkey: Passkey;
  verification: Report;
}

/** Who wants to sign in, and where. */
export interface LogonBegin {
  username: string;
  /** The workstation's name, which the phone shows. */
  workstation: string;
}

/** A question for phones. */
export interface LogonBegun {
  /** RFC 3339. */
  expiresAt: string;
  /** The relying party's own time, RFC 3339. */
  now: string;
  /** The phones that can answer; none where there is no such account, or no phone of it can. */
  phones: LogonPhone[];
  /** What to name when finishing. */
  session: string;
}

/** The answer that a phone shows. */
export interface LogonFinish {
  /** Eight digits; blanks do not count. */
  code: string;
  /** The phone whose question was shown; without it, any of them may have answered. */
  enrolmentId?: string | null;
  /** What `begin` returned. */
  session: string;
}

/** Somebody signed in at a workstation. */
export interface LogonFinished {
  account: Account;
  workstation: string;
}

/** The question for one phone. */
export interface LogonPhone {
  /** The text to scan. */
  code: string;
  /** What the phone calls itself. */
  deviceName: string;
  /** The enrolment's name. */
  enrolmentId: string;
}

/** An invitation for a phone. */
export interface OfferMade {
  /** The text to scan. */
  code: string;
  /** RFC 3339. */
  expiresAt: string;
  /** The relying party's own time, RFC 3339. */
  now: string;
  /** Its name. */
  offer: string;
}

/** How far an invitation has come. */
export interface OfferStanding {
  /** What the phone that took it calls itself. */
  deviceName?: string | null;
  /** Six digits that the phone shows too. */
  digits?: string | null;
  /** RFC 3339. */
  expiresAt: string;
  state: OfferState;
}

/** How far an offer has come. */
export type OfferState = "open" | "claimed" | "confirmed" | "enrolled" | "expired";

/** What became of a step. */
export type Outcome = "passed" | "failed" | "notApplicable";

/** A credential of an account. */
export interface Passkey {
  /** The authenticator's model, as a UUID. */
  aaguid: string;
  /** The IANA name of its algorithm, such as `ES256`. */
  algorithm: string;
  /** Whether it is backed up. */
  backedUp: boolean;
  /** Whether it may be backed up. */
  backupEligible: boolean;
  /** RFC 3339. */
  createdAt: string;
  /** The credential ID, base64url. */
  id: string;
  /** The name its owner gave it. */
  label: string;
  /** RFC 3339; null before the first sign-in. */
  lastUsedAt?: string | null;
  /** The signature counter. */
  signCount: number;
  /** How its authenticator can be reached. */
  transports: string[];
}

/** The account's passkeys. */
export interface Passkeys {
  /** Oldest first. */
  passkeys: Passkey[];
}

/** A campaign for other PINs. */
export interface PinCampaign {
  /** Until when the change can be put off, RFC 3339. */
  endsAt: string;
  /** Whether that is over. */
  mustChange: boolean;
}

/** A phone that has the account's PIN. */
export interface PinPhone {
  /** What the phone calls itself. */
  deviceName: string;
  /** RFC 3339. */
  enrolledAt: string;
  /** The enrolment's name. */
  enrolmentId: string;
  /** Wrong PINs offline, as it said then. */
  failures: number;
  /** When it last acknowledged a synchronization, RFC 3339; null: never. */
  lastSyncAt?: string | null;
  /** Whether there may be a copy of it: it is refused until it is removed or enrolled anew. */
  mayBeCopied: boolean;
  /** The PIN it had then. */
  pinVersion?: number | null;
}

/** What a person should know of the policy on PINs. */
export interface PinPolicyWords {
  /** Which characters it may have. */
  charset: Charset;
  /** What authorises a phone's enrolment. */
  enrolment: EnrolmentBy;
  /** The most characters. */
  maxLength: number;
  /** The fewest characters of a PIN. */
  minLength: number;
  /** Whether phones may check the PIN by themselves. */
  offline: boolean;
  /** For how long, in seconds. */
  validitySeconds: number;
}

/** The account's PIN. */
export interface PinStanding {
  /** Wrong PINs online until it locks. */
  attemptsLeft: number;
  campaign?: PinCampaign | null;
  /** When it must be changed, RFC 3339; null: never. */
  expiresAt?: string | null;
  /** How often it may still be used after its end; null where it has none. */
  extraSignInsLeft?: number | null;
  /** Whether codes at workstations are refused until the next sign-in with a passkey. */
  logonLocked: boolean;
  /** The relying party's own time, RFC 3339. */
  now: string;
  /** The phones that have the PIN, oldest first. */
  phones: PinPhone[];
  /** Rises with every set, change and reset. */
  pinVersion: number;
  /** What a person should know of the policy. */
  policy: PinPolicyWords;
  /** What the PIN is good for. */
  status: PinState;
}

/** What an account's PIN is good for now. */
export type PinState = "off" | "none" | "locked" | "expired" | "expiring" | "active";

/** Why a policy's text cannot be used. */
export interface PolicyProblem {
  /** Column of its first character, from 1, in characters. */
  column: number;
  /** The file's name, without its folder. */
  file: string;
  /** Line of the key or value concerned, from 1. */
  line: number;
  /** The member it is about, such as `pin.validity`, where it is about one. */
  member?: string | null;
  /** What is wrong, as a sentence or two. */
  message: string;
}

/** Who wants to register. */
export interface RegistrationBegin {
  /** The name people see; the user name when left out. */
  displayName?: string;
  /** The new account's name; left out to add a passkey to the account that is signed in. */
  username?: string | null;
}

/** A registration that has begun. */
export interface RegistrationBegun {
  /** What to name when finishing. */
  ceremony: string;
  /** `PublicKeyCredentialCreationOptionsJSON` (WebAuthn Level 3 §5.1.8). */
  publicKey: PublicKeyCredentialCreationOptionsJSON;
}

/** The end of a registration. */
export interface RegistrationFinish {
  /** What `begin` returned. */
  ceremony: string;
  /** `RegistrationResponseJSON` (WebAuthn Level 3 §5.1). */
  credential: RegistrationResponseJSON;
  /** A name for the passkey; "Passkey N" when left out. */
  label?: string | null;
}

/** The relying party. */
export interface RelyingParty {
  /** The name people see. */
  name: string;
  /** The origin of its pages. */
  origin: string;
  /** The RP ID. */
  rpId: string;
}

/** A ladder: every step of the section, in order. */
export interface Report {
  /** `{format, type}`, once an attestation was found correct. */
  attestation?: unknown;
  /** The credential record to keep, of a verified ceremony. */
  credential?: unknown;
  steps: Step[];
  /** True when every step was judged and none failed. */
  verified: boolean;
}

/** Who is signed in. */
export interface Session {
  account: Account;
  /** The relying party's own time, RFC 3339: what `since` and the passkeys' times are counted by. */
  now: string;
  /** The credential ID of the passkey that signed in; null once it was deleted. */
  passkey?: string | null;
  /** RFC 3339. */
  since: string;
}

/** One step of WebAuthn Level 3 §7.1 or §7.2. */
export interface Step {
  /** What was there, or why nothing was judged. */
  actual?: string | null;
  /** What was wanted. */
  expected?: string | null;
  /** What it checks. */
  name: string;
  outcome: Outcome;
  /** `7.1` or `7.2`. */
  section: string;
  /** The step's number, from 1. */
  step: number;
}
