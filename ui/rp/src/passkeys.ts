/** What the account page says about a passkey. */
import type { Passkey } from './bindings';

const NO_AAGUID = '00000000-0000-0000-0000-000000000000';

export interface Fact {
  term: string;
  text: string;
  /** Set where the text is an id: shown in the monospaced face, can be copied. */
  copy?: string;
}

/** Backup eligibility and state (WebAuthn Level 3 §6.1.3) in plain words. */
export function residence(passkey: Pick<Passkey, 'backupEligible' | 'backedUp'>): string {
  if (!passkey.backupEligible) return 'Device-bound';
  return passkey.backedUp ? 'Synced' : 'Can be synced, not backed up yet';
}

export function facts(passkey: Passkey): Fact[] {
  return [
    { term: 'Credential ID', text: passkey.id, copy: 'credential ID' },
    passkey.aaguid === NO_AAGUID
      ? { term: 'AAGUID', text: 'Not told (all zeros)' }
      : { term: 'AAGUID', text: passkey.aaguid, copy: 'AAGUID' },
    { term: 'Algorithm', text: passkey.algorithm },
    { term: 'Transports', text: passkey.transports.join(', ') || 'Not told' },
  ];
}
