// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Event } from '../bindings/types';
import { PIN } from '../wire/present-pin';
import { meaningOf } from './meaning';

const event = (kind: string, body: unknown = {}) => ({ seq: 1, kind, body }) as Event;

describe('the meaning of a message', () => {
  it('follows the command', () => {
    expect(meaningOf(event('client.command.sent', { command: 'authenticatorGetAssertion' }), undefined)).toMatch(/sign the hash/);
  });

  it('says why a page was refused before any device was asked', () => {
    expect(meaningOf(event('bench.call.refused', { message: 'The vault is shut.' }), undefined)).toMatch(/no device could be asked/);
  });

  it('explains what a refusing status says', () => {
    const answered = event('client.command.answered', { command: 'authenticatorGetAssertion', status: 'CTAP2_ERR_NO_CREDENTIALS' });
    expect(meaningOf(answered, undefined)).toBe('The device holds no credential for this RP ID.');
  });

  it('takes the command of an unknown status from its cause', () => {
    const sent = event('client.command.sent', { command: 'authenticatorGetInfo' });
    expect(meaningOf(event('client.command.answered', { status: 'CTAP1_ERR_OTHER' }), sent)).toMatch(/what the device can do/);
  });

  it('follows the path of a request', () => {
    expect(meaningOf(event('rp.request', { path: '/api/authentication/finish' }), undefined)).toMatch(/25 steps/);
    expect(meaningOf(event('rp.request', { path: '/api/other' }), undefined)).toMatch(/calls its server/);
  });

  it('follows the request of a response, and says why one was refused', () => {
    const asked = event('rp.request', { method: 'POST', path: '/api/authentication/finish' });
    expect(meaningOf(event('rp.response', { status: 200 }), asked)).toMatch(/user handle/);
    const body = { status: 400, body: { error: { code: 'x', message: 'The challenge was already used (step 11). Start again.' } } };
    expect(meaningOf(event('rp.response', body), asked)).toBe('The challenge was already used (step 11). Start again.');
    expect(meaningOf(event('rp.response', { status: 401, body: null }), asked)).toBe('Nobody is signed in.');
  });

  it('has words for every kind that the wire draws', () => {
    for (const kind of Object.keys(PIN)) expect(meaningOf(event(kind), undefined), kind).not.toMatch(/no words for this kind/);
    expect(meaningOf(event('rp.pin.judged'), undefined)).toMatch(/step by step/);
  });

  it('tells what a device asks by itself from what a page asks', () => {
    expect(meaningOf(event('rp.request', { path: '/pin/online' }), undefined)).toMatch(/what the person typed, sealed/);
    expect(meaningOf(event('rp.response', { status: 200 }), event('rp.request', { path: '/pin/exchange' }))).toMatch(/before it opens anything/);
  });

  it('has a sentence for everything, known or not', () => {
    for (const kind of ['odd', 'client.command.sent', 'client.command.answered', 'bench.started', 'rp.request']) {
      expect(meaningOf(event(kind, null), undefined)).toMatch(/\.$/);
    }
  });
});
