import type { ClockState, Party } from '../bindings/types';
import { offsetText } from './spans';

/** Whose clocks a motion moves. */
export type WhoseClock = 'all' | 'device' | 'client' | 'relyingParty';

export const WHOSE: readonly [WhoseClock, string][] = [
  ['all', 'All'],
  ['device', 'Device'],
  ['client', 'Client'],
  ['relyingParty', 'Relying party'],
];

/** The parties as a command takes them; none means all. */
export const partiesOf = (whose: WhoseClock): Party[] => (whose === 'all' ? [] : [whose]);

const NAMES: Record<string, string> = { device: 'Device', client: 'Client', relyingParty: 'Relying party' };
const SHORT: Record<string, string> = { device: 'device', client: 'client', relyingParty: 'RP' };

/** Skips that one press does. */
export const SKIPS: readonly [name: string, label: string, millis: number][] = [
  ['1m', '+1 min', 60_000],
  ['6m', '+6 min', 360_000],
  ['1h', '+1 h', 3_600_000],
  ['1d', '+1 d', 86_400_000],
];

export const RATES: readonly [rate: number, label: string][] = [
  [0, 'stands still'],
  [1, '×1'],
  [10, '×10'],
  [60, '×60'],
];

/** A party's clock as it is read at one moment. */
export interface Reading {
  party: Party;
  name: string;
  /** Unix milliseconds. */
  at: number;
  /** `22 Nov,`, or `1 Jan 2030,` in another year */
  day: string;
  /** `14:02` */
  time: string;
  /** `+6 h`, where the tester moved it. */
  offset: string | null;
  /** `stands still` or `×60`, where it does not run as real time does. */
  speed: string | null;
  /** True when that speed is the bench's own: its clocks began standing still. */
  ownSpeed: boolean;
  moved: boolean;
}

/** What the head shows. */
export interface ClockFace {
  day: string;
  time: string;
  /** What is bent: `+6 h`, `RP +6 h`, `×60`; none when all is real. */
  bent: string | null;
  /** How the clocks run where that is the bench's own way and nobody moved them. */
  calm: string | null;
  /** A line a party. */
  lines: string[];
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (number: number) => String(number).padStart(2, '0');

/** `22 Nov,` and `14:02`, in the reader's zone; `1 Jan 2030,` where it is not the year of `today`. */
export function shortTime(at: number, today = Date.now()): { day: string; time: string } {
  const date = new Date(at);
  const year = date.getFullYear() === new Date(today).getFullYear() ? '' : ` ${date.getFullYear()}`;
  return { day: `${date.getDate()} ${MONTHS[date.getMonth()]}${year},`, time: `${two(date.getHours())}:${two(date.getMinutes())}` };
}

/** As a `datetime-local` field holds it, in the reader's zone. */
export function fieldTime(at: number): string {
  const date = new Date(at);
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** What such a field holds, in Unix milliseconds; none when it is empty or no time. */
export function readFieldTime(text: string): number | null {
  const at = text === '' ? Number.NaN : new Date(text).getTime();
  return Number.isNaN(at) ? null : at;
}

const speedText = (rate: number): string | null => (rate === 1 ? null : rate === 0 ? 'stands still' : `×${rate}`);

/** The clock `elapsed` real milliseconds after its state was told. `start` is where a clock that stood still began. */
export function reading(clock: ClockState, elapsed: number, start: number | null): Reading {
  const at = clock.now + elapsed * clock.rate;
  // Against the machine, a clock that gains or loses drifts on.
  const ahead = start === null ? clock.offsetMillis + elapsed * (clock.rate - 1) : at - start;
  return {
    party: clock.party,
    name: NAMES[clock.party] ?? clock.party,
    at,
    ...shortTime(at),
    offset: clock.moved ? offsetText(ahead) : null,
    speed: speedText(clock.rate),
    ownSpeed: start !== null && clock.rate === 0,
    moved: clock.moved,
  };
}

const bentText = (reading: Reading): string | null =>
  reading.moved ? [reading.offset, reading.ownSpeed ? null : reading.speed].filter(Boolean).join(' ') || null : null;

/** The parties' clocks as one face; what differs is named. */
export function clockFace(readings: Reading[]): ClockFace {
  const lines = readings.map((one) => {
    const how = [one.offset, one.speed].filter(Boolean).join(', ');
    return `${one.name}: ${one.day} ${one.time}${how && ` (${how})`}`;
  });
  const [first] = readings;
  if (!first) return { day: '', time: '', bent: null, calm: null, lines };
  const speeds = new Set(readings.map((one) => (one.ownSpeed || !one.moved ? one.speed : null)));
  const calm = speeds.size === 1 ? [...speeds][0]! : null;
  const moved = readings.filter((one) => bentText(one) !== null);
  const same = new Set(readings.map(bentText)).size === 1;
  if (same) {
    return { day: first.day, time: first.time, bent: bentText(first), calm, lines };
  }
  const kinds = new Set(moved.map(bentText));
  const who = moved.map((one) => SHORT[one.party] ?? one.name).join(', ');
  const bent = kinds.size === 1 ? `${who} ${[...kinds][0]}` : 'they differ';
  const { day, time } = moved[0]!;
  return { day, time, bent, calm, lines };
}
