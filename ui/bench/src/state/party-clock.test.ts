import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { BenchState } from '../bindings/types';
import { bench } from './bench.svelte';
import { partyClocks } from './party-clock.svelte';

const start = Date.UTC(2026, 2, 2, 9);

/** The bench tells that the device's clock stands here and runs so fast. */
function tell(now: number, rate: number) {
  bench.state = { seams: { clocks: [{ party: 'device', now, offsetMillis: 0, rate, moved: false }] } } as unknown as BenchState;
  return partyClocks.now('device');
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 22) });
});
afterEach(() => {
  vi.useRealTimers();
  bench.state = null;
});

it('stands still with the clock, whatever the machine’s does', () => {
  expect(tell(start, 0)).toBe(start);
  vi.advanceTimersByTime(60_000);
  expect(partyClocks.now('device')).toBe(start);
});

it('goes on at the clock’s speed, and begins anew where the bench says', () => {
  expect(tell(start, 60)).toBe(start);
  vi.advanceTimersByTime(1000);
  expect(partyClocks.now('device')).toBe(start + 60_000);
  expect(tell(start + 500, 1)).toBe(start + 500);
});

it('takes the machine’s time for a party it knows nothing of', () => {
  tell(start, 0);
  expect(partyClocks.now('client')).toBe(Date.now());
});
