// @vitest-environment node
import { expect, it } from 'vitest';
import type { TimelineMatches } from '../bindings/types';
import { hasFrames } from './has-frames';

const answers = (...given: TimelineMatches[]) => {
  const asked: number[] = [];
  return { asked, find: (_: unknown, after: number) => (asked.push(after), Promise.resolve(given[asked.length - 1]!)) };
};

it('looks on until the first report, and no further', async () => {
  const { asked, find } = answers({ seqs: [], last: 5000, more: true }, { seqs: [7000], last: 10_000, more: true });
  expect(await hasFrames(find)).toBe(true);
  expect(asked).toEqual([0, 5000]);
});

it('ends where the timeline ends, and where a bench does not go on', async () => {
  expect(await hasFrames(answers({ seqs: [], last: 5000, more: true }, { seqs: [], last: 5100, more: false }).find)).toBe(false);
  expect(await hasFrames(answers({ seqs: [], last: 0, more: true }).find)).toBe(false);
});
