import type { DeviceSummary, KindGroup, Party, TimelineQuery } from '../bindings/types';
import { wordsFor } from './words';

/** What of the timeline a tester wants to see. */
export interface Filter {
  parties: Party[];
  groups: KindGroup[];
  failed: boolean;
  deliberate: boolean;
  /** A device's id. */
  device: string | null;
  text: string;
  /** CTAPHID reports too: there are many to each message. */
  frames: boolean;
}

/** Everything but CTAPHID reports. */
export const ALL: Filter = { parties: [], groups: [], failed: false, deliberate: false, device: null, text: '', frames: false };

/** The longest text that the bench looks for. */
export const LONGEST_TEXT = 200;

export const PARTY_NAMES: Record<Party, string> = {
  device: 'Device',
  client: 'Client',
  relyingParty: 'Relying party',
  bench: 'Bench',
};

/** What can be looked at alone; reports stand in no group that a tester chooses. */
export const GROUP_NAMES: Record<Exclude<KindGroup, 'frames'>, string> = {
  messages: 'Messages',
  prompts: 'Prompts and PIN',
  verification: 'Verification',
  records: 'Passkeys, PINs, accounts, sessions',
  bench: 'Clock, network, faults, walks',
};

/** A condition as it stands under the wire's head, with the filter that is left without it. */
export interface Condition {
  name: string;
  without: Filter;
}

/** True while it leaves out nothing but reports. Its text narrows nothing while it names an event: "#12". */
export function isAll(filter: Filter): boolean {
  return conditionsOf({ ...filter, frames: false }, []).length === 0 && textOf(filter) === '';
}

/** Without its conditions; reports stand as they stood. */
export const cleared = ({ frames }: Filter): Filter => ({ ...ALL, frames });

/** The conditions beside the text. */
export function conditionsOf(filter: Filter, devices: DeviceSummary[]): Condition[] {
  const conditions: Condition[] = [];
  for (const party of filter.parties) {
    conditions.push({ name: PARTY_NAMES[party], without: { ...filter, parties: filter.parties.filter((one) => one !== party) } });
  }
  for (const group of filter.groups) {
    conditions.push({ name: group === 'frames' ? 'Frames' : GROUP_NAMES[group], without: { ...filter, groups: filter.groups.filter((one) => one !== group) } });
  }
  if (filter.device !== null) {
    const name = devices.find(({ id }) => id === filter.device)?.name ?? 'a removed device';
    conditions.push({ name: `told by ${name}`, without: { ...filter, device: null } });
  }
  if (filter.failed) conditions.push({ name: 'failed', without: { ...filter, failed: false } });
  if (filter.deliberate) conditions.push({ name: 'on purpose', without: { ...filter, deliberate: false } });
  if (filter.frames) conditions.push({ name: 'with frames', without: { ...filter, frames: false } });
  return conditions;
}

/** With or without `one`. */
export function toggled<T>(list: T[], one: T): T[] {
  return list.includes(one) ? list.filter((other) => other !== one) : [...list, one];
}

/** The event that a text names: 12 for "#12". */
export function jumpOf(text: string): number | null {
  const digits = /^\s*#(\d{1,10})\s*$/.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** What is asked of the bench; none when everything is wanted. `reports` tells whether the timeline has any. */
export function queryOf(filter: Filter, reports = false): TimelineQuery | null {
  const { frames, ...wanted } = filter;
  if (isAll(filter) && (frames || !reports)) return null;
  const text = textOf(filter);
  return { ...wanted, groups: groupsOf(filter, reports), text, words: wordsFor(text) };
}

/** No group is every group. */
function groupsOf({ groups, frames }: Filter, reports: boolean): KindGroup[] {
  const chosen = groups.length > 0 || frames || !reports ? groups : (Object.keys(GROUP_NAMES) as KindGroup[]);
  return frames && chosen.length > 0 ? [...chosen, 'frames'] : chosen;
}

function textOf(filter: Filter): string {
  return /^\s*#\d*\s*$/.test(filter.text) ? '' : filter.text.trim().slice(0, LONGEST_TEXT);
}
