// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { TimelineMatches, TimelineQuery } from '../bindings/types';
import { ALL, queryOf } from './filter';
import { Matches } from './matches';

const query = (text: string) => queryOf({ ...ALL, text })!;

/** A bench of `last` events, of which the multiples of the query's number fit; 100 a call. */
function stand(last: number) {
  const bench = { last, broken: false, calls: 0, held: [] as (() => void)[], slow: false };
  const find = async ({ text }: TimelineQuery, after: number): Promise<TimelineMatches> => {
    bench.calls++;
    const end = Math.min(after + 100, bench.last);
    const every = Number(text);
    const seqs = [];
    for (let seq = after + 1; seq <= end; seq++) if (seq % every === 0) seqs.push(seq);
    const answer = { seqs, last: Math.max(after, end), more: end < bench.last };
    if (bench.slow) await new Promise<void>((resolve) => bench.held.push(resolve));
    if (bench.broken) throw { message: 'unreadable' };
    return answer;
  };
  const failed: unknown[] = [];
  const shown: number[] = [];
  const matches: Matches = new Matches(find, { changed: () => shown.push(matches.seqs.length), failed: (thrown) => failed.push(thrown) }, 0);
  return { bench, matches, failed, shown };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 30));

describe('matches', () => {
  it('are found stretch by stretch, shown as they come', async () => {
    const { bench, matches, shown } = stand(1000);
    matches.begin(query('50'));
    expect(matches.searching).toBe(true);
    await settle();
    expect(matches.seqs).toHaveLength(20);
    expect(bench.calls).toBe(10);
    expect(shown).toContain(2);
    expect([matches.searching, matches.searched]).toEqual([false, 1000]);
  });

  it('go on with what comes live, asking only for that', async () => {
    const { bench, matches } = stand(10);
    matches.begin(query('5'));
    await settle();
    bench.calls = 0;
    bench.last = 15;
    matches.goOn();
    await settle();
    expect(matches.seqs).toEqual([5, 10, 15]);
    expect(bench.calls).toBe(1);
  });

  it('miss nothing that comes while they are looked for', async () => {
    const { bench, matches } = stand(10);
    bench.slow = true;
    matches.begin(query('5'));
    bench.last = 20;
    matches.goOn();
    bench.slow = false;
    bench.held.forEach((go) => go());
    await settle();
    expect(matches.seqs).toEqual([5, 10, 15, 20]);
  });

  it('of the query before do not mix with those of this one', async () => {
    const { bench, matches } = stand(100);
    bench.slow = true;
    matches.begin(query('10'));
    bench.slow = false;
    matches.begin(query('50'));
    await settle();
    bench.held.forEach((go) => go());
    await settle();
    expect(matches.seqs).toEqual([50, 100]);
  });

  it('stay until the next ones are there, and go when nothing is looked for', async () => {
    const { bench, matches } = stand(100);
    matches.begin(query('50'));
    await settle();
    bench.slow = true;
    matches.begin(query('100'));
    expect(matches.seqs).toEqual([50, 100]);
    bench.held.forEach((go) => go());
    await settle();
    expect(matches.seqs).toEqual([100]);
    matches.begin(null);
    expect([matches.seqs, matches.searching]).toEqual([[], false]);
    const { calls } = bench;
    matches.goOn();
    expect(bench.calls).toBe(calls);
  });

  it('say that they could not be looked for, and can be tried again', async () => {
    const { bench, matches, failed } = stand(100);
    bench.broken = true;
    matches.begin(query('50'));
    await settle();
    expect([failed.length, matches.searching]).toEqual([1, false]);
    bench.broken = false;
    matches.goOn();
    await settle();
    expect(matches.seqs).toEqual([50, 100]);
  });

  it('end where the bench goes no further, whatever it says', async () => {
    const matches = new Matches(async (_, after) => ({ seqs: [], last: after, more: true }), { changed: () => undefined, failed: () => undefined }, 0);
    matches.begin(query('1'));
    await settle();
    expect(matches.searching).toBe(false);
  });
});
