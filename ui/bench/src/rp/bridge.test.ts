// @vitest-environment node
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeEach, describe, expect, it, vi, type Mock } from 'vitest';
import type { PageView } from '../bindings/types';

type Page = Window & typeof globalThis;
interface Dom {
  window: Page;
  reconfigure(settings: { windowTop: Window }): void;
}
type DomClass = new (html: string, options: { url: string; runScripts?: 'outside-only' }) => Dom;

const { JSDOM } = createRequire(import.meta.url)('jsdom') as { JSDOM: DomClass };
const BRIDGE = readFileSync(new URL('../../../../src-tauri/bridge.js', import.meta.url), 'utf8');
const APP = 'tauri://localhost';
const SITE = 'http://localhost:7780';

/** A window in which the bridge has run, and what it posted to the window around it. */
interface Framed {
  page: Page;
  outer: Page;
  posted: Mock<(message: Record<string, unknown>, origin: string) => void>;
}

interface Place {
  origin?: string;
  /** The page's window is the top one. */
  alone?: boolean;
  /** Another frame stands between it and the top. */
  nested?: boolean;
  /** What the engine says of the windows around, the nearest first. */
  ancestors?: string[];
  /** What the page's window has before the bridge comes. */
  before?: (page: Page) => void;
  html?: string;
}

function frame({ origin = SITE, alone, nested, ancestors, before, html = '' }: Place = {}): Framed {
  const outer = new JSDOM('', { url: 'http://tauri.localhost/' }).window;
  const between = new JSDOM('', { url: 'http://localhost:9000/' }).window;
  const dom = new JSDOM(html, { url: `${origin}/account?tab=1`, runScripts: 'outside-only' });
  const page = dom.window;
  const posted = vi.fn<Framed['posted']>();
  for (const one of [outer, between]) one.postMessage = posted as unknown as Window['postMessage'];
  if (!alone) {
    dom.reconfigure({ windowTop: outer });
    Object.defineProperty(page, 'parent', { value: nested ? between : outer });
  }
  if (ancestors) Object.defineProperty(page.location, 'ancestorOrigins', { value: ancestors });
  page.structuredClone = structuredClone;
  before?.(page);
  page.eval(BRIDGE);
  return { page, outer, posted };
}

const encoded = (bytes: number[]) => Buffer.from(bytes).toString('base64url');
const bytesOf = (buffer: unknown) => [...new Uint8Array(buffer as ArrayBuffer)];

const registration = {
  id: encoded([9, 8, 7]),
  rawId: encoded([9, 8, 7]),
  type: 'public-key',
  authenticatorAttachment: 'platform',
  clientExtensionResults: {
    credProps: { rk: true },
    prf: { enabled: true, results: { first: encoded([1, 2]), second: encoded([3]) } },
  },
  response: {
    clientDataJSON: encoded([123, 125]),
    attestationObject: encoded([163, 255, 254]),
    authenticatorData: encoded([5, 6]),
    publicKey: encoded([48, 89]),
    publicKeyAlgorithm: -7,
    transports: ['hybrid', 'internal'],
  },
};

const authentication = {
  id: encoded([9]),
  rawId: encoded([9]),
  type: 'public-key',
  clientExtensionResults: { largeBlob: { blob: encoded([4, 4]) } },
  response: {
    clientDataJSON: encoded([123, 125]),
    authenticatorData: encoded([1, 0]),
    signature: encoded([48, 70]),
    userHandle: encoded([0]),
  },
};

/** Options of a page, with what else they may hold. */
const creation = (more: object = {}) =>
  ({
    rp: { name: 'Acme Bank', id: 'localhost' },
    user: { id: Uint8Array.of(1, 2, 3), name: 'alice', displayName: 'Alice' },
    challenge: Uint8Array.of(251, 255, 190).buffer,
    pubKeyCredParams: [{ type: 'public-key' as const, alg: -7 }],
    ...more,
  }) satisfies PublicKeyCredentialCreationOptions;
const request = (more: object = {}) => ({ challenge: Uint8Array.of(1), rpId: 'localhost', ...more });

const calls = ({ posted }: Framed) => posted.mock.calls.map(([message]) => message).filter(({ touchstone }) => touchstone === 'credentials');

/** Answers as the window around does, or as somebody else. */
function answer({ page, outer }: Framed, id: unknown, given: unknown, from: { origin?: string; source?: Window } = {}) {
  const { origin = APP, source = outer } = from;
  const event = new page.MessageEvent('message', { data: structuredClone({ touchstone: 'answer', id, answer: given }), origin });
  Object.defineProperty(event, 'source', { value: source });
  page.dispatchEvent(event);
}

const credential = (json: unknown) => ({ outcome: 'credential', credential: json });
const untouched = ({ page, posted }: Framed) => {
  expect(posted).not.toHaveBeenCalled();
  expect(page.navigator.credentials).toBeUndefined();
  expect(page.PublicKeyCredential).toBeUndefined();
};

