// @vitest-environment node
import { expect, it } from 'vitest';
import { History } from './history';

it('goes back and forward between jumps', () => {
  const history = new History();
  for (const seq of [1, 5, 9]) history.visit(seq, false);
  expect([history.back(), history.back(), history.back()]).toEqual([5, 1, undefined]);
  expect([history.forward(), history.forward(), history.forward()]).toEqual([5, 9, undefined]);
});

it('forgets what lay ahead once another way is taken', () => {
  const history = new History();
  for (const seq of [1, 5, 9]) history.visit(seq, false);
  history.back();
  history.visit(7, false);
  expect(history.canGoForward).toBe(false);
  expect([history.back(), history.back()]).toEqual([5, 1]);
});

it('remembers where steps ended, not each of them', () => {
  const history = new History();
  history.visit(1, false);
  for (const seq of [2, 3, 4]) history.visit(seq, true);
  history.visit(50, false);
  expect([history.back(), history.back()]).toEqual([4, 1]);
});

it('keeps a bounded number of places and takes a place twice for one', () => {
  const history = new History();
  for (let seq = 1; seq <= 300; seq++) {
    history.visit(seq, false);
    history.visit(seq, false);
  }
  let steps = 0;
  while (history.back() !== undefined) steps++;
  expect(steps).toBe(99);
  history.forget();
  expect([history.back(), history.forward()]).toEqual([undefined, undefined]);
});
