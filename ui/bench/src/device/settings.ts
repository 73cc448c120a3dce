import type { DeviceSettings, DeviceSummary, VerificationMethod } from '../bindings/types';
import { isUsable } from '../pin/states';

/** The PINs that can verify a passkey's user. */
export const METHODS: readonly { value: VerificationMethod; label: string; sentence: string }[] = [
  { value: 'devicePin', label: 'Device PIN', sentence: 'The device’s own PIN. No relying party knows it, and it is good for every passkey here.' },
  {
    value: 'syncedPin',
    label: 'Synced PIN',
    sentence: 'The account’s PIN, as the relying party last synchronized it. It is good for that relying party’s passkeys only.',
  },
];

/** What can be switched on and off. */
export const SWITCHES: readonly { name: Exclude<keyof DeviceSettings, 'verification'>; label: string; sentence: string; labelled?: string }[] = [
  {
    name: 'fingerprint',
    label: 'Ask for a fingerprint first',
    sentence: 'A simulated reader: you choose whether the finger matches. After too many that do not, only a PIN will do.',
    labelled: 'simulated',
  },
  {
    name: 'anyEnrolment',
    label: 'Any enrolled PIN will do',
    sentence: 'One relying party’s PIN then verifies you for another one’s passkey. Off as it comes: whoever learns one PIN then has all of them.',
    labelled: 'weaker',
  },
  { name: 'appLock', label: 'Lock the app', sentence: 'The device asks for a PIN before its enrolments are synchronized or changed by hand.' },
];

/** What the present choice leaves without a way to verify the person; none when all is well. */
export function settingsAdvice({ settings, enrolments, name }: DeviceSummary): string | null {
  if (settings.verification !== 'syncedPin') return null;
  if (enrolments.length === 0) return `No PIN is enrolled on ${name} yet. Without one, a relying party that requires user verification is refused here.`;
  return enrolments.some(({ state }) => isUsable(state)) ? null : `No enrolled PIN can be checked now. ${name} cannot verify you until one is synchronized.`;
}
