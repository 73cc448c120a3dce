/** What the account page says about the PIN, in plain words. */
import { exactTime, relativeTime } from '$kit/time';
import type { PinCampaign, PinPhone, PinStanding } from '../bindings';
import { plural } from '$kit/plural';

/** `holds`: nothing to do. `ask`: something should be done. `stop`: the PIN does not work. */
export type Tone = 'holds' | 'ask' | 'stop' | 'none';

export interface Standing {
  tone: Tone;
  /** One or two words: "Active". */
  title: string;
  /** What follows from it. */
  sentence: string;
  /** What a person can do, one thing a line. */
  ways: string[];
}

/** The PIN's state. `now` is the relying party's time in Unix milliseconds. */
export function standing(pin: PinStanding, now: number, zone?: string): Standing {
  const ends = pin.expiresAt ? Date.parse(pin.expiresAt) : null;
  const left = pin.extraSignInsLeft ?? 0;
  switch (pin.status) {
    case 'off':
      return {
        tone: 'none',
        title: 'Switched off',
        sentence: 'This site does not use PINs at present. What your phones kept of yours is deleted when they next connect.',
        ways: [],
      };
    case 'none':
      return {
        tone: 'none',
        title: 'No PIN',
        sentence: pin.phones.length
          ? `Choose one on ${oneOf(pin.phones)}: open this account there and press Set a PIN.`
          : 'Set it up on a phone. You choose the PIN there.',
        ways: [],
      };
    case 'active':
      return {
        tone: 'holds',
        title: 'Active',
        sentence: ends === null ? 'It does not expire.' : `Until ${exactTime(ends, zone)}.`,
        ways: [],
      };
    case 'expiring':
      return {
        tone: 'ask',
        title: 'Expires soon',
        sentence: `${ends === null ? 'It ends soon' : `It ends ${relativeTime(ends, now)}`}. Change it on one of your phones.`,
        ways: [],
      };
    case 'expired':
      return {
        tone: left > 0 ? 'ask' : 'stop',
        title: 'Expired',
        sentence:
          left > 0
            ? `It still works for ${plural(left, 'more sign-in')}. Change it on one of your phones before then.`
            : 'It no longer signs you in.',
        ways: left > 0 ? [] : ['Change it on one of your phones, while it is online.', 'Reset it here.', 'Ask an administrator to reset it.'],
      };
    case 'locked':
      return {
        tone: 'stop',
        title: 'Locked',
        sentence: 'Too many wrong PINs were entered. It stays locked until it is reset.',
        ways: [
          'Reset it here: use your fingerprint or a passkey on another device.',
          'Reset it in the app on your phone.',
          'Ask an administrator to reset it.',
        ],
      };
  }
}

function oneOf(phones: readonly PinPhone[]): string {
  return phones.length === 1 && phones[0] ? phones[0].deviceName : 'one of your phones';
}

export interface CampaignWords {
  sentence: string;
  /** The old PIN still works: the person may decide later. */
  skippable: boolean;
}

/** What a change campaign asks of the person; null when it asks nothing. */
export function campaign(running: PinCampaign | null | undefined, zone?: string): CampaignWords | null {
  if (!running) return null;
  const sentence = running.mustChange
    ? 'This site asked everybody for a new PIN, and the time for that is over. Change yours on one of your phones now.'
    : `This site asks everybody for a new PIN. Change yours on one of your phones. The old one works until ${exactTime(Date.parse(running.endsAt), zone)}.`;
  return { sentence, skippable: !running.mustChange };
}

/** What the phone reported at its last sync. */
export function offlineTries(phone: Pick<PinPhone, 'failures'>): string {
  return phone.failures === 0 ? 'No wrong offline tries' : plural(phone.failures, 'wrong offline try', 'wrong offline tries');
}

/** What a phone says that was copied, or put back from a copy; null for any other. */
export function copyWarning(phone: { mayBeCopied: boolean }, revoke: 'remove' | 'revoke'): string | null {
  return phone.mayBeCopied ? `May be a copy: ${revoke} it, and set the phone up anew` : null;
}

/** The number as people compare it: "123 456". */
export function grouped(digits: string): string {
  return digits.replace(/(\d{3})(?=\d)/g, '$1 ');
}