/** The name of what a promise is rejected with. */
async function refusal(promise: Promise<unknown>): Promise<string> {
  const thrown = await promise.then(
    () => new Error('not refused'),
    (error: Error) => error,
  );
  return thrown.name;
}

let framed: Framed;
beforeEach(() => {
  framed = frame();
});

describe('where the bridge is', () => {
  it('does nothing in the top window', () => untouched(frame({ alone: true })));
  it('does nothing in a frame within the frame', () => untouched(frame({ nested: true })));
  it.each(['http://tauri.localhost', 'https://tauri.localhost'])('does nothing in the app’s own origin %s', (origin) => untouched(frame({ origin })));
  it('does nothing when another site frames the page', () => untouched(frame({ ancestors: ['https://evil.example'] })));

  it('stands in for navigator.credentials in a page that the app frames', () => {
    expect(typeof framed.page.navigator.credentials.create).toBe('function');
    expect(typeof framed.page.navigator.credentials.get).toBe('function');
    expect(framed.page.PublicKeyCredential.name).toBe('PublicKeyCredential');
    expect(framed.posted.mock.calls[0]).toEqual([{ touchstone: 'begin' }, APP]);
  });

  it.each([[undefined, APP], [['http://tauri.localhost'], 'http://tauri.localhost']])('posts to the app’s origin and to nobody else (%o)', async (ancestors, target) => {
    const place = frame({ ancestors });
    const stop = new place.page.AbortController();
    const ended = place.page.navigator.credentials.get({ publicKey: request(), signal: stop.signal }).catch(() => undefined);
    place.page.history.pushState(null, '', '/sign-up');
    stop.abort();
    await ended;
    expect(new Set(place.posted.mock.calls.map(([message]) => message.touchstone))).toEqual(new Set(['begin', 'credentials', 'location', 'abort']));
    expect(new Set(place.posted.mock.calls.map(([, origin]) => origin))).toEqual(new Set([target]));
  });

  it('says where the page is', () => {
    framed.page.history.replaceState(null, '', '/sign-up');
    expect(framed.posted).toHaveBeenLastCalledWith({ touchstone: 'location', href: `${SITE}/sign-up` }, APP);
  });
});

describe('options on their way out', () => {
  it('have their binary members in base64url, and the rest as it was', () => {
    const whole = Uint8Array.from({ length: 64 }, (_, at) => at);
    void framed.page.navigator.credentials.create({
      publicKey: creation({
        excludeCredentials: [
          { type: 'public-key', id: whole.subarray(10, 13) },
          { type: 'public-key', id: new DataView(whole.buffer, 62), transports: ['usb'] },
        ],
        extensions: { prf: { eval: { first: new Uint16Array(whole.buffer, 2, 2), second: new ArrayBuffer(0) } }, credProps: true },
        timeout: 60_000,
        attestation: undefined,
      }),
    });
    expect(calls(framed)).toEqual([
      {
        touchstone: 'credentials',
        id: 1,
        method: 'create',
        mediation: null,
        publicKey: {
          rp: { name: 'Acme Bank', id: 'localhost' },
          user: { id: 'AQID', name: 'alice', displayName: 'Alice' },
          challenge: '-_--',
          pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
          excludeCredentials: [
            { type: 'public-key', id: encoded([10, 11, 12]) },
            { type: 'public-key', id: encoded([62, 63]), transports: ['usb'] },
          ],
          extensions: { prf: { eval: { first: encoded([2, 3, 4, 5]), second: '' } }, credProps: true },
          timeout: 60_000,
        },
      },
    ]);
  });

  it('are taken with buffers of the page’s own realm and of another', () => {
    const { page } = framed;
    void page.navigator.credentials.get({ publicKey: { challenge: page.Uint8Array.of(1, 2) } });
    void page.navigator.credentials.get({ publicKey: { challenge: new page.ArrayBuffer(3) } });
    void page.navigator.credentials.get({ publicKey: { challenge: Uint8Array.of(1, 2).buffer } });
    expect(calls(framed).map(({ publicKey }) => publicKey)).toEqual([{ challenge: 'AQI' }, { challenge: 'AAAA' }, { challenge: 'AQI' }]);
  });

  it.each<[string, object]>([
    ['no challenge', creation({ challenge: undefined })],
    ['a challenge that is text', creation({ challenge: 'AQID' })],
    ['a challenge that is a list', creation({ challenge: [1, 2] })],
    ['no user', creation({ user: undefined })],
    ['a user without an id', creation({ user: { name: 'a', displayName: 'a' } })],
    ['a user without a name', creation({ user: { id: Uint8Array.of(1), displayName: 'a' } })],
    ['null for a user', creation({ user: null })],
    ['no rp', creation({ rp: undefined })],
    ['no algorithms', creation({ pubKeyCredParams: undefined })],
    ['an algorithm without a number', creation({ pubKeyCredParams: [{ type: 'public-key' }] })],
    ['an excluded id that is text', creation({ excludeCredentials: [{ type: 'public-key', id: 'AQID' }] })],
  ])('are refused with %s', async (_, publicKey) => {
    const { credentials } = framed.page.navigator;
    await expect(credentials.create({ publicKey: publicKey as never })).rejects.toBeInstanceOf(framed.page.TypeError);
    expect(calls(framed)).toEqual([]);
  });

  it('are refused for get() without a challenge or with a text for an id', async () => {
    const { credentials } = framed.page.navigator;
    expect(await refusal(credentials.get({ publicKey: {} as never }))).toBe('TypeError');
    expect(await refusal(credentials.get({ publicKey: request({ allowCredentials: [{ type: 'public-key', id: 'AA' }] }) }))).toBe('TypeError');
    expect(calls(framed)).toEqual([]);
  });

  it('of other kinds of credential are not supported', async () => {
    const { credentials } = framed.page.navigator;
    expect(await refusal(credentials.get())).toBe('NotSupportedError');
    expect(await refusal(credentials.get({ publicKey: request(), mediation: 'conditional' }))).toBe('NotSupportedError');
    expect(await refusal(credentials.store({ id: 'a', type: 'password' }))).toBe('NotSupportedError');
  });
});

