const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: readonly [name: string, millis: number, words: RegExp][] = [
  ['d', DAY, /^d(ays?)?$/],
  ['h', HOUR, /^h(ours?)?$/],
  ['min', MINUTE, /^m(in(utes?)?)?$/],
  ['s', SECOND, /^s(ec(onds?)?)?$/],
  ['ms', 1, /^ms$/],
];

/** A length of time in its two largest units: `6 h`, `1 d 2 h`, `90 s` is `1 min 30 s`. `millis` is not negative. */
export function spanText(millis: number): string {
  const first = UNITS.findIndex(([, length]) => millis >= length);
  if (first < 0) return '0 s';
  let rest = Math.trunc(millis);
  const parts: string[] = [];
  for (const [name, length] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    // Milliseconds beside seconds are noise.
    if (count > 0 && !(name === 'ms' && parts.length > 0)) parts.push(`${count} ${name}`);
  }
  return parts.join(' ');
}

/** A delay, to the millisecond: `2 s`, `1.5 s`, `250 ms`, `1 min 30 s`. */
export const delayText = (millis: number): string =>
  millis > SECOND && millis < MINUTE ? `${Math.trunc(millis) / SECOND} s` : spanText(millis);

/** How far ahead (`+6 h`) or behind (`−5 min`); none within half a second. */
export function offsetText(millis: number): string | null {
  if (Math.abs(millis) < 500) return null;
  return `${millis > 0 ? '+' : '−'}${spanText(Math.round(Math.abs(millis) / SECOND) * SECOND)}`;
}

/** Reads `90s`, `6 min`, `1h 30m`, `1d` as milliseconds; none when it is no length of time. */
export function readSpan(text: string): number | null {
  const part = /\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*/gy;
  const words = text.trim().toLowerCase();
  let total = 0;
  let read = 0;
  for (let match = part.exec(words); match; match = part.exec(words)) {
    const unit = UNITS.find(([, , word]) => word.test(match![2]!));
    if (!unit) return null;
    total += Number(match[1]) * unit[1];
    read = part.lastIndex;
  }
  return words !== '' && read === words.length && Number.isFinite(total) ? Math.round(total) : null;
}
