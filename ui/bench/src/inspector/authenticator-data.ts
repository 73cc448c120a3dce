import { toHex } from './bytes';

/** A flag of authenticator data (WebAuthn L3 §6.1), from bit 0 upwards. */
export interface Flag {
  name: 'UP' | 'UV' | 'BE' | 'BS' | 'AT' | 'ED';
  set: boolean;
  /** What it says as it stands. */
  sentence: string;
}

/** Authenticator data, read as far as a person wants to see it. */
export interface AuthenticatorData {
  /** Hexadecimal. */
  rpIdHash: string;
  flags: Flag[];
  signCount: number;
  attested: { aaguid: string; credentialId: string } | null;
}

const FLAGS: readonly [Flag['name'], number, string, string][] = [
  ['UP', 0, 'the person was present', 'nobody was present'],
  ['UV', 2, 'the person was verified', 'the person was not verified'],
  ['BE', 3, 'the passkey may be backed up', 'the passkey stays on its device'],
  ['BS', 4, 'the passkey is backed up', 'the passkey is not backed up'],
  ['AT', 6, 'a new credential is attached', 'no credential is attached'],
  ['ED', 7, 'extension outputs are attached', 'no extension outputs are attached'],
];

const FIXED = 37;
const ATTESTED_FIXED = 18;

/** None when the bytes are too few for what they claim to hold. */
export function parseAuthenticatorData(bytes: Uint8Array): AuthenticatorData | null {
  if (bytes.length < FIXED) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bits = bytes[32]!;
  const flags = FLAGS.map(([name, bit, yes, no]): Flag => {
    const set = (bits & (1 << bit)) !== 0;
    return { name, set, sentence: set ? yes : no };
  });
  let attested: AuthenticatorData['attested'] = null;
  if (bits & 0x40) {
    if (bytes.length < FIXED + ATTESTED_FIXED) return null;
    const length = view.getUint16(FIXED + 16);
    const start = FIXED + ATTESTED_FIXED;
    if (bytes.length < start + length) return null;
    attested = {
      aaguid: dashed(toHex(bytes.subarray(FIXED, FIXED + 16))),
      credentialId: toHex(bytes.subarray(start, start + length)),
    };
  }
  return { rpIdHash: toHex(bytes.subarray(0, 32)), flags, signCount: view.getUint32(33), attested };
}

function dashed(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
