/** What the administration says about accounts, locks and what happened. */
import type { AdminAccount, AdminPhone, AuditEntry, PolicyProblem } from '../bindings';
import { plural } from '$kit/plural';

const states: Record<AdminAccount['pin']['status'], string> = {
  off: 'Switched off',
  none: 'No PIN',
  active: 'Active',
  expiring: 'Expires soon',
  expired: 'Expired',
  locked: 'Locked',
};

export function pinState({ pin }: AdminAccount): string {
  return pin.locked ? states.locked : states[pin.status];
}

export interface Lock {
  id: string;
  account: AdminAccount;
  phone?: AdminPhone;
  /** What is locked, and why. */
  what: string;
  /** What opens it again. */
  way: string;
  /** An administrator's reset does. */
  resettable: boolean;
}

/** Everything that is locked now; `attempts`: wrong offline PINs until a phone locks. */
export function locks(accounts: readonly AdminAccount[], attempts: number): Lock[] {
  return accounts.flatMap((account) => {
    const { id } = account.account;
    const found: Lock[] = [];
    if (account.pin.locked) {
      found.push({
        id: `${id} pin`,
        account,
        what: 'The PIN is locked: too many wrong PINs online.',
        way: 'Reset it here, or let the person reset it with another factor.',
        resettable: true,
      });
    }
    if (account.pin.logonLocked) {
      found.push({
        id: `${id} logon`,
        account,
        what: 'Workstation codes are refused: too many wrong ones within an hour.',
        way: 'A sign-in with a passkey opens them again.',
        resettable: false,
      });
    }
    for (const phone of account.pin.phones.filter(({ mayBeCopied }) => mayBeCopied)) {
      found.push({
        id: `${phone.enrolmentId} copy`,
        account,
        phone,
        what: `${phone.deviceName} may be a copy: a counter that only one phone can have came from two.`,
        way: 'Revoke it under Accounts; the person then sets the phone up anew.',
        resettable: false,
      });
    }
    for (const phone of account.pin.phones.filter(({ failures }) => attempts > 0 && failures >= attempts)) {
      found.push({
        id: phone.enrolmentId,
        account,
        phone,
        what: `${phone.deviceName} is locked: ${plural(phone.failures, 'wrong offline PIN')} at its last sync.`,
        way: 'A correct PIN online, on that phone, opens it again.',
        resettable: false,
      });
    }
    return found;
  });
}

/** Why the file on the server's disk is not in force. */
export function fileProblem({ file, line, column, message }: PolicyProblem): string {
  return `${file}, line ${line}, column ${column}: ${message} The policy below stays in force.`;
}

const acronyms = new Map([
  ['pin', 'PIN'],
  ['uv', 'UV'],
  ['id', 'ID'],
]);

/** "pinLocked" as people read it: "PIN locked". */
export function spoken(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(/[\s.-]+/);
  const text = words.map((word) => acronyms.get(word) ?? word).join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

interface Change {
  member: string;
  from: unknown;
  to: unknown;
}

const isChange = (value: unknown): value is Change => typeof (value as Partial<Change> | null)?.member === 'string';

const plain = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value ?? null));

/** What else is known of an entry, one fact a line. */
export function details(entry: Pick<AuditEntry, 'detail'>): string[] {
  return Object.entries(entry.detail ?? {}).flatMap(([name, value]) => {
    if (value === null) return [];
    if (Array.isArray(value) && value.length > 0 && value.every(isChange)) {
      return value.map(({ member, from, to }) => `${member}: ${plain(from)} → ${plain(to)}`);
    }
    return [`${spoken(name)}: ${plain(value)}`];
  });
}
