import type { DeviceSummary, EnrolmentSummary } from '../bindings/types';

const HOUR = 3_600_000;

/** A phone's enrolment as it stands an hour after a synchronization at `now`. */
export const enrolmentOf = (more: Partial<EnrolmentSummary> = {}, now = 0): EnrolmentSummary => ({
  enrolmentId: 'e1',
  rpId: 'localhost',
  rpName: 'Acme Bank',
  origin: 'http://localhost:7780',
  accountId: 'a1',
  username: 'alice',
  state: 'valid',
  reason: 'The PIN can be checked without a network.',
  reasonCode: 'good',
  syncedAt: now - HOUR,
  acknowledgedAt: now - HOUR,
  validUntil: now + 23 * HOUR,
  validitySeconds: 24 * 3600,
  failures: 0,
  maxOfflineAttempts: 5,
  triesLeft: 5,
  pinVersion: 1,
  iterations: 600_000,
  policyVersion: 1,
  pinExpiresAt: null,
  extraUsesLeft: null,
  minLength: 6,
  maxLength: 8,
  syncCounter: 1,
  keptIn: 'Secret Service: readable by every program of this user while it is unlocked.',
  stream: 'open',
  busy: null,
  problem: null,
  ...more,
});

/** A phone with nothing on it. */
export const deviceOf = (more: Partial<DeviceSummary> = {}): DeviceSummary => ({
  id: 'a',
  name: 'Phone A',
  profile: 'phone',
  aaguid: '00000000-0000-0000-0000-000000000000',
  created: 0,
  pin: { set: true, triesLeft: 5, blocked: false },
  passkeys: [],
  settings: { verification: 'devicePin', fingerprint: false, anyEnrolment: false, appLock: false },
  enrolments: [],
  pairing: null,
  shownCode: null,
  appLocked: false,
  fingerprintLocked: false,
  network: { kind: 'online' },
  plugged: null,
  ...more,
});
