import type { DeviceSummary, Event } from '../bindings/types';

/** What to do next while no passkey has been asked for; none once one has. */
export function teaching(events: Event[], device: DeviceSummary | null): string | null {
  if (events.some((event) => event.kind.startsWith('client.'))) return null;
  if (device && device.passkeys.length > 0) return 'Sign in on the right to see a passkey at work.';
  const spoken = events.some((event) => event.party !== 'bench');
  return spoken
    ? 'Create an account on the right to see a passkey being made.'
    : 'Create an account on the right to see the first message.';
}
