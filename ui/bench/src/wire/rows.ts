import type { DeviceSummary, Event, RelyingPartySummary } from '../bindings/types';
import { text } from './body';
import { type Find, type Lane, type Presentation, present } from './present';

/** How far each lane stands from the left, in per cent of the drawing's width. */
export const LANES: Record<Lane, number> = { device: 15, client: 50, relyingParty: 85 };

export const LANE_NAMES: Record<Lane, string> = {
  device: 'Device',
  client: 'Client',
  relyingParty: 'Relying party',
};

/** A quiet longer than this, in milliseconds, is marked by the time of day. */
const QUIET = 2000;

/** Every row's height, in CSS pixels: a timeline of any length stands still while it is read. */
export const HEIGHT = 42;

/** One line of the drawing. */
export interface Row {
  event: Event;
  drawn: Presentation;
  /** "14:02:07", where a new stretch begins. */
  time: string | null;
}

const drawings = new WeakMap<Event, Presentation>();

/** How an event is drawn; worked out once its cause is at hand. */
export function drawnOf(event: Event, find: Find): Presentation {
  const known = drawings.get(event);
  if (known) return known;
  const drawn = present(event, find);
  if (event.cause === null || find(event.cause)) drawings.set(event, drawn);
  return drawn;
}

/** Names of devices by their ids, and of relying parties by theirs; none while there is only one of a sort to speak of. */
export interface Names {
  devices: ReadonlyMap<string, string>;
  parties: ReadonlyMap<string, string>;
}

/** The names to tell devices apart by, and relying parties. */
export function namesOf(devices: DeviceSummary[], parties: RelyingPartySummary[]): Names {
  return {
    devices: new Map(devices.length > 1 ? devices.map(({ id, name }) => [id, name]) : []),
    parties: new Map(parties.length > 1 ? parties.map(({ rpId, name }) => [rpId, name]) : []),
  };
}

/** The row of an event, given the one before it. */
export function rowOf(event: Event, before: Event | undefined, find: Find, names: Names): Row {
  const drawn = withName(drawnOf(event, find), nameOf(event, names));
  const begins = !before || event.wall - before.wall > QUIET;
  return { event, drawn, time: begins ? timeOfDay(event.wall) : null };
}

function nameOf(event: Event, { devices, parties }: Names): string | undefined {
  return event.party === 'relyingParty' ? parties.get(text(event, 'rpId') ?? '') : devices.get(text(event, 'device') ?? '');
}

function withName(drawn: Presentation, name: string | undefined): Presentation {
  if (!name || drawn.title.endsWith(`: ${name}`)) return drawn;
  return { ...drawn, note: drawn.note ? `${drawn.note} · ${name}` : name };
}

function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB', { hour12: false });
}

/** Where the selection goes by a key; none for keys that do not move it. */
export function moved(key: string, at: number | null, count: number): number | null {
  if (count === 0) return null;
  const last = count - 1;
  switch (key) {
    case 'ArrowDown':
      return at === null ? last : Math.min(at + 1, last);
    case 'ArrowUp':
      return at === null ? last : Math.max(at - 1, 0);
    case 'PageDown':
      return at === null ? last : Math.min(at + 10, last);
    case 'PageUp':
      return at === null ? last : Math.max(at - 10, 0);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}
