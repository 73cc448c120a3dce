import { describe, expect, it } from 'vitest';
import { exactTime, relativeTime } from './time';

const noon = Date.UTC(2026, 10, 22, 12, 0, 0);
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe('relative times', () => {
  it.each([
    [0, 'just now'],
    [-59_999, 'just now'],
    [-minute, '1 minute ago'],
    [-119_999, '1 minute ago'],
    [-59 * minute, '59 minutes ago'],
    [-hour, '1 hour ago'],
    [-23 * hour, '23 hours ago'],
    [-day, '1 day ago'],
    [-29 * day, '29 days ago'],
    [-30 * day, '1 month ago'],
    [-364 * day, '12 months ago'],
    [-365 * day, '1 year ago'],
    [5 * minute, 'in 5 minutes'],
  ])('says what %i ms from now is', (away, words) => {
    expect(relativeTime(noon + away, noon)).toBe(words);
  });
});

it('gives the exact time with its zone', () => {
  expect(exactTime(noon, 'UTC')).toBe('22 November 2026 at 12:00:00 UTC');
});
