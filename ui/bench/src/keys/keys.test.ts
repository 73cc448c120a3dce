// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { deviceOf } from '../pin/enrolment.fixture';
import { identityOf, inUse, inUseName, listed, placeOf, usbId } from './keys';
import { keyOf, udpKeyOf } from './keys.fixture';

const phone = deviceOf({ id: 'a', name: 'Phone A' });

describe('a key', () => {
  it('says where it is, without the folder that all nodes share', () => {
    expect(placeOf(keyOf())).toBe('USB · hidraw3');
    expect(placeOf(udpKeyOf(8111))).toBe('UDP · 127.0.0.1:8111');
    expect(placeOf(keyOf({ bus: 'unknown', path: 'IOService:/x' }))).toBe('Bus not known · IOService:/x');
  });

  it('has its numbers in four digits each, or none', () => {
    expect(usbId(keyOf({ vendorId: 0x20, productId: 7 }))).toBe('0020:0007');
    expect(usbId(keyOf({ productId: null }))).toBeNull();
  });

  it('tells of itself what it said, and nothing twice', () => {
    expect(identityOf(keyOf({ serial: '123' }))).toEqual([
      ['Maker', 'Yubico'],
      ['Serial', '123'],
      ['USB id', '1050:0402'],
      ['Plugged in', 'USB · hidraw3'],
    ]);
    expect(identityOf(udpKeyOf(8111))).toEqual([['Plugged in', 'UDP · 127.0.0.1:8111']]);
  });
});

describe('a list of keys', () => {
  it('calls a software device by its own name, and tells two of a make apart', () => {
    const keys = [keyOf(), keyOf({ id: 'hid:/dev/hidraw4', path: '/dev/hidraw4' }), udpKeyOf(9000, { device: 'a' })];
    expect(listed(keys, [phone]).map(({ name, note }) => [name, note])).toEqual([
      ['YubiKey FIDO', 'USB · hidraw3'],
      ['YubiKey FIDO', 'USB · hidraw4'],
      ['Phone A', 'UDP · 127.0.0.1:9000'],
    ]);
  });

  it('says that one cannot be used', () => {
    const problem = { code: 'noRights', message: 'No right to open it.', command: 'sudo chmod a+rw /dev/hidraw3' };
    expect(listed([keyOf({ problem })], [])[0]!.note).toBe('cannot be used yet');
  });
});

describe('the one in use', () => {
  const state = (activeDevice: string | null, keys = [keyOf()], unpluggedKey: string | null = null) => ({ devices: [phone], keys, activeDevice, unpluggedKey });

  it('is a device, a key, a device that is plugged in as a key, or nothing', () => {
    expect(inUse(null).kind).toBe('none');
    expect(inUse(state(null)).kind).toBe('none');
    expect(inUse(state('gone')).kind).toBe('none');
    expect(inUse(state('a'))).toMatchObject({ kind: 'device', key: null });
    expect(inUse(state('hid:/dev/hidraw3'))).toMatchObject({ kind: 'key', key: { name: 'YubiKey FIDO' } });
    const plugged = udpKeyOf(9000, { device: 'a' });
    expect(inUse(state(plugged.id, [plugged]))).toMatchObject({ kind: 'device', device: { id: 'a' }, key: { id: plugged.id } });
  });

  it('stays in use while it is unplugged', () => {
    const away = inUse(state('hid:/dev/hidraw3', [], 'YubiKey FIDO'));
    expect(away).toEqual({ kind: 'away', id: 'hid:/dev/hidraw3', name: 'YubiKey FIDO' });
    expect(inUseName(away)).toBe('YubiKey FIDO');
  });
});
