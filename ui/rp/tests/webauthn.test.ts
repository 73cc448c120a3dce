import { afterEach, describe, expect, it, vi } from 'vitest';
import { decode, encode } from '../src/base64url';
import { create, get, obstacle } from '../src/webauthn';
import { relyingParty } from './server';

const bytes = (...values: number[]) => Uint8Array.from(values).buffer;

const creation: PublicKeyCredentialCreationOptionsJSON = {
  rp: { id: 'acme.localhost', name: 'Acme Bank' },
  user: { id: '-_8', name: 'alice', displayName: 'Alice' },
  challenge: 'AAECAw',
  pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
  excludeCredentials: [{ type: 'public-key', id: 'AQI', transports: ['internal'] }],
  attestation: 'none',
};

const madeByDevice = {
  id: 'AQI',
  rawId: bytes(1, 2),
  type: 'public-key',
  authenticatorAttachment: 'platform',
  response: {
    clientDataJSON: bytes(3),
    attestationObject: bytes(4),
    getAuthenticatorData: () => bytes(5),
    getPublicKey: () => null,
    getPublicKeyAlgorithm: () => -7,
    getTransports: () => ['internal'],
  },
};

const usedByDevice = {
  id: 'AQI',
  rawId: bytes(1, 2),
  type: 'public-key',
  authenticatorAttachment: null,
  response: {
    clientDataJSON: bytes(3),
    authenticatorData: bytes(4),
    signature: bytes(5),
    userHandle: bytes(0xfb, 0xff),
  },
};

function browser(statics: object, answer: unknown) {
  const credentials = { create: vi.fn(async () => answer), get: vi.fn(async () => answer) };
  vi.stubGlobal('PublicKeyCredential', Object.assign(class {}, statics));
  vi.stubGlobal('isSecureContext', true);
  Object.defineProperty(navigator, 'credentials', { value: credentials, configurable: true });
  return credentials;
}

afterEach(() => Reflect.deleteProperty(navigator, 'credentials'));

describe('base64url', () => {
  it.each([
    ['', []],
    ['AA', [0]],
    ['-_8', [0xfb, 0xff]],
    ['AAECAw', [0, 1, 2, 3]],
  ])('reads and writes %j', (text, values) => {
    expect([...new Uint8Array(decode(text))]).toEqual(values);
    expect(encode(bytes(...values))).toBe(text);
  });

  it('refuses what is not base64url', () => {
    expect(() => decode('a*b')).toThrow();
  });
});

describe('a browser with its own conversions', () => {
  it('is given the options as the server sent them, and its JSON is passed on untouched', async () => {
    const parsed = { parsed: true };
    const parse = vi.fn(() => parsed);
    const answer = { toJSON: () => ({ id: 'from the browser' }) };
    const credentials = browser({ parseCreationOptionsFromJSON: parse }, answer);
    const signal = new AbortController().signal;
    expect(await create(creation, signal)).toEqual({ id: 'from the browser' });
    expect(parse).toHaveBeenCalledWith(creation);
    expect(credentials.create).toHaveBeenCalledWith({ publicKey: parsed, signal });
  });
});

describe('a browser without them', () => {
  it('makes a passkey with the same bytes', async () => {
    const credentials = browser({}, madeByDevice);
    const signal = new AbortController().signal;
    const response = await create(creation, signal);
    expect(credentials.create).toHaveBeenCalledWith({
      signal,
      publicKey: {
        rp: creation.rp,
        user: { id: bytes(0xfb, 0xff), name: 'alice', displayName: 'Alice' },
        challenge: bytes(0, 1, 2, 3),
        pubKeyCredParams: creation.pubKeyCredParams,
        excludeCredentials: [{ type: 'public-key', id: bytes(1, 2), transports: ['internal'] }],
        attestation: 'none',
      },
    });
    expect(response).toEqual({
      id: 'AQI',
      rawId: 'AQI',
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: {},
      response: {
        clientDataJSON: 'Aw',
        attestationObject: 'BA',
        authenticatorData: 'BQ',
        publicKeyAlgorithm: -7,
        transports: ['internal'],
      },
    });
  });

  it('uses a passkey with the same bytes', async () => {
    const credentials = browser({}, usedByDevice);
    const signal = new AbortController().signal;
    const response = await get({ challenge: 'AAECAw', rpId: 'acme.localhost' }, signal);
    expect(credentials.get).toHaveBeenCalledWith({
      signal,
      publicKey: { challenge: bytes(0, 1, 2, 3), rpId: 'acme.localhost' },
    });
    expect(response).toEqual({
      id: 'AQI',
      rawId: 'AQI',
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: 'Aw',
        authenticatorData: 'BA',
        signature: 'BQ',
        userHandle: '-_8',
      },
    });
  });

  it('takes an empty answer for a passkey that was not used', async () => {
    browser({}, null);
    const answer = get({ challenge: 'AA' }, new AbortController().signal);
    await expect(answer).rejects.toMatchObject({ name: 'NotAllowedError' });
  });
});

describe('where passkeys cannot be used', () => {
  it('sees nothing in the way of a browser that has them', () => {
    browser({}, null);
    expect(obstacle(relyingParty)).toBeNull();
  });

  it('says so of a browser without WebAuthn', () => {
    vi.stubGlobal('isSecureContext', true);
    expect(obstacle(relyingParty)).toMatch(/^This browser cannot use passkeys.*Update it/);
  });

  it('gives the secure address from an insecure one', () => {
    vi.stubGlobal('isSecureContext', false);
    expect(obstacle(relyingParty)).toContain('Open the site at http://acme.localhost:7780.');
  });
});
