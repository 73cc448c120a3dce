import type { BenchState, DeviceSummary, KeyBus, KeySummary } from '../bindings/types';

const BUSES: Record<KeyBus, string> = { usb: 'USB', bluetooth: 'Bluetooth', i2c: 'I²C', spi: 'SPI', udp: 'UDP', unknown: 'Bus not known' };

/** What it hangs on, in a word. */
export const busName = (bus: string): string => BUSES[bus as KeyBus] ?? bus;

/** "USB · hidraw3", "UDP · 127.0.0.1:8111". */
export function placeOf({ bus, path }: Pick<KeySummary, 'bus' | 'path'>): string {
  return `${busName(bus)} · ${path.startsWith('/dev/') ? path.slice('/dev/'.length) : path}`;
}

/** "1050:0407"; none where the key does not say. */
export function usbId({ vendorId, productId }: Pick<KeySummary, 'vendorId' | 'productId'>): string | null {
  if (vendorId === null || productId === null) return null;
  return [vendorId, productId].map((id) => id.toString(16).padStart(4, '0')).join(':');
}

/** What is told of a key beside its name, where it says it. */
export function identityOf(key: Pick<KeySummary, 'name' | 'manufacturer' | 'product' | 'serial' | 'vendorId' | 'productId' | 'bus' | 'path'>): (readonly [name: string, value: string])[] {
  const rows: [string, string | null][] = [
    ['Maker', key.manufacturer],
    ['Product', key.product === key.name ? null : key.product],
    ['Serial', key.serial],
    ['USB id', usbId(key)],
    ['Plugged in', placeOf(key)],
  ];
  return rows.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

/** A key as lists show it: two of the same make stand apart by their place. */
export interface ListedKey {
  key: KeySummary;
  name: string;
  /** Where it is, or what stands in its way. */
  note: string;
}

/** The keys for a list; one that is a software device of this bench bears that one's name. */
export function listed(keys: readonly KeySummary[], devices: readonly DeviceSummary[]): ListedKey[] {
  return keys.map((key) => ({ key, name: nameOf(key, devices), note: key.problem ? 'cannot be used yet' : placeOf(key) }));
}

/** What a key is called: as the software device that is plugged in there, else as it calls itself. */
export function nameOf(key: KeySummary, devices: readonly DeviceSummary[]): string {
  return devices.find(({ id }) => id === key.device)?.name ?? key.name;
}

/** Which authenticator answers next. */
export type InUse =
  | { kind: 'device'; device: DeviceSummary; key: KeySummary | null }
  | { kind: 'key'; key: KeySummary }
  /** Picked, and not plugged in now. */
  | { kind: 'away'; id: string; name: string }
  | { kind: 'none' };

/** The one that is picked. A software device that is reached as a key is still seen as that device. */
export function inUse(state: Pick<BenchState, 'devices' | 'keys' | 'activeDevice' | 'unpluggedKey'> | null): InUse {
  const id = state?.activeDevice ?? null;
  if (!state || id === null) return { kind: 'none' };
  const key = state.keys.find((one) => one.id === id) ?? null;
  const device = state.devices.find((one) => one.id === (key?.device ?? id));
  if (device) return { kind: 'device', device, key };
  if (key) return { kind: 'key', key };
  return state.unpluggedKey === null ? { kind: 'none' } : { kind: 'away', id, name: state.unpluggedKey };
}

/** What the head calls the one in use. */
export function inUseName(using: InUse): string {
  switch (using.kind) {
    case 'device':
      return using.device.name;
    case 'key':
      return using.key.name;
    case 'away':
      return using.name;
    case 'none':
      return 'none';
  }
}

/** Where a key that is not there any more was: "/dev/hidraw3". */
export const pathOf = (id: string): string => id.slice(id.indexOf(':') + 1);
