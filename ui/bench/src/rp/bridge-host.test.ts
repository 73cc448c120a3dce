// @vitest-environment node
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CredentialsAnswer, CredentialsCall, PageOrder } from '../bindings/types';
import { BridgeHost, isLocalOrigin, type Told } from './bridge-host';

const ORIGIN = 'http://localhost:7780';
const found: CredentialsAnswer = { outcome: 'credential', credential: { id: 'abc' } };

const frame = { postMessage: vi.fn() };
const stranger = { postMessage: vi.fn() };
const call = vi.fn<(call: CredentialsCall) => Promise<CredentialsAnswer>>();
const abort = vi.fn<(call: string) => Promise<null>>();
const located = vi.fn<(href: string) => void>();
const told = vi.fn<(told: Told) => Promise<unknown>>();
const shows = vi.fn<(codes: string[]) => void>();
let host: BridgeHost;

beforeEach(() => {
  let ids = 0;
  frame.postMessage.mockReset();
  stranger.postMessage.mockReset();
  call.mockReset().mockResolvedValue(found);
  abort.mockReset().mockResolvedValue(null);
  located.mockReset();
  told.mockReset().mockResolvedValue(null);
  shows.mockReset();
  host = new BridgeHost({
    frame: () => frame as unknown as Window,
    call,
    abort,
    located,
    origin: () => ORIGIN,
    told,
    shows,
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

describe('what a walk does on the page', () => {
  const view = { path: '/', signedInAs: null, error: null, passkeys: [] };
  const order = (id: number): PageOrder => ({ id, generation: 1, act: { kind: 'signIn' } });
  const speak = (more: object = {}, from: { origin?: string; source?: unknown } = {}) => say({ touchstone: 'page', busy: false, view, ...more }, from);
  const given = () => frame.postMessage.mock.calls.map(([message]) => message);

  it('is given to the page of the relying party, and to no other origin', () => {
    speak();
    host.order(order(3));
    expect(frame.postMessage).toHaveBeenCalledExactlyOnceWith({ touchstone: 'act', id: 3, act: { kind: 'signIn' } }, ORIGIN);
  });

  it('waits until the page has spoken', () => {
    host.order(order(3));
    say({ touchstone: 'begin' });
    expect(frame.postMessage).not.toHaveBeenCalled();
    speak();
    speak();
    expect(given()).toEqual([{ touchstone: 'act', id: 3, act: { kind: 'signIn' } }]);
  });

  it('is not given to a page that came after the one it was meant for', () => {
    host.order(order(3));
    host.left();
    speak();
    expect(frame.postMessage).not.toHaveBeenCalled();
  });

  it('is told as begun once, by the page that has it', async () => {
    speak();
    host.order(order(3));
    speak({ busy: true, order: 2 });
    speak({ busy: true, order: 3, refused: 'The page does not offer "sign-in" now.' });
    speak({ order: 3 });
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2));
    const answers = told.mock.calls.map(([report]) => report).filter(({ order }) => order !== null);
    expect(answers).toHaveLength(1);
    expect(answers[0]).toMatchObject({ order: 3, refused: 'The page does not offer "sign-in" now.' });
  });

  it('is not begun because a page says so before it was asked', async () => {
    say({ touchstone: 'begin' });
    host.order(order(3));
    speak({ order: 3 });
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2));
    expect(told.mock.calls.map(([report]) => report.order)).toEqual([null, null]);
  });
});

describe('what a page says of itself', () => {
  const view = { path: '/account', signedInAs: 'alice', error: null, passkeys: ['Phone'] };

  it('is passed on', async () => {
    say({ touchstone: 'page', busy: true, view });
    await vi.waitFor(() => expect(told).toHaveBeenCalledOnce());
    expect(told.mock.calls[0]![0]).toMatchObject({ busy: true, view, order: null, refused: null });
  });

  it.each([
    { origin: 'http://other.localhost:7780' },
    { source: stranger as unknown },
  ])('counts from the frame at the relying party’s origin only', (from) => {
    say({ touchstone: 'page', busy: false, view }, from);
    say({ touchstone: 'begin' }, from);
    expect(told).not.toHaveBeenCalled();
  });

  it.each([{ busy: 'yes', view }, { view }, { busy: true }, { busy: true, view: 'x' }, { busy: true, view: [] }])('is ignored when it makes no sense: %o', (part) => {
    say({ touchstone: 'page', ...part });
    expect(told).not.toHaveBeenCalled();
  });

  it('is cut to what a walk can use', async () => {
    const long = 'x'.repeat(10_000);
    say({ touchstone: 'page', busy: true, view: { path: long, signedInAs: {}, error: long, passkeys: Array(5000).fill(long), phones: Array(5000).fill(long), digits: 7, pin: long, scanCodes: Array(50).fill(long), more: long } });
    await vi.waitFor(() => expect(told).toHaveBeenCalledOnce());
    const report = told.mock.calls[0]![0];
    expect(report.view.path).toHaveLength(500);
    expect(report.view.signedInAs).toBe('');
    expect(report.view.passkeys).toHaveLength(100);
    expect(JSON.stringify(report).length).toBeLessThan(110_000);
  });

  it('does not flood the bench: while one report is on its way, the newest of the others waits', async () => {
    let taken!: () => void;
    told.mockImplementationOnce(() => new Promise<void>((resolve) => (taken = resolve)));
    for (let at = 0; at < 1000; at++) say({ touchstone: 'page', busy: at % 2 === 0, view: { ...view, path: `/${at}` } });
    expect(told).toHaveBeenCalledTimes(1);
    taken();
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2));
    expect(told.mock.calls[1]![0].view.path).toBe('/999');
  });

  it('keeps the answer to an order among the reports that wait', async () => {
    let taken!: () => void;
    told.mockImplementationOnce(() => new Promise<void>((resolve) => (taken = resolve)));
    say({ touchstone: 'page', busy: false, view });
    host.order({ id: 8, generation: 1, act: { kind: 'cancel' } });
    say({ touchstone: 'page', busy: true, view, order: 8 });
    say({ touchstone: 'page', busy: false, view });
    taken();
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2));
    expect(told.mock.calls[1]![0]).toMatchObject({ busy: false, order: 8 });
  });

  it('goes on after a report that could not be told', async () => {
    told.mockRejectedValueOnce(new Error('the window is closing'));
    say({ touchstone: 'page', busy: true, view });
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1));
    say({ touchstone: 'page', busy: false, view });
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2));
  });

  it('is busy while a document begins', async () => {
    say({ touchstone: 'begin' });
    await vi.waitFor(() => expect(told).toHaveBeenCalledOnce());
    expect(told.mock.calls[0]![0].busy).toBe(true);
  });
});

