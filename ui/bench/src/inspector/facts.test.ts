// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Event } from '../bindings/types';
import { factsHeading, factsOf } from './facts';

const event = (kind: string, body: unknown) => ({ seq: 1, kind, body }) as Event;
const offline = (...enrolments: object[]) => event('device.pin.offline', { purpose: 'userVerification', iterations: 600_000, enrolments });
const entry = (outcome: string, more: object = {}) => ({ rpId: 'acme.localhost', state: 'valid', outcome, failures: 3, triesLeft: 2, ...more });
const row = (table: ReturnType<typeof factsOf>[number] | undefined, name: string) => table?.rows.find(([one]) => one === name)?.[1];

describe('an offline PIN check', () => {
  it('shows that the try was counted first, what was computed and what is left', () => {
    const [table] = factsOf(offline(entry('noMatch')));
    expect(table).toEqual({
      heading: 'acme.localhost · try 3 of 5',
      chip: { label: 'cache valid', tone: 'good', sign: '✓' },
      rows: [
        ['failures', '2 → 3, written first in vault and keyring'],
        ['PBKDF2', '600,000 × HMAC-SHA256'],
        ['verifier', 'no match (constant time)'],
        ['next', '2 tries, then online only'],
      ],
    });
    expect(factsHeading(offline())).toBe('Offline PIN check, to verify the user of a passkey');
  });

  it('ends at the last try', () => {
    expect(row(factsOf(offline(entry('noMatch', { failures: 5, triesLeft: 0 })))[0], 'next')).toBe('online only');
    expect(row(factsOf(offline(entry('noMatch', { failures: 4, triesLeft: 1 })))[0], 'next')).toBe('1 try, then online only');
  });

  it('lets those that did not match stand as before where another one matched', () => {
    const [matched, other] = factsOf(offline(entry('matched', { failures: 0, triesLeft: 5 }), entry('noMatch', { rpId: 'shop.localhost', failures: 1, triesLeft: 4 })));
    expect(row(matched, 'failures')).toMatch(/^→ 0/);
    expect(row(other, 'failures')).toBe('1, as before: another one matched');
    expect(other!.heading).toBe('shop.localhost');
  });

  it('computes nothing for one that may not answer', () => {
    const [table] = factsOf(offline(entry('notAsked', { state: 'locked', failures: 5, triesLeft: 0 })));
    expect(table!.chip).toMatchObject({ label: 'locked', tone: 'bad' });
    expect(row(table, 'PBKDF2')).toBeUndefined();
    expect(row(table, 'failures')).toBe('5, not touched');
  });
});

it('shows what a synchronization brought, with versions', () => {
  const [table] = factsOf(event('device.pin.synced', { pinVersion: 2, policyVersion: 4, validitySeconds: 86_400, validUntil: 0, maxOfflineAttempts: 5, unlockEpoch: 1 }));
  expect(table!.rows.map(([name, value]) => `${name} ${value}`).join('; ')).toMatch(/^PIN version 2; policy version 4; valid for 1 d; until 1 January 1970.*by the device’s clock; offline tries 5; unlock epoch 1$/);
  expect(row(factsOf(event('device.pin.synced', { validitySeconds: 0 }))[0], 'valid for')).toBe('nothing: no offline check');
});

it('shows each member of a policy that changed', () => {
  const changes = [{ member: 'pin.validity', from: 86_400, to: 0 }, { member: 'pin.campaign', from: null, to: 'x' }];
  expect(factsOf(event('rp.policy.changed', { version: 3, changes }))).toEqual([
    { heading: 'Policy 3', rows: [['pin.validity', '86400 → 0'], ['pin.campaign', 'null → "x"']] },
  ]);
});

it.each([null, 7, [], {}, { enrolments: 'x', changes: {}, iterations: 'y' }, { enrolments: [null, 7, { outcome: {} }], changes: [1] }])('takes a body of any shape: %o', (body) => {
  for (const kind of ['device.pin.offline', 'device.pin.synced', 'device.pin.push', 'rp.pin.acknowledged', 'rp.policy.changed', 'odd']) {
    for (const { heading, rows } of factsOf(event(kind, body))) expect(heading + JSON.stringify(rows)).not.toContain('undefined');
  }
});
