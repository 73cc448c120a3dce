// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { placeOf, placeWords, type Place } from './player';

/** Every act that a walk can do, from what editors complete them by. */
const schema = JSON.parse(readFileSync(new URL('../../../../fixtures/walks/walk.schema.json', import.meta.url), 'utf8')) as { $defs: Record<string, unknown> };
const acts = Object.keys(schema.$defs).flatMap((name) => (name.startsWith('act:') ? [name.slice('act:'.length)] : []));

describe('where the tester acts', () => {
  const at = (act: string, device: string | null = null) => placeOf({ act, device }, null);
  /** Of the rooms that are not all done at one place: what the instruction and the window’s controls say. */
  const told: Record<string, Place> = {
    'client.abort': 'rp',
    'client.cancel-key': 'browser',
    'client.enter-key-pin': 'browser',
    'client.set-key-pin': 'browser',
    'client.flood-logons': 'walk',
    'client.phish': 'walk',
    'device.copy-passkeys': 'device',
    'device.forge-push': 'walk',
    'device.power-cycle': 'device',
  };
  const rooms: Record<string, Place> = { page: 'rp', person: 'device', device: 'device', rp: 'party', network: 'network', clock: 'clock', fault: 'faults' };

  it('knows a place for every act there is, and says so of those that no control does', () => {
    expect(acts.length).toBeGreaterThan(70);
    for (const act of acts) expect([act, at(act)]).toEqual([act, told[act] ?? rooms[act.split('.')[0]!]]);
    expect(acts.filter((act) => at(act) === 'walk').sort()).toEqual(['client.flood-logons', 'client.phish', 'device.forge-push']);
    expect(at('')).toBe('walk');
    for (const act of acts) expect(placeWords(at(act))).toMatch(/\.$/);
    expect(placeWords('walk')).toContain('Only the walk can do this');
  });

  it('finds the network of one device beside that of the pages', () => {
    expect(at('network.offline', 'phone')).toBe('device-network');
    expect(at('network.offline')).toBe('network');
    expect(at('device.rename', 'phone')).toBe('device');
  });

  it('follows the browser when it asks in the device’s stead', () => {
    expect(placeOf({ act: 'person.choose-account', device: null }, { asker: 'client' })).toBe('browser');
    expect(placeOf({ act: 'page.cancel', device: null }, { asker: 'client' })).toBe('rp');
  });
});
