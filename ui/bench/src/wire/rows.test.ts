// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { DeviceSummary, Event, RelyingPartySummary } from '../bindings/types';
import { moved, namesOf, rowOf as row } from './rows';

const event = (kind: string, wall: number) => ({ seq: 1, kind, wall, party: 'bench', body: {} }) as Event;
const nothing = () => undefined;
const devices = (...names: string[]) => names.map((name) => ({ id: name.toLowerCase(), name })) as DeviceSummary[];
const rowOf = (at: Event, before: Event | undefined, find: () => undefined, ...names: string[]) => row(at, before, find, namesOf(devices(...names), []));

describe('a row', () => {
  it('tells the time where a stretch begins, not within it', () => {
    const first = event('rp.request', 0);
    expect(rowOf(first, undefined, nothing).time).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(rowOf(event('rp.response', 2000), first, nothing).time).toBeNull();
    expect(rowOf(event('rp.request', 2001), first, nothing).time).not.toBeNull();
  });

  it('names the device where there are several', () => {
    const used = { ...event('device.passkey.used', 0), party: 'device', body: { device: 'a', signCount: 4 } } as Event;
    expect(rowOf(used, undefined, nothing, 'A', 'B').drawn).toMatchObject({ note: 'counter 4 · A' });
    expect(rowOf(used, undefined, nothing, 'A').drawn).toMatchObject({ note: 'counter 4' });
    expect(rowOf(used, undefined, nothing, 'B', 'C').drawn).toMatchObject({ note: 'counter 4' });
    expect(rowOf({ ...used, body: { device: 'b' } }, undefined, nothing, 'A', 'B').drawn).toMatchObject({ note: 'B' });
  });

  it('names the relying party where there are several, and the device that the bench was bent for', () => {
    const parties = [{ rpId: 'localhost', name: 'Acme' }, { rpId: 'bank.localhost', name: 'Bank' }] as RelyingPartySummary[];
    const reset = { ...event('rp.pin.reset', 0), party: 'relyingParty', body: { account: 'alice', rpId: 'bank.localhost', by: 'app' } } as Event;
    expect(row(reset, undefined, nothing, namesOf([], parties)).drawn).toMatchObject({ note: 'in the app · Bank' });
    expect(row(reset, undefined, nothing, namesOf([], parties.slice(1))).drawn).toMatchObject({ note: 'in the app' });
    const offline = { ...event('bench.deviceNetwork.set', 0), body: { device: 'b', state: { kind: 'offline' } } } as Event;
    expect(rowOf(offline, undefined, nothing, 'A', 'B').drawn).toMatchObject({ note: 'B' });
    const added = { ...event('bench.device.added', 0), body: { device: 'b', name: 'B' } } as Event;
    expect(rowOf(added, undefined, nothing, 'A', 'B').drawn.note).toBeUndefined();
  });

  it('is drawn anew until its cause is at hand', () => {
    const request = { ...event('rp.request', 0), body: { method: 'POST', path: '/api/authentication/begin' } } as Event;
    const response = { ...event('rp.response', 0), seq: 2, cause: 1, body: { status: 200 } } as Event;
    const title = (find: () => Event | undefined) => row(response, undefined, find, namesOf([], [])).drawn.title;
    expect(title(nothing)).toBe('response');
    expect(title(() => request)).toBe('request options');
    expect(title(nothing)).toBe('request options');
  });
});

describe('the selection', () => {
  it('starts at the newest and stops at both ends', () => {
    expect(moved('ArrowUp', null, 5)).toBe(4);
    expect(moved('ArrowDown', 4, 5)).toBe(4);
    expect(moved('ArrowUp', 0, 5)).toBe(0);
    expect(moved('PageUp', 3, 50)).toBe(0);
    expect(moved('PageDown', 45, 50)).toBe(49);
    expect(moved('Home', 3, 5)).toBe(0);
    expect(moved('End', 0, 5)).toBe(4);
  });

  it('stays for other keys and in an empty wire', () => {
    expect(moved('a', 3, 5)).toBeNull();
    expect(moved('ArrowDown', null, 0)).toBeNull();
  });
});
