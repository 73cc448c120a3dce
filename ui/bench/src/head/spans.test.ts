import { describe, expect, it } from 'vitest';
import { delayText, offsetText, readSpan, spanText } from './spans';

describe('lengths of time', () => {
  it.each([
    [0, '0 s'],
    [250, '250 ms'],
    [1500, '1 s'],
    [90_000, '1 min 30 s'],
    [360_000, '6 min'],
    [3_600_000, '1 h'],
    [93_600_000, '1 d 2 h'],
    [86_400_000 + 59_000, '1 d'],
  ])('writes %i ms as %s', (millis, text) => expect(spanText(millis)).toBe(text));

  it.each([
    [250, '250 ms'],
    [1000, '1 s'],
    [1500, '1.5 s'],
    [1501, '1.501 s'],
    [90_000, '1 min 30 s'],
  ])('writes a delay of %i ms as %s', (millis, text) => expect(delayText(millis)).toBe(text));

  it.each([
    ['90s', 90_000],
    ['6 min', 360_000],
    ['1h 30m', 5_400_000],
    ['1h30m', 5_400_000],
    [' 2 Days ', 172_800_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['0s', 0],
  ])('reads %s', (text, millis) => expect(readSpan(text)).toBe(millis));

  it.each(['', '  ', '5', 'h', '-5m', '5 parsecs', '5m, 3s', '1h and', '1e3s'])('takes %o for no length of time', (text) => {
    expect(readSpan(text)).toBeNull();
  });

  it('says ahead and behind with a sign, and nothing when they are the same', () => {
    expect(offsetText(21_600_000)).toBe('+6 h');
    expect(offsetText(-300_000)).toBe('−5 min');
    expect(offsetText(21_599_700)).toBe('+6 h');
    expect(offsetText(499)).toBeNull();
    expect(offsetText(-499)).toBeNull();
  });
});
