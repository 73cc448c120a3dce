import { describe, expect, it } from 'vitest';
import { firstWalk, fits, movedTo, nextWalk, pickerList, problemText, stepCount } from './picker';
import { summary } from './stage.fixture';

const list = [
  summary('enrolment', { title: 'Alice makes a passkey', why: 'The first thing anybody does.' }),
  summary('replayed', { title: 'A replayed assertion is refused', tags: ['attack', 'network'] }),
  summary('mine', { own: true }),
  summary('broken', { own: true, problem: { line: 3, column: 7, message: '"page.sing-in" is no act. Did you mean "page.sign-in"?' } }),
];

describe('the list of walks', () => {
  it('keeps the tester’s own apart, and what cannot be used', () => {
    const shown = pickerList(list, '');
    expect(shown.groups.map((group) => group.walks.map((one) => one.path))).toEqual([['enrolment', 'replayed'], ['mine']]);
    expect(shown.unusable.map((one) => one.path)).toEqual(['broken']);
    expect(shown.inOrder.map((one) => one.path)).toEqual(['enrolment', 'replayed', 'mine']);
  });

  it('puts each folder of the bench’s walks under its own heading, and finds by the folder', () => {
    const shipped = ['built-in:01-enrolment.toml', 'built-in:keys/02-udp.toml', 'built-in:pin-sync/01-first.toml', 'built-in:pin-sync/02-next.toml'];
    const foldered = [...shipped.map((path) => summary(path, { file: path.split(/[:/]/).at(-1)!, title: 'A walk' })), summary('/home/me/pin-sync/mine.toml', { own: true, file: 'mine.toml', title: 'Mine' })];
    expect(pickerList(foldered, '').groups.map(({ label, own, walks }) => [label, own, walks.length])).toEqual([
      ['Walks of the bench', false, 1],
      ['Walks of the bench: keys', false, 1],
      ['Walks of the bench: pin-sync', false, 2],
      ['Your own walks', true, 1],
    ]);
    expect(pickerList(foldered, '').inOrder.map(({ path }) => path)).toEqual(foldered.map(({ path }) => path));
    expect(pickerList(foldered, 'pin-sync').inOrder.map(({ path }) => path)).toEqual(shipped.slice(2));
    expect(pickerList(foldered, 'pin-sync/02').inOrder.map(({ path }) => path)).toEqual(shipped.slice(3));
    expect(pickerList(foldered, 'built-in').inOrder).toEqual([]);
  });

  it('finds by title, reason, tag, step and file, in any case and order', () => {
    expect(pickerList(list, 'ATTACK replayed').inOrder.map((one) => one.path)).toEqual(['replayed']);
    expect(fits(list[0]!, 'anybody alice')).toBe(true);
    expect(fits(list[0]!, 'two')).toBe(true);
    expect(fits(list[0]!, 'enrolment.toml')).toBe(true);
    expect(fits(list[0]!, 'alice bob')).toBe(false);
    expect(fits(list[0]!, '   ')).toBe(true);
  });

  it('names place and reason of a file that is no walk', () => {
    expect(problemText(list[3]!)).toBe('broken.toml:3:7: "page.sing-in" is no act. Did you mean "page.sign-in"?');
    expect(problemText(list[0]!)).toBe('');
  });

  it('counts steps', () => {
    expect(stepCount(list[0]!)).toBe('2 steps');
    expect(stepCount(summary('one', { steps: ['One'] }))).toBe('1 step');
  });
});

describe('moving in it', () => {
  const { inOrder } = pickerList(list, '');
  it('goes down and up and stops at the ends', () => {
    expect(movedTo('ArrowDown', inOrder, null)).toBe('enrolment');
    expect(movedTo('ArrowDown', inOrder, 'enrolment')).toBe('replayed');
    expect(movedTo('ArrowDown', inOrder, 'mine')).toBe('mine');
    expect(movedTo('ArrowUp', inOrder, 'enrolment')).toBe('enrolment');
    expect(movedTo('PageDown', inOrder, 'enrolment')).toBe('mine');
    expect(movedTo('a', inOrder, 'enrolment')).toBeNull();
    expect(movedTo('ArrowDown', [], null)).toBeNull();
  });

  it('knows the next walk, and that the last has none', () => {
    expect(nextWalk(list, 'enrolment')?.path).toBe('replayed');
    expect(nextWalk(list, 'replayed')?.path).toBe('mine');
    expect(nextWalk(list, 'mine')).toBeNull();
    expect(nextWalk(list, 'gone')).toBeNull();
  });

  it('offers a first visit a walk of the bench', () => {
    expect(firstWalk(list)?.path).toBe('enrolment');
    expect(firstWalk(list.slice(2))).toBeNull();
  });
});
