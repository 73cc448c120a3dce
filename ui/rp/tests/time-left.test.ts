import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Countdown } from '../src/countdown.svelte';
import { timeLeft } from '../src/time-left';

it.each([
  [120_000, '2:00'],
  [119_001, '2:00'],
  [119_000, '1:59'],
  [59_000, '0:59'],
  [1, '0:01'],
  [0, '0:00'],
  [-5000, '0:00'],
  [605_000, '10:05'],
])('%i ms are %s', (milliseconds, text) => {
  expect(timeLeft(milliseconds)).toBe(text);
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('counts down by the given clock and stops looking when it is over', () => {
  let now = 1000;
  const clock = vi.fn(() => now);
  const countdown = new Countdown(4000, clock);
  const stop = countdown.run();
  expect(countdown.left).toBe(3000);
  now = 3900;
  vi.advanceTimersByTime(250);
  expect([countdown.left, countdown.over]).toEqual([100, false]);
  now = 9000;
  vi.advanceTimersByTime(250);
  expect([countdown.left, countdown.over]).toEqual([0, true]);
  const looks = clock.mock.calls.length;
  vi.advanceTimersByTime(10_000);
  expect(clock.mock.calls.length).toBe(looks);
  stop();
});

it('stops when nobody looks any more', () => {
  const clock = vi.fn(() => 0);
  const stop = new Countdown(4000, clock).run();
  stop();
  const looks = clock.mock.calls.length;
  vi.advanceTimersByTime(10_000);
  expect(clock.mock.calls.length).toBe(looks);
});
