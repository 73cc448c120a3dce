import { emit } from '@tauri-apps/api/event';
import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import App from './App.svelte';
import type { DeskState } from './bindings/types';
import { deviceTasks } from './device/device-actions.svelte';
import { deviceOf } from './pin/enrolment.fixture';
import { bench } from './state/bench.svelte';
import { desk } from './state/desk.svelte';
import { toasts } from './state/toasts.svelte';
import { action, benchOf, check, deskOf, fresh, gone, role, roles, step, summary, walk, type Calls } from './walk/stage.fixture';

let calls: Calls;

beforeEach(() => {
  calls = fresh();
  desk.state = null;
});
afterEach(gone);

const running = walk([step(1, 'passed'), step(2, 'current', { act: 'clock.skip', instruction: 'Move all clocks 6 minutes forward.' })]);
const playing: DeskState = deskOf({ generation: 2, showing: 'walk', walk: running });

async function open() {
  render(App);
  await waitFor(() => expect(desk.state).not.toBeNull());
}

/** The desk shows this from now on. */
async function turnTo(state: DeskState) {
  calls.answers.desk_state = state;
  await emit('desk-state', state);
  await waitFor(() => expect(desk.generation).toBe(state.generation));
}

describe('walks in the window', () => {
  it('says whose bench is shown, and shows the tester’s own again afterwards', async () => {
    await open();
    expect(role('bench-marker')).toBeNull();
    await turnTo(playing);
    await waitFor(() => expect(role('bench-marker').textContent).toContain('Your own bench is untouched.'));
    expect(role('bench-marker').textContent).toContain(running.why);
    expect(roles('walk-card')).toHaveLength(2);
    await turnTo(deskOf({ generation: 3 }));
    await waitFor(() => expect(role('bench-marker')).toBeNull());
    expect(role('walk-strip')).toBeNull();
    expect(action('primary').textContent).toContain('Play a walk');
  });

  it('selects the event that shows what differs', async () => {
    const failed = walk([step(1, 'failed', { sentence: 'The counter is 2, not 1.', checks: [check({ held: false, actual: '2', event: 41 })] })], { verdict: 'failed' });
    await open();
    await turnTo({ ...playing, walk: failed });
    await userEvent.click(await waitFor(() => action('walk-show-event')));
    expect(bench.selected).toBe(41);
    expect(document.activeElement?.id).toBe('wire');
  });

  it('brings the tester to the control that a step needs', async () => {
    await open();
    await turnTo({ ...playing, walk: { ...running, mode: 'youDoIt' } });
    expect((await waitFor(() => role('walk-place'))).textContent).toBe('With Clock, at the top.');
    await userEvent.click(action('walk-go'));
    await waitFor(() => expect(action('clock-skip-6m')).not.toBeNull());
  });

  it('brings the tester to the network of the device that a step is about', async () => {
    calls.answers.bench_state = { ...benchOf(), devices: [deviceOf({ id: 'A' })], activeDevice: 'A' };
    const alone = walk([step(1, 'current', { act: 'network.offline', device: 'phone' })], { mode: 'youDoIt' });
    await open();
    await turnTo({ ...playing, walk: alone });
    expect((await waitFor(() => role('walk-place'))).textContent).toBe('With Device network, at the top.');
    await userEvent.click(action('walk-go'));
    await waitFor(() => expect(action('device-network-offline')).not.toBeNull());
    expect(action('network-offline')).toBeNull();
  });

  it('keeps the wire of a walk, which its steps are judged by', async () => {
    calls.answers.timeline_range = { events: [], first: 1, last: 9, lost: 0 };
    await open();
    await waitFor(() => expect(action('timeline-clear')).toHaveProperty('disabled', false));
    await turnTo(playing);
    await waitFor(() => expect(action('timeline-clear').title).toContain('what the walk is judged by'));
    expect(action('timeline-clear')).toHaveProperty('disabled', true);
  });

  it('is played by keys alone', async () => {
    await open();
    await turnTo(playing);
    await waitFor(() => expect(role('walk-strip')).not.toBeNull());
    await userEvent.keyboard('{Alt>}4{/Alt}');
    expect(document.activeElement).toBe(role('walk-strip'));
    await userEvent.keyboard('n ');
    expect([calls.of('walk_step').length, calls.of('walk_play').length]).toEqual([1, 1]);
  });

  it('forgets what it asked about a device of the bench before', async () => {
    await open();
    deviceTasks.current = { kind: 'add' };
    await screen.findByRole('dialog', { name: 'Add a device' });
    await turnTo(playing);
    await waitFor(() => expect(deviceTasks.current).toBeNull());
  });

  it('shows what is recorded, and says why the window stays open for it', async () => {
    await open();
    await turnTo(deskOf({ generation: 2, showing: 'recording', recording: { steps: [{ sentence: 'Touch phone.', toml: '' }], ignored: 0 } }));
    await waitFor(() => expect(roles('recorded-step')).toHaveLength(1));
    expect(action('walk-chip')).toHaveProperty('disabled', true);
    await emit('close-held');
    await waitFor(() => expect(toasts.list[0]?.message).toContain('this recording is not saved'));
    await userEvent.click(action('primary'));
    await screen.findByRole('dialog', { name: 'Save as walk' });
  });
});

describe('the first visit', () => {
  beforeEach(() => {
    calls.answers.walk_list = [summary('enrolment', { title: 'Alice makes a passkey' })];
  });

  it('offers a walk', async () => {
    await open();
    expect((await waitFor(() => role('walk-offer'))).textContent).toContain('“Alice makes a passkey”, 2 steps.');
    await userEvent.click(action('walk-offer-open'));
    await waitFor(() => expect(calls.of('walk_open')).toEqual([{ path: 'enrolment' }]));
    await waitFor(() => expect(role('walk-offer')).toBeNull());
  });

  it('takes no for an answer', async () => {
    await open();
    await userEvent.click(await waitFor(() => action('walk-offer-dismiss')));
    await waitFor(() => expect(role('walk-offer')).toBeNull());
    expect(localStorage.getItem('touchstone-walk-offered')).not.toBeNull();
  });

  it('offers none while the walks cannot be listed', async () => {
    calls.refuses.walk_list = { code: 'folder', message: 'The folder cannot be read.' };
    bench.state = benchOf();
    await open();
    expect(role('walk-offer')).toBeNull();
  });
});
