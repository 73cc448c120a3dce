// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Event, Party } from '../bindings/types';
import { duration } from './body';
import { present } from './present';

function event(kind: string, body: unknown = {}, party: Party = 'client', cause: number | null = null): Event {
  return { seq: 2, cause, party, wall: 0, partyTime: null, kind, deliberate: false, raw: null, body };
}

const nothing = () => undefined;
const drawn = (kind: string, body: unknown = {}) => present(event(kind, body), nothing);
const answerTo = (method: string, path: string, body: unknown) =>
  present(event('rp.response', body, 'relyingParty', 1), (seq) => (seq === 1 ? event('rp.request', { method, path }) : undefined));

describe('the wire', () => {
  it('draws a request towards the relying party', () => {
    expect(drawn('rp.request', { method: 'POST', path: '/api/authentication/begin' })).toEqual({
      shape: 'message',
      from: 'client',
      to: 'relyingParty',
      title: 'POST /api/authentication/begin',
      note: undefined,
      tone: 'plain',
    });
  });

  it('says what a response carries, with status and time', () => {
    expect(answerTo('POST', '/api/authentication/begin', { status: 200, durationMicros: 1240 })).toMatchObject({
      from: 'relyingParty',
      to: 'client',
      title: 'request options',
      note: '200 · 1.2 ms',
      tone: 'plain',
    });
  });

  it('shows a refusal by its code, in the failing tone', () => {
    const body = { status: 400, body: { error: { code: 'challengeUsed', message: '…' } } };
    expect(answerTo('POST', '/api/authentication/finish', body)).toMatchObject({ title: 'challengeUsed', note: '400', tone: 'bad' });
  });

  it('does not call a first visit a failure', () => {
    expect(answerTo('GET', '/api/session', { status: 401 })).toMatchObject({ title: 'no session', tone: 'plain' });
  });

  it('draws a command towards the device and its answer back', () => {
    const command = 'authenticatorGetAssertion';
    expect(drawn('client.command.sent', { command, code: 2 })).toMatchObject({
      from: 'client',
      to: 'device',
      title: command,
      note: 'CTAP 0x02',
    });
    expect(drawn('client.command.answered', { command, status: 'CTAP2_OK', code: 0, durationMicros: 14_200_000 })).toMatchObject({
      from: 'device',
      to: 'client',
      title: 'assertion',
      note: 'CTAP2_OK · 14.2 s',
    });
    expect(drawn('client.command.answered', { command, status: 'CTAP2_ERR_NO_CREDENTIALS', code: 0x2e })).toMatchObject({
      title: 'CTAP2_ERR_NO_CREDENTIALS',
      tone: 'bad',
    });
  });

  it('counts the tries that a wrong PIN leaves', () => {
    expect(drawn('device.pin.checked', { matched: false, triesLeft: 1 })).toMatchObject({ title: 'Wrong PIN', note: '1 try left', tone: 'warn' });
    expect(drawn('device.pin.checked', { matched: true, triesLeft: 5 })).toMatchObject({ title: 'PIN matches', tone: 'good' });
  });

  it('names the step that failed', () => {
    const steps = [
      { section: '7.2', step: 10, name: 'type', outcome: 'passed' },
      { section: '7.2', step: 11, name: 'challenge is the one issued', outcome: 'failed' },
    ];
    expect(drawn('rp.verification', { verified: false, steps })).toMatchObject({
      from: 'relyingParty',
      to: 'relyingParty',
      title: '7.2 step 11 failed',
      note: 'challenge is the one issued',
      tone: 'bad',
    });
  });

  it('keeps an event of a kind it does not know on its own lane', () => {
    expect(present(event('device.battery.low', {}, 'device'), nothing)).toMatchObject({ from: 'device', to: 'device', title: 'device.battery.low' });
    expect(present(event('bench.odd', {}, 'bench'), nothing)).toEqual({ shape: 'divider', title: 'bench.odd' });
  });

  it.each([
    'client.create.called', 'client.get.called', 'client.command.sent', 'client.command.answered', 'client.create.returned',
    'client.get.returned', 'client.failed', 'device.prompt.shown', 'device.prompt.answered', 'device.pin.checked',
    'device.pin.set', 'device.passkey.created', 'device.passkey.used', 'device.passkey.renamed', 'device.passkey.deleted',
    'device.reset', 'device.failed', 'rp.request', 'rp.response', 'rp.verification', 'rp.account.created', 'rp.session.bound',
    'rp.session.ended', 'bench.started', 'bench.device.added',
  ])('draws %s whatever its body holds', (kind) => {
    for (const body of [null, 7, [], {}, { prompt: 1, steps: {}, status: 'x', code: 'y', body: { error: 1 } }]) {
      expect(typeof drawn(kind, body).title).toBe('string');
    }
  });
});

interface Case {
  party: Party;
  kind: string;
  asked?: unknown;
  body: unknown;
  title: string;
  note: string | null;
  tone: string;
}

/** What a report draws, too: its own tests read the same file, and that it holds every kind. */
const cases = JSON.parse(readFileSync(new URL('../../../../fixtures/wire.json', import.meta.url), 'utf8')) as Case[];

it.each(cases)('draws $kind as a report does: $title', ({ party, kind, asked, body, title, note, tone }) => {
  const shown = present(event(kind, body, party, 1), () => event('rp.request', asked));
  expect({ title: shown.title, note: shown.note || null, tone: shown.tone ?? 'plain' }).toEqual({ title, note, tone });
});

it.each([
  [undefined, undefined],
  [-1, undefined],
  [0, '0 µs'],
  [99, '99 µs'],
  [100, '0.1 ms'],
  [9_999, '10.0 ms'],
  [61_000, '61 ms'],
  [14_200_000, '14.2 s'],
])('%o microseconds are "%s"', (micros, words) => {
  expect(duration(micros)).toBe(words);
});