describe('answers', () => {
  it('count only from the window around and from the app’s origin', async () => {
    const settled = vi.fn();
    void framed.page.navigator.credentials.get({ publicKey: request() }).then(settled, settled);
    const good = credential(authentication);
    answer(framed, 1, good, { source: framed.page });
    answer(framed, 1, good, { origin: SITE });
    answer(framed, 1, good, { origin: 'null' });
    answer(framed, 2, good);
    answer(framed, '1', good);
    await new Promise((resolve) => setTimeout(resolve));
    expect(settled).not.toHaveBeenCalled();
    answer(framed, 1, good);
    await vi.waitFor(() => expect(settled).toHaveBeenCalledOnce());
  });

  it('go each to its own call, once', async () => {
    const { credentials } = framed.page.navigator;
    const first = credentials.get({ publicKey: request() });
    const second = credentials.get({ publicKey: request() });
    answer(framed, 2, credential({ ...authentication, id: 'second' }));
    answer(framed, 2, credential({ ...authentication, id: 'third' }));
    answer(framed, 1, credential({ ...authentication, id: 'first' }));
    expect([(await first)?.id, (await second)?.id]).toEqual(['first', 'second']);
  });

  it.each(['NotAllowedError', 'InvalidStateError', 'SecurityError'])('that say %s reject with that DOMException', async (name) => {
    const call = framed.page.navigator.credentials.get({ publicKey: request() });
    answer(framed, 1, { outcome: 'exception', name, message: 'The device said no.' });
    const thrown = await call.catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(framed.page.DOMException);
    expect(thrown).toMatchObject({ name, message: 'The device said no.' });
  });

  it('that say TypeError reject with one', async () => {
    const call = framed.page.navigator.credentials.get({ publicKey: request() });
    answer(framed, 1, { outcome: 'exception', name: 'TypeError', message: 'No.' });
    await expect(call).rejects.toBeInstanceOf(framed.page.TypeError);
  });

  it.each([undefined, null, {}, credential(null), credential({ rawId: '!' }), credential({ ...authentication, response: {} })])(
    'that hold no credential reject, and leave no call open (%o)',
    async (odd) => {
      const call = framed.page.navigator.credentials.get({ publicKey: request() });
      answer(framed, 1, odd);
      await expect(call).rejects.toBeInstanceOf(framed.page.DOMException);
    },
  );
});

