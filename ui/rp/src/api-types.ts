/**
 * The shapes of the relying party's HTTP API, as its OpenAPI document (`/api/openapi.json`)
 * describes them. Binary members are unpadded base64url, moments are RFC 3339.
 */

export interface RelyingParty {
  name: string;
  rpId: string;
  origin: string;
}

export interface Account {
  id: string;
  username: string;
  displayName: string;
}

export interface Passkey {
  /** The credential id. */
  id: string;
  label: string;
  createdAt: string;
  lastUsedAt: string | null;
  signCount: number;
  backupEligible: boolean;
  backedUp: boolean;
  aaguid: string;
  transports: string[];
  /** The IANA name: "ES256". */
  algorithm: string;
}

export interface Session {
  account: Account;
  since: string;
  /** The credential id that the session was made with; null once that passkey was deleted. */
  passkey: string | null;
}

export interface Step {
  /** Of WebAuthn Level 3: "7.1" or "7.2". */
  section: string;
  step: number;
  name: string;
  outcome: 'passed' | 'failed' | 'notApplicable';
  expected?: string | null;
  actual?: string | null;
}

/** The ladder: what the relying party checked, in order. */
export interface Report {
  verified: boolean;
  steps: Step[];
}

export interface RegistrationBegin {
  username?: string;
  displayName?: string;
}

export interface RegistrationBegun {
  ceremony: string;
  publicKey: PublicKeyCredentialCreationOptionsJSON;
}

export interface RegistrationFinish {
  ceremony: string;
  credential: RegistrationResponseJSON;
  label?: string;
}

export interface AuthenticationBegun {
  ceremony: string;
  publicKey: PublicKeyCredentialRequestOptionsJSON;
}

export interface AuthenticationFinish {
  ceremony: string;
  credential: AuthenticationResponseJSON;
}

/** What both ceremonies end with. */
export interface Finished {
  account: Account;
  passkey: Passkey;
  verification: Report;
}

export interface Passkeys {
  passkeys: Passkey[];
}

export interface ErrorBody {
  error: { code: string; message: string; section?: string; step?: number };
  verification?: Report;
}
