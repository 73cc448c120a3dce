import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { frame } from '../rp/frame.svelte';
import { bench } from '../state/bench.svelte';
import { toasts } from '../state/toasts.svelte';
import { action, benchOf, field, fresh, gone, role, roles, type Calls } from '../walk/stage.fixture';
import { deviceOf, enrolmentOf } from './enrolment.fixture';
import PinSection from './PinSection.svelte';

let calls: Calls;

beforeEach(() => {
  calls = fresh();
  frame.codes = [];
  frame.wanted = null;
});
afterEach(gone);

const show = (...enrolments: ReturnType<typeof enrolmentOf>[]) => render(PinSection, { device: deviceOf({ enrolments }) });
const CODE = 'touchstone-enrol:aGVsbG8';
const there = { device: 'a', enrolment: 'e1' };

async function choose(act: string) {
  await userEvent.click(action('enrolment-menu'));
  await waitFor(() => expect(action(`enrolment-${act}`)).not.toBeNull());
  await userEvent.click(action(`enrolment-${act}`));
}

describe('a phone without a PIN', () => {
  it('says how one is enrolled, and scans what the page shows', async () => {
    show();
    expect(role('no-enrolments').textContent).toContain('press “Set up PIN on a phone”, then scan its code here');
    frame.codes = [CODE];
    await screen.findByText('Scan the page’s code');
    await userEvent.click(action('device-scan'));
    await waitFor(() => expect(calls.of('device_scan')).toEqual([{ device: 'a', text: CODE }]));
  });

  it('takes a code that was pasted, and says what is none', async () => {
    show();
    await userEvent.click(action('device-scan'));
    await userEvent.type(field('scan-text'), 'https://example.org{Enter}');
    await screen.findByText(/That is no code for a phone/);
    expect(calls.of('device_scan')).toEqual([]);
    await userEvent.clear(field('scan-text'));
    await userEvent.type(field('scan-text'), ` ${CODE} {Enter}`);
    await waitFor(() => expect(calls.of('device_scan')).toEqual([{ device: 'a', text: CODE }]));
    await waitFor(() => expect(field('scan-text')).toBeNull());
  });

  it('keeps the dialog and says why a code was not taken', async () => {
    calls.refuses.device_scan = { code: 'offerOver', message: 'The code is too old. Show a new one on the page.' };
    show();
    await userEvent.click(action('device-scan'));
    await userEvent.type(field('scan-text'), `${CODE}{Enter}`);
    await screen.findByText('The code is too old. Show a new one on the page.');
    expect(field('scan-text')).not.toBeNull();
  });

  it('does not stand before the phone that asks for a PIN because of a workstation’s code', async () => {
    show(enrolmentOf());
    await userEvent.click(action('device-scan'));
    calls.answers.device_scan = new Promise(() => undefined);
    await userEvent.type(field('scan-text'), 'touchstone-logon:aGVsbG8{Enter}');
    await waitFor(() => expect(field('scan-text')).toBeNull());
  });
});

