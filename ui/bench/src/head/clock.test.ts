import { describe, expect, it } from 'vitest';
import type { ClockState, Party } from '../bindings/types';
import { clockFace, fieldTime, partiesOf, readFieldTime, reading, shortTime } from './clock';

const noon = new Date(2026, 10, 22, 8, 2, 0).getTime();
const hour = 3_600_000;

const clock = (party: Party, ahead = 0, rate = 1, moved = ahead !== 0 || rate !== 1): ClockState => ({
  party,
  now: noon + ahead,
  offsetMillis: ahead,
  rate,
  moved,
});
const face = (clocks: ClockState[], elapsed = 0, start: number | null = null) =>
  clockFace(clocks.map((one) => reading(one, elapsed, start)));

describe('the clocks in the head', () => {
  it('shows one time while all run as the machine does', () => {
    expect(face([clock('device'), clock('client'), clock('relyingParty')])).toMatchObject({ day: '22 Nov,', time: '08:02', bent: null, calm: null });
  });

  it('shows how far all were moved', () => {
    const all = [clock('device', 6 * hour), clock('client', 6 * hour), clock('relyingParty', 6 * hour)];
    expect(face(all)).toMatchObject({ day: '22 Nov,', time: '14:02', bent: '+6 h' });
  });

  it('names the one that was moved, and shows its time', () => {
    const one = [clock('device'), clock('client'), clock('relyingParty', -6 * hour)];
    const shown = face(one);
    expect(shown).toMatchObject({ day: '22 Nov,', time: '02:02', bent: 'RP −6 h' });
    expect(shown.lines).toEqual(['Device: 22 Nov, 08:02', 'Client: 22 Nov, 08:02', 'Relying party: 22 Nov, 02:02 (−6 h)']);
  });

  it('says that they differ when no few words hold it', () => {
    expect(face([clock('device', hour), clock('client'), clock('relyingParty', -hour)]).bent).toBe('they differ');
  });

  it('counts on at the clock’s own speed', () => {
    const fast = [clock('device', 0, 60), clock('client', 0, 60), clock('relyingParty', 0, 60)];
    expect(face(fast, 60_000)).toMatchObject({ day: '22 Nov,', time: '09:02', bent: '+59 min ×60' });
    const still = [clock('device', 0, 0, true)];
    expect(face(still, 60_000)).toMatchObject({ day: '22 Nov,', time: '08:02', bent: '−1 min stands still' });
  });

  it('takes a walk’s standing clock for calm until somebody moves it', () => {
    const walk = [clock('device', -900 * hour, 0, false), clock('relyingParty', -900 * hour, 0, false)];
    const start = walk[0]!.now;
    expect(face(walk, 5000, start)).toMatchObject({ bent: null, calm: 'stands still' });
    const moved = walk.map((one) => ({ ...one, now: one.now + 360_000, moved: true }));
    expect(face(moved, 5000, start)).toMatchObject({ bent: '+6 min', calm: 'stands still' });
    const ran = walk.map((one) => ({ ...one, rate: 60, moved: true }));
    expect(face(ran, 1000, start)).toMatchObject({ bent: '+1 min ×60', calm: null });
  });

  it('is empty before the bench has told', () => {
    expect(clockFace([])).toEqual({ day: '', time: '', bent: null, calm: null, lines: [] });
  });
});

describe('the field for a time', () => {
  it('holds a time to the second and gives it back', () => {
    const at = new Date(2026, 2, 2, 9, 0, 7).getTime();
    expect(fieldTime(at)).toBe('2026-03-02T09:00:07');
    expect(readFieldTime(fieldTime(at))).toBe(at);
    expect(shortTime(at, new Date(2026, 10, 23).getTime())).toEqual({ day: '2 Mar,', time: '09:00' });
  });

  it('names the year where it is another one', () => {
    const at = new Date(2030, 0, 1).getTime();
    expect(shortTime(at, new Date(2026, 10, 23).getTime()).day).toBe('1 Jan 2030,');
  });

  it.each(['', 'soon'])('takes %o for none', (text) => expect(readFieldTime(text)).toBeNull());
});

it('moves all clocks when none is named', () => {
  expect(partiesOf('all')).toEqual([]);
  expect(partiesOf('client')).toEqual(['client']);
});
