import { expect, it } from 'vitest';
import { facts, residence } from '../src/passkeys';
import { phone } from './server';

it.each([
  [false, false, 'Device-bound'],
  [true, true, 'Synced'],
  [true, false, 'Can be synced, not backed up yet'],
])('says where a passkey lives (eligible %s, backed up %s)', (backupEligible, backedUp, words) => {
  expect(residence({ backupEligible, backedUp })).toBe(words);
});

it('lists the ids as things to copy', () => {
  expect(facts(phone)).toEqual([
    { term: 'Credential ID', text: phone.id, copy: 'credential ID' },
    { term: 'AAGUID', text: phone.aaguid, copy: 'AAGUID' },
    { term: 'Algorithm', text: 'ES256' },
    { term: 'Transports', text: 'internal, hybrid' },
  ]);
});

it('says what was not told instead of showing zeros and gaps', () => {
  const silent = { ...phone, aaguid: '00000000-0000-0000-0000-000000000000', transports: [] };
  const texts = Object.fromEntries(facts(silent).map(({ term, text }) => [term, text]));
  expect(texts).toMatchObject({ AAGUID: 'Not told (all zeros)', Transports: 'Not told' });
});