describe('a PIN’s card', () => {
  it('says state, time, tries and why, not by colour alone', () => {
    const now = Date.now();
    show(enrolmentOf({ state: 'expiring', triesLeft: 2, failures: 3, reason: 'Its time runs out soon.', validUntil: now + 240_000 }, now));
    expect(role('enrolment').dataset.state).toBe('expiring');
    expect(role('enrolment-state').textContent).toBe('Expires soon');
    expect(role('enrolment-time').textContent).toMatch(/^[34] min/);
    expect(role('validity-ring').textContent).toContain('!');
    expect(role('enrolment-tries').textContent).toContain('2 of 5 left');
    expect(role('enrolment-reason').textContent).toBe('Its time runs out soon.');
  });

  it('tells a synchronization that the relying party does not know of', () => {
    show(enrolmentOf({ acknowledgedAt: null, syncedAt: Date.now() - 8_000_000 }), enrolmentOf({ enrolmentId: 'e2', acknowledgedAt: null, syncedAt: null, state: 'empty' }));
    expect(roles('enrolment-synced').map((one) => one.textContent?.replace(/\s+/g, ' ').trim())).toEqual(['2 hours ago, not acknowledged', 'never']);
  });

  it('says where it is kept, with versions', async () => {
    show(enrolmentOf({ pinVersion: 3, policyVersion: 7, keptIn: 'In a file that only your user may read.' }));
    expect(role('enrolment-details')).toBeNull();
    await userEvent.click(action('enrolment-details'));
    expect(action('enrolment-details').getAttribute('aria-expanded')).toBe('true');
    expect(role('enrolment-details').textContent).toContain('In a file that only your user may read.');
    expect(role('enrolment-details').textContent).toContain('PIN 3 · policy 7');
  });

  it.each([
    ['valid', {}, 'enrolment_sync'],
    ['expired', {}, 'enrolment_verify'],
    ['empty', { syncedAt: null }, 'enrolment_set_pin'],
    ['locked', { reasonCode: 'lockedByServer', triesLeft: 3 }, 'enrolment_reset_pin'],
  ] as const)('offers the way out of %s', async (state, more, command) => {
    show(enrolmentOf({ state, ...more }));
    await userEvent.click(action('enrolment-way'));
    await waitFor(() => expect(calls.of(command)).toEqual([there]));
  });

  it('does more by its menu', async () => {
    show(enrolmentOf());
    await choose('change');
    await waitFor(() => expect(calls.of('enrolment_change_pin')).toEqual([there]));
  });

  it('leads to the site by its menu', async () => {
    show(enrolmentOf());
    await choose('site');
    await waitFor(() => expect(frame.wanted).toEqual({ rpId: 'localhost', path: '/account' }));
  });

  it('is forgotten only after a question', async () => {
    show(enrolmentOf());
    await choose('forget');
    await screen.findByText(/Phone A forgets the PIN of alice at Acme Bank/);
    expect(calls.of('enrolment_forget')).toEqual([]);
    await userEvent.click(action('enrolment-forget-confirm'));
    await waitFor(() => expect(calls.of('enrolment_forget')).toEqual([there]));
  });

  it('says what goes on, and what went wrong', async () => {
    calls.refuses.enrolment_sync = { code: 'unreachable', message: 'The relying party was not reached.' };
    const { rerender } = show(enrolmentOf());
    await userEvent.click(action('enrolment-way'));
    await waitFor(() => expect(toasts.list.map(({ message }) => message)).toEqual(['The relying party was not reached.']));
    await rerender({ device: deviceOf({ enrolments: [enrolmentOf({ busy: 'verify', problem: 'Not reached.' })] }) });
    expect(action('enrolment-way').textContent).toContain('The relying party checks the PIN…');
    expect(role('enrolment-problem').textContent).toBe('Not reached.');
  });

  it('opens a locked app with the PIN online, and says that its iterations are few', async () => {
    render(PinSection, { device: deviceOf({ appLocked: true, enrolments: [enrolmentOf({ state: 'expired', iterations: 1000 })] }) });
    expect(role('enrolment-iterations').textContent).toBe('1,000 iterations: for tests only');
    await userEvent.click(action('enrolment-way'));
    await waitFor(() => expect(calls.of('enrolment_verify')).toEqual([there]));
  });

  it('rests while the app is locked or somebody is asked', async () => {
    const { rerender } = render(PinSection, { device: deviceOf({ appLocked: true, enrolments: [enrolmentOf()] }) });
    expect((action('enrolment-way') as HTMLButtonElement).disabled).toBe(true);
    expect(action('enrolment-way').title).toMatch(/Unlock it first/);
    bench.state = { ...benchOf(), prompt: { id: 1, asker: 'device', device: 'a', key: null, rpId: null, deadline: 0, question: { kind: 'blocked' } } };
    await rerender({ device: deviceOf({ enrolments: [enrolmentOf()] }) });
    expect((action('enrolment-way') as HTMLButtonElement).disabled).toBe(true);
  });
});
