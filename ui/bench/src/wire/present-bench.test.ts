// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Event } from '../bindings/types';
import { shortTime } from '../head/clock';
import { present } from './present';

const drawn = (kind: string, body: unknown = {}) => present({ seq: 1, kind, party: 'bench', body } as Event, () => undefined);

describe('what the tester did to the bench', () => {
  const now = { device: 1_700_000_000_000 };
  const { day, time } = shortTime(now.device);

  it.each([
    [{ parties: ['relyingParty'], motion: { kind: 'skip', millis: 21_600_000 }, now }, 'Clock of the relying party: 6 h forward', 'warn'],
    [{ parties: ['device', 'client'], motion: { kind: 'back', millis: 60_000 }, now }, 'Clock of the device and the client: 1 min back', 'warn'],
    [{ parties: [], motion: { kind: 'set', to: 0 }, now }, 'Clocks: set', 'warn'],
    [{ parties: ['device', 'client', 'relyingParty'], motion: { kind: 'run', rate: 60 }, now }, 'Clocks: running ×60', 'warn'],
    [{ parties: [], motion: { kind: 'run', rate: 0 }, now }, 'Clocks: standing still', 'warn'],
    [{ parties: [], motion: { kind: 'reset' }, now }, 'Clocks: back to real time', undefined],
    [{ motion: { kind: 'sideways' }, now }, 'Clocks: moved', 'warn'],
  ])('says of clocks %o', (body, title, tone) => {
    expect(drawn('bench.clock.moved', body)).toMatchObject({ shape: 'divider', title, tone, note: `now ${day} ${time}` });
  });

  it('names the network’s state, known or not', () => {
    expect(drawn('bench.network.set', { state: { kind: 'online' } })).toMatchObject({ title: 'Network: online', tone: undefined });
    expect(drawn('bench.network.set', { state: { kind: 'slow', millis: 2000 } })).toMatchObject({ title: 'Network: slow, 2 s', tone: 'warn' });
    expect(drawn('bench.network.set', { state: { kind: 'foggy' } })).toMatchObject({ title: 'Network: foggy' });
    expect(drawn('bench.network.lost', { message: 'POST /api/x', direction: 'response' })).toMatchObject({ title: 'Lost on the way: answer to POST /api/x' });
  });

  it('follows a fault from armed to spent', () => {
    const fault = { message: 'authenticatorGetAssertion', direction: 'response', times: 2, effect: { kind: 'tamper', field: 'signature', change: { kind: 'flip' } } };
    expect(drawn('bench.fault.armed', { id: 1, fault })).toMatchObject({ title: 'Fault armed: change signature of answer to authenticatorGetAssertion', note: '2 times' });
    const applied = { id: 1, message: 'POST /api/x', direction: 'request', effect: 'tamper', field: 'credential.signature', before: 'a'.repeat(99), after: false };
    expect(drawn('bench.fault.applied', applied)).toMatchObject({ title: 'Changed: POST /api/x', note: `credential.signature · ${'a'.repeat(13)}… → false`, tone: 'warn' });
    expect(drawn('bench.fault.applied', { ...applied, effect: 'drop', field: null })).toMatchObject({ title: 'Dropped: POST /api/x', note: undefined });
    expect(drawn('bench.fault.missed', { message: 'POST /api/x', reason: 'There is no such field.' })).toMatchObject({ note: 'There is no such field.', tone: 'bad' });
    expect(drawn('bench.fault.disarmed', { message: 'POST /api/x', why: 'spent' })).toMatchObject({ title: 'Fault spent: POST /api/x' });
  });

  it('parts a walk into its steps', () => {
    expect(drawn('bench.walk.started', { title: 'Sign in' })).toMatchObject({ title: 'Sign in', rank: 'walk' });
    expect(drawn('bench.walk.step', { number: 3, title: 'Alice touches' })).toMatchObject({ title: '3 · Alice touches', rank: 'step' });
    expect(drawn('bench.walk.ended', { verdict: 'failed' })).toMatchObject({ title: 'Walk failed', tone: 'bad', rank: 'walk' });
    expect(drawn('bench.walk.ended', { verdict: 'stopped' })).toMatchObject({ title: 'Walk ended: stopped' });
  });

  it('counts copied passkeys', () => {
    expect(drawn('bench.device.cloned', { passkeys: 1 })).toMatchObject({ note: '1 passkey', tone: 'warn' });
  });

  it.each(['clock.moved', 'network.set', 'network.lost', 'fault.armed', 'fault.applied', 'fault.missed', 'fault.disarmed', 'walk.started', 'walk.step', 'walk.ended', 'device.cloned'])(
    'has words for bench.%s whatever its body holds',
    (kind) => {
      for (const body of [null, 4, [], {}, { parties: 'x', motion: 5, now: 'y', state: 7, fault: [], before: {}, number: 'n' }]) {
        const { title } = drawn(`bench.${kind}`, body);
        expect(title).not.toBe('');
        expect(title).not.toMatch(/undefined|\[object/);
      }
    },
  );
});
