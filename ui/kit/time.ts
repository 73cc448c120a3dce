const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * DAY],
  ['month', 30 * DAY],
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
];

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** How long before or after `now` a moment is, in its largest unit: "3 minutes ago". Both in Unix milliseconds. */
export function relativeTime(at: number, now: number): string {
  const away = at - now;
  const unit = UNITS.find(([, length]) => Math.abs(away) >= length);
  if (!unit) return 'just now';
  return relative.format(Math.trunc(away / unit[1]), unit[0]);
}

/** The moment to the second, with its zone. `zone` is the reader's own unless told. */
export function exactTime(at: number, zone?: string): string {
  return new Date(at).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZone: zone,
    timeZoneName: 'short',
  });
}
