import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deviceOf } from '../pin/enrolment.fixture';
import { action, field, fresh, gone, role, type Calls } from '../walk/stage.fixture';
import SettingsDialog from './SettingsDialog.svelte';

let calls: Calls;
const off = { verification: 'devicePin', fingerprint: false, anyEnrolment: false, appLock: false } as const;

beforeEach(() => (calls = fresh()));
afterEach(gone);

it('changes one thing at a time, and shows it as the device has it', async () => {
  const { rerender } = render(SettingsDialog, { open: true, device: deviceOf() });
  await userEvent.click(action('setting-verification-syncedPin'));
  await waitFor(() => expect(calls.of('device_settings')).toEqual([{ device: 'a', settings: { ...off, verification: 'syncedPin' } }]));
  await userEvent.click(field('setting-fingerprint'));
  await waitFor(() => expect(calls.of('device_settings')[1]).toEqual({ device: 'a', settings: { ...off, fingerprint: true } }));
  expect(field('setting-fingerprint').checked).toBe(false);
  await rerender({ open: true, device: deviceOf({ settings: { ...off, fingerprint: true } }) });
  expect(field('setting-fingerprint').checked).toBe(true);
});

it('warns that nobody can be verified, and says why a change was refused', async () => {
  calls.refuses.device_settings = { code: 'appLocked', message: 'The app is locked. Unlock it first.' };
  render(SettingsDialog, { open: true, device: deviceOf({ settings: { ...off, verification: 'syncedPin' } }) });
  expect(role('settings-advice').textContent).toMatch(/No PIN is enrolled on Phone A yet/);
  await userEvent.click(field('setting-appLock'));
  await screen.findByText('The app is locked. Unlock it first.');
});

it('says which choice weakens the device', () => {
  render(SettingsDialog, { open: true, device: deviceOf() });
  expect(role('device-settings').textContent).toContain('weaker');
});
