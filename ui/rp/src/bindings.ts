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

/** `{error: {code, message, section?, step?}, verification?}`. */
export interface ErrorBody {
  error: ErrorDetail;
  verification?: Report | null;
}

export interface ErrorDetail {
  /** A stable name, for programs. */
  code: string;
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
