/** The policy as the form holds it: one value a setting, by its place in the file. */
import type { AdminPolicy } from '../bindings';
import { CAMPAIGN, settings, type Setting } from './settings';

/** A policy in the JSON form of its file. */
export type PolicyDocument = AdminPolicy['policy'];

export type Value = string | boolean | string[];
export type Draft = Record<string, Value>;

type Table = Record<string, unknown>;

const isTable = (value: unknown): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands at `key`; undefined where the file says nothing. */
function at(policy: PolicyDocument, key: string): unknown {
  return key.split('.').reduce<unknown>((table, part) => (isTable(table) ? table[part] : undefined), policy);
}

function put(policy: PolicyDocument, key: string, value: unknown): void {
  const parts = key.split('.');
  const last = parts.pop()!;
  let table = policy;
  for (const part of parts) {
    if (!isTable(table[part])) table[part] = {};
    table = table[part] as Table;
  }
  table[last] = value;
}

export function toDraft(policy: PolicyDocument): Draft {
  return Object.fromEntries(settings.map((setting) => [setting.key, written(setting, at(policy, setting.key))]));
}

function written(setting: Setting, value: unknown): Value {
  switch (setting.kind) {
    case 'switch':
      return setting.key === CAMPAIGN ? isTable(value) : value === true;
    case 'several':
      return Array.isArray(value) ? value.map(String) : [];
    case 'lines':
      return Array.isArray(value) ? value.join('\n') : '';
    case 'moment':
      return typeof value === 'string' ? withoutZone(value) : '';
    default:
      return value === undefined || value === null ? '' : String(value);
  }
}

/** RFC 3339 as a `datetime-local` field holds it, in UTC; to the second. */
function withoutZone(moment: string): string {
  const time = new Date(moment);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString().slice(0, 19);
}

/** Whether the setting says anything: those of a campaign only while there is one. */
export function applies(draft: Draft, setting: Setting): boolean {
  return !setting.key.startsWith(`${CAMPAIGN}.`) || draft[CAMPAIGN] === true;
}

/** The policy to send: `saved` with what the form holds, so that what the form does not know stays. */
export function toPolicy(draft: Draft, saved: PolicyDocument): PolicyDocument {
  const policy = structuredClone(saved);
  if (draft[CAMPAIGN] !== true && isTable(policy.pin)) delete policy.pin.campaign;
  for (const setting of settings) {
    if (setting.key === CAMPAIGN || !applies(draft, setting)) continue;
    put(policy, setting.key, read(setting, draft[setting.key]!));
  }
  return policy;
}

function read(setting: Setting, value: Value): unknown {
  switch (setting.kind) {
    case 'number':
      return Number(value);
    case 'lines':
      return String(value)
        .split('\n')
        .map((line) => line.replace(/\r$/, ''))
        .filter((line) => line !== '');
    case 'moment': {
      const text = String(value);
      return `${text.length === 16 ? `${text}:00` : text}Z`;
    }
    case 'several':
      return setting.options.map(([option]) => option).filter((option) => (value as string[]).includes(option));
    default:
      return value;
  }
}

/** What can be seen without the server: an empty or odd number, a moment that is none. By place. */
export function problems(draft: Draft): Record<string, string> {
  const found: Record<string, string> = {};
  for (const setting of settings) {
    if (!applies(draft, setting)) continue;
    const text = draft[setting.key];
    if (setting.kind === 'number' && !/^-?\d{1,9}$/.test(String(text).trim())) {
      found[setting.key] = `Type a whole number of ${setting.unit}.`;
    }
    if (setting.kind === 'length-of-time' && String(text).trim() === '') {
      found[setting.key] = 'Type a length of time, such as 8h.';
    }
    if (setting.kind === 'moment' && !text) found[setting.key] = 'Choose a day and a time.';
  }
  return found;
}

/** The places where the form differs from what is saved. */
export function changes(draft: Draft, saved: Draft): string[] {
  const same = (one: Value | undefined, other: Value | undefined) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
  return settings
    .filter((setting) => applies(draft, setting) && !same(draft[setting.key], saved[setting.key]))
    .map((setting) => setting.key);
}

const sorted = (value: Value | undefined) => (Array.isArray(value) ? [...value].sort() : value);
