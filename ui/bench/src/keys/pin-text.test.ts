// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Question } from '../bindings/types';
import { pinAnswer, pinProblem as problemOf, pinWarning, triesText } from './pin-text';

const rules = { minLength: 4, maxBytes: 63 };
const pinProblem = (pin: string, again: string, purpose: 'enter' | 'set', limits: typeof rules) =>
  problemOf(purpose === 'enter' ? { present: pin, fresh: '', again: '' } : { present: '', fresh: pin, again }, purpose, limits);
const asked = (more: Partial<Question & { kind: 'keyPin' }> = {}): Question & { kind: 'keyPin' } => ({ kind: 'keyPin', purpose: 'enter', triesLeft: 8, last: false, problem: null, ...rules, ...more });

describe('a new PIN', () => {
  it('is counted in characters, not in the units of JavaScript', () => {
    expect(pinProblem('123', '123', 'set', rules)).toBe('This key wants at least 4 characters.');
    expect(pinProblem('🙂🙂', '🙂🙂', 'set', rules)).toBe('This key wants at least 4 characters.');
    expect(pinProblem('🙂🙂🙂🙂', '🙂🙂🙂🙂', 'set', rules)).toBeNull();
    expect(pinProblem('ae\u0301e\u0301', 'ae\u0301e\u0301', 'set', rules)).toBe('This key wants at least 4 characters.');
  });

  it('has at most 63 bytes, however few characters these are', () => {
    expect(pinProblem('ü'.repeat(31), 'ü'.repeat(31), 'set', rules)).toBeNull();
    expect(pinProblem('ü'.repeat(32), 'ü'.repeat(32), 'set', rules)).toBe('A key takes at most 63 bytes, and this PIN has 64.');
  });

  it('is typed twice the same, also where the accents were composed another way', () => {
    expect(pinProblem('caf\u00e91', 'cafe\u03011', 'set', rules)).toBeNull();
    expect(pinProblem('1234', '1235', 'set', rules)).toBe('The two PINs differ. Type the new PIN twice.');
  });
});

describe('a PIN that must be changed', () => {
  const entry = { present: 'old one', fresh: 'new one', again: 'new one' };

  it('is wanted beside the new one', () => {
    expect(problemOf(entry, 'change', rules)).toBeNull();
    expect(problemOf({ ...entry, present: '' }, 'change', rules)).toBe('Type the PIN of the key first.');
    expect(problemOf({ ...entry, fresh: 'new', again: 'new' }, 'change', rules)).toContain('at least 4');
    expect(problemOf({ ...entry, again: 'other' }, 'change', rules)).toContain('differ');
  });

  it('goes to the key with the new one, and alone where no new one is wanted', () => {
    expect(pinAnswer(entry, 'change')).toEqual({ kind: 'keyPin', pin: 'old one', newPin: 'new one' });
    expect(pinAnswer({ ...entry, present: '' }, 'set')).toEqual({ kind: 'keyPin', pin: 'new one', newPin: null });
    expect(pinAnswer({ present: 'old one', fresh: '', again: '' }, 'enter')).toEqual({ kind: 'keyPin', pin: 'old one', newPin: null });
  });
});

describe('the PIN that a key has', () => {
  it('is sent as it is, even one that is shorter than a new one may be', () => {
    expect(pinProblem('12', '', 'enter', rules)).toBeNull();
    expect(pinProblem('', '', 'enter', rules)).toBe('Type the PIN of the key first.');
    expect(pinProblem('x'.repeat(64), '', 'enter', rules)).toContain('at most 63 bytes');
  });

  it('is warned of before the try that blocks', () => {
    expect(pinWarning(asked())).toBeNull();
    expect(pinWarning(asked({ last: true, triesLeft: 1 }))).toContain('This is the last try.');
    expect(pinWarning(asked({ last: true, triesLeft: 5 }))).toBe('After one more wrong PIN the key must be unplugged and put back.');
    expect(pinWarning(asked({ last: true, triesLeft: null }))).toContain('unplugged');
    expect(pinWarning(asked({ purpose: 'set', last: true }))).toBeNull();
    expect(pinWarning(asked({ last: true, triesLeft: 1, problem: 'Wrong PIN. This is the last try.' }))).toBeNull();
  });

  it('has its tries told once', () => {
    expect(triesText(asked())).toBe('8 tries left.');
    expect(triesText(asked({ problem: 'Wrong PIN. 7 tries left.', triesLeft: 7 }))).toBeNull();
    expect(triesText(asked({ triesLeft: null }))).toBeNull();
    expect(triesText(asked({ triesLeft: 1, last: true }))).toBeNull();
    expect(triesText(asked({ purpose: 'set' }))).toBeNull();
  });
});
