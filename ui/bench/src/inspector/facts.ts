import type { Event } from '../bindings/types';
import { plural } from '$kit/plural';
import { exactTime } from '$kit/time';
import { spanText } from '../head/spans';
import { member, number, record, text } from '../wire/body';

/** What an event says, as a table of its own. */
export interface Facts {
  heading: string;
  /** What stands, with its sign. */
  chip?: { label: string; tone: 'good' | 'warn' | 'bad' | 'plain'; sign: string };
  rows: readonly (readonly [name: string, value: string])[];
}

/** The tables of an event; none for most kinds. */
export function factsOf(event: Event): Facts[] {
  return BUILDERS[event.kind]?.(event) ?? [];
}

const BUILDERS: Record<string, (event: Event) => Facts[]> = {
  'device.pin.offline': (event) => entriesOf(event).map((entry) => checkOf(event, entry)),
  'device.pin.synced': (event) => [
    {
      heading: 'What is kept now',
      rows: rows([
        ['PIN version', number(event, 'pinVersion')],
        ['policy version', number(event, 'policyVersion')],
        ['valid for', span(number(event, 'validitySeconds'))],
        ['until', time(number(event, 'validUntil'))],
        ['offline tries', number(event, 'maxOfflineAttempts')],
        ['unlock epoch', number(event, 'unlockEpoch')],
      ]),
    },
  ],
  'device.pin.push': (event) => [
    {
      heading: 'What the relying party signed',
      rows: rows([
        ['PIN version', number(event, 'pinVersion')],
        ['policy version', number(event, 'policyVersion')],
        ['news', member(event, 'news') === true ? 'yes: the device synchronizes' : 'no'],
      ]),
    },
  ],
  'rp.pin.acknowledged': (event) => [
    {
      heading: 'What the phone confirmed',
      rows: rows([
        ['PIN version', number(event, 'pinVersion')],
        ['policy version', number(event, 'policyVersion')],
        ['failed offline', number(event, 'failures')],
      ]),
    },
  ],
  'rp.policy.changed': (event) => [{ heading: `Policy ${number(event, 'version') ?? ''}`.trim(), rows: entriesOf(event, 'changes').map(changeOf) }],
};

/** Iterations as they are read: "600,000". */
const grouped = new Intl.NumberFormat('en');

const STATES: Record<string, Facts['chip']> = {
  valid: { label: 'cache valid', tone: 'good', sign: '✓' },
  expiring: { label: 'cache expires soon', tone: 'warn', sign: '!' },
  expired: { label: 'expired', tone: 'warn', sign: '✕' },
  stale: { label: 'stale', tone: 'warn', sign: '↻' },
  locked: { label: 'locked', tone: 'bad', sign: '✕' },
  disabled: { label: 'off', tone: 'plain', sign: '–' },
  empty: { label: 'nothing kept', tone: 'plain', sign: '○' },
};

const VERIFIERS: Record<string, string> = { matched: 'match (constant time)', noMatch: 'no match (constant time)', notAsked: 'not computed' };

function checkOf(event: Event, entry: Record<string, unknown>): Facts {
  const outcome = String(entry.outcome ?? '');
  const failures = count(entry.failures);
  const left = count(entry.triesLeft);
  const of = failures !== undefined && left !== undefined && outcome === 'noMatch' ? ` · try ${failures} of ${failures + left}` : '';
  const iterations = number(event, 'iterations');
  const others = entriesOf(event).some((one) => one.outcome === 'matched');
  return {
    heading: `${String(entry.rpId ?? 'Offline PIN check')}${others ? '' : of}`,
    chip: STATES[String(entry.state ?? '')],
    rows: rows([
      ['failures', failuresText(outcome, failures, others)],
      ['PBKDF2', outcome === 'notAsked' || iterations === undefined ? undefined : `${grouped.format(iterations)} × HMAC-SHA256`],
      ['verifier', VERIFIERS[outcome]],
      ['next', nextText(outcome, left)],
    ]),
  };
}

/** How the count of wrong tries went. It is raised in both stores before anything is compared. */
function failuresText(outcome: string, failures: number | undefined, others: boolean): string | undefined {
  if (failures === undefined) return undefined;
  if (outcome === 'matched') return '→ 0, raised first in vault and keyring';
  if (outcome === 'noMatch' && others) return `${failures}, as before: another one matched`;
  return outcome === 'noMatch' ? `${failures - 1} → ${failures}, written first in vault and keyring` : `${failures}, not touched`;
}

function nextText(outcome: string, left: number | undefined): string | undefined {
  if (outcome === 'matched') return 'counts for this relying party';
  if (left === undefined) return undefined;
  return left === 0 ? 'online only' : `${plural(left, 'try', 'tries')}, then online only`;
}

function changeOf(change: Record<string, unknown>): [string, string] {
  return [String(change.member ?? '?'), `${JSON.stringify(change.from ?? null)} → ${JSON.stringify(change.to ?? null)}`];
}

function entriesOf(event: Event, name = 'enrolments'): Record<string, unknown>[] {
  const entries = member(event, name);
  return (Array.isArray(entries) ? entries : []).map(record);
}

const count = (value: unknown) => (typeof value === 'number' ? value : undefined);
const span = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds === 0 ? 'nothing: no offline check' : spanText(seconds * 1000));
const time = (at: number | undefined) => (at === undefined ? undefined : `${exactTime(at)}, by the device’s clock`);

/** What is known of them. */
function rows(all: [name: string, value: string | number | undefined][]): [string, string][] {
  return all.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
}

/** A heading for the whole, where several tables stand below each other. */
export function factsHeading(event: Event): string | null {
  if (event.kind !== 'device.pin.offline') return null;
  const purpose = PURPOSES[text(event, 'purpose') ?? ''];
  return purpose ? `Offline PIN check, ${purpose}` : 'Offline PIN check';
}

const PURPOSES: Record<string, string> = {
  userVerification: 'to verify the user of a passkey',
  appUnlock: 'to unlock the app',
  workstation: 'to answer a workstation',
};
