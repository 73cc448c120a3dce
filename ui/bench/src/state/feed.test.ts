// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Event, TimelinePage } from '../bindings/types';
import { PAGE, TimelineFeed } from './feed';

const event = (seq: number) => ({ seq, kind: 'rp.request' }) as Event;
const events = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => event(from + i));
const numbers = (from: number, to: number) => events(from, to).map((one) => one.seq);

/** A bench that holds the events from `first` to `last`. */
function stand(last: number, first = 1) {
  const bench = { first, last, broken: false, calls: [] as [number, number][], waiting: [] as (() => void)[], slow: false };
  const range = async (after: number, limit: number): Promise<TimelinePage> => {
    bench.calls.push([after, limit]);
    const from = Math.max(after + 1, bench.first);
    const answer = { events: events(from, Math.min(bench.last, from + limit - 1)), first: bench.first, last: bench.last, lost: 0 };
    if (bench.slow) await new Promise<void>((resolve) => bench.waiting.push(resolve));
    if (bench.broken) throw { message: 'unreadable' };
    return answer;
  };
  const seen: number[] = [];
  const failed: unknown[] = [];
  let changes = 0;
  const feed = new TimelineFeed(range, {
    changed: () => changes++,
    seen: (batch) => seen.push(...batch.map((one) => one.seq)),
    failed: (thrown) => failed.push(thrown),
  });
  return { bench, feed, seen, failed, changes: () => changes };
}

const settle = async () => {
  for (let i = 0; i < 200; i++) await Promise.resolve();
};
const held = (feed: TimelineFeed, from: number, to: number) => numbers(from, to).filter((seq) => feed.get(seq));

describe('the timeline feed', () => {
  it('reads only the end of a hundred thousand events', async () => {
    const { bench, feed, seen } = stand(100_000);
    await feed.open();
    expect([feed.first, feed.last]).toEqual([1, 100_000]);
    expect(bench.calls).toEqual([
      [0, 0],
      [99_800, 200],
    ]);
    expect(seen).toEqual(numbers(99_801, 100_000));
    expect(feed.get(50)).toBeUndefined();
    expect(feed.has(50)).toBe(true);
  });

  it('reads the pages that are looked at, and those beside them', async () => {
    const { bench, feed } = stand(100_000);
    await feed.open();
    bench.calls.length = 0;
    feed.want(numbers(5010, 5030));
    await settle();
    expect(bench.calls).toEqual([
      [4999, PAGE],
      [5099, PAGE],
      [4899, PAGE],
    ]);
    expect(held(feed, 4900, 5199)).toHaveLength(300);
    feed.want(numbers(5011, 5031));
    await settle();
    expect(bench.calls).toHaveLength(3);
  });

  it('does not read what was scrolled past', async () => {
    const { bench, feed } = stand(100_000);
    await feed.open();
    bench.calls.length = 0;
    bench.slow = true;
    for (let seq = 1000; seq < 90_000; seq += 1000) feed.want([seq]);
    await settle();
    expect(bench.calls).toEqual([[999, PAGE]]);
    bench.slow = false;
    bench.waiting.forEach((go) => go());
    await settle();
    expect(bench.calls.map(([after]) => after)).toEqual([999, 88_999, 89_099, 88_899]);
  });

  it('keeps a bounded number of pages, and always those in sight', async () => {
    const { feed } = stand(100_000);
    await feed.open();
    for (let seq = 100; seq < 60_000; seq += PAGE) {
      feed.want([seq]);
      await settle();
      expect(feed.get(seq)).toBeDefined();
    }
    expect(held(feed, 1, 100_000).length).toBeLessThan(14_000);
    expect(feed.get(100)).toBeUndefined();
    expect(held(feed, 99_900, 100_000)).toHaveLength(101);
    feed.want([100]);
    await settle();
    expect(feed.get(100)).toBeDefined();
  });

  it('takes live events without asking, while the reader is elsewhere too', async () => {
    const { bench, feed, seen } = stand(10_000);
    await feed.open();
    feed.want([500]);
    await settle();
    const asked = bench.calls.length;
    for (let seq = 10_001; seq <= 40_000; seq += 50) feed.receive(events(seq, seq + 49));
    expect(feed.last).toBe(40_000);
    expect(bench.calls).toHaveLength(asked);
    expect(feed.get(500)).toBeDefined();
    expect(feed.get(40_000)).toBeDefined();
    expect(held(feed, 10_001, 40_000).length).toBeLessThan(14_000);
    expect(seen.at(-1)).toBe(40_000);
  });

  it('reads a gap in the live events once somebody looks there', async () => {
    const { bench, feed } = stand(2);
    await feed.open();
    bench.last = 9;
    feed.receive(events(7, 9));
    expect(held(feed, 1, 9)).toEqual([1, 2, 7, 8, 9]);
    feed.want(numbers(1, 9));
    await settle();
    expect(held(feed, 1, 9)).toEqual(numbers(1, 9));
  });

  it('tells each event once when batches overlap', async () => {
    const { feed, seen } = stand(5);
    await feed.open();
    feed.receive(events(3, 5));
    feed.receive(events(5, 6));
    expect(seen).toEqual(numbers(1, 6));
  });

  it('knows nothing of what was cleared, even if it arrives late', async () => {
    const { bench, feed } = stand(300);
    await feed.open();
    bench.slow = true;
    feed.want([50]);
    await settle();
    bench.slow = false;
    bench.first = 301;
    await feed.cleared();
    bench.waiting.forEach((go) => go());
    await settle();
    expect([feed.first, feed.last]).toEqual([301, 300]);
    expect(held(feed, 1, 300)).toEqual([]);
    feed.receive(events(300, 301));
    expect(held(feed, 1, 301)).toEqual([301]);
  });

  it('says a failed reading once and tries again when the reader moves', async () => {
    const { bench, feed, failed } = stand(10_000);
    await feed.open();
    bench.broken = true;
    feed.want([500]);
    await settle();
    const tries = bench.calls.length;
    feed.want([500]);
    await settle();
    expect(bench.calls).toHaveLength(tries);
    expect(failed).toHaveLength(3);
    bench.broken = false;
    feed.want([700]);
    await settle();
    feed.want([500]);
    await settle();
    expect(feed.get(500)).toBeDefined();
  });

  it('gives up on numbers that the bench does not hold', async () => {
    const { bench, feed } = stand(1000);
    await feed.open();
    feed.receive([event(5000)]);
    feed.want([3000]);
    await settle();
    const asked = bench.calls.length;
    feed.want([3000]);
    await settle();
    expect(bench.calls).toHaveLength(asked);
  });

  it('reads a single event that is needed far away', async () => {
    const { bench, feed } = stand(100_000);
    await feed.open();
    feed.need(77);
    feed.need(null);
    feed.need(100_001);
    await settle();
    expect(feed.get(77)).toBeDefined();
    expect(bench.calls).toHaveLength(3);
  });
});
