import type { KeyFact, KeyFactPart, KeyReport, KeySummary, KeysFinding } from '../bindings/types';

/** A real key at its node. */
export const keyOf = (more: Partial<KeySummary> = {}): KeySummary => ({
  id: 'hid:/dev/hidraw3',
  name: 'YubiKey FIDO',
  manufacturer: 'Yubico',
  product: 'YubiKey FIDO',
  serial: null,
  vendorId: 0x1050,
  productId: 0x402,
  bus: 'usb',
  path: '/dev/hidraw3',
  problem: null,
  device: null,
  ...more,
});

/** A software key at an address. */
export const udpKeyOf = (port: number, more: Partial<KeySummary> = {}): KeySummary =>
  keyOf({ id: `udp:127.0.0.1:${port}`, name: 'Security key', manufacturer: null, product: null, vendorId: null, productId: null, bus: 'udp', path: `127.0.0.1:${port}`, ...more });

export const partOf = (name: string, more: Partial<KeyFactPart> = {}): KeyFactPart => ({ name, standing: 'told', shown: 'yes', sentence: `${name} means this.`, clause: 'CTAP 2.3 §6.4', ...more });

export const factOf = (number: number, name: string, more: Partial<KeyFact> = {}): KeyFact => ({
  number,
  name,
  standing: 'told',
  value: null,
  shown: 'shown',
  sentence: `${name} means this.`,
  clause: 'CTAP 2.3 §6.4',
  parts: [],
  ...more,
});

/** What a key with a PIN says. */
export const reportOf = (more: Partial<KeyReport> = {}): KeyReport => ({
  key: keyOf(),
  init: { protocolVersion: 2, deviceVersion: '5.4.3', capabilities: 5, explained: [partOf('CAPABILITY_WINK')] },
  facts: [
    factOf(1, 'versions', { shown: 'FIDO_2_0, FIDO_2_1', parts: [partOf('FIDO_2_0', { shown: '' }), partOf('FIDO_2_1', { shown: '' })] }),
    factOf(3, 'aaguid', { value: 'AAAAAAAAAAAAAAAAAAAAAA', shown: '2fc0579f-8113-47ea-b116-bb5a8db9202a' }),
    factOf(4, 'options', { shown: '2 options', parts: [partOf('rk'), partOf('clientPin')] }),
    factOf(0x0d, 'minPINLength', { standing: 'absent', shown: 'not told' }),
  ],
  pin: { supported: true, set: true, retries: 8, powerCycleNeeded: false, uvRetries: null, sentence: 'It has a PIN. 8 tries are left.' },
  remarks: [],
  bytes: 'a3',
  took: [{ command: 'authenticatorGetInfo', micros: 4200 }],
  ...more,
});

export const findingOf = (what: string, more: Partial<KeysFinding> = {}): KeysFinding => ({ what, title: `About ${what}`, state: 'ok', sentence: `${what} is well.`, command: null, ...more });
