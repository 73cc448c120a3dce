// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Event } from '../bindings/types';
import { hiddenIn, jsonIn } from './decode';

const base64url = (bytes: ArrayLike<number>) =>
  btoa(String.fromCharCode(...Array.from(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
const text = (value: string) => base64url(new TextEncoder().encode(value));
const assertion = base64url([...Array<number>(32).fill(1), 5, 0, 0, 0, 9]);
const event = (body: unknown) => ({ seq: 1, kind: 'rp.request', body }) as Event;

describe('what hides in a body', () => {
  it('finds authenticator data and client data however deep', () => {
    const hidden = hiddenIn(
      event({
        body: { credential: { response: { authenticatorData: assertion, clientDataJSON: text('{"type":"webauthn.get"}') } } },
      }),
    );
    expect(hidden.authenticatorData?.value.signCount).toBe(9);
    expect(hidden.clientData).toEqual({ at: '/body/credential/response/clientDataJSON', value: { type: 'webauthn.get' } });
  });

  it('finds the bytes of a CTAP response beside what was decoded from them', () => {
    const body = { authenticatorData: { signCount: 1 }, response: { authData: assertion } };
    expect(hiddenIn(event(body)).authenticatorData).toMatchObject({ at: '/response/authData', value: { signCount: 9 } });
  });

  it.each([null, 'text', 4, {}, { response: null }, { authData: '!!' }, { authData: 'AAAA' }, { clientDataJSON: 'AAAA' }])(
    'finds nothing in %o',
    (body) => {
      expect(hiddenIn(event(body))).toEqual({ authenticatorData: null, clientData: null });
    },
  );

  it('stops at a depth', () => {
    let body: unknown = { authData: assertion };
    for (let i = 0; i < 50; i++) body = { inner: body };
    expect(hiddenIn(event(body)).authenticatorData).toBeNull();
  });
});

it('refuses JSON that is not UTF-8', () => {
  expect(jsonIn(base64url([0x22, 0xff, 0x22]))).toBeNull();
  expect(jsonIn(text('"ü"'))).toBe('ü');
});
