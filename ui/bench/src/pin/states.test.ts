// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { PinCacheState } from '../bindings/types';
import { enrolmentOf } from './enrolment.fixture';
import { agingText, forgetLoss, iterationsText, lockedFor, problemOf, shownState, triesOf, validityLeft, validityText, versionsText, wayOf, waysOn } from './states';

const HOUR = 3_600_000;

describe('the validity', () => {
  it('is what is left of it by the clock', () => {
    const half = enrolmentOf({ validUntil: 12 * HOUR, validitySeconds: 24 * 3600 });
    expect(validityLeft(half, 0)).toBe(0.5);
    expect(validityText(half, 0)).toBe('12 h left');
    expect(validityLeft(half, 13 * HOUR)).toBe(0);
    expect(validityText(half, 13 * HOUR)).toBe('0 s left');
  });

  it('is never more than whole, though the clock goes back', () => {
    expect(validityLeft(enrolmentOf({ validUntil: 30 * HOUR, validitySeconds: 3600 }), 0)).toBe(1);
  });

  it.each<PinCacheState>(['locked', 'stale', 'expired', 'disabled', 'empty'])('is nothing while %s, whatever time is left', (state) => {
    const enrolment = enrolmentOf({ state, validUntil: 12 * HOUR });
    expect(validityLeft(enrolment, 0)).toBe(0);
    expect(validityText(enrolment, 0)).toBeNull();
  });

  it('says since when it is over', () => {
    expect(validityText(enrolmentOf({ state: 'expired', validUntil: HOUR }), 3 * HOUR)).toBe('2 h ago');
    expect(validityText(enrolmentOf({ state: 'empty', validUntil: null }), 0)).toBeNull();
  });
});

it('gives every state a name and a sign that no other has beside the same tone', () => {
  const states: PinCacheState[] = ['valid', 'expiring', 'expired', 'stale', 'locked', 'disabled', 'empty'];
  const shown = states.map(shownState);
  expect(new Set(shown.map(({ name }) => name)).size).toBe(states.length);
  expect(new Set(shown.map(({ sign, tone }) => sign + tone)).size).toBe(states.length);
});

it('draws tries as dots while they can be counted at a glance', () => {
  expect(triesOf(enrolmentOf({ triesLeft: 3, maxOfflineAttempts: 5 }))).toEqual({ left: 3, of: 5, dots: true });
  expect(triesOf(enrolmentOf({ triesLeft: 40, maxOfflineAttempts: 50 }))).toMatchObject({ dots: false });
  expect(triesOf(enrolmentOf({ triesLeft: null, maxOfflineAttempts: null }))).toBeNull();
});

describe('the way on', () => {
  it.each<[PinCacheState, Partial<Parameters<typeof enrolmentOf>[0]>, string]>([
    ['valid', {}, 'sync'],
    ['expiring', {}, 'sync'],
    ['stale', {}, 'sync'],
    ['disabled', {}, 'verify'],
    ['disabled', { pinVersion: null, syncedAt: null }, 'verify'],
    ['disabled', { pinVersion: null, syncedAt: null, acknowledgedAt: null }, 'set'],
    ['expired', {}, 'verify'],
    ['expired', { reasonCode: 'pinTooOld' }, 'change'],
    ['locked', { reasonCode: 'triesSpent', triesLeft: 0 }, 'verify'],
    ['locked', { reasonCode: 'triesSpent', triesLeft: null, pinVersion: null }, 'verify'],
    ['locked', { reasonCode: 'keyringLost', triesLeft: null, pinVersion: null }, 'verify'],
    ['locked', { reasonCode: 'lockedByServer', triesLeft: 4 }, 'reset'],
    ['empty', { syncedAt: null }, 'set'],
    ['empty', { syncedAt: 5 }, 'sync'],
  ])('from %s %o is %s', (state, more, way) => {
    const ways = waysOn(enrolmentOf({ state, ...more }));
    expect(ways[0]).toBe(way);
    expect(new Set(ways).size).toBe(ways.length);
    expect(ways).not.toContain('forget');
  });

  it('from a locked app is the PIN online, where the device cannot check one', () => {
    expect(lockedFor('change')).toMatch(/Unlock it first/);
    for (const more of [{ state: 'expired' }, { state: 'expired', reasonCode: 'pinTooOld' }, { state: 'locked', reasonCode: 'triesSpent', triesLeft: null }, { state: 'empty' }] as const) {
      expect(wayOf(enrolmentOf(more), lockedFor)).toBe('verify');
    }
    expect(wayOf(enrolmentOf(), lockedFor)).toBe('sync');
    expect(wayOf(enrolmentOf({ state: 'expired' }), () => 'Somebody is being asked already.')).toBe('verify');
  });
});

it('says what went wrong, unless the reason already does', () => {
  const problem = 'Acme refused.';
  expect(problemOf(enrolmentOf({ state: 'stale', problem }))).toBe(problem);
  expect(problemOf(enrolmentOf({ state: 'locked', reasonCode: 'triesSpent', triesLeft: null, problem }))).toBe(problem);
  expect(problemOf(enrolmentOf({ state: 'locked', reasonCode: 'keyringLost', triesLeft: null, problem }))).toBe(problem);
  expect(problemOf(enrolmentOf({ state: 'locked', reasonCode: 'lockedByServer', triesLeft: 4, problem }))).toBeNull();
  expect(problemOf(enrolmentOf({ state: 'disabled', problem }))).toBeNull();
});

it('tells versions, and nothing before there is one', () => {
  expect(versionsText(enrolmentOf({ pinVersion: 3, policyVersion: 2 }))).toBe('PIN 3 · policy 2');
  expect(versionsText(enrolmentOf({ pinVersion: null, policyVersion: null }))).toBeNull();
});

it('says aloud that few iterations are for tests', () => {
  expect(iterationsText(enrolmentOf({ iterations: 1000 }))).toBe('1,000 iterations: for tests only');
  expect(iterationsText(enrolmentOf({ iterations: 600_000 }))).toBeNull();
  expect(iterationsText(enrolmentOf({ iterations: null }))).toBeNull();
});

it.each([
  [null, null, null],
  [2 * HOUR, null, 'in 2 h'],
  [-HOUR, 1, 'over: good 1 more time'],
  [-HOUR, 0, 'over: good 0 more times'],
  [-HOUR, null, 'over: change it'],
])('says of a PIN that ends at %o with %o extra uses: %s', (pinExpiresAt, extraUsesLeft, words) => {
  expect(agingText(enrolmentOf({ pinExpiresAt, extraUsesLeft }), 0)).toBe(words);
});

it('names what is lost', () => {
  expect(forgetLoss(enrolmentOf(), 'Phone A')).toMatch(/^Phone A forgets the PIN of alice at Acme Bank:/);
});
