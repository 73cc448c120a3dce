// @vitest-environment node
import { expect, it } from 'vitest';
import type { PinCacheState } from '../bindings/types';
import { deviceOf, enrolmentOf } from '../pin/enrolment.fixture';
import { SWITCHES, settingsAdvice } from './settings';

const synced = (...states: PinCacheState[]) =>
  deviceOf({
    settings: { verification: 'syncedPin', fingerprint: false, anyEnrolment: false, appLock: false },
    enrolments: states.map((state, at) => enrolmentOf({ enrolmentId: `e${at}`, state })),
  });

it('warns where the chosen method can verify nobody', () => {
  expect(settingsAdvice(deviceOf())).toBeNull();
  expect(settingsAdvice(synced())).toMatch(/No PIN is enrolled on Phone A yet/);
  expect(settingsAdvice(synced('locked', 'expired'))).toMatch(/can be checked now/);
  expect(settingsAdvice(synced('locked', 'expiring'))).toBeNull();
});

it('labels what is simulated, and the rule that is taken literally', () => {
  expect(SWITCHES.filter(({ labelled }) => labelled).map(({ name }) => name)).toEqual(['fingerprint', 'anyEnrolment']);
});
