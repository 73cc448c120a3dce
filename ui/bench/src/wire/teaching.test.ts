// @vitest-environment node
import { expect, it } from 'vitest';
import type { DeviceSummary, Event, Party } from '../bindings/types';
import { teaching } from './teaching';

const event = (kind: string, party: Party) => ({ kind, party }) as Event;
const started = event('bench.started', 'bench');
const loaded = event('rp.request', 'relyingParty');
const empty = { passkeys: [] as unknown[] } as DeviceSummary;
const used = { passkeys: [{}] } as DeviceSummary;

it('says how to see the first message while only the bench has spoken', () => {
  expect(teaching([], null)).toMatch(/first message/);
  expect(teaching([started], empty)).toMatch(/first message/);
});

it('goes on teaching when only the page was loaded', () => {
  expect(teaching([started, loaded], empty)).toBe('Create an account on the right to see a passkey being made.');
});

it('sends somebody with a passkey to the sign-in', () => {
  expect(teaching([started], used)).toMatch(/^Sign in/);
});

it('is silent once a passkey was asked for', () => {
  expect(teaching([started, loaded, event('client.get.called', 'client')], empty)).toBeNull();
});