describe('a new credential', () => {
  async function created(json: object = registration) {
    const call = framed.page.navigator.credentials.create({ publicKey: creation() });
    answer(framed, 1, credential(json));
    const made = (await call) as PublicKeyCredential;
    return { made, response: made.response as AuthenticatorAttestationResponse };
  }

  it('is of the types that a page looks for', async () => {
    const { made, response } = await created();
    const { page } = framed;
    expect(made).toBeInstanceOf(page.PublicKeyCredential);
    expect(made).toBeInstanceOf(page.Credential);
    expect(response).toBeInstanceOf(page.AuthenticatorAttestationResponse);
    expect(response).toBeInstanceOf(page.AuthenticatorResponse);
    expect([String(made), String(response)]).toEqual(['[object PublicKeyCredential]', '[object AuthenticatorAttestationResponse]']);
  });

  it('has its bytes in ArrayBuffers', async () => {
    const { made, response } = await created();
    expect([made.id, made.type, made.authenticatorAttachment]).toEqual([registration.id, 'public-key', 'platform']);
    for (const buffer of [made.rawId, response.clientDataJSON, response.attestationObject, response.getAuthenticatorData(), response.getPublicKey()]) {
      expect(buffer).toBeInstanceOf(framed.page.ArrayBuffer);
    }
    expect(bytesOf(made.rawId)).toEqual([9, 8, 7]);
    expect(made.rawId).toBe(made.rawId);
    expect(bytesOf(response.clientDataJSON)).toEqual([123, 125]);
    expect(bytesOf(response.attestationObject)).toEqual([163, 255, 254]);
    expect(bytesOf(response.getAuthenticatorData())).toEqual([5, 6]);
    expect(bytesOf(response.getPublicKey())).toEqual([48, 89]);
    expect(response.getPublicKeyAlgorithm()).toBe(-7);
    expect(response.getTransports()).toEqual(['hybrid', 'internal']);
  });

  it('says null for a public key that it was not given', async () => {
    const { publicKey: _, transports: __, ...rest } = registration.response;
    const { response } = await created({ ...registration, response: rest });
    expect(response.getPublicKey()).toBeNull();
    expect(response.getTransports()).toEqual([]);
  });

  it('gives its JSON back unchanged, each time anew', async () => {
    const { made } = await created();
    expect(made.toJSON()).toEqual(registration);
    expect(JSON.parse(JSON.stringify(made))).toEqual(registration);
    (made.toJSON() as { id: string }).id = 'changed';
    expect(made.toJSON()).toEqual(registration);
  });

  it('has extension outputs with binary values', async () => {
    const { made } = await created();
    const { prf, credProps } = made.getClientExtensionResults();
    expect(credProps).toEqual({ rk: true });
    expect(prf?.enabled).toBe(true);
    expect([bytesOf(prf?.results?.first), bytesOf(prf?.results?.second)]).toEqual([[1, 2], [3]]);
  });

  it('shows a page nothing but what the specification names', async () => {
    const { made, response } = await created();
    const named = (object: object) => {
      const names: PropertyKey[] = [];
      for (let at: object | null = object; at && at !== framed.page.Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
        names.push(...Reflect.ownKeys(at).filter((name) => typeof name === 'string' && name !== 'constructor'));
      }
      return names.sort();
    };
    expect(named(made)).toEqual(['authenticatorAttachment', 'getClientExtensionResults', 'id', 'rawId', 'response', 'toJSON', 'type']);
    expect(named(response)).toEqual(['attestationObject', 'clientDataJSON', 'getAuthenticatorData', 'getPublicKey', 'getPublicKeyAlgorithm', 'getTransports']);
    expect(Reflect.ownKeys(made)).toEqual([]);
  });

  it('cannot be changed, nor be made by a page', async () => {
    const { made } = await created();
    const { page } = framed;
    expect(Reflect.set(made, 'id', 'other')).toBe(false);
    for (const type of ['Credential', 'PublicKeyCredential', 'AuthenticatorResponse', 'AuthenticatorAttestationResponse', 'AuthenticatorAssertionResponse'] as const) {
      const construct = () => Reflect.construct(page[type], [registration]);
      expect(construct).toThrow(page.TypeError);
      expect(construct).toThrow('Illegal constructor');
    }
    const forged = Object.create(page.PublicKeyCredential.prototype) as PublicKeyCredential;
    expect(() => forged.rawId).toThrow(page.TypeError);
    expect(() => forged.toJSON()).toThrow(page.TypeError);
  });
});

describe('an assertion', () => {
  async function asserted(json: object = authentication) {
    const call = framed.page.navigator.credentials.get({ publicKey: request() });
    answer(framed, 1, credential(json));
    const made = (await call) as PublicKeyCredential;
    return { made, response: made.response as AuthenticatorAssertionResponse };
  }

  it('has its bytes in ArrayBuffers, and its JSON', async () => {
    const { made, response } = await asserted();
    expect(response).toBeInstanceOf(framed.page.AuthenticatorAssertionResponse);
    expect(bytesOf(response.authenticatorData)).toEqual([1, 0]);
    expect(bytesOf(response.signature)).toEqual([48, 70]);
    expect(bytesOf(response.userHandle)).toEqual([0]);
    expect(made.authenticatorAttachment).toBeNull();
    expect(bytesOf(made.getClientExtensionResults().largeBlob?.blob)).toEqual([4, 4]);
    expect(made.toJSON()).toEqual(authentication);
  });

  it('says null for a user handle that it was not given', async () => {
    const { userHandle: _, ...rest } = authentication.response;
    expect((await asserted({ ...authentication, response: rest })).response.userHandle).toBeNull();
  });
});

