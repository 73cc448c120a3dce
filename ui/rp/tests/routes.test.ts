import { expect, it } from 'vitest';
import { admit, pageAt } from '../src/routes';

it.each([
  ['/', 'signIn'],
  ['', 'signIn'],
  ['/sign-up', 'signUp'],
  ['/sign-up/', 'signUp'],
  ['/account', 'account'],
  ['/account//', 'account'],
  ['/workstation', 'workstation'],
  ['/admin/', 'admin'],
  ['/Account', 'missing'],
  ['/account/x', 'missing'],
  ['/toString', 'missing'],
])('finds the page at %s', (path, page) => {
  expect(pageAt(path)).toBe(page);
});

it.each([
  ['signIn', false, 'signIn'],
  ['signUp', false, 'signUp'],
  ['account', false, 'signIn'],
  ['missing', false, 'missing'],
  ['signIn', true, 'account'],
  ['signUp', true, 'account'],
  ['account', true, 'account'],
  ['missing', true, 'missing'],
  ['workstation', false, 'workstation'],
  ['workstation', true, 'workstation'],
  ['admin', false, 'admin'],
  ['admin', true, 'admin'],
] as const)('someone who asks for %s (signed in: %s) gets %s', (asked, signedIn, given) => {
  expect(admit(asked, signedIn)).toBe(given);
});
