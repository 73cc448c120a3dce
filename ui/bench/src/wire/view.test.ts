// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { listView, nextMatch, wholeView } from './view';

describe('the rows', () => {
  it('of the whole timeline are its numbers', () => {
    const view = wholeView(11, 20);
    expect([view.count, view.at(0), view.at(9)]).toEqual([10, 11, 20]);
    expect([view.at(-1), view.at(10)]).toEqual([undefined, undefined]);
    expect([view.indexOf(11), view.indexOf(20), view.indexOf(10), view.indexOf(21), view.indexOf(null)]).toEqual([0, 9, null, null, null]);
  });

  it('of an empty or a cleared timeline are none', () => {
    expect(wholeView(1, 0).count).toBe(0);
    expect(wholeView(301, 300).count).toBe(0);
    expect(wholeView(301, 300).at(0)).toBeUndefined();
  });

  it('are never more than a web view can lay out, the newest', () => {
    const view = wholeView(1, 2_000_000);
    expect(view.count).toBe(700_000);
    expect(view.at(view.count - 1)).toBe(2_000_000);
    expect(view.indexOf(5)).toBeNull();
  });

  it('of matches are theirs', () => {
    const view = listView([3, 8, 9, 40]);
    expect([view.count, view.at(1), view.at(4), view.at(-1)]).toEqual([4, 8, undefined, undefined]);
    expect([3, 4, 8, 40, 41, null].map(view.indexOf)).toEqual([0, null, 1, 3, null, null]);
    expect(listView([]).indexOf(1)).toBeNull();
  });
});

describe('the next match', () => {
  const seqs = [3, 8, 40];

  it('goes round at both ends', () => {
    expect([nextMatch(seqs, 3, false), nextMatch(seqs, 40, false), nextMatch(seqs, 3, true)]).toEqual([8, 3, 40]);
  });

  it('starts beside what is selected, match or not', () => {
    expect([nextMatch(seqs, 10, false), nextMatch(seqs, 10, true)]).toEqual([40, 8]);
    expect([nextMatch(seqs, null, false), nextMatch(seqs, null, true)]).toEqual([3, 40]);
  });

  it('is none without matches', () => {
    expect(nextMatch([], 3, false)).toBeUndefined();
  });
});
