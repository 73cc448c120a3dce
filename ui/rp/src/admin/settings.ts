/** Every setting of the policy: its place in the file, what it does, and on which side. */

/** Who acts on a setting: the server alone, the phones alone (they learn it at a sync), or both. */
export type Side = 'server' | 'phones' | 'both';

interface Common {
  /** Its place in the policy file: "pin.online-attempts". */
  key: string;
  label: string;
  /** What it does. */
  does: string;
  side: Side;
}

export type Setting =
  | (Common & { kind: 'switch' })
  | (Common & { kind: 'number'; unit: string })
  | (Common & { kind: 'length-of-time'; hint: string })
  | (Common & { kind: 'choice'; options: readonly (readonly [value: string, label: string])[] })
  | (Common & { kind: 'several'; options: readonly (readonly [value: string, label: string])[] })
  | (Common & { kind: 'lines'; hint: string })
  | (Common & { kind: 'moment'; hint: string });

export interface Group {
  title: string;
  settings: readonly Setting[];
}

export const sides: Record<Side, string> = {
  server: 'Server',
  phones: 'Phones',
  both: 'Server and phones',
};

/** A group that is in the file only when it is switched on. */
export const CAMPAIGN = 'pin.campaign';

export const groups: readonly Group[] = [
  {
    title: 'Passkeys',
    settings: [
      {
        key: 'passkeys.required',
        kind: 'switch',
        label: 'Passkeys required',
        does: 'People sign in with passkeys, so their phone has to verify them first.',
        side: 'server',
      },
      {
        key: 'passkeys.biometrics',
        kind: 'switch',
        label: 'Biometrics allowed',
        does: 'A fingerprint or face may verify the person. Without it, only a PIN can.',
        side: 'server',
      },
    ],
  },
  {
    title: 'PIN',
    settings: [
      {
        key: 'pin.enabled',
        kind: 'switch',
        label: 'PIN method',
        does: 'Accounts may have a PIN. Off: nobody can use or set one.',
        side: 'both',
      },
      {
        key: 'pin.enrolment',
        kind: 'choice',
        label: 'A phone is set up by',
        does: 'What lets a phone have the PIN. A passkey binds the keys of both sides; digits are only compared by eye.',
        side: 'server',
        options: [
          ['passkey', 'A passkey'],
          ['digits', 'Comparing six digits'],
        ],
      },
      {
        key: 'pin.online-attempts',
        kind: 'number',
        unit: 'wrong PINs',
        label: 'Online attempts',
        does: 'Wrong PINs at the server until the method locks. Only a reset opens it again.',
        side: 'server',
      },
    ],
  },
  {
    title: 'Offline use',
    settings: [
      {
        key: 'pin.offline',
        kind: 'switch',
        label: 'Offline use',
        does: 'Phones keep a copy and check the PIN by themselves. Off: every copy is wiped.',
        side: 'phones',
      },
      {
        key: 'pin.validity',
        kind: 'length-of-time',
        hint: 'Such as 30m, 8h or 7days. 0 switches offline use off.',
        label: 'Validity of the copy',
        does: 'How long a phone may use its copy after a sync. It renews it in good time when online.',
        side: 'phones',
      },
      {
        key: 'pin.offline-attempts',
        kind: 'number',
        unit: 'wrong PINs',
        label: 'Offline attempts',
        does: 'Wrong PINs on a phone until it locks. A correct PIN online opens it again.',
        side: 'phones',
      },
      {
        key: 'pin.lock',
        kind: 'choice',
        label: 'When they are spent',
        does: 'Whether the locked phone keeps its copy or wipes it.',
        side: 'phones',
        options: [
          ['indefinite', 'Lock, keep the copy'],
          ['wipe-and-resync', 'Lock, wipe the copy'],
        ],
      },
    ],
  },
  {
    title: 'Choosing a PIN',
    settings: [
      { key: 'pin.min-length', kind: 'number', unit: 'characters', label: 'Least length', does: 'The fewest characters of a PIN.', side: 'both' },
      { key: 'pin.max-length', kind: 'number', unit: 'characters', label: 'Greatest length', does: 'The most characters of a PIN.', side: 'both' },
      {
        key: 'pin.charset',
        kind: 'choice',
        label: 'Characters',
        does: 'What a PIN is made of. A Touchstone phone types digits only, under either.',
        side: 'both',
        options: [
          ['digits', 'Digits'],
          ['any', 'Any'],
        ],
      },
      {
        key: 'pin.refuse',
        kind: 'several',
        label: 'Refused kinds',
        does: 'Kinds of PIN that are guessed first.',
        side: 'server',
        options: [
          ['mirrored', 'Mirrored: 123321'],
          ['sequences', 'Sequences: 456789'],
          ['repeated', 'Repeated: 121212'],
          ['birthdays', 'Dates: 240586'],
        ],
      },
      {
        key: 'pin.blocklist',
        kind: 'lines',
        hint: 'One a line.',
        label: 'Refused PINs',
        does: 'PINs that nobody may choose.',
        side: 'server',
      },
      {
        key: 'pin.history',
        kind: 'number',
        unit: 'PINs',
        label: 'History',
        does: 'How many of the last PINs may not be chosen again.',
        side: 'server',
      },
      {
        key: 'pin.iterations',
        kind: 'number',
        unit: 'iterations',
        label: 'PBKDF2 iterations',
        does: 'The work of one guess at a stolen hash. It applies to PINs set from now on.',
        side: 'both',
      },
      {
        key: 'pin.test-iterations',
        kind: 'switch',
        label: 'Few iterations, for tests',
        does: 'Allows fewer than 600,000 iterations. A PIN’s card on the phone says so.',
        side: 'both',
      },
    ],
  },
  {
    title: 'Age',
    settings: [
      {
        key: 'pin.age-days',
        kind: 'number',
        unit: 'days',
        label: 'Greatest age',
        does: 'How old a PIN may become. 0: any age. Below 0: expired already.',
        side: 'both',
      },
      {
        key: 'pin.expiring-days',
        kind: 'number',
        unit: 'days',
        label: 'Told in advance',
        does: 'How long before its end a PIN counts as expiring.',
        side: 'server',
      },
      {
        key: 'pin.extra-sign-ins',
        kind: 'number',
        unit: 'sign-ins',
        label: 'Extra sign-ins',
        does: 'How often an expired PIN still works; offline, per phone.',
        side: 'both',
      },
    ],
  },
  {
    title: 'Change campaign',
    settings: [
      {
        key: CAMPAIGN,
        kind: 'switch',
        label: 'Campaign',
        does: 'Everybody is asked to choose a new PIN.',
        side: 'server',
      },
      {
        key: 'pin.campaign.start',
        kind: 'moment',
        hint: 'UTC.',
        label: 'Start',
        does: 'PINs set before this moment are to be changed.',
        side: 'server',
      },
      {
        key: 'pin.campaign.grace',
        kind: 'number',
        unit: 'days',
        label: 'Grace',
        does: 'How long after the start people may put it off. Then they must.',
        side: 'server',
      },
    ],
  },
];

export const settings: readonly Setting[] = groups.flatMap((group) => group.settings);
