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
export function problemOf({ state, triesLeft, problem }: EnrolmentSummary): string | null {
  const refused = state === 'disabled' || (state === 'locked' && triesLeft !== 0);
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
      return enrolment.syncedAt === null ? ['set', 'sync'] : ['sync', 'set'];
    case 'locked':
      // With tries left it is the relying party that locked it: a PIN, even a right one, does not help.
      return enrolment.triesLeft === 0 ? ['verify', 'reset', 'site'] : ['reset', 'site', 'verify'];
    case 'disabled':
      // Online the PIN is of use as ever. A phone that was synchronized once knows that there is one.
      return enrolment.pinVersion === null && enrolment.acknowledgedAt === null ? ['set', 'sync', 'verify', 'site'] : ['verify', 'change', 'sync', 'reset', 'site'];
    case 'expired':
      return ['verify', 'sync', 'change', 'reset', 'site'];
    default:
      return ['sync', 'change', 'verify', 'reset', 'site'];
  }
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
