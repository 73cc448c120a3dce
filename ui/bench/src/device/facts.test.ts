// @vitest-environment node
import { expect, it } from 'vitest';
import type { PasskeySummary } from '../bindings/types';
import { deviceOf } from '../pin/enrolment.fixture';
import { hasPin, homeName, idleAdvice, nextName, passkeyFact, passkeyName, pinFact, removeLoss, wipeLoss } from './facts';

const passkey = (rpId: string, part: Partial<PasskeySummary> = {}) => ({ rpId, label: null, ...part }) as PasskeySummary;
const device = deviceOf;

it('counts passkeys and sites', () => {
  expect(passkeyFact(device())).toBe('none');
  expect(passkeyFact(device({ passkeys: [passkey('a')] }))).toBe('1 for 1 site');
  expect(passkeyFact(device({ passkeys: [passkey('a'), passkey('a'), passkey('b')] }))).toBe('3 for 2 sites');
});

it('says how the PIN stands', () => {
  expect(pinFact(device({ pin: { set: false, triesLeft: 5, blocked: false } }))).toBe('not set yet');
  expect(pinFact(device({ pin: { set: true, triesLeft: 1, blocked: false } }))).toBe('set · 1 try left');
  expect(pinFact(device({ pin: { set: true, triesLeft: 0, blocked: true } }))).toBe('blocked');
});

it('says what is lost before it is lost', () => {
  const full = device({ passkeys: [passkey('a'), passkey('b')] });
  expect(wipeLoss(full)).toMatch(/^Phone A loses 2 passkeys and its PIN\. .*cannot be undone\.$/);
  expect(removeLoss(device())).toMatch(/leaves the bench with no passkeys/);
});

it('tells a newcomer what to do first', () => {
  expect(idleAdvice(device()).advice).toMatch(/^Create an account/);
  expect(idleAdvice(device({ passkeys: [passkey('a')] })).advice).toMatch(/1 passkey\. Sign in/);
  expect(idleAdvice(device({ pin: { set: true, triesLeft: 0, blocked: true } })).advice).toMatch(/Wipe/);
});

it('names a passkey by label, display name, name', () => {
  expect(passkeyName(passkey('a', { label: 'Work', userName: 'alice' }))).toBe('Work');
  expect(passkeyName(passkey('a', { userDisplayName: 'Alice Ash', userName: 'alice' }))).toBe('Alice Ash');
  expect(passkeyName(passkey('a', { userDisplayName: '', userName: null }))).toBe('Passkey without a name');
});

it('names every home of the vault’s key', () => {
  expect(['keyring', 'file', 'passphrase', 'memory', 'odd'].map(homeName)).toEqual([
    'the system’s keyring',
    'a key file',
    'under a passphrase',
    'memory only',
    'odd',
  ]);
});

it('offers the first free letter for each kind of device', () => {
  expect(nextName('phone', [])).toBe('Phone A');
  expect(nextName('phone', [device(), device({ name: 'Phone C' })])).toBe('Phone B');
  expect(nextName('key', [device(), device({ name: 'Key A' })])).toBe('Key B');
});

it('does not speak of a PIN where there is none', () => {
  const key = device({ name: 'Key A', profile: 'key', pin: { set: false, triesLeft: 0, blocked: false } });
  expect(hasPin(key)).toBe(false);
  expect(idleAdvice(key).advice).toMatch(/cannot verify its user/);
  expect(wipeLoss(key)).not.toContain('PIN');
});
