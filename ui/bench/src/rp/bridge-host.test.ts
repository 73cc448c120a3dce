// @vitest-environment node
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CredentialsAnswer, CredentialsCall } from '../bindings/types';
import { BridgeHost, isLocalOrigin } from './bridge-host';

const ORIGIN = 'http://localhost:7780';
const found: CredentialsAnswer = { outcome: 'credential', credential: { id: 'abc' } };

const frame = { postMessage: vi.fn() };
const stranger = { postMessage: vi.fn() };
const call = vi.fn<(call: CredentialsCall) => Promise<CredentialsAnswer>>();
const abort = vi.fn<(call: string) => Promise<null>>();
const located = vi.fn<(href: string) => void>();
let host: BridgeHost;

beforeEach(() => {
  let ids = 0;
  frame.postMessage.mockReset();
  stranger.postMessage.mockReset();
  call.mockReset().mockResolvedValue(found);
  abort.mockReset().mockResolvedValue(null);
  located.mockReset();
  host = new BridgeHost({
    frame: () => frame as unknown as Window,
    call,
    abort,
    located,
    newId: () => `call-${++ids}`,
  });
});

function say(data: unknown, { origin = ORIGIN, source = frame as unknown } = {}) {
  host.receive({ data, origin, source } as MessageEvent);
}

const get = (id: unknown = 1) => ({ touchstone: 'credentials', id, method: 'get', publicKey: { challenge: 'AA' } });
const settled = () => vi.waitFor(() => expect(frame.postMessage).toHaveBeenCalled());

/** A call that waits until it is told. */
function waiting() {
  let answer!: (answer: CredentialsAnswer) => void;
  call.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
  return (value: CredentialsAnswer) => answer(value);
}

describe('the bridge host', () => {
  it('runs the call of the frame and answers to its origin only', async () => {
    say({ ...get(), mediation: 'optional' });
    await settled();
    expect(call).toHaveBeenCalledExactlyOnceWith({
      call: 'call-1',
      origin: ORIGIN,
      method: 'get',
      publicKey: { challenge: 'AA' },
      mediation: 'optional',
    });
    expect(frame.postMessage).toHaveBeenCalledExactlyOnceWith({ touchstone: 'answer', id: 1, answer: found }, ORIGIN);
  });

  it('takes the origin from the event, whatever the message claims', async () => {
    say({ ...get(), origin: 'http://bank.localhost:7780' });
    await settled();
    expect(call.mock.calls[0]![0].origin).toBe(ORIGIN);
  });

  it('ignores everyone but the frame', () => {
    say(get(), { source: stranger });
    say(get(), { source: null });
    expect(call).not.toHaveBeenCalled();
    expect(stranger.postMessage).not.toHaveBeenCalled();
  });

  it.each(['https://example.com', 'null', 'http://localhost.example.com', 'http://127.0.0.1:7780', 'tauri://localhost'])(
    'ignores the frame when it stands at %s',
    (origin) => {
      say(get(), { origin });
      expect(call).not.toHaveBeenCalled();
    },
  );

  it.each([null, 'text', 7, [], {}, { touchstone: 'shell' }, { touchstone: 'credentials' }, get({}), get('x'.repeat(65))])(
    'ignores the message %o',
    (data) => {
      say(data);
      expect(call).not.toHaveBeenCalled();
      expect(frame.postMessage).not.toHaveBeenCalled();
    },
  );

  it.each([{ method: 'store' }, { publicKey: null }, { publicKey: 'x' }, { publicKey: [] }])(
    'refuses a call with %o without troubling the bench',
    (part) => {
      say({ ...get(), ...part });
      expect(call).not.toHaveBeenCalled();
      expect(frame.postMessage.mock.calls[0]![0].answer.name).toBe('TypeError');
    },
  );

  it('passes an abort on and answers nothing then', async () => {
    const answer = waiting();
    say(get());
    say({ touchstone: 'abort', id: 1 });
    expect(abort).toHaveBeenCalledExactlyOnceWith('call-1');
    answer({ outcome: 'exception', name: 'AbortError', message: '' });
    await Promise.resolve();
    expect(frame.postMessage).not.toHaveBeenCalled();
  });

  it('ends the calls of a page that is gone', () => {
    waiting();
    waiting();
    say(get(1));
    say(get(2));
    host.abortAll();
    expect(abort.mock.calls).toEqual([['call-1'], ['call-2']]);
  });

  it('ends them when another page begins in the frame', () => {
    waiting();
    say(get(1));
    say({ touchstone: 'begin' });
    expect(abort.mock.calls).toEqual([['call-1']]);
  });

  it('never gives a new page the answer to the old page’s call of the same number', async () => {
    const old = waiting();
    const fresh = waiting();
    say(get(1));
    say(get(1));
    expect(abort).toHaveBeenCalledExactlyOnceWith('call-1');
    old({ outcome: 'exception', name: 'AbortError', message: '' });
    fresh(found);
    await settled();
    expect(frame.postMessage).toHaveBeenCalledExactlyOnceWith({ touchstone: 'answer', id: 1, answer: found }, ORIGIN);
  });

  it('tells the page when the bench refuses', async () => {
    call.mockRejectedValueOnce({ code: 'vaultShut', message: 'The vault is shut. Open it first.' });
    say(get());
    await settled();
    expect(frame.postMessage.mock.calls[0]![0].answer).toEqual({
      outcome: 'exception',
      name: 'UnknownError',
      message: 'The vault is shut. Open it first.',
    });
  });

  it('bounds the calls one page may have open', () => {
    call.mockImplementation(() => new Promise(() => undefined));
    for (let id = 1; id <= 9; id++) say(get(id));
    expect(call).toHaveBeenCalledTimes(8);
    expect(frame.postMessage.mock.calls[0]![0]).toMatchObject({ id: 9, answer: { name: 'NotAllowedError' } });
  });

  it('shows where the page is, within its own origin', () => {
    say({ touchstone: 'location', href: `${ORIGIN}/account` });
    say({ touchstone: 'location', href: 'http://bank.localhost/' });
    say({ touchstone: 'location', href: 'nonsense' });
    expect(located.mock.calls).toEqual([[`${ORIGIN}/account`]]);
  });
});

it.each([
  ['http://localhost', true],
  ['http://localhost:7780', true],
  ['http://acme-bank.localhost:7780', true],
  ['https://localhost:7780', false],
  ['http://localhost.example', false],
  ['http://evil-localhost:1', false],
  ['http://localhost:7780/', false],
])('%s is an origin the bench frames: %s', (origin, expected) => {
  expect(isLocalOrigin(origin)).toBe(expected);
});
