import type { AdminPolicy } from '../src/bindings';

/** A policy as the server gives it when its file is empty. */
export const policy: AdminPolicy = {
  version: 4,
  text: '[pin]\noffline = true\n',
  problem: null,
  policy: {
    passkeys: { required: true, biometrics: true },
    pin: {
      enabled: true,
      offline: true,
      validity: '8h',
      'online-attempts': 5,
      'offline-attempts': 5,
      lock: 'indefinite',
      'min-length': 6,
      'max-length': 12,
      charset: 'digits',
      blocklist: ['123456'],
      refuse: ['mirrored', 'sequences'],
      history: 3,
      'age-days': 0,
      'expiring-days': 14,
      'extra-sign-ins': 3,
      iterations: 600_000,
      'test-iterations': false,
      enrolment: 'passkey',
    },
  },
};