describe('an AbortSignal', () => {
  it('ends the call and tells the bench', async () => {
    const stop = new framed.page.AbortController();
    const call = framed.page.navigator.credentials.get({ publicKey: request(), signal: stop.signal });
    stop.abort();
    expect(await refusal(call)).toBe('AbortError');
    expect(framed.posted).toHaveBeenLastCalledWith({ touchstone: 'abort', id: 1 }, APP);
    answer(framed, 1, credential(authentication));
  });

  it('rejects with its own reason', async () => {
    const stop = new framed.page.AbortController();
    const call = framed.page.navigator.credentials.get({ publicKey: request(), signal: stop.signal });
    const reason = new Error('the person left');
    stop.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  it('that has fired already starts nothing', async () => {
    const call = framed.page.navigator.credentials.create({ publicKey: creation(), signal: framed.page.AbortSignal.abort() });
    expect(await refusal(call)).toBe('AbortError');
    expect(calls(framed)).toEqual([]);
  });

  it('does nothing once the call has ended', async () => {
    const stop = new framed.page.AbortController();
    const call = framed.page.navigator.credentials.get({ publicKey: request(), signal: stop.signal });
    answer(framed, 1, credential(authentication));
    await call;
    stop.abort();
    expect(framed.posted.mock.calls.map(([message]) => message.touchstone)).not.toContain('abort');
  });
});

describe('options from JSON', () => {
  const creationJson = (more: object = {}) => ({
    rp: { name: 'Acme Bank' },
    user: { id: 'AQID', name: 'alice', displayName: 'Alice' },
    challenge: '-_--',
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    ...more,
  });
  const parseCreation = (json: unknown) => framed.page.PublicKeyCredential.parseCreationOptionsFromJSON(json as PublicKeyCredentialCreationOptionsJSON);
  const parseRequest = (json: unknown) => framed.page.PublicKeyCredential.parseRequestOptionsFromJSON(json as PublicKeyCredentialRequestOptionsJSON);

  it('have ArrayBuffers, and lead to the same JSON again', () => {
    const json = creationJson({
      excludeCredentials: [{ type: 'public-key', id: 'AAEC', transports: ['usb'] }],
      extensions: { prf: { eval: { first: 'AQ' }, evalByCredential: { AAEC: { first: 'Ag', second: 'Aw' } } }, largeBlob: { write: 'BA' } },
    });
    const before = structuredClone(json);
    const options = parseCreation(json);
    expect(json).toEqual(before);
    expect(bytesOf(options.challenge)).toEqual([251, 255, 190]);
    expect(bytesOf(options.user.id)).toEqual([1, 2, 3]);
    expect(bytesOf(options.excludeCredentials?.[0]?.id)).toEqual([0, 1, 2]);
    expect(bytesOf(options.extensions?.prf?.eval?.first)).toEqual([1]);
    expect(bytesOf(options.extensions?.prf?.evalByCredential?.AAEC?.second)).toEqual([3]);
    expect(bytesOf(options.extensions?.largeBlob?.write)).toEqual([4]);
    void framed.page.navigator.credentials.create({ publicKey: options });
    expect(calls(framed)[0]?.publicKey).toEqual(json);
  });

  it('name no credentials where the JSON names none', () => {
    expect(parseCreation(creationJson()).excludeCredentials).toEqual([]);
    expect(parseRequest({ challenge: 'AQ' }).allowCredentials).toEqual([]);
    expect(bytesOf(parseRequest({ challenge: 'AQ', allowCredentials: [{ type: 'public-key', id: 'Ag' }] }).allowCredentials?.[0]?.id)).toEqual([2]);
  });

  it.each(['a', 'AQ==', 'A+A_', 'A/', 'A A', 'ü', 'AAAAA', '\n'])('are refused with an EncodingError for %o', (bad) => {
    const { DOMException } = framed.page;
    for (const parse of [
      () => parseCreation(creationJson({ challenge: bad })),
      () => parseCreation(creationJson({ user: { id: bad, name: 'a', displayName: 'a' } })),
      () => parseCreation(creationJson({ excludeCredentials: [{ type: 'public-key', id: bad }] })),
      () => parseCreation(creationJson({ extensions: { prf: { eval: { first: bad } } } })),
      () => parseRequest({ challenge: bad }),
      () => parseRequest({ challenge: 'AQ', allowCredentials: [{ type: 'public-key', id: bad }] }),
    ]) {
      expect(parse).toThrow(DOMException);
      expect(parse).toThrow(expect.objectContaining({ name: 'EncodingError' }) as Error);
    }
  });

  it.each([
    undefined, null, 'AQ', {}, creationJson({ challenge: undefined }), creationJson({ rp: undefined }), creationJson({ rp: {} }),
    creationJson({ user: undefined }), creationJson({ user: { id: 'AQ', name: 'a' } }), creationJson({ user: null }),
    creationJson({ pubKeyCredParams: undefined }), creationJson({ pubKeyCredParams: {} }), creationJson({ excludeCredentials: [{ type: 'public-key' }] }),
  ])('are refused with a TypeError for creation without what is required (%#)', (json) => {
    expect(() => parseCreation(json)).toThrow(framed.page.TypeError);
  });

  it.each([undefined, null, {}, { challenge: 'AQ', allowCredentials: [{ id: 'AQ' }] }, { challenge: 'AQ', allowCredentials: [null] }])(
    'are refused with a TypeError for a request without what is required (%#)',
    (json) => {
      expect(() => parseRequest(json)).toThrow(framed.page.TypeError);
    },
  );
});

/** What the page said of itself, the newest last. */
const reports = ({ posted }: Framed) => posted.mock.calls.map(([message]) => message).filter(({ touchstone }) => touchstone === 'page');
const lastReport = (framed: Framed) => reports(framed).at(-1)!;
const pause = (millis = 0) => new Promise((resolve) => setTimeout(resolve, millis));
const idle = (framed: Framed) => vi.waitFor(() => expect(lastReport(framed)?.busy).toBe(false));

/** A promise that is settled from outside. */
function pending<T>() {
  let settle!: { resolve: (value: T) => void; reject: (reason: unknown) => void };
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }));
  return { promise, ...settle };
}

