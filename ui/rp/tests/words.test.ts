import { describe, expect, it } from 'vitest';
import { campaign, copyWarning, grouped, offlineTries, standing } from '../src/pin/words';
import type { PinStanding } from '../src/bindings';
import { noPin } from './server';

const now = Date.parse('2026-11-22T14:00:00Z');
const say = (part: Partial<PinStanding>) => standing({ ...noPin, ...part }, now, 'UTC');
const phoneA = { enrolmentId: 'e1', deviceName: 'Phone A', enrolledAt: '2026-11-20T10:00:00Z', failures: 0, mayBeCopied: false };

describe("the PIN's state in words", () => {
  it('tells where a PIN is chosen when there is none', () => {
    expect(say({ status: 'none' }).sentence).toBe('Set it up on a phone. You choose the PIN there.');
    expect(say({ status: 'none', phones: [phoneA] }).sentence).toContain('on Phone A');
    expect(say({ status: 'none', phones: [phoneA, { ...phoneA, enrolmentId: 'e2' }] }).sentence).toContain('on one of your phones');
  });

  it('names the button as the phone does', () => {
    expect(say({ status: 'none', phones: [phoneA] }).sentence).toContain('press Set a PIN');
  });

  it('tells until when it is good, if there is an end', () => {
    expect(say({ status: 'active' })).toMatchObject({ tone: 'holds', sentence: 'It does not expire.' });
    expect(say({ status: 'active', expiresAt: '2026-12-03T09:30:00Z' }).sentence).toContain('3 December 2026');
    expect(say({ status: 'expiring', expiresAt: '2026-11-25T14:00:00Z' })).toMatchObject({
      tone: 'ask',
      sentence: 'It ends in 3 days. Change it on one of your phones.',
    });
  });

  it.each([
    [2, 'ask', 'It still works for 2 more sign-ins.'],
    [1, 'ask', 'It still works for 1 more sign-in.'],
    [0, 'stop', 'It no longer signs you in.'],
  ] as const)('counts %i extra sign-ins after the end', (extraSignInsLeft, tone, sentence) => {
    const words = say({ status: 'expired', extraSignInsLeft });
    expect(words.tone).toBe(tone);
    expect(words.sentence.startsWith(sentence)).toBe(true);
    expect(words.ways.length > 0).toBe(extraSignInsLeft === 0);
  });

  it('names every way back from a lock', () => {
    const { tone, ways } = say({ status: 'locked' });
    expect(tone).toBe('stop');
    expect(ways.join(' ')).toMatch(/Reset it here.*app on your phone.*administrator/s);
  });

  it('says that the site has PINs switched off', () => {
    expect(say({ status: 'off' }).sentence).toContain('does not use PINs');
  });
});

describe('a change campaign', () => {
  it('can be put off only while its grace lasts', () => {
    const ends = { endsAt: '2026-12-03T09:30:00Z' };
    expect(campaign({ ...ends, mustChange: false }, 'UTC')).toMatchObject({
      skippable: true,
      sentence: expect.stringContaining('3 December 2026'),
    });
    expect(campaign({ ...ends, mustChange: true }, 'UTC')).toMatchObject({
      skippable: false,
      sentence: expect.stringContaining('now'),
    });
    expect(campaign(null)).toBeNull();
  });
});

it.each([
  [0, 'No wrong offline tries'],
  [1, '1 wrong offline try'],
  [3, '3 wrong offline tries'],
])('says %i failures', (failures, words) => {
  expect(offlineTries({ failures })).toBe(words);
});

it.each([
  ['123456', '123 456'],
  ['', ''],
  ['1234', '123 4'],
])('groups %s as people compare it', (digits, words) => {
  expect(grouped(digits)).toBe(words);
});

it('says what to do about a phone that may be a copy', () => {
  expect(copyWarning({ mayBeCopied: false }, 'remove')).toBeNull();
  expect(copyWarning({ mayBeCopied: true }, 'remove')).toContain('remove it');
  expect(copyWarning({ mayBeCopied: true }, 'revoke')).toContain('revoke it');
});
