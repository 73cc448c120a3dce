// @vitest-environment node
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { wordsFor } from './words';

interface Case {
  party: string;
  kind: string;
  body: unknown;
  title: string;
}

const cases = JSON.parse(readFileSync(new URL('../../../../fixtures/wire.json', import.meta.url), 'utf8')) as Case[];
/** Messages are found by what they carry; a name that was given is no word of the window's. */
const NAMED = ['rp.request', 'rp.response', 'client.command.sent', 'client.failed', 'bench.fault.applied', 'bench.walk.started', 'bench.walk.step'];
/** What the window says of something that it does not know. */
const UNKNOWN = ['Exchange begins', 'Not done, online'];
/** Words of the wire that stand for less than they say, with those that find them. */
const SHORT: Record<string, string> = {
  'bench.clock.moved': 'Clock',
  'bench.device.cloned': 'Passkeys copied',
  'bench.fault.disarmed': 'Fault',
  'bench.walk.ended': 'Walk',
};

const at = (body: unknown, pointer: string): unknown =>
  pointer.slice(1).split('/').reduce<unknown>((value, name) => (value as Record<string, unknown> | null | undefined)?.[name], body);

it.each(cases.filter(({ kind, title }) => !title.startsWith('CTAP') && !NAMED.includes(kind) && !UNKNOWN.includes(title)))('finds "$title" by its words', ({ kind, body, title }) => {
  const words = SHORT[kind] ?? title.split(/: | · | →/)[0]!.replace(/^7\.\d |^pin-sync (?=step)| \d+(?= failed)/g, '').replace(/ for \w+$| by Phone A$/, '');
  const found = wordsFor(words).filter((one) => one.kind === kind && (one.at === null || at(body, one.at) === one.value));
  expect(found).not.toEqual([]);
});

it('looks for nothing by two letters', () => {
  expect(wordsFor('PI')).toEqual([]);
});
