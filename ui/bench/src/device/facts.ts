import { plural } from '$kit/plural';
import type { DeviceSummary, PasskeySummary, WayOut } from '../bindings/types';

/** "no passkeys", "1 passkey", "3 passkeys". */
export function countPasskeys(count: number): string {
  return count === 0 ? 'no passkeys' : plural(count, 'passkey');
}

/** "3 for 2 sites"; "none" without any. */
export function passkeyFact(device: DeviceSummary): string {
  const { length } = device.passkeys;
  if (length === 0) return 'none';
  const sites = new Set(device.passkeys.map((passkey) => passkey.rpId)).size;
  return `${length} for ${plural(sites, 'site')}`;
}

/** What a device can be. */
export type Profile = 'phone' | 'pin-key' | 'fingerprint-key' | 'key';

/** The kinds of device to add: name, and what sets it apart. */
export const PROFILES: Record<Profile, { label: string; sentence: string; added: string }> = {
  phone: {
    label: 'Phone',
    sentence: 'It has a display and a PIN of its own, asked for at its first use.',
    added: 'Add the phone',
  },
  'pin-key': {
    label: 'Security key with PIN',
    sentence: 'The browser asks for its PIN, and the key checks it. Made at the first use that requires user verification.',
    added: 'Add the key',
  },
  'fingerprint-key': {
    label: 'Security key with fingerprint',
    sentence: 'Its touch verifies its user, as by a fingerprint: no PIN, no display.',
    added: 'Add the key',
  },
  key: {
    label: 'Security key, touch only',
    sentence: 'No user verification: a relying party that requires it refuses this key.',
    added: 'Add the key',
  },
};

/** True for a device that verifies its user by a PIN on its own display. */
export function hasPin(device: Pick<DeviceSummary, 'profile'>): boolean {
  return device.profile === 'phone';
}

/** How the PIN stands. */
export function pinFact({ pin }: DeviceSummary): string {
  if (!pin.set) return 'not set yet';
  if (pin.blocked) return 'blocked';
  return `set · ${plural(pin.triesLeft, 'try', 'tries')} left`;
}

/** How a key verifies its user. */
const KEYS: Record<string, string> = {
  key: 'It cannot verify its user: a relying party that requires this refuses it.',
  'pin-key': 'The browser asks for its PIN where a relying party wants its user verified.',
  'fingerprint-key': 'The touch verifies its user too, as a fingerprint does.',
};

/** What an idle device's screen suggests. */
export function idleAdvice(device: DeviceSummary): { title: string; advice: string } {
  if (device.pin.blocked) {
    return { title: 'Blocked', advice: 'All tries for the PIN are spent. Wipe this device to use it again.' };
  }
  if (!hasPin(device)) {
    return { title: device.passkeys.length === 0 ? 'No passkeys yet' : 'Ready', advice: `Its light shows when it wants a touch. ${KEYS[device.profile] ?? ''}`.trim() };
  }
  if (device.passkeys.length === 0) {
    return {
      title: 'No passkeys yet',
      advice: 'Create an account at the relying party. This device then asks you here.',
    };
  }
  return {
    title: 'Ready',
    advice: `It holds ${countPasskeys(device.passkeys.length)}. Sign in at the relying party, and this device asks you here.`,
  };
}

/** What a wipe takes with it. */
export function wipeLoss(device: DeviceSummary): string {
  const pin = device.pin.set ? ' and its PIN' : '';
  return `${device.name} loses ${countPasskeys(device.passkeys.length)}${pin}. Relying parties keep their accounts, which can no longer be signed in to with these passkeys. This cannot be undone.`;
}

/** What a removal takes with it. */
export function removeLoss(device: DeviceSummary): string {
  return `${device.name} leaves the bench with ${countPasskeys(device.passkeys.length)}. Relying parties keep their accounts, which can no longer be signed in to with these passkeys. This cannot be undone.`;
}

/** The name a passkey goes by: the tester's own, or the account's. */
export function passkeyName(passkey: PasskeySummary): string {
  return passkey.label || passkey.userDisplayName || passkey.userName || 'Passkey without a name';
}

const NAMED: Record<Profile, string> = { phone: 'Phone', key: 'Key', 'pin-key': 'PIN key', 'fingerprint-key': 'Fingerprint key' };

/** A name for the next device of a kind: the first letter that is free. */
export function nextName(profile: Profile, devices: DeviceSummary[]): string {
  const taken = new Set(devices.map((device) => device.name));
  for (let i = 0; i < 26; i++) {
    const name = `${NAMED[profile]} ${String.fromCharCode(65 + i)}`;
    if (!taken.has(name)) return name;
  }
  return `${NAMED[profile]} ${devices.length + 1}`;
}

const HOMES: Record<string, string> = {
  keyring: 'the system’s keyring',
  file: 'a key file',
  passphrase: 'under a passphrase',
  memory: 'memory only',
};

/** Where the secrets are, in a few words. */
export function homeName(home: string): string {
  return HOMES[home] ?? home;
}

/** A way out of a shut vault: the button, and what it does. */
export const WAYS_OUT: Record<WayOut, { label: string; sentence: string }> = {
  retry: { label: 'Try again', sentence: 'Opens the vault once more, for example after the keyring was unlocked.' },
  useFile: {
    label: 'Keep the key in a file',
    sentence: 'The key lies beside the vault in a file that only your user may read. Whoever can read your files can read the vault.',
  },
  usePassphrase: {
    label: 'Use a passphrase…',
    sentence: 'The key is made from a passphrase, asked for at each start. Nobody can bring a forgotten one back.',
  },
  useMemory: {
    label: 'Keep everything in memory',
    sentence: 'Devices and passkeys are gone when the bench closes. What is stored now stays untouched.',
  },
  startOver: {
    label: 'Start over…',
    sentence: 'A new, empty vault is made. The old one is renamed, not deleted.',
  },
};

/** The devices that can take this one's passkeys: all others. */
export function copyTargets(device: DeviceSummary, devices: DeviceSummary[]): DeviceSummary[] {
  return devices.filter(({ id }) => id !== device.id);
}