describe('an order to open another relying party', () => {
  it('is carried out by the first document of its own origin, and by that once', () => {
    host.arrives({ id: 5, generation: 1, act: { kind: 'open', path: '/', rpId: 'bank.localhost' } });
    host.left();
    say({ touchstone: 'begin' }, { origin: 'http://other.localhost:7780' });
    expect(told).not.toHaveBeenCalled();
    say({ touchstone: 'begin' });
    expect(told).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ busy: true, order: 5, refused: null }));
  });

  it('is answered once', async () => {
    host.arrives({ id: 5, generation: 1, act: { kind: 'open', path: '/', rpId: 'bank.localhost' } });
    say({ touchstone: 'begin' });
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1));
    say({ touchstone: 'begin' });
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2));
    expect(told.mock.calls.map(([{ order }]) => order)).toEqual([5, null]);
  });
});

describe('the codes on a page', () => {
  const view = { path: '/account', signedInAs: null, error: null, passkeys: [] };
  const speak = (scanCodes: unknown, from: { origin?: string; source?: unknown } = {}) => say({ touchstone: 'page', busy: false, view: { ...view, scanCodes } }, from);

  it('are told as the page shows them, and gone with it', () => {
    speak(['touchstone-enrol:aa']);
    expect(shows).toHaveBeenLastCalledWith(['touchstone-enrol:aa']);
    say({ touchstone: 'begin' });
    expect(shows).toHaveBeenLastCalledWith([]);
    speak(['touchstone-enrol:aa']);
    host.left();
    expect(shows).toHaveBeenLastCalledWith([]);
  });

  it('are none where the page says anything else, and never many or long', () => {
    for (const odd of [undefined, 'text', { 0: 'a' }]) {
      speak(odd);
      expect(shows).toHaveBeenLastCalledWith([]);
    }
    speak([7, null, 'ok', 'x'.repeat(5000), ...Array<string>(50).fill('more')]);
    expect(shows.mock.lastCall![0]).toEqual(['ok', ...Array<string>(7).fill('more')]);
  });

  it('count from the relying party’s own page only', () => {
    speak(['touchstone-enrol:aa'], { origin: 'http://other.localhost:7780' });
    speak(['touchstone-enrol:aa'], { source: stranger });
    expect(shows).not.toHaveBeenCalled();
  });
});

describe('what the window itself has a page do', () => {
  const act = { kind: 'adminSignIn', token: 'canary-token' } as const;
  const refused = vi.fn<(why: string) => void>();
  const speak = (path: string, more: object = {}, from: { origin?: string; source?: unknown } = {}) =>
    say({ touchstone: 'page', busy: false, view: { path, signedInAs: null, error: null, passkeys: [] }, ...more }, from);
  const given = () => frame.postMessage.mock.calls.filter(([message]) => message.touchstone === 'act');

  beforeEach(() => {
    refused.mockReset();
    host.act('/admin', act, refused);
  });

  it('is given to the page it is meant for, once it stands still, once, and to its origin only', () => {
    speak('/account');
    speak('/admin', { busy: true });
    expect(given()).toEqual([]);
    speak('/admin');
    speak('/admin');
    expect(given()).toEqual([[{ touchstone: 'act', id: -1, act }, ORIGIN]]);
  });

  it('is given to nobody else', () => {
    speak('/admin', {}, { origin: 'http://other.localhost:7780' });
    speak('/admin', {}, { source: stranger });
    host.left();
    speak('/admin');
    expect(given()).toEqual([]);
  });

  it('is given again to the document that came instead', () => {
    speak('/admin');
    say({ touchstone: 'begin' });
    speak('/admin');
    expect(given()).toHaveLength(2);
  });

  it('is over once the page has begun it, and never looks like the answer to a walk', async () => {
    speak('/admin');
    speak('/admin', { order: -1, refused: 'The page at /admin does not offer "admin-token" now.' });
    expect(refused).toHaveBeenCalledExactlyOnceWith('The page at /admin does not offer "admin-token" now.');
    say({ touchstone: 'begin' });
    speak('/admin');
    expect(given()).toHaveLength(1);
    await vi.waitFor(() => expect(told.mock.lastCall![0].busy).toBe(false));
    expect(told.mock.calls.every(([report]) => report.order === null)).toBe(true);
    expect(JSON.stringify(told.mock.calls)).not.toContain('canary-token');
  });
});