describe('what the page says of itself', () => {
  it('is where it is, who is signed in, what went wrong and which passkeys it lists', async () => {
    framed = frame({
      html: `<h1 data-role="account-name"> Alice Ash </h1><p data-role="account-username">alice</p><p data-role="error">It failed.</p>
        <span data-role="passkey-label">Phone</span><span data-role="passkey-label"> Key </span>`,
    });
    await idle(framed);
    expect(lastReport(framed).view).toMatchObject({ path: '/account', signedInAs: 'alice', error: 'It failed.', passkeys: ['Phone', 'Key'], scanCodes: [] });
  });

  it('is nothing where the page has no such parts', async () => {
    await idle(framed);
    expect(lastReport(framed).view).toMatchObject({ path: '/account', signedInAs: null, error: null, passkeys: [], scanCodes: [] });
    expect(framed.posted.mock.calls.every(([, to]) => to === APP)).toBe(true);
  });

  it('is told anew when the page goes elsewhere without a request', async () => {
    await idle(framed);
    framed.page.history.pushState(null, '', '/sign-up');
    await vi.waitFor(() => expect((lastReport(framed).view as PageView).path).toBe('/sign-up'));
  });

  it('is that it is busy while a credential is asked for', async () => {
    await idle(framed);
    const call = framed.page.navigator.credentials.get({ publicKey: request() });
    expect(lastReport(framed).busy).toBe(true);
    await pause(80);
    expect(lastReport(framed).busy).toBe(true);
    answer(framed, 1, credential(authentication));
    await call;
    await idle(framed);
  });

  it('is that it is idle after a call that was refused or aborted', async () => {
    const { page } = framed;
    await refusal(page.navigator.credentials.get({ publicKey: {} as never }));
    const stop = new page.AbortController();
    const call = page.navigator.credentials.get({ publicKey: request(), signal: stop.signal });
    stop.abort();
    await refusal(call);
    await idle(framed);
  });
});

