// @vitest-environment node
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Event, RelyingPartySummary } from '../bindings/types';
import { copyOf, originOf } from './copy';

const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const utf8 = (text: string) => new TextEncoder().encode(text);

function request(raw: Uint8Array | null, body: Record<string, unknown> = {}): Event {
  return {
    seq: 12,
    cause: 9,
    party: 'relyingParty',
    wall: 1_700_000_000_000,
    partyTime: null,
    kind: 'rp.request',
    deliberate: false,
    raw: raw && base64url(raw),
    body: { method: 'POST', path: '/api/authentication/finish', ...body },
  };
}

const ORIGIN = 'http://localhost:7780';
const curl = (event: Event) => copyOf('curl', event, ORIGIN)!;

/** What a shell makes of the command: the words `curl` gets and what it reads. */
function run(command: string): { words: string[]; input: string } {
  const folder = mkdtempSync(join(tmpdir(), 'curl-'));
  const program = join(folder, 'curl');
  writeFileSync(program, '#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word"; done\ncase "$*" in *@-) cat;; esac\n', { mode: 0o755 });
  const out = execFileSync('/bin/sh', ['-c', command], { env: { PATH: `${folder}:/usr/bin:/bin` }, cwd: folder, input: '' });
  const [said, ...read] = out.toString('latin1').split(/(?<=\0@-\0)/);
  const words = said!.split('\0').slice(0, -1);
  return { words: words.map((word) => Buffer.from(word, 'latin1').toString('utf8')), input: read.join('') };
}

const HOSTILE = [
  '{"name":"it\'s"}',
  "'; touch owned; '",
  '$(touch owned) `touch owned` "$HOME" \\',
  'two\nlines\r\nand\ttabs',
  "''''",
  '-o /tmp/x',
  '@/etc/passwd',
  '!history! {a,b} [1-3] é 🔑',
];

describe('a request as curl', () => {
  it('has method, address, headers and body, and no cookie', () => {
    expect(curl(request(utf8('{"a":1}')))).toBe(
      "curl --globoff --request 'POST' 'http://localhost:7780/api/authentication/finish' --header 'origin: http://localhost:7780' --header 'cookie: touchstone_session=…' --header 'content-type: application/json' --data-raw '{\"a\":1}'",
    );
  });

  it.each(HOSTILE)('brings the body %o through a shell as it is', (body) => {
    const { words } = run(curl(request(utf8(body))));
    expect(words.at(-1)).toBe(body);
    expect(words).toHaveLength(12);
  });

  it.each(HOSTILE)('keeps a path like %o one word of the address', (path) => {
    const { words } = run(curl(request(null, { path: `/${path}` })));
    expect(words[3]).toBe(`${ORIGIN}/${path}`);
    expect(words).toHaveLength(8);
  });

  it.each(HOSTILE)('keeps a method like %o one word', (method) => {
    expect(run(curl(request(null, { method }))).words[2]).toBe(method);
  });

  it('sends bytes that are no text by another way', () => {
    const bytes = new Uint8Array([0, 255, 39, 10]);
    const { words, input } = run(curl(request(bytes)));
    expect(words.slice(-2)).toEqual(['--data-binary', '@-']);
    expect(Buffer.from(input, 'latin1')).toEqual(Buffer.from(bytes));
  });

  it('is there for requests only, and while the relying party has an address', () => {
    expect(copyOf('curl', { ...request(null), kind: 'rp.response' }, ORIGIN)).toBeNull();
    expect(copyOf('curl', request(null), undefined)).toBeNull();
    expect(copyOf('curl', request(null), '')).toBeNull();
  });
});

describe('an event', () => {
  it('is copied whole as JSON', () => {
    const event = request(utf8('{}'));
    expect(JSON.parse(copyOf('json', event, ORIGIN)!)).toEqual(event);
    expect(copyOf('json', event, ORIGIN)).toContain('\n  "seq": 12,');
  });

  it('is copied as hex where it has bytes', () => {
    expect(copyOf('hex', request(new Uint8Array([0, 10, 255])), ORIGIN)).toBe('000aff');
    expect(copyOf('hex', request(null), ORIGIN)).toBeNull();
  });
});

it('sends what a device asked by itself without a browser’s headers', () => {
  const { words } = run(curl(request(utf8('{}'), { path: '/pin/exchange' })));
  expect(words.join(' ')).toContain('http://localhost:7780/pin/exchange');
  expect(words.join(' ')).not.toMatch(/origin:|cookie:/);
});

it('goes to the relying party that the event is of', () => {
  const parties = [
    { rpId: 'localhost', origin: ORIGIN, further: false },
    { rpId: 'bank.localhost', origin: 'http://bank.localhost:7781', further: true },
  ] as RelyingPartySummary[];
  expect(originOf(request(null), parties)).toBe(ORIGIN);
  expect(originOf(request(null, { rpId: 'bank.localhost' }), parties)).toBe('http://bank.localhost:7781');
  expect(originOf(request(null, { rpId: 'gone.localhost' }), parties)).toBeUndefined();
});
