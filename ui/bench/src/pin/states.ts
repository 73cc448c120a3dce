import type { EnrolmentSummary, PinCacheState } from '../bindings/types';
import { spanText } from '../head/spans';

/** How a state is shown: never by colour alone. */
export interface Shown {
  name: string;
  sign: string;
  tone: 'good' | 'warn' | 'bad' | 'plain';
}

const SHOWN: Record<PinCacheState, Shown> = {
  valid: { name: 'Valid', sign: '✓', tone: 'good' },
  expiring: { name: 'Expires soon', sign: '!', tone: 'warn' },
  expired: { name: 'Expired', sign: '✕', tone: 'warn' },
  stale: { name: 'Out of date', sign: '↻', tone: 'warn' },
  locked: { name: 'Locked', sign: '✕', tone: 'bad' },
  disabled: { name: 'Off', sign: '–', tone: 'plain' },
  empty: { name: 'Nothing kept yet', sign: '○', tone: 'plain' },
};

export const shownState = (state: PinCacheState): Shown => SHOWN[state];

/** True where the device can check the PIN by itself. */
export const isUsable = (state: PinCacheState): boolean => state === 'valid' || state === 'expiring';

/** How much of the validity is left at `now`, 0 to 1; 0 where nothing can be checked. */
export function validityLeft({ state, validUntil, validitySeconds }: EnrolmentSummary, now: number): number {
  if (!isUsable(state) || validUntil === null || !validitySeconds) return 0;
  return Math.min(1, Math.max(0, (validUntil - now) / (validitySeconds * 1000)));
}

/** "17 h 58 min left", or since when it is over; none where no time runs. */
export function validityText({ state, validUntil }: EnrolmentSummary, now: number): string | null {
  if (validUntil === null) return null;
  const away = Math.abs(validUntil - now);
  if (isUsable(state)) return `${spanText(Math.max(0, validUntil - now))} left`;
  return state === 'expired' && now >= validUntil ? `${spanText(away)} ago` : null;
}

/** More tries than this are a number only. */
const DOTS = 10;

/** The tries as they are drawn: what is left, of how many, and whether as dots. */
export function triesOf({ triesLeft, maxOfflineAttempts }: EnrolmentSummary): { left: number; of: number; dots: boolean } | null {
  if (triesLeft === null || maxOfflineAttempts === null) return null;
  return { left: triesLeft, of: maxOfflineAttempts, dots: maxOfflineAttempts <= DOTS };
}

/** What went wrong last; none where the state came of it, and its reason says so already. */
export function problemOf({ state, reasonCode, problem }: EnrolmentSummary): string | null {
  const refused = state === 'disabled' || reasonCode === 'lockedByServer';
  return refused ? null : problem;
}

/** Something to be done with an enrolment. */
export type Act = 'sync' | 'verify' | 'set' | 'change' | 'reset' | 'site' | 'forget';

export const ACTS: Record<Act, { label: string; sentence: string }> = {
  sync: { label: 'Sync now', sentence: 'Asks the relying party for its present PIN and policy.' },
  verify: { label: 'Enter PIN online', sentence: 'The relying party checks the PIN. A correct one brings the offline tries back.' },
  set: { label: 'Set a PIN', sentence: 'Sets the account’s first PIN at the relying party.' },
  change: { label: 'Change the PIN', sentence: 'Asks for the present PIN, then twice for the new one.' },
  reset: { label: 'Reset the PIN here…', sentence: 'With a passkey that verified you without this PIN.' },
  site: { label: 'Reset at the site', sentence: 'Opens the account page, where a passkey or an administrator helps.' },
  forget: { label: 'Forget it…', sentence: 'Deletes the enrolment and all that is kept of its PIN on this device.' },
};

/** What helps now, the best first; the first is the card's button. Forgetting is never the way. */
export function waysOn(enrolment: EnrolmentSummary): Act[] {
  switch (enrolment.state) {
    case 'empty':
      return enrolment.syncedAt === null ? ['set', 'sync', 'verify'] : ['sync', 'set', 'verify'];
    case 'locked':
      // Where the relying party locked it, a PIN, even a right one, does not help.
      return enrolment.reasonCode === 'lockedByServer' ? ['reset', 'site', 'verify'] : ['verify', 'reset', 'site'];
    case 'disabled':
      // Online the PIN is of use as ever. A phone that was synchronized once knows that there is one.
      return enrolment.pinVersion === null && enrolment.acknowledgedAt === null ? ['set', 'sync', 'verify', 'site'] : ['verify', 'change', 'sync', 'reset', 'site'];
    case 'expired':
      // A PIN that is itself too old is right and still not taken.
      return enrolment.reasonCode === 'pinTooOld' ? ['change', 'verify', 'sync', 'reset', 'site'] : ['verify', 'sync', 'change', 'reset', 'site'];
    default:
      return ['sync', 'change', 'verify', 'reset', 'site'];
  }
}

/** Why an act cannot be begun on a device whose app is locked; entering the PIN online opens the app. */
export const lockedFor = (act: Act): string | null => (act === 'verify' || act === 'site' || act === 'forget' ? null : 'The app on this device is locked. Unlock it first.');

/** The card's button: what helps best, of what can be begun where the device cannot check the PIN. */
export function wayOf(enrolment: EnrolmentSummary, held: (act: Act) => string | null): Act | undefined {
  const ways = waysOn(enrolment);
  const free = isUsable(enrolment.state) ? undefined : ways.find((act) => held(act) === null);
  return free ?? ways[0];
}

const BUSY: Record<string, string> = {
  sync: 'Synchronizing…',
  verify: 'The relying party checks the PIN…',
  set: 'Setting the PIN…',
  change: 'Changing the PIN…',
};

/** What goes on between the device and the relying party. */
export const busyText = (busy: string): string => BUSY[busy] ?? 'At work…';

const STREAMS: Record<EnrolmentSummary['stream'], string> = {
  open: 'open: the relying party can tell of news',
  connecting: 'connecting…',
  off: 'closed',
};

export const streamText = ({ stream }: EnrolmentSummary): string => STREAMS[stream];

/** "PIN 3 · policy 2"; none before the first synchronization. */
export function versionsText({ pinVersion, policyVersion }: EnrolmentSummary): string | null {
  const parts = [pinVersion !== null && `PIN ${pinVersion}`, policyVersion !== null && `policy ${policyVersion}`];
  return parts.filter(Boolean).join(' · ') || null;
}

/** What PBKDF2 takes where nobody tests. */
const ITERATIONS = 600_000;

/** That a guess costs less than it should; none where it does not. */
export const iterationsText = ({ iterations }: EnrolmentSummary): string | null =>
  iterations !== null && iterations < ITERATIONS ? `${iterations.toLocaleString('en')} iterations: for tests only` : null;

/** When the PIN itself is too old, and how often it is taken after that. */
export function agingText({ pinExpiresAt, extraUsesLeft }: EnrolmentSummary, now: number): string | null {
  if (pinExpiresAt === null) return null;
  if (pinExpiresAt > now) return `in ${spanText(pinExpiresAt - now)}`;
  if (extraUsesLeft === null) return 'over: change it';
  return `over: good ${extraUsesLeft} more ${extraUsesLeft === 1 ? 'time' : 'times'}`;
}

/** What forgetting takes with it. */
export function forgetLoss({ rpName, username }: EnrolmentSummary, device: string): string {
  return `${device} forgets the PIN of ${username} at ${rpName}: its key, its count of wrong tries and what it keeps for offline checks. The relying party still lists the device until it is removed there. Enrolling again takes a new code.`;
}