describe('a page’s requests', () => {
  const answered = { text: 'hello' };
  let gate = pending<object>();
  const native = function fetch(this: unknown, input: unknown) {
    if (input === undefined) throw new TypeError('1 argument required');
    return gate.promise;
  };

  beforeEach(() => {
    gate = pending<object>();
    framed = frame({
      before: (page) => {
        Object.defineProperty(page, 'fetch', { value: native, writable: true, enumerable: true, configurable: true });
      },
    });
  });

  it('make it busy until their answers are there', async () => {
    await idle(framed);
    const call = framed.page.fetch('/x');
    expect(lastReport(framed).busy).toBe(true);
    await pause(80);
    expect(lastReport(framed).busy).toBe(true);
    gate.resolve(answered);
    expect(await call).toBe(answered);
    await idle(framed);
  });

  it('leave no gap in which one that follows at once would look idle', async () => {
    await idle(framed);
    const before = reports(framed).length;
    const follows = framed.page.fetch('/x').then(() => framed.page.fetch('/y'));
    gate.resolve(answered);
    await follows;
    expect(reports(framed).slice(before).map(({ busy }) => busy)).toEqual([true]);
    await idle(framed);
  });

  it('fail as they would without the bridge', async () => {
    const reason = new TypeError('Load failed');
    const call = framed.page.fetch('/x');
    gate.reject(reason);
    await expect(call).rejects.toBe(reason);
    expect(() => (framed.page.fetch as (input?: unknown) => unknown)()).toThrow('1 argument required');
    await idle(framed);
  });

  it('still report a failure that the page does not handle', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      void framed.page.fetch('/x');
      gate.reject('nobody cares');
      await pause(20);
      expect(unhandled).toEqual(['nobody cares']);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  it('are sent by a function that looks and is kept as before', () => {
    const { page } = framed;
    expect(page.fetch.name).toBe('fetch');
    expect(page.fetch.length).toBe(1);
    expect(Object.getOwnPropertyDescriptor(page, 'fetch')).toMatchObject({ writable: true, enumerable: true, configurable: true });
    const own = () => Promise.resolve(new Response());
    page.fetch = own;
    expect(page.fetch).toBe(own);
  });

  it('work in a page that has no fetch', () => expect(frame().page.fetch).toBeUndefined());

  it('by XMLHttpRequest make it busy until they end, however they end', async () => {
    await idle(framed);
    const { page } = framed;
    const send = (how: (request: XMLHttpRequest) => void) => {
      const request = new page.XMLHttpRequest();
      request.open('GET', 'http://localhost:1/nobody');
      request.onerror = () => undefined;
      request.send();
      expect(lastReport(framed).busy).toBe(true);
      how(request);
    };
    send(() => undefined);
    await idle(framed);
    send((request) => request.abort());
    await idle(framed);
    send((request) => request.open('GET', '/again'));
    await idle(framed);
    expect(() => new page.XMLHttpRequest().send()).toThrow(page.DOMException);
    await idle(framed);
  });

  it('leave nothing behind in the page’s globals', () => {
    const bare = new JSDOM('', { url: SITE, runScripts: 'outside-only' }).window;
    const added = Object.getOwnPropertyNames(frame().page).filter((name) => !Object.getOwnPropertyNames(bare).includes(name));
    expect(added.sort()).toEqual([
      'AuthenticatorAssertionResponse',
      'AuthenticatorAttestationResponse',
      'AuthenticatorResponse',
      'Credential',
      'PublicKeyCredential',
      'structuredClone',
    ]);
  });
});

describe('what a walk does on the page', () => {
  const site = `
    <a href="/sign-up" data-action="go-sign-up">Create</a>
    <form hidden></form>
    <button data-action="sign-in">Sign in</button>
    <ul><li data-passkey="a"><button data-action="rename-passkey">Rename</button><button data-action="delete-passkey">x</button></li>
    <li data-passkey="b"><button data-action="rename-passkey">Rename</button><button data-action="delete-passkey">x</button></li></ul>`;
  let pressed: string[];

  beforeEach(async () => {
    framed = frame({ html: site });
    pressed = [];
    framed.page.document.addEventListener('click', (event) => {
      event.preventDefault();
      const target = event.target as HTMLElement;
      pressed.push([target.dataset.action, target.closest<HTMLElement>('[data-passkey]')?.dataset.passkey].filter(Boolean).join(' '));
    }, true);
    await idle(framed);
  });

  function order(id: number, act: unknown, { origin = APP, source = framed.outer as Window } = {}) {
    const event = new framed.page.MessageEvent('message', { data: { touchstone: 'act', id, act }, origin });
    Object.defineProperty(event, 'source', { value: source });
    framed.page.dispatchEvent(event);
  }
  const begun = (id: number) =>
    vi.waitFor(() => {
      const found = reports(framed).find((report) => report.order === id);
      expect(found).toBeDefined();
      return found!;
    }, 5000);
  const put = (html: string) => framed.page.document.body.insertAdjacentHTML('beforeend', html);
  const find = <T extends HTMLElement>(selector: string) => framed.page.document.querySelector<T>(selector)!;

  it('is to press the page’s own control, and to say so', async () => {
    order(1, { kind: 'signIn' });
    expect(await begun(1)).toMatchObject({ busy: true, refused: null });
    expect(pressed).toEqual(['sign-in']);
    await idle(framed);
  });

  it('is asked by the window around, and by nobody else', async () => {
    order(1, { kind: 'signIn' }, { origin: 'http://evil.localhost:1' });
    order(2, { kind: 'signIn' }, { source: framed.page });
    await pause(30);
    expect(pressed).toEqual([]);
    expect(reports(framed).some((report) => report.order)).toBe(false);
  });

  it('waits until the control is enabled', async () => {
    const button = find<HTMLButtonElement>('[data-action="sign-in"]');
    button.setAttribute('aria-disabled', 'true');
    order(1, { kind: 'signIn' });
    await pause(60);
    expect(pressed).toEqual([]);
    button.removeAttribute('aria-disabled');
    button.disabled = true;
    await pause(60);
    expect(pressed).toEqual([]);
    expect(lastReport(framed).busy).toBe(true);
    button.disabled = false;
    await begun(1);
    expect(pressed).toEqual(['sign-in']);
  });

  it('is refused in a sentence when the page has no such control', async () => {
    order(1, { kind: 'signOut' });
    expect((await begun(1)).refused).toBe('The page at /account does not offer "sign-out" now.');
    await idle(framed);
  });

  it('fills fields as a person types, after following the page’s own link', async () => {
    const heard: string[] = [];
    find('[data-action="go-sign-up"]').addEventListener('click', () => {
      put('<input data-field="username"><input data-field="displayName"><button data-action="create-account">Go</button>');
      for (const input of framed.page.document.querySelectorAll('input')) {
        for (const type of ['input', 'change']) input.addEventListener(type, () => heard.push(`${input.dataset.field} ${type} ${input.value}`));
        // As frameworks do: the element's own property is not the native one.
        Object.defineProperty(input, 'value', { get: () => Object.getOwnPropertyDescriptor(framed.page.HTMLInputElement.prototype, 'value')!.get!.call(input), set: () => expect.unreachable() });
      }
    });
    order(1, { kind: 'createAccount', username: 'alice', displayName: 'Alice "<b>' });
    expect((await begun(1)).refused).toBeNull();
    expect(heard).toEqual(['username input alice', 'username change alice', 'displayName input Alice "<b>', 'displayName change Alice "<b>']);
    expect(pressed).toEqual(['go-sign-up', 'create-account']);
  });

  it('finds the row of a passkey by its place', async () => {
    find('[data-passkey="b"] [data-action="rename-passkey"]').addEventListener('click', () => {
      find('[data-passkey="b"]').innerHTML = '<input data-field="passkey-label"><button data-action="save-passkey-label">Save</button>';
    });
    order(1, { kind: 'renamePasskey', index: 1, label: 'Work phone' });
    expect((await begun(1)).refused).toBeNull();
    expect(find<HTMLInputElement>('[data-field="passkey-label"]').value).toBe('Work phone');
    expect(pressed).toEqual(['rename-passkey b', 'save-passkey-label b']);
  });

  it('deletes only after the page’s own question', async () => {
    find('[data-passkey="a"] [data-action="delete-passkey"]').addEventListener('click', () =>
      setTimeout(() => put('<button data-action="confirm-delete-passkey">Delete</button>'), 30),
    );
    order(1, { kind: 'deletePasskey', index: 0 });
    await begun(1);
    expect(pressed).toEqual(['delete-passkey a', 'confirm-delete-passkey']);
  });

  it.each([2, -1, 'length', null])('is refused for a passkey that is not listed (%o)', async (index) => {
    order(1, { kind: 'deletePasskey', index });
    expect((await begun(1)).refused).toContain('lists no passkey number');
    expect(pressed).toEqual([]);
  });

  it.each([undefined, null, {}, { kind: 'toString' }, { kind: '__proto__' }, { kind: 'open', path: 'https://example.org/' }, { kind: 'open', path: '//example.org/' }, { kind: 'open', path: 'javascript:alert(1)' }, { kind: 'open', path: '/x#y' }])(
    'is refused when it is nothing that a page can do: %o',
    async (act) => {
      order(1, act);
      expect((await begun(1)).refused).not.toBeNull();
      expect(pressed).toEqual([]);
      await idle(framed);
    },
  );

  it('says which codes the page shows for a phone', async () => {
    put('<span data-role="scan-code"> touchstone-enrol:aa\n</span><span data-role="scan-code">touchstone-logon:bb</span>');
    framed.page.history.pushState(null, '', '/account');
    await vi.waitFor(() => expect(lastReport(framed).view).toMatchObject({ scanCodes: ['touchstone-enrol:aa', 'touchstone-logon:bb'] }));
  });

  it('signs in to the administration by the page’s own form, in whose field alone the token stands', async () => {
    put('<input data-field="admin-token"><button data-action="admin-sign-in">Enter</button>');
    order(-1, { kind: 'adminSignIn', token: 'canary-token' });
    expect((await begun(-1)).refused).toBeNull();
    expect(find<HTMLInputElement>('[data-field="admin-token"]').value).toBe('canary-token');
    expect(pressed).toEqual(['admin-sign-in']);
    expect(framed.page.location.href + JSON.stringify(framed.posted.mock.calls)).not.toContain('canary-token');
  });

  it('gives no token to an administration that is open already', async () => {
    put('<button data-action="admin-sign-out">Leave</button><input data-field="admin-token"><button data-action="admin-sign-in">Enter</button>');
    order(-1, { kind: 'adminSignIn', token: 'canary-token' });
    expect((await begun(-1)).refused).toBeNull();
    expect(pressed).toEqual([]);
    expect(find<HTMLInputElement>('[data-field="admin-token"]').value).toBe('');
  });

  it('opens a path of the site and is busy until the page is gone', async () => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    order(1, { kind: 'open', path: '/sign-up' });
    expect((await begun(1)).refused).toBeNull();
    await pause(80);
    expect(lastReport(framed).busy).toBe(true);
    complaints.mockRestore();
  });
});
