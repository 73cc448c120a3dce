// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Event, TimelinePage } from '../bindings/types';
import { TimelineFeed } from './feed';

const event = (seq: number) => ({ seq, kind: 'rp.request' }) as Event;
const events = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => event(from + i));

/** A bench that holds the events up to `last`, of which those below `first` are lost. */
function bench(last: number, first = 1) {
  const calls: number[] = [];
  const store = { last, calls };
  const range = async (after: number, limit: number): Promise<TimelinePage> => {
    calls.push(after);
    const from = Math.max(after + 1, first);
    return {
      events: events(from, Math.min(store.last, from + limit - 1)),
      last: store.last,
      lost: first - 1,
    };
  };
  return { store, range };
}

function feed(last: number, first = 1) {
  const seen: number[] = [];
  const { store, range } = bench(last, first);
  return { seen, store, feed: new TimelineFeed(range, (batch) => seen.push(...batch.map((e) => e.seq))) };
}

const numbers = (from: number, to: number) => events(from, to).map((e) => e.seq);

describe('the timeline feed', () => {
  it('reads what there is in pages', async () => {
    const { feed: it, seen, store } = feed(1200);
    await it.catchUp();
    expect(seen).toEqual(numbers(1, 1200));
    expect(store.calls).toEqual([0, 500, 1000]);
  });

  it('takes a batch that follows without asking', async () => {
    const { feed: it, seen, store } = feed(0);
    await it.receive(events(1, 3));
    await it.receive(events(4, 4));
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(store.calls).toEqual([]);
  });

  it('reads back what a batch skipped, in order', async () => {
    const { feed: it, seen, store } = feed(2);
    await it.catchUp();
    store.last = 9;
    await it.receive(events(7, 9));
    expect(seen).toEqual(numbers(1, 9));
  });

  it('shows each event once when batches overlap', async () => {
    const { feed: it, seen } = feed(5);
    await it.catchUp();
    await it.receive(events(3, 5));
    await it.receive(events(5, 6));
    expect(seen).toEqual(numbers(1, 6));
  });

  it('loses nothing that arrives while it reads', async () => {
    const { feed: it, seen, store } = feed(700);
    const reading = it.catchUp();
    store.last = 702;
    const live = it.receive(events(701, 702));
    await Promise.all([reading, live]);
    expect(seen).toEqual(numbers(1, 702));
  });

  it('goes on after a stretch that was lost', async () => {
    const { feed: it, seen } = feed(10, 6);
    await it.catchUp();
    await it.receive(events(11, 11));
    expect(seen).toEqual(numbers(6, 11));
    expect(it.lost).toBe(5);
  });

  it('goes on when everything before was cleared', async () => {
    const { feed: it, seen, store } = feed(10, 11);
    await it.catchUp();
    expect(it.last).toBe(10);
    await it.receive(events(11, 12));
    expect(seen).toEqual([11, 12]);
    expect(store.calls).toEqual([0]);
  });

  it('can be tried again after a failed reading', async () => {
    const seen: number[] = [];
    let broken = true;
    const { range } = bench(3);
    const it = new TimelineFeed(
      (after, limit) => (broken ? Promise.reject({ message: 'unreadable' }) : range(after, limit)),
      (batch) => seen.push(...batch.map((e) => e.seq)),
    );
    await expect(it.catchUp()).rejects.toEqual({ message: 'unreadable' });
    broken = false;
    await it.catchUp();
    expect(seen).toEqual([1, 2, 3]);
  });
});
